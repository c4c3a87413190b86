/** In which order a reader wants to know what was found. */
import { CATALOG } from '../rules/catalog.js';
import { SEVERITIES, type Severity } from '../rules/finding.js';

interface Urgent {
  readonly severity: Severity;
  /** Id of its rule. */
  readonly rule: string;
}

const OF_CAPTURES: ReadonlySet<string> = new Set(
  CATALOG.filter(({ family }) => family === 'capture').map(({ id }) => id),
);

/** For sorting: the gravest first; of what is only info, what says something about the capture itself last. */
export function byUrgency(a: Urgent, b: Urgent): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || rank(a) - rank(b);
}

function rank({ severity, rule }: Urgent): number {
  return severity === 'info' && OF_CAPTURES.has(rule) ? 1 : 0;
}
