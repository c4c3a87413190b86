import { ETHERTYPE_IPV4, MAX_802_3_LENGTH } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { NOT_IP } from '../verdict.js';

const LLC_LENGTH = 3;
const SNAP_LENGTH = 5;
const SNAP_TYPE = 3;

/** DSAP and SSAP of SNAP and of IP, each with the control octet of unnumbered information (RFC 1042). */
const LLC_SNAP = 0xaaaa03;
const LLC_IP = 0x060603;
/** OUIs whose protocol identifier is an EtherType: encapsulated Ethernet, and bridged 802.1H. */
const OUI_ETHERNET = 0x000000;
const OUI_802_1H = 0x0000f8;

/**
 * The type field of an Ethernet header or VLAN tag, just passed: an EtherType, or the length of an 802.3
 * frame that opens with LLC.
 */
export function etherTypeOrLength(packet: Packet, value: number): number {
  if (value > MAX_802_3_LENGTH) return value;
  if (packet.offset + value < packet.wireEnd) packet.limit(packet.offset, value);
  return llc(packet);
}

/** IEEE 802.2 LLC, and SNAP above it (RFC 1042). Answers as a `Decapsulator`. */
export function llc(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + LLC_LENGTH > packet.end) return -packet.shortage(offset + LLC_LENGTH);
  const header = (view.getUint16(offset) << 8) | view.getUint8(offset + 2);
  if (header === LLC_IP) {
    packet.offset = offset + LLC_LENGTH;
    return ETHERTYPE_IPV4;
  }
  if (header !== LLC_SNAP) return -NOT_IP;
  packet.offset = offset + LLC_LENGTH;
  return snap(packet);
}

/** The OUI and type of SNAP. Answers as a `Decapsulator`. */
export function snap(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + SNAP_LENGTH > packet.end) return -packet.shortage(offset + SNAP_LENGTH);
  const oui = view.getUint32(offset) >>> 8;
  if (oui !== OUI_802_1H && oui !== OUI_ETHERNET) return -NOT_IP;
  packet.offset = offset + SNAP_LENGTH;
  return view.getUint16(offset + SNAP_TYPE);
}
