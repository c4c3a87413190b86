/**
 * Whether one device may answer for all hosts that a client calls, such as a proxy or VPN beside it: hosts in several
 * parts of the internet lie at several distances, and what comes from them has as many times to live.
 */
import { contains, parseAddress, parseNetwork } from '../../core/networks.js';
import type { Service } from './census.js';

/** Networks of which one site may hold many, at one distance (RFC 1918, 6598, 3927, 4193, 4291, 1122 §3.2.1.3). */
const OWN_NETWORKS = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].map((text) => parseNetwork(text)!);

/** So many networks at one distance are no chance. */
const LEAST_NETWORKS = 3;

/** The only time to live of all that came from hosts on the internet, of at least three networks; else null. */
export function onlyTtlOf(services: Iterable<Service>): { ttl: number; networks: number } | null {
  const networks = new Set<number>();
  let only: number | null = null;
  for (const { address, ttl } of services) {
    if (ttl === null) continue;
    const part = partOf(address);
    if (part === null) continue;
    if (ttl !== (only ?? ttl)) return null;
    only = ttl;
    networks.add(part);
  }
  return only === null || networks.size < LEAST_NETWORKS ? null : { ttl: only, networks: networks.size };
}

/**
 * The part of the internet that an address is in, by its first 8 bits, or 32 of IPv6, as one provider has many
 * neighbouring networks; null of a site's own.
 */
function partOf(text: string): number | null {
  const address = parseAddress(text);
  if (address === null || OWN_NETWORKS.some((network) => contains(network, address))) return null;
  return address.word0 === 0 ? address.word3 >>> 24 : address.word0;
}
