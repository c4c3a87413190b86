import type { Connection } from '../../connections/connection.js';
import type { Pause } from '../../connections/pauses.js';
import type { Timestamp } from '../../core/time.js';
import type { RuleSettings } from '../evaluation/settings.js';
import type { Finding, Pattern, Severity } from '../finding.js';
import type { OptionValues, RuleDescription } from '../rule.js';
import type { Heard } from './heard.js';

/** What patterns learn of a capture besides its connections. */
export interface CaptureCounts {
  /** Frames that it lost by its own counters; null if it has none. */
  readonly dropped: number | null;
  /** When it paused, as far as that shows; none if absent. */
  readonly pauses?: readonly Pause[];
  /** Frames that were not analysed, by reason, as in `VERDICT_NAMES`. */
  readonly skipped: Readonly<Record<string, number>>;
}

export interface Contrast {
  readonly sentence: string;
  readonly likelyCauses: readonly string[];
  readonly nextSteps: readonly string[];
}

/** Sees every connection as it ends and keeps counters only: memory is bounded by what it watches. */
export interface PatternCollector {
  /** @param captureEnd the time of the last frame that was read so far */
  add(connection: Connection, findings: readonly Finding[], captureEnd: Timestamp): void;
  /**
   * How grave a finding of a connection that was added is by itself when a pattern of this collector stands for it,
   * as far as is known by now. Null if no pattern does.
   */
  severityOf?(connection: Connection, finding: Finding): Severity | null;
  /**
   * Why a finding of a connection that was added may not hold, as far as is known by now: a sentence for its
   * explanation, which makes it possible info. Null if nothing speaks against it.
   */
  doubtOf?(connection: Connection, finding: Finding): string | null;
  /**
   * What other connections say about a finding of a connection that was added, as far as is known by now: a sentence
   * for its explanation, and the causes and steps that are left. Null if nothing.
   */
  contrastOf?(connection: Connection, finding: Finding): Contrast | null;
  /** Called at the end of each capture, unless that ends the collector: what follows was seen at another time. */
  endCapture?(): void;
  /**
   * Called once, after the last connection. `captureEnd` is the time of the last frame, or a later one that the capture
   * states (`isEndStated`); `captures` are those read, in their order.
   */
  finish(captureEnd: Timestamp, captures: readonly CaptureCounts[], isEndStated: boolean): readonly Pattern[];
}

/** A pattern across connections. */
export interface PatternRule extends RuleDescription {
  /** Ids of rules whose findings it may grade or say more about: these wait for the end of their capture. */
  readonly grades?: readonly string[];
  /** It yields to less general patterns that stand for nearly all of its connections; 0 unless given. */
  readonly generality?: 1 | 2;
  /** It compares moments of several connections: each capture has a collector of its own. */
  readonly isOfOneCapture?: true;
  /**
   * A fresh collector for one analysis, or for one of its captures; `heard` is that of all of them, and knows each
   * connection before they do. `settings` are those of all rules.
   */
  readonly begin: (options: OptionValues, heard: Heard, settings: RuleSettings) => PatternCollector;
}
