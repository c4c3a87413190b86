import type { Packet } from '../packet.js';
import { familyEitherWay } from './null-loopback.js';

/** Address family, security parameters index, flags. */
const HEADER_LENGTH = 12;

/** OpenBSD's encapsulating interface: what IPsec carried, in the clear (LINKTYPE_ENC). */
export function enc(packet: Packet): number {
  const { offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  return familyEitherWay(packet.view, offset);
}
