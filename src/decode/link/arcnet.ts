import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { LINK_FRAGMENT, NOT_IP } from '../verdict.js';

/** Protocol identifiers: RFC 1051 ("Frame Format"), RFC 1201 §8, and IPv6 (RFC 2497 §2). */
const IPV4_RFC_1051 = 0xf0;
const IPV4_RFC_1201 = 0xd4;
const IPV6 = 0xc4;

/** Source and destination, then the protocol. */
const PROTOCOL = 2;
/** Linux has an offset, which belongs to the hardware, in between. */
const PROTOCOL_LINUX = 4;

/** RFC 1201 §2.1: a split flag and a sequence number follow the protocol. */
const SPLIT_HEADER_LENGTH = 3;
/** A frame padded to a length that the hardware can send opens with this flag, padding and the protocol again. */
const EXCEPTION = 0xff;
const EXCEPTION_LENGTH = 4;
/** The split flag of the first part is odd; those of the others are even and not 0. */
const FIRST_PART = 1;

/** ARCNET as BSD captures it (LINKTYPE_ARCNET_BSD). */
export function arcnet(packet: Packet): number {
  return protocolAt(packet, packet.offset + PROTOCOL);
}

/** ARCNET as Linux captures it (LINKTYPE_ARCNET_LINUX). */
export function arcnetLinux(packet: Packet): number {
  return protocolAt(packet, packet.offset + PROTOCOL_LINUX);
}

/**
 * Of a datagram in parts, the first is read: it has the headers, and IP gives the true length. Some systems
 * join the parts under the header of the first.
 */
function protocolAt(packet: Packet, at: number): number {
  const { view } = packet;
  if (at >= packet.end) return -packet.shortage(at + 1);
  const protocol = view.getUint8(at);
  if (protocol === IPV4_RFC_1051) {
    packet.offset = at + 1;
    return ETHERTYPE_IPV4;
  }
  if (protocol !== IPV4_RFC_1201 && protocol !== IPV6) return -NOT_IP;
  let split = at + 1;
  if (split >= packet.end) return -packet.shortage(split + 1);
  if (view.getUint8(split) === EXCEPTION) split += EXCEPTION_LENGTH;
  const payload = split + SPLIT_HEADER_LENGTH;
  if (payload > packet.end) return -packet.shortage(payload);
  packet.offset = payload;
  const flag = view.getUint8(split);
  if (flag !== 0 && (flag & FIRST_PART) === 0) return -LINK_FRAGMENT;
  return protocol === IPV6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
}
