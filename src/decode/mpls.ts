import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './ether-types.js';
import { ethernet } from './link/ethernet.js';
import type { Packet } from './packet.js';
import { NESTED_TOO_DEEP, NOT_IP } from './verdict.js';

const ENTRY_LENGTH = 4;
const BOTTOM_OF_STACK = 0x100;
const CONTROL_WORD_LENGTH = 4;
/** Labels that are passed: no network stacks more. */
const MAX_LABELS = 16;

/**
 * An MPLS label stack (RFC 3032 §2.1). Nothing names what follows: IP shows by its version, and a nibble of 0
 * is the control word of a pseudowire (RFC 4385 §3), which is taken to carry Ethernet.
 */
export function mpls(packet: Packet): number {
  const { view } = packet;
  for (let labels = 0; labels < MAX_LABELS; labels++) {
    const { offset } = packet;
    if (offset + ENTRY_LENGTH > packet.end) return -packet.shortage(offset + ENTRY_LENGTH);
    packet.offset = offset + ENTRY_LENGTH;
    if ((view.getUint32(offset) & BOTTOM_OF_STACK) !== 0) return underLabels(packet);
  }
  return -NESTED_TOO_DEEP;
}

function underLabels(packet: Packet): number {
  const { view, offset } = packet;
  if (offset >= packet.end) return -packet.shortage(offset + 1);
  const version = view.getUint8(offset) >> 4;
  if (version === 4) return ETHERTYPE_IPV4;
  if (version === 6) return ETHERTYPE_IPV6;
  if (version !== 0) return -NOT_IP;
  packet.offset = offset + CONTROL_WORD_LENGTH;
  return ethernet(packet);
}
