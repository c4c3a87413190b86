import type { Packet } from '../packet.js';
import { MALFORMED } from '../verdict.js';
import { ieee80211 } from './ieee80211.js';

/** A code and the header's length: what Prism and AVS headers have in common. */
const LENGTH = 4;
const MIN_HEADER_LENGTH = 8;
/** The code of AVS, whose last digits are its version. */
const AVS_MASK = 0xffff_f000;
const AVS_MAGIC = 0x8021_1000;

/**
 * The header of Prism chips' drivers, in the byte order of the machine that captured, which its code shows:
 * 0x41 or 0x44. Drivers also write AVS headers under this link type (LINKTYPE_IEEE802_11_PRISM).
 */
export function prism(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + MIN_HEADER_LENGTH > packet.end) return -packet.shortage(offset + MIN_HEADER_LENGTH);
  if (isAvs(packet)) return avs(packet);
  return passHeader(packet, view.getUint32(offset + LENGTH, view.getUint8(offset) !== 0));
}

/** The AVS header, in network byte order (LINKTYPE_IEEE802_11_AVS). */
export function avs(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + MIN_HEADER_LENGTH > packet.end) return -packet.shortage(offset + MIN_HEADER_LENGTH);
  return isAvs(packet) ? passHeader(packet, view.getUint32(offset + LENGTH)) : -MALFORMED;
}

function isAvs({ view, offset }: Packet): boolean {
  return (view.getUint32(offset) & AVS_MASK) >>> 0 === AVS_MAGIC;
}

function passHeader(packet: Packet, length: number): number {
  const headerEnd = packet.offset + length;
  if (length < MIN_HEADER_LENGTH) return -MALFORMED;
  if (headerEnd > packet.end) return -packet.shortage(headerEnd);
  packet.offset = headerEnd;
  return ieee80211(packet);
}
