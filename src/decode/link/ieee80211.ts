import type { Packet } from '../packet.js';
import { ENCRYPTED, LINK_FRAGMENT, NOT_IP } from '../verdict.js';
import { llc } from './llc.js';

/** Frame control, first octet: version, type and "no data" of data frames that carry something. */
const VERSION_TYPE_AND_EMPTY = 0x4f;
const DATA = 0x08;
const QOS = 0x80;
/** Frame control, second octet. */
const FLAGS = 1;
const TO_AND_FROM_DS = 0x03;
const PROTECTED = 0x40;
const ORDER = 0x80;

const SEQUENCE_CONTROL = 22;
const FRAGMENT_NUMBER = 0x0f;
/** With three addresses, and what may come on top of it. */
const HEADER_LENGTH = 24;
const FOURTH_ADDRESS_LENGTH = 6;
const QOS_CONTROL_LENGTH = 2;
const HT_CONTROL_LENGTH = 4;

/** QoS control: several MSDUs in its first octet; mesh control present in its second. */
const A_MSDU = 0x80;
const MESH = 0x01;
/** Mesh control: flags, of which two bits count further addresses, time to live, sequence number. */
const MESH_CONTROL_LENGTH = 6;
const MESH_ADDRESS_EXTENSION = 0x03;

/** Destination, source and length of one MSDU among several, which start at multiples of four octets. */
const SUBFRAME_HEADER_LENGTH = 14;
const SUBFRAME_LENGTH = 12;

/** IEEE 802.11 (§9.2.3) without a radio header (LINKTYPE_IEEE802_11). */
export function ieee80211(packet: Packet): number {
  return ieee80211Frame(packet, false);
}

/**
 * An 802.11 frame from its frame control on. A frame is one segment at most: of several MSDUs in it, only
 * the first is read, and the packet counts such frames. Of an MSDU that was sent in fragments, the first part
 * is read: headers are in there, and IP gives the true length, as in frames that the snaplen cut.
 *
 * @param isPadded whether header and body start at multiples of four octets, as some drivers write them
 */
export function ieee80211Frame(packet: Packet, isPadded: boolean): number {
  const { view, offset } = packet;
  if (offset + 2 > packet.end) return -packet.shortage(offset + 2);
  const kind = view.getUint8(offset);
  if ((kind & VERSION_TYPE_AND_EMPTY) !== DATA) return -NOT_IP;
  const flags = view.getUint8(offset + FLAGS);
  if ((flags & PROTECTED) !== 0) return -ENCRYPTED;

  let length = HEADER_LENGTH;
  if ((flags & TO_AND_FROM_DS) === TO_AND_FROM_DS) length += FOURTH_ADDRESS_LENGTH;
  const qosControl = offset + length;
  const hasQos = (kind & QOS) !== 0;
  if (hasQos) length += (flags & ORDER) === 0 ? QOS_CONTROL_LENGTH : QOS_CONTROL_LENGTH + HT_CONTROL_LENGTH;
  if (isPadded) length = (length + 3) & ~3;
  const body = offset + length;
  if (body > packet.end) return -packet.shortage(body);
  packet.offset = body;

  if ((view.getUint8(offset + SEQUENCE_CONTROL) & FRAGMENT_NUMBER) !== 0) return -LINK_FRAGMENT;
  if (!hasQos) return llc(packet);
  if ((view.getUint8(qosControl) & A_MSDU) !== 0) return firstOfSeveral(packet);
  if ((view.getUint8(qosControl + 1) & MESH) !== 0) passMeshControl(packet);
  return llc(packet);
}

function firstOfSeveral(packet: Packet): number {
  const { view, offset, wireEnd } = packet;
  const start = offset + SUBFRAME_HEADER_LENGTH;
  if (start > packet.end) return -packet.shortage(start);
  const length = view.getUint16(offset + SUBFRAME_LENGTH);
  const next = offset + ((SUBFRAME_HEADER_LENGTH + length + 3) & ~3);
  if (next + SUBFRAME_HEADER_LENGTH <= wireEnd) packet.aggregates++;
  packet.offset = start;
  packet.limit(start, length);
  return llc(packet);
}

/**
 * Outside of meshes the bit that announces mesh control means something else. What follows shows it: only the
 * lowest two bits of mesh flags are in use, and an LLC header of IP never starts with so small a number.
 */
function passMeshControl(packet: Packet): void {
  const { view, offset } = packet;
  if (offset >= packet.end) return;
  const flags = view.getUint8(offset);
  if (flags >= MESH_ADDRESS_EXTENSION) return;
  packet.offset = offset + MESH_CONTROL_LENGTH * (flags + 1);
}
