import type { Packet } from '../packet.js';
import { MALFORMED } from '../verdict.js';
import { etherTypeOfFamily } from './null-loopback.js';

/** Its length, without padding; an address family; then which rule did what, on which interface. */
const FAMILY = 1;
const MIN_HEADER_LENGTH = 48;

/** The log of OpenBSD's packet filter (LINKTYPE_PFLOG). */
export function pflog(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + MIN_HEADER_LENGTH > packet.end) return -packet.shortage(offset + MIN_HEADER_LENGTH);
  const length = view.getUint8(offset);
  if (length < MIN_HEADER_LENGTH) return -MALFORMED;
  packet.offset = offset + ((length + 3) & ~3);
  return etherTypeOfFamily(view.getUint8(offset + FAMILY));
}
