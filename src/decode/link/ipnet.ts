import type { Packet } from '../packet.js';
import { etherTypeOfFamily } from './null-loopback.js';

/** Version, address family, then lengths, interfaces and zones. */
const FAMILY = 1;
const HEADER_LENGTH = 24;

/** Solaris's observability of IP (LINKTYPE_IPNET). */
export function ipnet(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  return etherTypeOfFamily(view.getUint8(offset + FAMILY));
}
