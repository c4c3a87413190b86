import type { Packet } from '../packet.js';
import { SLL_PROTOCOL_LLC } from './linux-sll.js';
import { llc } from './llc.js';

const PROTOCOL = 0;
const HEADER_LENGTH = 20;

/** Linux "cooked" capture, version 2 (LINKTYPE_LINUX_SLL2), where the protocol comes first. */
export function linuxSll2(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  const protocol = view.getUint16(offset + PROTOCOL);
  return protocol === SLL_PROTOCOL_LLC ? llc(packet) : protocol;
}
