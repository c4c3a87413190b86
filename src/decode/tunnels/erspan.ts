import { MIRRORED_VLAN } from '../domains.js';
import { ethernet } from '../link/ethernet.js';
import { rawIp } from '../link/raw-ip.js';
import type { Packet } from '../packet.js';
import { NOT_IP, NOT_TCP } from '../verdict.js';

/** In the first four bits of the header, before the VLAN in which the frame was; type I has none. */
const VERSION_TYPE_2 = 1;
const VERSION_TYPE_3 = 2;
const VLAN_MASK = 0x0fff;
const TYPE_2_LENGTH = 8;
const TYPE_3_LENGTH = 12;
/** Frame type, hardware and, in the last bit, whether a platform's own header follows. */
const TYPE_3_FLAGS = 10;
const FRAME_TYPE_SHIFT = 10;
const FRAME_TYPE_MASK = 0x1f;
const HAS_SUBHEADER = 0x0001;
const SUBHEADER_LENGTH = 8;

const ETHERNET_FRAME = 0;
const IP_PACKET = 2;

/**
 * Frames that a switch mirrors, under the GRE type that types I and II share: the first has no header, and no
 * sequence number in GRE (draft-foschiano-erspan §4.1).
 */
export function erspanTypeOneOrTwo(packet: Packet, isNumbered: boolean): number {
  return isNumbered ? erspan(packet) : ethernet(packet);
}

/** ERSPAN types II and III, each with its header (draft-foschiano-erspan §4.2, §4.3). */
export function erspan(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + TYPE_2_LENGTH > packet.end) return -packet.shortage(offset + TYPE_2_LENGTH);
  const version = view.getUint8(offset) >> 4;
  const id = view.getUint16(offset) & VLAN_MASK;
  if (id !== 0) packet.enterNetwork(MIRRORED_VLAN, id);
  if (version === VERSION_TYPE_2) {
    packet.offset = offset + TYPE_2_LENGTH;
    return ethernet(packet);
  }
  if (version !== VERSION_TYPE_3) return -NOT_TCP;
  if (offset + TYPE_3_LENGTH > packet.end) return -packet.shortage(offset + TYPE_3_LENGTH);
  const flags = view.getUint16(offset + TYPE_3_FLAGS);
  packet.offset = offset + TYPE_3_LENGTH + ((flags & HAS_SUBHEADER) === 0 ? 0 : SUBHEADER_LENGTH);
  const frameType = (flags >> FRAME_TYPE_SHIFT) & FRAME_TYPE_MASK;
  if (frameType === ETHERNET_FRAME) return ethernet(packet);
  return frameType === IP_PACKET ? rawIp(packet) : -NOT_IP;
}
