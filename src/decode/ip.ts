import type { Packet } from './packet.js';

/** IP protocol numbers, which are IPv6 next headers too (IANA Protocol Numbers). */
export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_AH = 51;
export const PROTOCOL_ICMPV6 = 58;

/**
 * Answered instead of a protocol's number for the IP header of a fragment, whose place in its
 * datagram the packet then holds.
 */
export const IPV4_FRAGMENT = 0x100;
export const IPV6_FRAGMENT = 0x101;
/** The highest that a protocol's number can be. */
export const MAX_PROTOCOL = 0xff;

const AH_LENGTH = 1;
/** The part of an Authentication Header that its length field leaves out, in 32-bit words. */
const AH_UNCOUNTED_WORDS = 2;
const AH_MINIMUM = 12;

/**
 * IP Authentication Header (RFC 4302 §2), which signs but does not hide what follows. Answers with the next
 * protocol number, or a negated skip `Verdict`.
 */
export function authenticationHeader(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + AH_MINIMUM > packet.end) return -packet.shortage(offset + AH_MINIMUM);
  packet.offset = offset + ((view.getUint8(offset + AH_LENGTH) + AH_UNCOUNTED_WORDS) << 2);
  return view.getUint8(offset);
}
