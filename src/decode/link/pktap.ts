import type { Decapsulator } from '../packet.js';
import { MALFORMED, NOT_IP, UNSUPPORTED_LINK_TYPE } from '../verdict.js';
import { enter, type InnerLayer } from './ppi.js';

/** Its length, what follows, and the link type of that; then interface, flags and processes: little-endian. */
const WHAT_FOLLOWS = 4;
const LINK_TYPE = 8;
const MIN_HEADER_LENGTH = 108;
const NOTHING = 0;
const PACKET = 1;
/** Longer than any header that Apple's systems write. */
const MAX_PLAUSIBLE_LENGTH = 1024;

/** Apple's header of packets from several interfaces, which names the link type of each (LINKTYPE_PKTAP). */
export function pktap(innerLayer: InnerLayer): Decapsulator {
  return (packet) => {
    const { view, offset } = packet;
    if (offset + MIN_HEADER_LENGTH > packet.end) return -packet.shortage(offset + MIN_HEADER_LENGTH);
    const length = view.getUint32(offset, true);
    if (length < MIN_HEADER_LENGTH) return -MALFORMED;
    if (offset + length > packet.end) return -packet.shortage(offset + length);
    if (view.getUint32(offset + WHAT_FOLLOWS, true) === NOTHING) return -NOT_IP;
    packet.offset = offset + length;
    return enter(packet, view.getUint32(offset + LINK_TYPE, true), innerLayer);
  };
}

/** PKTAP under a link type that anybody may use, as Darwin wrote it before it had one: only what looks like it. */
export function pktapUnder(linkType: number, innerLayer: InnerLayer): Decapsulator {
  const decode = pktap(innerLayer);
  return (packet) => {
    const { view, offset } = packet;
    const isCut = offset + MIN_HEADER_LENGTH > packet.end;
    const length = isCut ? 0 : view.getUint32(offset, true);
    const follows = isCut ? 0 : view.getUint32(offset + WHAT_FOLLOWS, true);
    if (length >= MIN_HEADER_LENGTH && length <= MAX_PLAUSIBLE_LENGTH && follows <= PACKET)
      return decode(packet);
    packet.innerLinkType = linkType;
    return -UNSUPPORTED_LINK_TYPE;
  };
}
