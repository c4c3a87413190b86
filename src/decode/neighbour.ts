/** ARP (RFC 826) and neighbour discovery (RFC 4861): who asks for a link address, and who has one. */
import { IPV4_MAPPED } from '../core/addresses.js';
import { ETHERTYPE_IPV4 } from './ether-types.js';
import type { Packet } from './packet.js';
import { NEIGHBOUR, NOT_IP, NOT_TCP } from './verdict.js';

/** ARP's header (RFC 826, "Packet format"), for addresses of IPv4. */
const PROTOCOL_TYPE = 2;
const HARDWARE_LENGTH = 4;
const PROTOCOL_LENGTH = 5;
const OPERATION = 6;
const ARP_ADDRESSES = 8;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;
const IPV4_LENGTH = 4;

/** How long the link addresses of an ARP message about addresses of IPv4 are; -1 if it is none, or is cut. */
export function arpHardwareLength(view: DataView, start: number, end: number): number {
  if (start + ARP_ADDRESSES > end) return -1;
  if (view.getUint16(start + PROTOCOL_TYPE) !== ETHERTYPE_IPV4) return -1;
  if (view.getUint8(start + PROTOCOL_LENGTH) !== IPV4_LENGTH) return -1;
  const length = view.getUint8(start + HARDWARE_LENGTH);
  return arpTarget(start, length) + IPV4_LENGTH > end ? -1 : length;
}

/** Where the sender's IPv4 address is, after its link address. */
export function arpSender(start: number, hardwareLength: number): number {
  return start + ARP_ADDRESSES + hardwareLength;
}

/** Where the target's IPv4 address is. */
export function arpTarget(start: number, hardwareLength: number): number {
  return arpSender(start, hardwareLength) + IPV4_LENGTH + hardwareLength;
}

/** ARP. Answers as a `Decapsulator`. */
export function arp(packet: Packet): number {
  const { view, offset, end, neighbour } = packet;
  const hardwareLength = arpHardwareLength(view, offset, end);
  if (hardwareLength < 0) return -NOT_IP;
  const operation = view.getUint16(offset + OPERATION);
  if (operation !== ARP_REQUEST && operation !== ARP_REPLY) return -NOT_IP;
  const sender = view.getInt32(arpSender(offset, hardwareLength));
  // A host without an address yet asks whether one is free (RFC 5227 §2.1.1): nobody should answer.
  if (sender === 0) return -NOT_IP;
  neighbour.version = 4;
  neighbour.isRequest = operation === ARP_REQUEST ? 1 : 0;
  neighbour.sender0 = 0;
  neighbour.sender1 = 0;
  neighbour.sender2 = IPV4_MAPPED;
  neighbour.sender3 = sender;
  neighbour.target0 = 0;
  neighbour.target1 = 0;
  neighbour.target2 = IPV4_MAPPED;
  neighbour.target3 = view.getInt32(arpTarget(offset, hardwareLength));
  neighbour.domain = packet.segment.domain;
  return -NEIGHBOUR;
}

/** Neighbour solicitation and advertisement (RFC 4861 §4.3, §4.4). */
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
export const ND_TARGET = 8;
export const ND_LENGTH = 24;
/** No router has forwarded it (RFC 4861 §7.1). */
const UNFORWARDED = 255;

/** A message of either type, after its IPv6 header. Answers as a `Decapsulator`. */
export function neighbourDiscovery(packet: Packet): number {
  const { view, offset, end, segment, neighbour } = packet;
  if (offset + ND_LENGTH > end || segment.ttl !== UNFORWARDED) return -NOT_TCP;
  const isRequest = view.getUint8(offset) === NEIGHBOUR_SOLICITATION;
  const target = offset + ND_TARGET;
  // As with ARP: a host that does not have the address yet asks without one (RFC 4862 §5.4.2).
  if (isRequest && (segment.source0 | segment.source1 | segment.source2 | segment.source3) === 0)
    return -NOT_TCP;
  neighbour.version = 6;
  neighbour.isRequest = isRequest ? 1 : 0;
  const [word0, word1, word2, word3] = [0, 4, 8, 12].map((at) => view.getInt32(target + at));
  neighbour.sender0 = isRequest ? segment.source0 : word0;
  neighbour.sender1 = isRequest ? segment.source1 : word1;
  neighbour.sender2 = isRequest ? segment.source2 : word2;
  neighbour.sender3 = isRequest ? segment.source3 : word3;
  neighbour.target0 = isRequest ? word0 : segment.destination0;
  neighbour.target1 = isRequest ? word1 : segment.destination1;
  neighbour.target2 = isRequest ? word2 : segment.destination2;
  neighbour.target3 = isRequest ? word3 : segment.destination3;
  neighbour.domain = segment.domain;
  return -NEIGHBOUR;
}
