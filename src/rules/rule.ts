import type { Connection } from '../connections/connection.js';
import type { MilestoneKind } from '../connections/milestones.js';
import type { Timestamp } from '../core/time.js';
import type { Citation, Finding, Severity } from './finding.js';

export type Family =
  | 'teardown'
  | 'reset'
  | 'liveness'
  | 'handshake'
  | 'delivery'
  | 'time-wait'
  | 'pattern'
  | 'capture';

/** A rule's threshold, with its unit: what `--set rule.option=value` and configuration files may change. */
export interface OptionSpec {
  readonly unit: 'seconds' | 'count' | 'ratio' | 'bytes';
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** What it means and why the default is what it is. */
  readonly description: string;
}

/** Values of a rule's own options, by name, defaults filled in. */
export type OptionValues = Readonly<Record<string, number>>;

/** What a rule may know besides the connection. */
export interface RuleContext {
  /**
   * Time of the last frame read so far: silence lasts at least until then. Of a connection that is over on
   * both sides, the time of its own last segment.
   */
  readonly captureEnd: Timestamp;
  /** Time of the capture's first frame, or an earlier one from which on it says that it ran. */
  readonly captureStart: Timestamp;
  readonly options: OptionValues;
}

/** The recorded capture that shows a rule. */
export interface Example {
  /** Folder in `fixtures/`. */
  readonly fixture: string;
  /** Which side's capture. */
  readonly capture: 'client' | 'server';
  /** Options under which the rule speaks there, if its defaults require more than a small capture holds. */
  readonly options?: OptionValues;
}

/** What a rule says about itself, whether it looks at one connection or at all of them. */
export interface RuleDescription {
  /** The same name in file, symbol, test, documentation and fixture, e.g. `close-wait-stuck`. */
  readonly id: string;
  readonly family: Family;
  /** The severity it usually has; a finding may be graded higher or lower by its facts. */
  readonly severity: Severity;
  /** One line for the catalog. */
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /**
   * Options that must not become smaller in this order, such as the limits of a warning and of an error. One that
   * is not set is raised to the one before it.
   */
  readonly ordered?: readonly string[];
  readonly citations: readonly Citation[];
  /** Ids of rules that a reader should know besides this one. */
  readonly related: readonly string[];
  /**
   * The words of `explain`, `docs/rules` and of every finding alike. `{names}` in braces stand for what a
   * finding fills in (`{holder}`, `{port}` …); `generalDocumentation` is what readers see without one.
   */
  readonly documentation: {
    /** What it means and why it matters, in a paragraph. */
    readonly meaning: string;
    /** What the capture must show before the rule speaks. */
    readonly proof: readonly string[];
    /** What looks like it and is not. */
    readonly notThis: readonly string[];
    readonly applicationSees: string;
    readonly likelyCauses: readonly string[];
    readonly nextSteps: readonly string[];
    readonly example: Example;
  };
}

/** Milestones that no rule is asked for: every close leaves the first, and others only tell more of what was found. */
export const UNASKED_KINDS = [
  'fin-covered',
  'sent-unseen',
  'fin-passed',
  'ttl-changed',
  'address-announced',
] as const satisfies readonly MilestoneKind[];

/**
 * What a connection shows at a glance: a kind of milestone on either side, except for some, or one of
 * - `unfinished`: an endpoint ended in a state other than CLOSED and TIME-WAIT;
 * - `unacknowledged`: payload was never acknowledged;
 * - `out-of-order`: segments that Wireshark marks as out of order;
 * - `imperfect`: the capture of this connection is not ideal;
 * - `reused`: the 4-tuple had an earlier connection that mattered to this one.
 */
export type Sign =
  | Exclude<MilestoneKind, (typeof UNASKED_KINDS)[number]>
  | 'unfinished'
  | 'unacknowledged'
  | 'out-of-order'
  | 'imperfect'
  | 'reused';

/** One kind of finding on a single connection: when it fires, what it rests on, and the words for it. */
export interface Rule extends RuleDescription {
  /**
   * The rule is asked only about connections that show one of these signs. Most connections of a capture
   * are clean and show none, and testing a bit is cheaper than a call. `always` for rules no sign covers.
   */
  readonly signs: readonly Sign[] | 'always';
  /**
   * `both`: the rule says nothing if one direction was not captured, as the missing side may have spoken. `itself`: the
   * rule is about sockets that are connected to themselves, and the only one, as all others are about two programs.
   */
  readonly needs: 'both' | 'either' | 'itself';
  /**
   * Ids of rules whose findings on the same connection are effects of this one's. They are kept, as `info`,
   * with `explainedBy` set, so that a report names a cause once; a finding graded worse stays as it is.
   */
  readonly explains: readonly string[];
  /** A pure function of the finished connection. */
  readonly check: (connection: Connection, context: RuleContext) => readonly Finding[];
}
