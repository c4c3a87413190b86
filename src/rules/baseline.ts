/**
 * An earlier report to hold this one against. What it knew is not told again; what is new, or graded otherwise,
 * is; what it knew and this one does not find is listed as gone.
 */

import type { Finding, Pattern, Severity } from './finding.js';
import { type FingerprintedConnection, fingerprintOf, patternFingerprint } from './fingerprint.js';

/** One finding or pattern of the earlier report. */
export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
}

/** What became of the findings and patterns of both reports. */
export interface BaselineOutcome {
  readonly new: number;
  /** Known, but of another severity now. */
  readonly changed: number;
  readonly known: number;
  readonly gone: number;
  /** The first of those that are gone. */
  readonly goneTitles: readonly string[];
}

const MOST_GONE = 20;

export class Baseline {
  /** Entries that nothing has matched yet, by fingerprint. */
  readonly #left = new Map<string, BaselineEntry[]>();
  #new = 0;
  #changed = 0;
  #known = 0;

  constructor(entries: Iterable<BaselineEntry>) {
    for (const entry of entries) {
      const same = this.#left.get(entry.fingerprint);
      if (same === undefined) this.#left.set(entry.fingerprint, [entry]);
      else same.push(entry);
    }
  }

  /** The findings that the earlier report did not have, or had with another severity. */
  freshFindings(connection: FingerprintedConnection, findings: readonly Finding[]): readonly Finding[] {
    if (findings.length === 0) return findings;
    return findings.filter((finding) => this.#isFresh(fingerprintOf(connection, finding), finding.severity));
  }

  freshPatterns(patterns: readonly Pattern[]): readonly Pattern[] {
    return patterns.filter((pattern) => this.#isFresh(patternFingerprint(pattern), pattern.severity));
  }

  /** Once everything has been held against it. */
  outcome(): BaselineOutcome {
    const gone = [...this.#left.values()].flat();
    return {
      new: this.#new,
      changed: this.#changed,
      known: this.#known,
      gone: gone.length,
      goneTitles: gone.slice(0, MOST_GONE).map(({ rule, title }) => `${rule}: ${title}`),
    };
  }

  #isFresh(fingerprint: string, severity: Severity): boolean {
    const left = this.#left.get(fingerprint) ?? [];
    if (left.length === 0) {
      this.#new++;
      return true;
    }
    const same = left.findIndex((entry) => entry.severity === severity);
    left.splice(Math.max(0, same), 1);
    if (same >= 0) this.#known++;
    else this.#changed++;
    return same < 0;
  }
}
