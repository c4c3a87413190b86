import type { Connection, Endpoint, Milestone } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, endedWithin, findReset, gradedBy, milestone, type SeenReset } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { nameOf } from './wording.js';

/** Resets to both ends this close together come from one place between them. */
const MIRROR_SECONDS = 0.01;
/** Routes change by a hop or two; more is another place. */
const HOP_TOLERANCE = 2;
/** What stacks start with. Resets and SYN-ACKs of one host may start with another than its other segments. */
const INITIAL_TTLS = [32, 64, 128, 255];
/** As many resets whose numbers step forward are no chance. */
const STEPS = 3;

/** A reset that its alleged sender probably did not send. */
export const rstOriginSuspect: Rule = {
  id: 'rst-origin-suspect',
  family: 'reset',
  severity: 'warning',
  summary: 'A reset probably came from a device on the path and not from the endpoint it names.',
  options: {},
  signs: ['reset'],
  needs: 'either',
  explains: ['rst-active-abort', 'rst-half-open-discovered', 'rst-not-accepted'],
  related: ['rst-not-accepted', 'rst-half-open-discovered', 'idle-reset-interval'],
  citations: [cite.resetPurpose, cite.middleboxPolicy, cite.middleboxAdvances, cite.noPawsForReset],
  documentation: {
    meaning:
      'Firewalls, load balancers and others on the path end connections with resets in the name of the endpoints. Such a reset betrays itself when the endpoint goes on as if it had not sent it, or by several weaker marks together.',
    proof: [
      'One strong mark: {named} goes on sending after the reset.',
      'Or two weak ones: a TTL that comes from another distance than the other frames of {named}; both ends reset within 10 ms, neither in answer to anything; several resets whose numbers step forward.',
    ],
    notThis: [
      'Another TTL alone: some systems send resets with another initial one (64, 128, 255), and that from the same distance counts for nothing.',
      'Resets of both ends at once alone: both programs may abort on the same message, or on timers of the same length.',
      'Duplicated frames.',
    ],
    applicationSees: 'As after any reset: ECONNRESET where it was accepted, nothing where it was not.',
    likelyCauses: [
      'A firewall or intrusion prevention system that ends the connection (possible).',
      'A load balancer or NAT whose idle timeout resets both sides (possible).',
      'Somebody who injects resets (possible).',
    ],
    nextSteps: [
      'Capture at {named}: a reset that never left there was made on the way.',
      'The logs of the firewalls and load balancers on the path.',
    ],
    example: { fixture: 'blind-reset-exact', capture: 'server' },
  },
  check: eachEndpoint((named, other, connection) => {
    const reset = findReset(named, () => true);
    // A SYN sent again after it shows a caller that refused an acknowledgment with old numbers (Figure 9).
    if (reset === null || repeatsSynAfter(named, reset)) return null;
    const marks: string[] = [];
    const taken = named.timeline.find(
      (entry) => entry.state === 'CLOSED' && entry.retractedBy !== null && entry.frame === reset.frame,
    );
    const strong: string[] = [];
    if (taken !== undefined) strong.push(`{named} went on in frame ${taken.retractedBy}`);
    if (isMirrored(connection, reset, other)) marks.push('both ends were reset at the same moment');
    if (named.ttl !== null && Math.abs(hops(reset.reset.ttl) - hops(named.ttl)) > HOP_TOLERANCE) {
      marks.push(`its TTL is ${reset.reset.ttl}, that of {named} is ${named.ttl}`);
    }
    if (named.resetsSent >= STEPS && hasSteppedNumbers(named.milestones))
      marks.push('several resets carry numbers that step forward');
    if (strong.length === 0 && marks.length < 2) return null;
    return reportFinding(rstOriginSuspect, connection, {
      endpoint: named.role,
      confidence: strong.length > 0 ? gradedBy(connection, 'inferred') : 'possible',
      title: 'A reset in the name of {named} was probably sent by a device on the path',
      explanation: `The reset in frame {rst} is not what {named} would send: ${[...strong, ...marks].join('; ')}.`,
      frames: [reset.frame, taken?.retractedBy ?? null],
      from: reset.time,
      to: reset.time,
      facts: { strongMarks: strong.length, weakMarks: marks.length, ttl: reset.reset.ttl },
      words: { named: nameOf(named), rst: reset.frame },
    });
  }),
};

/** Routers that a segment with this TTL has crossed, if it started with the next of the usual values. */
function hops(ttl: number): number {
  return INITIAL_TTLS.find((initial) => ttl <= initial)! - ttl;
}

function repeatsSynAfter(named: Endpoint, reset: SeenReset): boolean {
  const repeated = milestone(named, 'syn-repeated');
  return repeated !== null && repeated.lastFrame > reset.frame;
}

function isMirrored(connection: Connection, reset: SeenReset, other: Endpoint): boolean {
  if (reset.reset.trigger !== null) return false;
  const mirror = findReset(other, ({ trigger }, seen) => {
    if (trigger !== null) return false;
    const apart = Math.abs(secondsBetween(reset.time, seen.time));
    return endedWithin(connection, Math.min(reset.frame, seen.frame), apart, MIRROR_SECONDS);
  });
  return mirror !== null;
}

function hasSteppedNumbers(milestones: readonly Milestone[]): boolean {
  const numbers = milestones.flatMap(({ reset }) =>
    reset !== undefined && reset.trigger === null ? [reset.sequence] : [],
  );
  return (
    numbers.length >= STEPS && numbers.every((number, i) => i === 0 || ((number - numbers[i - 1]) | 0) > 0)
  );
}
