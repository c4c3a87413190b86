import { SERVICE_VLAN, VLAN } from './domains.js';
import { ETHERTYPE_FABRIC_PATH } from './ether-types.js';
import { etherTypeOrLength } from './link/llc.js';
import type { Packet } from './packet.js';

/** Of the tag control information; 0 marks a tag that only gives a priority. */
const ID_MASK = 0x0fff;
const TYPE = 2;
const TAG_LENGTH = 4;

/** One IEEE 802.1Q tag, from its tag control information on. */
export function vlan(packet: Packet): number {
  return tag(packet, VLAN);
}

/** One IEEE 802.1ad tag, which differs in its EtherType alone. */
export function serviceVlan(packet: Packet): number {
  return tag(packet, SERVICE_VLAN);
}

function tag(packet: Packet, kind: number): number {
  const { view, offset } = packet;
  if (offset + TAG_LENGTH > packet.end) return -packet.shortage(offset + TAG_LENGTH);
  packet.offset = offset + TAG_LENGTH;
  const type = view.getUint16(offset + TYPE);
  // What comes before FabricPath is the fabric's own tag; to Wireshark it is no VLAN.
  if (type === ETHERTYPE_FABRIC_PATH) return type;
  const id = view.getUint16(offset) & ID_MASK;
  packet.vlanId = id;
  if (id !== 0) packet.enterNetwork(kind, id);
  return etherTypeOrLength(packet, type);
}
