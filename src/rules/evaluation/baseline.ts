/**
 * An earlier report to compare this one with. What it knew is not reported again; what is new, or graded
 * differently, is; what it knew and this one does not find is listed as gone.
 */

import type { Finding, Pattern, Severity } from '../finding.js';
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

/** Entries with one fingerprint. A search for the next never starts over: there may be very many. */
class Alike {
  readonly #entries: BaselineEntry[] = [];
  readonly #isTaken: boolean[] = [];
  readonly #from = { error: 0, warning: 0, info: 0, any: 0 };

  add(entry: BaselineEntry): void {
    this.#entries.push(entry);
    this.#isTaken.push(false);
  }

  /** Takes the first that is left of this severity, or else of any; null if none is left. */
  take(severity: Severity): BaselineEntry | null {
    return this.#next(severity) ?? this.#next('any');
  }

  get left(): readonly BaselineEntry[] {
    return this.#entries.filter((_entry, place) => !this.#isTaken[place]);
  }

  #next(severity: Severity | 'any'): BaselineEntry | null {
    for (let place = this.#from[severity]; place < this.#entries.length; place++) {
      const entry = this.#entries[place];
      if (this.#isTaken[place] || (severity !== 'any' && entry.severity !== severity)) continue;
      this.#isTaken[place] = true;
      this.#from[severity] = place + 1;
      return entry;
    }
    this.#from[severity] = this.#entries.length;
    return null;
  }
}

export class Baseline {
  readonly #entries = new Map<string, Alike>();
  #new = 0;
  #changed = 0;
  #known = 0;

  constructor(entries: Iterable<BaselineEntry>) {
    for (const entry of entries) {
      let alike = this.#entries.get(entry.fingerprint);
      if (alike === undefined) {
        alike = new Alike();
        this.#entries.set(entry.fingerprint, alike);
      }
      alike.add(entry);
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

  /** To be asked once everything has been compared. */
  outcome(): BaselineOutcome {
    const gone = [...this.#entries.values()].flatMap(({ left }) => left);
    return {
      new: this.#new,
      changed: this.#changed,
      known: this.#known,
      gone: gone.length,
      goneTitles: gone.slice(0, MOST_GONE).map(({ rule, title }) => `${rule}: ${title}`),
    };
  }

  #isFresh(fingerprint: string, severity: Severity): boolean {
    const known = this.#entries.get(fingerprint)?.take(severity) ?? null;
    if (known === null) this.#new++;
    else if (known.severity === severity) this.#known++;
    else this.#changed++;
    return known?.severity !== severity;
  }
}
