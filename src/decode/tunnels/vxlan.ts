import { VXLAN } from '../domains.js';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_MPLS } from '../ether-types.js';
import { ethernet } from '../link/ethernet.js';
import type { Packet } from '../packet.js';
import { NOT_IP } from '../verdict.js';

const HEADER_LENGTH = 8;
/** Of the generic extension: the header says what follows. */
const PROTOCOL_IS_NAMED = 0x04;
const NEXT_PROTOCOL = 3;
/** The network's identifier, and an octet that is reserved. */
const NETWORK = 4;

const NEXT_UNNAMED = 0;
const NEXT_IPV4 = 1;
const NEXT_IPV6 = 2;
const NEXT_ETHERNET = 3;
const NEXT_MPLS = 5;

/**
 * VXLAN (RFC 7348 §5), which carries Ethernet. Receivers drop it without the flag I, by which it names a network;
 * what it carries was sent all the same, and Wireshark shows it.
 */
export function vxlan(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  packet.enterNetwork(VXLAN, view.getUint32(offset + NETWORK) >>> 8);
  return ethernet(packet);
}

/**
 * Its generic protocol extension, which may carry IP without Ethernet (draft-ietf-nvo3-vxlan-gpe §3). Like
 * Wireshark, it takes a protocol at its word even without the flag P; a header that names none is VXLAN's.
 */
export function vxlanGpe(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  const next = view.getUint8(offset + NEXT_PROTOCOL);
  packet.offset = offset + HEADER_LENGTH;
  packet.enterNetwork(VXLAN, view.getUint32(offset + NETWORK) >>> 8);
  switch (next) {
    case NEXT_UNNAMED:
      return (view.getUint8(offset) & PROTOCOL_IS_NAMED) === 0 ? ethernet(packet) : -NOT_IP;
    case NEXT_IPV4:
      return ETHERTYPE_IPV4;
    case NEXT_IPV6:
      return ETHERTYPE_IPV6;
    case NEXT_ETHERNET:
      return ethernet(packet);
    case NEXT_MPLS:
      return ETHERTYPE_MPLS;
    default:
      return -NOT_IP;
  }
}
