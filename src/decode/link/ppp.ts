import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_MPLS } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { MALFORMED, NOT_IP } from '../verdict.js';
import { CISCO_MULTICAST, CISCO_UNICAST, cHdlc } from './c-hdlc.js';

/** PPP protocol numbers (IANA PPP DLL Protocol Numbers). */
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPP_MPLS = 0x0281;

/** The "all stations" address, which opens a frame of HDLC-like framing (RFC 1662 §3.1). */
const ALL_STATIONS = 0xff;
const ADDRESS_AND_CONTROL = 2;
/** Protocol numbers are odd and their first octet is even: an octet that is odd is a whole number (RFC 1661 §2). */
const WHOLE_NUMBER = 0x01;

const PPPOE_HEADER_LENGTH = 6;
const PPPOE_VERSION_AND_TYPE = 0x11;
const PPPOE_CODE = 1;
const PPPOE_PAYLOAD_LENGTH = 4;

/**
 * PPP with or without HDLC-like framing, or Cisco's HDLC, by the first octet (LINKTYPE_PPP, LINKTYPE_PPP_HDLC).
 * No protocol in use has a number that begins with any of these.
 */
export function ppp(packet: Packet): number {
  const { view, offset } = packet;
  if (offset >= packet.end) return -packet.shortage(offset + 1);
  const first = view.getUint8(offset);
  if (first === CISCO_UNICAST || first === CISCO_MULTICAST) return cHdlc(packet);
  if (first === ALL_STATIONS) packet.offset = offset + ADDRESS_AND_CONTROL;
  return pppProtocol(packet);
}

/** PPP over Ethernet, from its own header on (RFC 2516 §4; LINKTYPE_PPP_ETHER). */
export function pppoe(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + PPPOE_HEADER_LENGTH > packet.end) return -packet.shortage(offset + PPPOE_HEADER_LENGTH);
  if (view.getUint8(offset) !== PPPOE_VERSION_AND_TYPE) return -MALFORMED;
  // Only a session carries traffic; all other codes belong to its discovery.
  if (view.getUint8(offset + PPPOE_CODE) !== 0) return -NOT_IP;
  packet.offset = offset + PPPOE_HEADER_LENGTH;
  packet.limit(packet.offset, view.getUint16(offset + PPPOE_PAYLOAD_LENGTH));
  return pppProtocol(packet);
}

/** The protocol field, of one octet if the peers agreed on that (RFC 1661 §6.5). */
function pppProtocol(packet: Packet): number {
  const { view, offset } = packet;
  if (offset >= packet.end) return -packet.shortage(offset + 1);
  const first = view.getUint8(offset);
  if ((first & WHOLE_NUMBER) !== 0) {
    packet.offset = offset + 1;
    return etherTypeOf(first);
  }
  if (offset + 2 > packet.end) return -packet.shortage(offset + 2);
  packet.offset = offset + 2;
  return etherTypeOf(view.getUint16(offset));
}

function etherTypeOf(protocol: number): number {
  if (protocol === PPP_IPV4) return ETHERTYPE_IPV4;
  if (protocol === PPP_IPV6) return ETHERTYPE_IPV6;
  return protocol === PPP_MPLS ? ETHERTYPE_MPLS : -NOT_IP;
}
