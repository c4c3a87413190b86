/** Where a reset came from, compared with what its alleged sender had sent before. */
import type { Connection, Endpoint, Reset } from '../../connections/connection.js';
import { ROUTE_CHANGE_HOPS } from '../../connections/milestones.js';
import { hopsCrossed, initialTtl } from '../../connections/origin.js';

/**
 * Who probably sent a reset if not its alleged sender: `another-host` on the same link, by its MAC address; something
 * at `another-distance`, by its TTL; or it took `another-path`, through another router.
 */
export type Elsewhere = 'another-host' | 'another-distance' | 'another-path';

/** Two ways that differ by no more than this may be one: the TTL that a segment started with is a guess. */
const HOPS_BY_CHANCE = 1;

/** Where else the reset came from than its alleged sender; null if nothing shows that. */
export function elsewhereOf({ quality }: Connection, sender: Endpoint, reset: Reset): Elsewhere | null {
  if (isOfOtherHost(sender, reset)) return 'another-host';
  // A capture with copies may see both sides of a router.
  const tolerated = quality.duplicateFrames > 0 ? ROUTE_CHANGE_HOPS : 0;
  if (sender.ttl !== null && hopsApart(sender.ttl, reset.ttl) > tolerated) return 'another-distance';
  return reset.otherLinkAddress === true ? 'another-path' : null;
}

/** A segment with this TTL comes from another distance than those with `usual`, by more than a route change explains. */
export function isElsewhere(ttl: number, usual: number): boolean {
  return hopsApart(ttl, usual) > ROUTE_CHANGE_HOPS;
}

function hopsApart(one: number, other: number): number {
  return Math.abs(hopsCrossed(one) - hopsCrossed(other));
}

/**
 * The reset came from another MAC address than what its alleged sender had sent before, and neither crossed a router:
 * another host with the same address sent it.
 */
export function isOfOtherHost({ ttl }: Endpoint, reset: Reset): boolean {
  if (reset.otherLinkAddress !== true || ttl === null) return false;
  return hopsCrossed(ttl) === 0 && hopsCrossed(reset.ttl) === 0;
}

/**
 * The reset aborts a connection, and started with another TTL than the segments of its alleged sender, which have
 * `usual`. A host aborts a live connection with a segment of that connection; only what belongs to none may get an
 * answer of another kind.
 */
export function startsOtherwise(usual: number, { ttl, hasAck, trigger }: Reset): boolean {
  return hasAck && trigger === null && initialTtl(ttl) !== initialTtl(usual);
}

/** It came from another distance besides. */
export function startsElsewhere({ ttl }: Endpoint, reset: Reset): boolean {
  return ttl !== null && startsOtherwise(ttl, reset) && hopsApart(reset.ttl, ttl) > HOPS_BY_CHANCE;
}
