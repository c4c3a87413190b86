import type { Pattern, Severity } from '../rules/finding.js';
import { counted } from './text/words.js';

/** A pattern that is shown in full, and others of its rule and severity, such as the same trouble on other services. */
export interface PatternGroup {
  readonly severity: Severity;
  readonly first: Pattern;
  /** The others' titles, as far as they are shown, and how many more there are. */
  readonly also: readonly string[];
}

/** How many of one rule are shown in full: those that are only notes differ in little but their names. */
const MOST_FULL: Readonly<Record<Severity, number>> = { error: 3, warning: 3, info: 1 };
/** How many of the others are shown by their titles. */
const MOST_ALSO = 8;

/** In the order of their first patterns. The last group of a rule names those that have none of their own. */
export function patternGroups(patterns: readonly Pattern[]): readonly PatternGroup[] {
  const byRule = new Map<string, Pattern[]>();
  for (const pattern of patterns) {
    const key = `${pattern.severity} ${pattern.rule}`;
    const alike = byRule.get(key);
    if (alike === undefined) byRule.set(key, [pattern]);
    else alike.push(pattern);
  }
  return [...byRule.values()].flatMap((alike) => {
    const full = alike.slice(0, MOST_FULL[alike[0].severity]);
    const also = titlesOf(alike.slice(full.length));
    return full.map((first, place) => ({
      severity: first.severity,
      first,
      also: place === full.length - 1 ? also : [],
    }));
  });
}

function titlesOf(patterns: readonly Pattern[]): readonly string[] {
  const more = patterns.length - MOST_ALSO;
  const titles = patterns.slice(0, MOST_ALSO).map(({ title }) => title);
  return more > 0 ? [...titles, counted(more, 'more pattern')] : titles;
}
