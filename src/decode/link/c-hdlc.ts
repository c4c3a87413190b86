import type { Packet } from '../packet.js';

/** Its addresses, which open each frame. */
export const CISCO_UNICAST = 0x0f;
export const CISCO_MULTICAST = 0x8f;

const TYPE = 2;
const HEADER_LENGTH = 4;

/** Cisco's HDLC: address, control, EtherType (LINKTYPE_C_HDLC). */
export function cHdlc(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  return view.getUint16(offset + TYPE);
}
