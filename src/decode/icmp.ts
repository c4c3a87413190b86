import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './ether-types.js';
import { NEIGHBOUR_ADVERTISEMENT, NEIGHBOUR_SOLICITATION, neighbourDiscovery } from './neighbour.js';
import type { Packet } from './packet.js';
import { copyEnds, type IcmpError } from './segment.js';
import {
  DESTINATION_PORT,
  FLAGS_MASK,
  NUMBERED_LENGTH,
  OFFSET_AND_FLAGS,
  SEQUENCE,
  SOURCE_PORT,
} from './tcp.js';
import { ICMP_ERROR, MALFORMED, NOT_TCP, TRUNCATED, type Verdict } from './verdict.js';

const CODE = 1;
/** Octets before the quoted packet, in ICMP and ICMPv6 errors alike. */
const HEADER_LENGTH = 8;

/** ICMP messages that quote the packet they are about (RFC 792). */
const DESTINATION_UNREACHABLE = 3;
const SOURCE_QUENCH = 4;
const REDIRECT = 5;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;

/** Those that ask for smaller packets, and where they say how small (RFC 1191 §4; RFC 4443 §3.2). */
const FRAGMENTATION_NEEDED = 4;
const MTU = 6;
const PACKET_TOO_BIG_6 = 2;
const MTU_6 = 4;

/** ICMPv6 errors (RFC 4443 §3): destination unreachable to parameter problem. */
const FIRST_ICMPV6_ERROR = 1;
const LAST_ICMPV6_ERROR = 4;

/** ICMPv6 redirect (RFC 4861 §4.5): it quotes in an option, and options come after two addresses. */
export const REDIRECT_6 = 137;
export const REDIRECT_6_OPTIONS = 40;
/** Options have their type, then their length in units of as many octets as precede the quotation (there, §4.6). */
export const REDIRECTED_HEADER = 4;
export const ND_OPTION_UNIT = 8;

/** Every router quotes this much of what follows the IP header (RFC 792): ports and sequence number. */
const MIN_QUOTED_TCP = 8;
const FLAGS_END = OFFSET_AND_FLAGS + 2;

/** ICMP (RFC 792): an error leads to the packet that it quotes. Answers as a `Decapsulator`. */
export function icmp(packet: Packet): number {
  if (packet.offset + HEADER_LENGTH > packet.end) return -packet.shortage(packet.offset + HEADER_LENGTH);
  switch (packet.view.getUint8(packet.offset)) {
    case DESTINATION_UNREACHABLE:
    case SOURCE_QUENCH:
    case TIME_EXCEEDED:
    case PARAMETER_PROBLEM:
      openError(packet, 4);
      return ETHERTYPE_IPV4;
    case REDIRECT:
      openError(packet, 4);
      keepShortest(packet);
      return ETHERTYPE_IPV4;
    default:
      return -NOT_TCP;
  }
}

/** Wireshark reads no more of what a redirect quotes than RFC 792 asks for, so it gives that no number. */
function keepShortest(packet: Packet): void {
  const { view, offset, end } = packet;
  if (offset >= end) return;
  const headerLength = (view.getUint8(offset) & 0x0f) << 2;
  packet.end = Math.min(end, offset + headerLength + MIN_QUOTED_TCP);
}

/** ICMPv6 (RFC 4443 §3): likewise. */
export function icmpv6(packet: Packet): number {
  if (packet.offset + HEADER_LENGTH > packet.end) return -packet.shortage(packet.offset + HEADER_LENGTH);
  const type = packet.view.getUint8(packet.offset);
  if (type === REDIRECT_6) return redirect6(packet);
  if (type === NEIGHBOUR_SOLICITATION || type === NEIGHBOUR_ADVERTISEMENT) return neighbourDiscovery(packet);
  if (type < FIRST_ICMPV6_ERROR || type > LAST_ICMPV6_ERROR) return -NOT_TCP;
  openError(packet, 6);
  return ETHERTYPE_IPV6;
}

/** Leads to what the redirect quotes, if it does. */
function redirect6(packet: Packet): number {
  const { view, end, wireEnd } = packet;
  let at = packet.offset + REDIRECT_6_OPTIONS;
  while (at + ND_OPTION_UNIT <= end) {
    const length = view.getUint8(at + 1) * ND_OPTION_UNIT;
    if (length === 0) return -MALFORMED;
    if (view.getUint8(at) === REDIRECTED_HEADER) {
      openError(packet, 6);
      packet.limit(at, length);
      packet.offset = at + ND_OPTION_UNIT;
      return ETHERTYPE_IPV6;
    }
    at += length;
  }
  return at + ND_OPTION_UNIT > wireEnd ? -NOT_TCP : -TRUNCATED;
}

/** The error's own facts; its sender must be saved before the quoted IP header overwrites the addresses. */
function openError(packet: Packet, version: 4 | 6): void {
  const { view, offset, segment, icmpError } = packet;
  icmpError.version = version;
  icmpError.type = view.getUint8(offset);
  icmpError.code = view.getUint8(offset + CODE);
  icmpError.mtu = mtuOf(icmpError, view, offset);
  icmpError.reporter0 = segment.source0;
  icmpError.reporter1 = segment.source1;
  icmpError.reporter2 = segment.source2;
  icmpError.reporter3 = segment.source3;
  packet.offset = offset + HEADER_LENGTH;
}

function mtuOf({ version, type, code }: IcmpError, view: DataView, offset: number): number {
  if (version === 6) return type === PACKET_TOO_BIG_6 ? view.getUint32(offset + MTU_6) : 0;
  return type === DESTINATION_UNREACHABLE && code === FRAGMENTATION_NEEDED ? view.getUint16(offset + MTU) : 0;
}

/**
 * The TCP header of a quotation into the packet's `icmpError`.
 *
 * @param isDirect whether the packet that could not be delivered is the segment, not a tunnel's packet around it
 */
export function quotedTcp(packet: Packet, isDirect: boolean): Verdict {
  const { view, offset, end, segment, icmpError } = packet;
  if (offset + MIN_QUOTED_TCP > end) return packet.shortage(offset + MIN_QUOTED_TCP);
  copyEnds(segment, icmpError);
  icmpError.sourcePort = view.getUint16(offset + SOURCE_PORT);
  icmpError.destinationPort = view.getUint16(offset + DESTINATION_PORT);
  icmpError.sequence = view.getInt32(offset + SEQUENCE);
  icmpError.isDirect = isDirect ? 1 : 0;
  icmpError.hasHeader = offset + NUMBERED_LENGTH > end ? 0 : 1;
  icmpError.flags = offset + FLAGS_END > end ? -1 : view.getUint16(offset + OFFSET_AND_FLAGS) & FLAGS_MASK;
  return ICMP_ERROR;
}
