import { authenticationHeader, PROTOCOL_AH, PROTOCOL_TCP } from './ip.js';
import type { Packet } from './packet.js';
import { FRAGMENT, MALFORMED } from './verdict.js';

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

/** No sender stacks more; a limit keeps hostile packets from costing more than others. */
const MAX_EXTENSION_HEADERS = 32;

/** IPv6 (RFC 8200 §3) with its extension headers. Answers as `ipv4` does. */
export function ipv6(packet: Packet): number {
  const { view, offset, segment } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  if (view.getUint8(offset) >> 4 !== 6) return -MALFORMED;

  const payloadLength = view.getUint16(offset + PAYLOAD_LENGTH);
  // Zero in jumbograms (RFC 2675) and in segments that are still to be cut by the network card.
  if (payloadLength !== 0) packet.limit(offset, HEADER_LENGTH + payloadLength);

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
  const next = view.getUint8(offset + NEXT_HEADER);
  return next === PROTOCOL_TCP ? next : extensionHeaders(packet, next);
}

/** Walks from the header of type `next` to the first that is no extension, and answers with its type. */
function extensionHeaders(packet: Packet, next: number): number {
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
        if ((view.getUint16(offset + FRAGMENT_OFFSET_AND_MORE) & FRAGMENT_MASK) !== 0) return -FRAGMENT;
        packet.offset = offset + EXTENSION_UNIT;
        type = view.getUint8(offset);
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
