/** Where a reset came from, compared with what its alleged sender had sent before. */
import type { Endpoint, Reset } from '../../connections/connection.js';
import { ROUTE_CHANGE_HOPS } from '../../connections/milestones.js';
import { hopsTo } from '../../connections/origin.js';

/**
 * Who probably sent a reset if not its alleged sender: `another-host` on the same link, by its MAC address; something
 * at `another-distance`, by its TTL; or it took `another-path`, through another router.
 */
export type Elsewhere = 'another-host' | 'another-distance' | 'another-path';

/** Where else the reset came from than its alleged sender; null if nothing shows that. */
export function elsewhereOf(sender: Endpoint, reset: Reset): Elsewhere | null {
  if (isOfOtherHost(sender, reset)) return 'another-host';
  if (sender.ttl !== null && hopsTo(sender.ttl) !== hopsTo(reset.ttl)) return 'another-distance';
  return reset.otherLinkAddress === true ? 'another-path' : null;
}

/** A segment with this TTL comes from another distance than those with `usual`, by more than a route change explains. */
export function isElsewhere(ttl: number, usual: number): boolean {
  return Math.abs(hopsTo(ttl) - hopsTo(usual)) > ROUTE_CHANGE_HOPS;
}

/**
 * The reset came from another MAC address than what its alleged sender had sent before, and neither crossed a router:
 * another host with the same address sent it.
 */
export function isOfOtherHost({ ttl }: Endpoint, reset: Reset): boolean {
  return reset.otherLinkAddress === true && ttl === reset.ttl && hopsTo(ttl) === 0;
}
