import type { Packet } from '../packet.js';
import { NOT_IP } from '../verdict.js';
import { llc } from './llc.js';

/** Access control, frame control, destination, source. */
const FRAME_CONTROL = 1;
const SOURCE = 8;
const HEADER_LENGTH = 14;
const FRAME_TYPE = 0xc0;
const LLC_FRAME = 0x40;
/** A bit of the source address: a route follows, whose first octet has its length. */
const HAS_ROUTE = 0x80;
const ROUTE_LENGTH = 0x1f;

/** Token Ring (IEEE 802.5), which carries LLC (LINKTYPE_IEEE802_5). */
export function tokenRing(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  if ((view.getUint8(offset + FRAME_CONTROL) & FRAME_TYPE) !== LLC_FRAME) return -NOT_IP;
  const route = offset + HEADER_LENGTH;
  packet.offset = route;
  if ((view.getUint8(offset + SOURCE) & HAS_ROUTE) !== 0) {
    if (route >= packet.end) return -packet.shortage(route + 1);
    packet.offset = route + (view.getUint8(route) & ROUTE_LENGTH);
  }
  return llc(packet);
}
