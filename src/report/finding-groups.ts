import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { type Finding, type Pattern, SEVERITIES, type Severity } from '../rules/finding.js';

/** A finding, and those on the same connection that it explains. */
export interface Told {
  readonly connection: Connection;
  readonly finding: Finding;
  readonly effects: readonly Finding[];
}

/** Findings of one rule and severity: a few of them, the connections of some more, and how many there are. */
export interface FindingGroup {
  readonly severity: Severity;
  readonly told: readonly Told[];
  readonly further: readonly number[];
  readonly count: number;
}

/** The findings of a group besides its first. */
export interface Others {
  /** Those that have something of their own to say. */
  readonly told: readonly Told[];
  /** `connections 9, 16, 23 and 26 more`: those that do not, or are not kept; empty without any. */
  readonly counted: string;
}

export function othersOf({ told: [first, ...others], further, count }: FindingGroup): Others {
  const isAlike = ({ connection, finding }: Told): boolean =>
    finding.title === first.finding.title && connection.network === '';
  const ids = [...others.filter(isAlike).map(({ connection }) => connection.id), ...further];
  const more = count - 1 - others.length - further.length;
  const rest = more > 0 ? ` and ${grouped(more)} more` : '';
  return {
    told: others.filter((one) => !isAlike(one)),
    counted: ids.length === 0 ? '' : `connection${ids.length + more > 1 ? 's' : ''} ${ids.join(', ')}${rest}`,
  };
}

const MOST_TOLD = 3;
const MOST_FURTHER = 10;

interface Gathered extends FindingGroup {
  readonly told: Told[];
  readonly further: number[];
  count: number;
}

/**
 * Gathers findings by rule and severity, keeping a few of each: memory does not grow with their number.
 * A finding that another one explains belongs to that one.
 */
export class FindingGroups {
  readonly #groups = new Map<string, Gathered>();

  /** Takes in all findings on one connection. */
  add(connection: Connection, findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (causeOf(finding, findings) !== finding) continue;
      const { severity, rule } = finding;
      const key = `${severity} ${rule}`;
      let group = this.#groups.get(key);
      if (group === undefined) {
        group = { severity, told: [], further: [], count: 0 };
        this.#groups.set(key, group);
      }
      group.count++;
      if (group.told.length === MOST_TOLD) {
        if (group.further.length < MOST_FURTHER) group.further.push(connection.id);
        continue;
      }
      const effects = findings.filter((other) => other !== finding && causeOf(other, findings) === finding);
      group.told.push({ connection, finding, effects });
    }
  }

  /** The gravest first; of the same severity the most frequent. */
  sorted(): readonly FindingGroup[] {
    return [...this.#groups.values()].sort(
      (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.count - a.count,
    );
  }
}

/** The group's first finding under the pattern that it is part of. */
export interface Folded {
  readonly pattern: Pattern;
  readonly told: Told;
}

/** Where a group is reported, if patterns at least as grave stand for each of its findings; else null. */
export function foldedInto(
  { severity, told, further, count }: FindingGroup,
  patterns: readonly Pattern[],
): Folded | null {
  const [first] = told;
  const standing = patterns.filter(
    (pattern) =>
      pattern.standsFor?.includes(first.finding.rule) === true &&
      SEVERITIES.indexOf(pattern.severity) <= SEVERITIES.indexOf(severity),
  );
  if (standing.reduce((sum, pattern) => sum + pattern.count, 0) < count) return null;
  const holder = (id: number) => standing.find(({ connections }) => connections.includes(id));
  const ids = [...told.map(({ connection }) => connection.id), ...further];
  if (!ids.every((id) => holder(id) !== undefined)) return null;
  return { pattern: holder(first.connection.id)!, told: first };
}

/** The finding at the start of the chain of explanations that leads to `finding`; itself if there is none. */
function causeOf(finding: Finding, findings: readonly Finding[]): Finding {
  let cause = finding;
  for (let steps = 0; steps < findings.length && cause.explainedBy !== undefined; steps++) {
    const { explainedBy } = cause;
    const next = findings.find(({ rule }) => rule === explainedBy);
    if (next === undefined) break;
    // Two that explain each other are both reported.
    if (next === finding) return finding;
    cause = next;
  }
  return cause;
}
