/** How far away a segment came from, as far as its TTL and its MAC address show it. */
import type { Endpoint, Reset } from '../../connections/connection.js';
import { ROUTE_CHANGE_HOPS } from '../../connections/milestones.js';

/** What stacks start with. Resets and SYN-ACKs of one host may start with another than its other segments. */
const INITIAL_TTLS = [32, 64, 128, 255];

/** How a finding's facts say that another host, as of `isOfOtherHost`, sent the reset. */
export const ANOTHER_HOST = 'another-host';

/** A segment with this TTL comes from another distance than those with `usual`. */
export function isElsewhere(ttl: number, usual: number): boolean {
  return Math.abs(hops(ttl) - hops(usual)) > ROUTE_CHANGE_HOPS;
}

/**
 * The reset came from another MAC address than what its alleged sender had sent before, and neither crossed a router:
 * another host with the same address sent it.
 */
export function isOfOtherHost({ ttl }: Endpoint, reset: Reset): boolean {
  return reset.otherLinkAddress === true && ttl === reset.ttl && hops(ttl) === 0;
}

/** Routers that a segment with this TTL has crossed, if it started with the next of the usual values. */
function hops(ttl: number): number {
  return INITIAL_TTLS.find((initial) => ttl <= initial)! - ttl;
}
