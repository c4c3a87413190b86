import type { Packet } from '../packet.js';
import { etherTypeOrLength } from './llc.js';

const SOURCE = 6;
const TYPE = 12;
const HEADER_LENGTH = 14;

/** Ethernet II and IEEE 802.3 (LINKTYPE_ETHERNET). */
export function ethernet(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  packet.segment.linkSource = view.getInt32(offset + SOURCE + 2) ^ (view.getUint16(offset + SOURCE) << 16);
  return etherTypeOrLength(packet, view.getUint16(offset + TYPE));
}
