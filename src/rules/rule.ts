import type { Connection } from '../connections/connection.js';
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
  readonly unit: 'seconds' | 'count' | 'ratio';
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** What it means and why the default is what it is. */
  readonly description: string;
}

/** What a rule may know beside the connection. */
export interface RuleContext {
  /** Time of the last frame read so far: silence lasts at least until then. */
  readonly captureEnd: Timestamp;
  /** Values of the rule's own options, by name, defaults filled in. */
  readonly options: Readonly<Record<string, number>>;
}

/** One kind of finding: when it fires, on what it rests, and the words for it. */
export interface Rule {
  /** The same name in file, symbol, test, documentation and fixture, e.g. `close-wait-stuck`. */
  readonly id: string;
  readonly family: Family;
  /** The severity it usually has; a finding may be graded higher or lower by its facts. */
  readonly severity: Severity;
  /** One line for the catalog. */
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly citations: readonly Citation[];
  /** Ids of rules that a reader should know beside this one. */
  readonly related: readonly string[];
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
    /** Folder of the fixture that shows it, and which side's capture. */
    readonly example: { readonly fixture: string; readonly capture: 'client' | 'server' };
  };
  /** A pure function of the finished connection. */
  readonly check: (connection: Connection, context: RuleContext) => readonly Finding[];
}
