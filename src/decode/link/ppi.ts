import type { Decapsulator, Packet } from '../packet.js';
import { MALFORMED, UNSUPPORTED_LINK_TYPE } from '../verdict.js';
import { FCS_LENGTH } from './radiotap.js';

/** Version, flags, length and link type, then fields of type, length and value: little-endian. */
const FLAGS = 1;
const LENGTH = 2;
const LINK_TYPE = 4;
const HEADER_LENGTH = 8;
const FIELD_HEADER_LENGTH = 4;
const FIELD_LENGTH = 2;
/** A flag: fields start at multiples of four octets. */
const ALIGNED = 0x01;

const LINKTYPE_IEEE802_11 = 105;
/** The field that all 802.11 frames have: a time stamp of eight octets, and flags. */
const COMMON = 2;
const COMMON_FLAGS = 8;
const COMMON_MIN_LENGTH = 10;
const FLAG_FCS = 0x0001;

/** The decoder of a link type that another's header may name; undefined if there is none. */
export type InnerLayer = (linkType: number) => Decapsulator | undefined;

/** Per-Packet Information, which names the link type of what follows (LINKTYPE_PPI). */
export function ppi(innerLayer: InnerLayer): Decapsulator {
  return (packet) => {
    const { view, offset } = packet;
    if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
    const length = view.getUint16(offset + LENGTH, true);
    if (view.getUint8(offset) !== 0 || length < HEADER_LENGTH) return -MALFORMED;
    const headerEnd = offset + length;
    if (headerEnd > packet.end) return -packet.shortage(headerEnd);
    const linkType = view.getUint32(offset + LINK_TYPE, true);
    if (linkType === LINKTYPE_IEEE802_11 && hasFcs(view, offset, headerEnd))
      packet.limit(headerEnd, packet.wireEnd - headerEnd - FCS_LENGTH);
    packet.offset = headerEnd;
    return enter(packet, linkType, innerLayer);
  };
}

/** Continues with the link type that a header names; one that leads nowhere is remembered. */
export function enter(packet: Packet, linkType: number, innerLayer: InnerLayer): number {
  const decode = innerLayer(linkType);
  if (decode !== undefined) return decode(packet);
  packet.innerLinkType = linkType;
  return -UNSUPPORTED_LINK_TYPE;
}

function hasFcs(view: DataView, start: number, end: number): boolean {
  const alignment = (view.getUint8(start + FLAGS) & ALIGNED) === 0 ? 1 : 4;
  let at = start + HEADER_LENGTH;
  while (at + FIELD_HEADER_LENGTH <= end) {
    const length = view.getUint16(at + FIELD_LENGTH, true);
    const value = at + FIELD_HEADER_LENGTH;
    if (view.getUint16(at, true) === COMMON && length >= COMMON_MIN_LENGTH && value + length <= end)
      return (view.getUint16(value + COMMON_FLAGS, true) & FLAG_FCS) !== 0;
    at = value + ((length + alignment - 1) & -alignment);
  }
  return false;
}
