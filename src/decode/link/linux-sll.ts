import type { Packet } from '../packet.js';
import { llc } from './llc.js';

const PROTOCOL = 14;
const HEADER_LENGTH = 16;

/** Protocol type of frames that open with an 802.2 LLC header; other small values are never IP. */
export const SLL_PROTOCOL_LLC = 0x0004;

/** Linux "cooked" capture, version 1 (LINKTYPE_LINUX_SLL). */
export function linuxSll(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  const protocol = view.getUint16(offset + PROTOCOL);
  return protocol === SLL_PROTOCOL_LLC ? llc(packet) : protocol;
}
