import type { Connection } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { isOfOtherHost } from './evidence/distance.js';
import {
  asksForEcnUntilTheEnd,
  eachEndpoint,
  gradedBy,
  latest,
  type SeenReset,
  tookEffect,
} from './evidence/evidence.js';
import { foreignReset } from './evidence/reset-origin.js';
import type { Citation } from './finding.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf } from './wording/wording.js';

const FIREWALL = 'A firewall or intrusion prevention system that ends the connection (possible).';
const TIMEOUT = 'A load balancer or NAT whose idle timeout resets both sides (possible).';
const SOMEBODY = 'Somebody who injects resets (possible).';
const CAUSES = [FIREWALL, TIMEOUT, SOMEBODY];
const CAUSES_IN_USE = [FIREWALL, SOMEBODY];
const CAUSES_AFTER_SILENCE = [TIMEOUT, FIREWALL, SOMEBODY];
const CITATIONS = [cite.resetHistory, cite.middleboxPolicy];
/** By what the reset answered, or what became of it. */
const CITATIONS_OF_SYN = [cite.resetPurpose, ...CITATIONS];
const CITATIONS_OF_ECN = [cite.resetForEcn, ...CITATIONS_OF_SYN];
const CITATIONS_OF_MISS = [...CITATIONS, cite.middleboxAdvances];
const TAKEN =
  '{other}: as after any reset, ECONNRESET if its program had not closed. {named}: nothing, until it sends again or is reset as well.';
const NOT_TAKEN = 'Nothing on either side: {other} did not accept the reset, as far as the capture shows.';
const SAME_ADDRESS =
  'Another host with the address of {named}, or another network card of that host, as in a bond (possible).';
const CAUSES_ON_LINK = [FIREWALL, SAME_ADDRESS, SOMEBODY];
const OWN_TTL =
  'A system that starts SYN-ACKs and resets with a different TTL from data, or a program that sets one on its sockets, as BGP does with IP_TTL (possible).';

/** Idle timeouts are no shorter. */
const IDLE_SECONDS = 5;

