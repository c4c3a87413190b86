import { CATALOG } from '../rules/catalog.js';
import type { Delivery } from './delivery.js';
import type { Dossier } from './dossier.js';
import type { FindingGroup } from './finding-groups.js';
import type { AnalysisEnd } from './reporter.js';

/** Families whose findings show a path or a host in trouble, however slight. */
const OF_TROUBLE: ReadonlySet<string> = new Set(['liveness', 'delivery']);
/** So do these of a handshake; others may be what health checks and scans leave. */
const OF_HANDSHAKES = ['handshake-delayed', 'syn-unanswered', 'connection-refused', 'accept-queue-overflow'];

const UNEASY: ReadonlySet<string> = new Set([
  ...CATALOG.filter(({ family }) => OF_TROUBLE.has(family)).map(({ id }) => id),
  ...OF_HANDSHAKES,
]);

const ACQUITTAL = 'no errors or warnings: as far as this capture shows, TCP worked as it should';

/**
 * Says so beside findings that are only info, none of which shows a path or a host in trouble. Empty otherwise,
 * where findings are hidden, and where a filter or settings kept anything from being found.
 */
export function acquittal(
  { summary, patterns, isRestricted }: AnalysisEnd,
  groups: readonly FindingGroup[],
  delivery: Delivery,
): string {
  const { findings, suppressed, baseline } = summary;
  const isClean =
    findings.info + patterns.length > 0 &&
    suppressed === 0 &&
    baseline === undefined &&
    isRestricted === undefined &&
    findings.error + findings.warning === 0 &&
    patterns.every(({ severity }) => severity === 'info') &&
    groups.every(({ told: [{ finding }] }) => !UNEASY.has(finding.rule));
  return isClean ? `${ACQUITTAL}: ${delivery.text}` : '';
}

/** The same with a capital and a full stop. */
export function acquittalSentence({
  end,
  groups,
  delivery,
}: Pick<Dossier, 'end' | 'groups' | 'delivery'>): string {
  const text = acquittal(end, groups, delivery);
  return text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
