import { IPV4_MAPPED } from '../core/addresses.js';
import { authenticationHeader, IPV4_FRAGMENT, PROTOCOL_AH } from './ip.js';
import type { Packet } from './packet.js';
import { MALFORMED } from './verdict.js';

const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FLAGS_AND_FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const MIN_HEADER_LENGTH = 20;

const DONT_FRAGMENT = 0x4000;
/** More Fragments and the fragment offset: either makes the datagram a fragment. */
const FRAGMENT_MASK = 0x3fff;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;
const OFFSET_UNIT = 8;
const CONTEXT_SHIFT = 8;

/**
 * IPv4 (RFC 791 §3.1). Writes addresses and header facts to the segment, narrows the packet to the
 * datagram, and answers with the protocol number, `IPV4_FRAGMENT`, or a negated skip `Verdict`.
 */
export function ipv4(packet: Packet): number {
  const { view, offset, segment } = packet;
  if (offset + MIN_HEADER_LENGTH > packet.end) return -packet.shortage(offset + MIN_HEADER_LENGTH);
  const versionAndLength = view.getUint8(offset);
  const headerLength = (versionAndLength & 0x0f) << 2;
  if (versionAndLength >> 4 !== 4 || headerLength < MIN_HEADER_LENGTH) return -MALFORMED;

  const totalLength = view.getUint16(offset + TOTAL_LENGTH);
  // A host that leaves segmentation to its network card may be captured with a total length of 0 (Linux
  // before BIG TCP wrote that above 64 KiB); then the frame's own length is the only one.
  if (totalLength !== 0) {
    if (totalLength < headerLength) return -MALFORMED;
    packet.limit(offset, totalLength);
  }
  const payload = offset + headerLength;
  if (payload > packet.end) return -packet.shortage(payload);

  const fragment = view.getUint16(offset + FLAGS_AND_FRAGMENT);
  segment.dontFragment = (fragment & DONT_FRAGMENT) === 0 ? 0 : 1;
  segment.ipId = view.getUint16(offset + IDENTIFICATION);
  segment.ttl = view.getUint8(offset + TTL);
  segment.source0 = 0;
  segment.source1 = 0;
  segment.source2 = IPV4_MAPPED;
  segment.source3 = view.getInt32(offset + SOURCE);
  segment.destination0 = 0;
  segment.destination1 = 0;
  segment.destination2 = IPV4_MAPPED;
  segment.destination3 = view.getInt32(offset + DESTINATION);

  packet.offset = payload;
  const protocol = view.getUint8(offset + PROTOCOL);
  if ((fragment & FRAGMENT_MASK) !== 0) return openFragment(packet, fragment, protocol, headerLength);
  return carriedByIpv4(packet, protocol);
}

/** What the header says of a fragment; its fields have been read from the packet already. */
function openFragment(packet: Packet, fragment: number, protocol: number, headerLength: number): number {
  packet.fragmentOffset = (fragment & OFFSET_MASK) * OFFSET_UNIT;
  packet.moreFragments = fragment & MORE_FRAGMENTS;
  packet.identification = packet.segment.ipId;
  packet.fragmentProtocol = protocol;
  // Wireshark keeps VLANs apart here, if nowhere else.
  packet.fragmentContext = (packet.vlanId << CONTEXT_SHIFT) | protocol;
  packet.unfragmentable = headerLength;
  return IPV4_FRAGMENT;
}

/** What follows the header, which a reassembled datagram does not have. Answers as `ipv4` does. */
export function carriedByIpv4(packet: Packet, protocol: number): number {
  return protocol === PROTOCOL_AH ? authenticationHeader(packet) : protocol;
}
