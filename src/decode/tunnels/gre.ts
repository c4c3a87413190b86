import { GRE, GRE_KEY } from '../domains.js';
import { ppp } from '../link/ppp.js';
import { rawIp } from '../link/raw-ip.js';
import type { Packet } from '../packet.js';
import { NOT_TCP } from '../verdict.js';
import { erspan, erspanTypeOneOrTwo } from './erspan.js';

/** Flags and version, then the protocol type; what else there is depends on the flags. */
const TYPE = 2;
const SHORTEST = 4;
const CHECKSUM = 0x8000;
/** Source routes of RFC 1701, which RFC 2784 no longer has. */
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const VERSION_MASK = 0x0007;
/** PPTP's variant, whose key begins with the payload's length and which may acknowledge. */
const ENHANCED = 1;
const ACKNOWLEDGMENT = 0x0080;
const PAYLOAD_LENGTH = 4;
const ENHANCED_SHORTEST = 8;
const FIELD_LENGTH = 4;

/** Protocol types that are not EtherTypes of frames. */
const TYPE_PPP = 0x880b;
const TYPE_ERSPAN = 0x88be;
const TYPE_ERSPAN_3 = 0x22eb;
const TYPE_WCCP = 0x883e;

const REDIRECT_HEADER_LENGTH = 4;

/** Generic Routing Encapsulation (RFC 2784, RFC 2890), and that of PPTP (RFC 2637 §4.1). */
export function gre(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + SHORTEST > packet.end) return -packet.shortage(offset + SHORTEST);
  const flags = view.getUint16(offset);
  const type = view.getUint16(offset + TYPE);
  const version = flags & VERSION_MASK;
  if (version === ENHANCED) return enhanced(packet, flags, type);
  if (version !== 0 || (flags & ROUTING) !== 0) return -NOT_TCP;
  let length = SHORTEST;
  if ((flags & CHECKSUM) !== 0) length += FIELD_LENGTH;
  const key = offset + length;
  if ((flags & KEY) !== 0) length += FIELD_LENGTH;
  if ((flags & SEQUENCE) !== 0) length += FIELD_LENGTH;
  if (offset + length > packet.end) return -packet.shortage(offset + length);
  packet.offset = offset + length;
  // What a switch mirrors is in the network where it was mirrored, whichever way it goes from there.
  if (type !== TYPE_ERSPAN && type !== TYPE_ERSPAN_3) {
    if ((flags & KEY) === 0) packet.enterTunnel(GRE);
    else packet.enterNetwork(GRE_KEY, view.getInt32(key));
  }
  switch (type) {
    case TYPE_PPP:
      return ppp(packet);
    case TYPE_ERSPAN:
      return erspanTypeOneOrTwo(packet, (flags & SEQUENCE) !== 0);
    case TYPE_ERSPAN_3:
      return erspan(packet);
    case TYPE_WCCP:
      return wccp(packet);
    default:
      return type;
  }
}

function enhanced(packet: Packet, flags: number, type: number): number {
  const { view, offset } = packet;
  // A packet without a sequence number only acknowledges.
  if (type !== TYPE_PPP || (flags & KEY) === 0 || (flags & SEQUENCE) === 0) return -NOT_TCP;
  if (offset + ENHANCED_SHORTEST > packet.end) return -packet.shortage(offset + ENHANCED_SHORTEST);
  const acknowledgment = (flags & ACKNOWLEDGMENT) === 0 ? 0 : FIELD_LENGTH;
  packet.offset = offset + ENHANCED_SHORTEST + FIELD_LENGTH + acknowledgment;
  packet.limit(packet.offset, view.getUint16(offset + PAYLOAD_LENGTH));
  // Calls have a different number in each direction.
  packet.enterTunnel(GRE);
  return ppp(packet);
}

/**
 * What routers redirect to web caches (Web Cache Communication Protocol). Its second version has a header of
 * its own under the same type; what does not begin like IPv4 is taken as that.
 */
function wccp(packet: Packet): number {
  const { view, offset } = packet;
  if (offset >= packet.end) return -packet.shortage(offset + 1);
  if (view.getUint8(offset) >> 4 !== 4) packet.offset = offset + REDIRECT_HEADER_LENGTH;
  return rawIp(packet);
}
