import type { Packet } from '../packet.js';
import { llc } from './llc.js';

/** Frame control, destination, source. */
const HEADER_LENGTH = 13;

/** FDDI, which carries LLC (LINKTYPE_FDDI). */
export function fddi(packet: Packet): number {
  const { offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  return llc(packet);
}
