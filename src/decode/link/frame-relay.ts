import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { MALFORMED, NOT_IP } from '../verdict.js';
import { snap } from './llc.js';

/** The last octet of an address, of two to four, has this bit set (Q.922 §3.3). */
const LAST_OCTET = 0x01;
const MIN_ADDRESS_LENGTH = 2;
const MAX_ADDRESS_LENGTH = 4;
const UNNUMBERED_INFORMATION = 0x03;
/** Network layer protocol identifiers (RFC 2427 §§3–4); a zero before them aligns. */
const PADDING = 0x00;
const NLPID_SNAP = 0x80;
const NLPID_IPV4 = 0xcc;
const NLPID_IPV6 = 0x8e;

/** Frame Relay, with the encapsulation of RFC 2427 or with Cisco's, an EtherType (LINKTYPE_FRELAY). */
export function frameRelay(packet: Packet): number {
  const { view, offset } = packet;
  let at = offset;
  do {
    if (at >= packet.end) return -packet.shortage(at + 1);
    if (at - offset === MAX_ADDRESS_LENGTH) return -MALFORMED;
  } while ((view.getUint8(at++) & LAST_OCTET) === 0);
  if (at - offset < MIN_ADDRESS_LENGTH) return -MALFORMED;
  if (at + 2 > packet.end) return -packet.shortage(at + 2);
  if (view.getUint8(at) !== UNNUMBERED_INFORMATION) {
    packet.offset = at + 2;
    return view.getUint16(at);
  }
  at++;
  if (view.getUint8(at) === PADDING) at++;
  if (at >= packet.end) return -packet.shortage(at + 1);
  const protocol = view.getUint8(at);
  packet.offset = at + 1;
  if (protocol === NLPID_IPV4) return ETHERTYPE_IPV4;
  if (protocol === NLPID_IPV6) return ETHERTYPE_IPV6;
  return protocol === NLPID_SNAP ? snap(packet) : -NOT_IP;
}
