import type { Packet } from '../packet.js';

/** Destination and source, eight octets each, and an EtherType. */
const TYPE = 16;
const HEADER_LENGTH = 18;

/** IP over FireWire, as Apple captures it (LINKTYPE_APPLE_IP_OVER_IEEE1394). */
export function ieee1394(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  return view.getUint16(offset + TYPE);
}
