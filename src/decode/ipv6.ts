import { authenticationHeader, IPV6_FRAGMENT, PROTOCOL_AH, PROTOCOL_TCP } from './ip.js';
import type { Packet } from './packet.js';
import { MALFORMED } from './verdict.js';

const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;
const HEADER_LENGTH = 40;

/** Extension headers (RFC 8200 §4; IANA IPv6 Extension Header Types). */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT_HEADER = 44;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

/** The shortest extension header, and the unit of the length field, which leaves the first unit out. */
const EXTENSION_UNIT = 8;
const EXTENSION_LENGTH = 1;
const FRAGMENT_OFFSET_AND_MORE = 2;
/** Fragment offset and the M flag. Both zero make an atomic fragment, which is whole (RFC 6946). */
const FRAGMENT_MASK = 0xfff9;
const OFFSET_MASK = 0xfff8;
const MORE_FRAGMENTS = 1;
const FRAGMENT_IDENTIFICATION = 4;
/** Sets datagrams apart from those of IPv4, whose context is never negative. */
const IPV6_CONTEXT = -1;

/** Options of the hop-by-hop header (RFC 8200 §4.2; RFC 2675 §2), after its next header and length. */
const FIRST_OPTION = 2;
const OPTION_HEADER = 2;
const PAD1 = 0;
const JUMBO_PAYLOAD = 0xc2;
const JUMBO_PAYLOAD_LENGTH = 4;
/** More is a lie, and would push offsets out of the int32 range. */
const MAX_JUMBO_LENGTH = 1 << 28;

/** No sender stacks more; a limit keeps hostile packets from costing more than others. */
const MAX_EXTENSION_HEADERS = 32;

/** IPv6 (RFC 8200 §3) with its extension headers. Answers as `ipv4` does. */
export function ipv6(packet: Packet): number {
  const { view, offset, segment } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  if (view.getUint8(offset) >> 4 !== 6) return -MALFORMED;

  const payloadLength = view.getUint16(offset + PAYLOAD_LENGTH);
  const next = view.getUint8(offset + NEXT_HEADER);
  // Zero in jumbograms and in segments that the network card has yet to split, whose only length is the frame's
  // own.
  if (payloadLength !== 0) packet.limit(offset, HEADER_LENGTH + payloadLength);
  else if (next === HOP_BY_HOP) {
    const jumboLength = jumboPayloadLength(packet, offset + HEADER_LENGTH);
    if (jumboLength > MAX_JUMBO_LENGTH) return -MALFORMED;
    if (jumboLength > 0) packet.limit(offset, HEADER_LENGTH + jumboLength);
  }

  segment.dontFragment = 1;
  segment.ipId = -1;
  segment.ttl = view.getUint8(offset + HOP_LIMIT);
  segment.source0 = view.getInt32(offset + SOURCE);
  segment.source1 = view.getInt32(offset + SOURCE + 4);
  segment.source2 = view.getInt32(offset + SOURCE + 8);
  segment.source3 = view.getInt32(offset + SOURCE + 12);
  segment.destination0 = view.getInt32(offset + DESTINATION);
  segment.destination1 = view.getInt32(offset + DESTINATION + 4);
  segment.destination2 = view.getInt32(offset + DESTINATION + 8);
  segment.destination3 = view.getInt32(offset + DESTINATION + 12);

  packet.offset = offset + HEADER_LENGTH;
  if (next === PROTOCOL_TCP) return next;
  packet.unfragmentable = -packet.offset;
  return carriedByIpv6(packet, next);
}

/** What the Jumbo Payload option of the hop-by-hop options at `start` says (RFC 2675 §2); 0 without one. */
function jumboPayloadLength({ view, end }: Packet, start: number): number {
  if (start + EXTENSION_UNIT > end) return 0;
  const optionsEnd = Math.min(end, start + (view.getUint8(start + EXTENSION_LENGTH) + 1) * EXTENSION_UNIT);
  let at = start + FIRST_OPTION;
  while (at + OPTION_HEADER <= optionsEnd) {
    const type = view.getUint8(at);
    if (type === PAD1) {
      at++;
      continue;
    }
    const length = view.getUint8(at + 1);
    if (type === JUMBO_PAYLOAD && length === JUMBO_PAYLOAD_LENGTH) {
      return at + OPTION_HEADER + length > optionsEnd ? 0 : view.getUint32(at + OPTION_HEADER);
    }
    at += OPTION_HEADER + length;
  }
  return 0;
}

/**
 * Walks from the header of type `next` at the packet's offset to the first that is no extension, and answers with
 * its type, or as `ipv6` does.
 */
export function carriedByIpv6(packet: Packet, next: number): number {
  const view = packet.view;
  let type = next;
  for (let headers = 0; headers < MAX_EXTENSION_HEADERS; headers++) {
    const offset = packet.offset;
    switch (type) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case MOBILITY:
      case HOST_IDENTITY:
      case SHIM6:
        if (offset + EXTENSION_UNIT > packet.end) return -packet.shortage(offset + EXTENSION_UNIT);
        packet.offset = offset + (view.getUint8(offset + EXTENSION_LENGTH) + 1) * EXTENSION_UNIT;
        type = view.getUint8(offset);
        break;
      case FRAGMENT_HEADER:
        if (offset + EXTENSION_UNIT > packet.end) return -packet.shortage(offset + EXTENSION_UNIT);
        packet.offset = offset + EXTENSION_UNIT;
        type = view.getUint8(offset);
        if ((view.getUint16(offset + FRAGMENT_OFFSET_AND_MORE) & FRAGMENT_MASK) !== 0) {
          openFragment(packet, offset, type);
          return IPV6_FRAGMENT;
        }
        break;
      case PROTOCOL_AH:
        type = authenticationHeader(packet);
        break;
      default:
        return type;
    }
  }
  return -MALFORMED;
}

/** What the Fragment header at `offset` says (RFC 8200 §4.5). */
function openFragment(packet: Packet, offset: number, next: number): void {
  const { view } = packet;
  const offsetAndMore = view.getUint16(offset + FRAGMENT_OFFSET_AND_MORE);
  packet.fragmentOffset = offsetAndMore & OFFSET_MASK;
  packet.moreFragments = offsetAndMore & MORE_FRAGMENTS;
  packet.identification = view.getInt32(offset + FRAGMENT_IDENTIFICATION);
  packet.fragmentProtocol = next;
  packet.fragmentContext = IPV6_CONTEXT;
  packet.unfragmentable += offset;
}