/** A reset that its alleged sender probably did not send. */
export const rstOriginSuspect: Rule = {
  id: 'rst-origin-suspect',
  family: 'reset',
  severity: 'warning',
  summary: 'A reset probably came from a device on the path and not from the endpoint it names.',
  options: {},
  signs: ['reset'],
  needs: 'either',
  explains: ['rst-active-abort', 'rst-half-open-discovered', 'rst-not-accepted', 'undelivered-data-at-abort'],
  related: ['rst-not-accepted', 'rst-half-open-discovered', 'idle-reset-interval'],
  citations: [...CITATIONS_OF_ECN, cite.middleboxAdvances, cite.noPawsForReset],
  documentation: {
    meaning:
      'Firewalls, load balancers and other devices on the path end connections with resets in the name of the endpoints. Such a reset betrays itself if the endpoint goes on as if it had not sent it, or by several weaker marks together.',
    proof: [
      'One strong mark: {named} goes on after the reset, with something new; or the connection was opened in its name with the TTL of the reset, and its last other segment has a different one; or it aborts with a TTL that started with another value, and came from another distance.',
      'Or it has the ACK bit, answers nothing, and came from another MAC address than the segments of {named} before it, and no router lies between: all have unchanged TTLs (64, 128, 255).',
      'Or two weak ones: another MAC address in other cases; a TTL that comes from a different distance than the other frames of {named}, or an abort whose TTL started with another value; another reset from {named} with its usual TTL; other segments of {named} that come clearly later than the reset, even if they may have been sent before it; both ends reset within 10 ms, neither in answer to anything; several resets whose numbers step forward.',
    ],
    notThis: [
      'A different TTL alone: some systems answer what belongs to no connection with a different initial TTL (64, 128, 255), which from the same distance counts for nothing.',
      'Resets of both ends at the same time alone: both programs may abort on the same message, or on timers of the same length.',
      'Duplicated frames, and MAC addresses where the capture holds frames from both sides of a router.',
      'A reset without the timestamps of the segments before it: Linux sends the resets of closed sockets like that, and some systems send all their resets like that.',
      'A jump in the IP identification: some hosts choose it at random, network cards that cut segments renumber them, and IPv6 has none.',
    ],
    applicationSees: 'As after any reset: ECONNRESET if it was accepted, nothing if it was not.',
    likelyCauses: [
      ...CAUSES,
      inCase('If it came from another MAC address on the same link', SAME_ADDRESS),
      inCase('If the connection was opened with the TTL of the reset', OWN_TTL),
    ],
    nextSteps: [
      'Capture at {named}: a reset that never left there was made on the way.',
      'Check the logs of the firewalls and load balancers on the path.',
    ],
    example: { fixture: 'blind-reset-exact', capture: 'server' },
  },
  check: eachEndpoint((named, other, connection) => {
    const marks = foreignReset(connection, named, other);
    if (marks === null) return null;
    const { reset, strong, weak, byOpener, disprovedBy } = marks;
    const onLink = isOfOtherHost(named, reset.reset);
    const silence = silenceBefore(connection, reset);
    return reportFinding(rstOriginSuspect, connection, {
      endpoint: named.role,
      confidence: disprovedBy === null ? 'possible' : gradedBy(connection, 'inferred'),
      title: byOpener
        ? 'A device in front of {named} probably reset the connection'
        : onLink
          ? 'A reset in the name of {named} was probably sent by another machine on its link'
          : 'A reset in the name of {named} was probably sent by a device on the path',
      explanation: `The reset in frame {rst} does not look like one that {named} sent: ${[...strong, ...weak].join('; ')}.${byOpener && silence !== null ? ` It came ${duration(silence.seconds)} after ${silence.since}.` : ''}`,
      applicationSees: tookEffect(reset.reset) ? TAKEN : NOT_TAKEN,
      likelyCauses: byOpener
        ? [causeInFront(silence?.seconds ?? 0), OWN_TTL]
        : onLink
          ? CAUSES_ON_LINK
          : causesAfter(silence),
      citations: citationsFor(connection, reset),
      frames: [reset.frame, disprovedBy],
      from: reset.time,
      to: reset.time,
      facts: { strongMarks: strong.length, weakMarks: weak.length, ttl: reset.reset.ttl },
      words: { named: nameOf(named), other: nameOf(other), rst: reset.frame },
    });
  }),
};

/** Idle timeouts expire only after silence. */
function causesAfter(silence: { readonly seconds: number } | null): readonly string[] {
  if (silence === null) return CAUSES;
  return silence.seconds >= IDLE_SECONDS ? CAUSES_AFTER_SILENCE : CAUSES_IN_USE;
}

function citationsFor(connection: Connection, { reset }: SeenReset): readonly Citation[] {
  if (reset.trigger?.kind === 'syn')
    return asksForEcnUntilTheEnd(connection) ? CITATIONS_OF_ECN : CITATIONS_OF_SYN;
  return reset.verdict === 'challenged' ? CITATIONS_OF_MISS : CITATIONS;
}

/** What a load balancer in front of {named} resets for. */
function causeInFront(silence: number): string {
  const cause = 'A load balancer, proxy or SYN proxy in front of {named} opened the connection and ended it';
  return silence >= IDLE_SECONDS
    ? `${cause} after its idle timeout (likely).`
    : `${cause}: its server was gone or had refused, or a rule of its own forbade what came (possible).`;
}

/** How long nothing new had been sent when the reset came; null if data that came later hides that. */
function silenceBefore(
  { client, server, start }: Connection,
  reset: SeenReset,
): { seconds: number; since: string } | null {
  const data = [client.lastNewData, server.lastNewData].filter((moment) => moment !== null);
  if (data.some(({ frame }) => frame > reset.frame)) return null;
  const last = data.reduce((time, moment) => latest(time, moment.time), start);
  return {
    seconds: secondsBetween(last, reset.time),
    since: data.length === 0 ? 'the connection began' : 'the last data',
  };
}
