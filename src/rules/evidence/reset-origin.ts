import type { Connection, Endpoint, Milestone } from '../../connections/connection.js';
import { ROUTE_CHANGE_HOPS } from '../../connections/milestones.js';
import { secondsBetween } from '../../core/time.js';
import { isElsewhere, isOfOtherHost, startsElsewhere, startsOtherwise } from './distance.js';
import { endedWithin, findReset, isReset, isUnheard, lasted, milestone, type SeenReset } from './evidence.js';

/** Resets to both ends this close together come from one place between them. */
const MIRROR_SECONDS = 0.01;
/** What a host had sent before a reset is not captured so much later, in seconds and as a share of the round trip. */
const LATE_SECONDS = 0.002;
const LATE_SHARE = 0.25;
/** This many resets whose numbers step forward are no chance. */
const STEPS = 3;

/** What speaks against `reset` having been sent by the endpoint it names, in words for a finding on `{named}`. */
interface Marks {
  readonly reset: SeenReset;
  readonly strong: readonly string[];
  readonly weak: readonly string[];
  /** What had opened the connection instead of the endpoint sent the reset too. */
  readonly byOpener: boolean;
  /** The frame in which the endpoint went on as if it had not sent it. */
  readonly disprovedBy: number | null;
}

/** The first reset in the name of `named` that is probably another's; null if there is none. */
export function foreignReset(connection: Connection, named: Endpoint, other: Endpoint): Marks | null {
  if (named.resetsSent === 0) return null;
  for (const seen of named.milestones) {
    const marks = isReset(seen) ? marksAgainst(connection, named, other, seen) : null;
    if (marks !== null) return marks;
  }
  return null;
}

/** The marks by which a reset in the name of `named` is probably another's; null if there are too few. */
export function marksAgainst(
  connection: Connection,
  named: Endpoint,
  other: Endpoint,
  reset: SeenReset,
): Marks | null {
  // A SYN sent again after it shows a caller that refused an acknowledgment with old numbers (Figure 9).
  if (repeatsSynAfter(named, reset)) return null;
  const weak: string[] = [];
  const taken = named.timeline.find(
    (entry) => entry.state === 'CLOSED' && entry.retractedBy !== null && entry.frame === reset.frame,
  );
  const strong: string[] = [];
  if (taken !== undefined) strong.push(`{named} went on in frame ${taken.retractedBy}`);
  const { ttl } = reset.reset;
  const opener = openerTtl(named, reset);
  const byOpener = opener !== null && Math.abs(ttl - opener) <= ROUTE_CHANGE_HOPS;
  if (byOpener) {
    strong.push(
      `its TTL is ${ttl}; what came in the name of {named} before frame ${milestone(named, 'ttl-changed')!.frame} had ${opener}, and its last segment has ${named.ttl}: what answered for {named} at first sent it`,
    );
  }
  if (taken === undefined && hasStragglers(connection, named, reset))
    weak.push(
      `other segments of {named} came after it, the last in frame ${named.lastSegment!.frame}, unless it overtook them`,
    );
  if (isMirrored(connection, reset, other)) weak.push('both ends were reset at the same moment');
  // If an endpoint sent resets alone, nothing shows which distance is its own.
  if (named.ttl !== null && !byOpener && !isUnheard(named) && startsElsewhere(named, reset.reset)) {
    strong.push(
      `its TTL is ${ttl}, that of {named} is ${named.ttl}: neither started with the same value nor came the same way`,
    );
  } else if (named.ttl !== null && !byOpener && !isUnheard(named) && isUnusual(reset, named.ttl)) {
    weak.push(`its TTL is ${ttl}, that of {named} is ${named.ttl}`);
    const own = findReset(
      named,
      (sent, seen) => seen.frame !== reset.frame && Math.abs(sent.ttl - named.ttl!) <= ROUTE_CHANGE_HOPS,
    );
    if (own !== null)
      weak.push(`{named} sent another reset in frame ${own.frame}, with a TTL of ${own.reset.ttl}`);
  }
  if (reset.reset.otherLinkAddress === true) {
    const mark = 'it came from another MAC address than the segments of {named} before it';
    // Without ACK it may be an answer: another host has the same address, and knows of no connection.
    if (isOfOtherHost(named, reset.reset) && reset.reset.hasAck && reset.reset.trigger === null)
      strong.push(`${mark}, although their TTLs show that no router lies between`);
    else weak.push(mark);
  }
  if (named.resetsSent >= STEPS && hasSteppedNumbers(named.milestones))
    weak.push('several resets carry numbers that step forward');
  if (strong.length === 0 && weak.length < 2) return null;
  return { reset, strong, weak, byOpener, disprovedBy: taken?.retractedBy ?? null };
}

/**
 * The TTL with which the connection was opened in the name of `named`, if its last segment has neither that TTL
 * nor that of `reset`: a load balancer or SYN proxy answers for it before it lets anything through.
 */
function openerTtl(named: Endpoint, reset: SeenReset): number | null {
  const changed = milestone(named, 'ttl-changed');
  if (changed === null || changed.frame > reset.frame || named.ttl === null) return null;
  return Math.abs(reset.reset.ttl - named.ttl) > ROUTE_CHANGE_HOPS ? changed.value : null;
}

/** Its TTL comes from another distance than this one, or an aborting host would have started it with the same value. */
function isUnusual({ reset }: SeenReset, usual: number): boolean {
  return isElsewhere(reset.ttl, usual) || startsOtherwise(usual, reset);
}

/** A host that has reset a connection sends nothing but resets: what it had sent before comes before, or soon. */
function hasStragglers(
  connection: Connection,
  { lastSegment, milestones }: Endpoint,
  reset: SeenReset,
): boolean {
  if (!reset.reset.hasAck || lastSegment === null || lastSegment.frame <= reset.frame) return false;
  if (milestones.some((seen) => isReset(seen) && seen.frame === lastSegment.frame)) return false;
  const late = Math.max(LATE_SECONDS, LATE_SHARE * (connection.vantage.roundTripSeconds ?? 0));
  return lasted(connection, reset.frame, secondsBetween(reset.time, lastSegment.time), late);
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
  const resets = milestones.flatMap(({ reset }) => (reset?.trigger === null ? [reset] : []));
  // A host that no longer has the connection answers all that is under way to it, each time with another number.
  if (resets.length < STEPS || resets[0].verdict === 'no-connection') return false;
  return resets.every(({ sequence }, i) => i === 0 || ((sequence - resets[i - 1].sequence) | 0) > 0);
}
