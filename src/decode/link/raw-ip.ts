import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { MALFORMED } from '../verdict.js';

/** No link header at all: the IP version shows which family follows (LINKTYPE_RAW and its DLT_ values). */
export function rawIp(packet: Packet): number {
  if (packet.offset + 1 > packet.end) return -packet.shortage(packet.offset + 1);
  const version = packet.view.getUint8(packet.offset) >> 4;
  if (version === 4) return ETHERTYPE_IPV4;
  if (version === 6) return ETHERTYPE_IPV6;
  return -MALFORMED;
}

/** Nothing but IPv4 (LINKTYPE_IPV4). */
export function rawIpv4(): number {
  return ETHERTYPE_IPV4;
}

/** Nothing but IPv6 (LINKTYPE_IPV6). */
export function rawIpv6(): number {
  return ETHERTYPE_IPV6;
}
