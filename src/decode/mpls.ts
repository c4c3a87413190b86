import {
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
  ETHERTYPE_MPLS,
  ETHERTYPE_PPPOE,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_VLAN,
  MAX_802_3_LENGTH,
} from './ether-types.js';
import { ethernet } from './link/ethernet.js';
import type { Packet } from './packet.js';
import { NESTED_TOO_DEEP, NOT_IP } from './verdict.js';

const ENTRY_LENGTH = 4;
const BOTTOM_OF_STACK = 0x100;
const CONTROL_WORD_LENGTH = 4;
/** Labels passed at most: no network stacks more. */
const MAX_LABELS = 16;

/** Of Ethernet without a control word before it. */
const ETHERNET_TYPE = 12;
const ETHERNET_LENGTH = 14;
/** Both service access points of SNAP (IEEE 802.2). */
const SNAP = 0xaaaa;

/**
 * An MPLS label stack (RFC 3032 §2.1). Nothing names what follows: IP is known by its version, and a nibble of 0 is
 * taken as a pseudowire that carries Ethernet, with or without a control word (RFC 4448 §4.6).
 */
export function mpls(packet: Packet): number {
  const { view } = packet;
  for (let labels = 0; labels < MAX_LABELS; labels++) {
    const { offset } = packet;
    if (offset + ENTRY_LENGTH > packet.end) return -packet.shortage(offset + ENTRY_LENGTH);
    packet.offset = offset + ENTRY_LENGTH;
    if ((view.getUint32(offset) & BOTTOM_OF_STACK) !== 0) return underLabels(packet);
  }
  return -NESTED_TOO_DEEP;
}

function underLabels(packet: Packet): number {
  const { view, offset } = packet;
  if (offset >= packet.end) return -packet.shortage(offset + 1);
  const version = view.getUint8(offset) >> 4;
  if (version === 4) return ETHERTYPE_IPV4;
  if (version === 6) return ETHERTYPE_IPV6;
  if (version !== 0) return -NOT_IP;
  if (hasControlWord(packet)) packet.offset = offset + CONTROL_WORD_LENGTH;
  return ethernet(packet);
}

/**
 * Only the ends of a pseudowire know whether there is one. The place of an EtherType shows it; if there is one in both
 * places or in neither, the first half of the word does, which is zero.
 */
function hasControlWord(packet: Packet): boolean {
  const { view, offset, end } = packet;
  const without = isEthernet(packet, offset);
  if (without !== isEthernet(packet, offset + CONTROL_WORD_LENGTH)) return !without;
  return offset + 2 > end || view.getUint16(offset) === 0;
}

/** Whether an Ethernet header at `start` would announce what can lead to TCP. */
function isEthernet({ view, end }: Packet, start: number): boolean {
  if (start + ETHERNET_LENGTH + 2 > end) return false;
  const type = view.getUint16(start + ETHERNET_TYPE);
  const next = view.getUint16(start + ETHERNET_LENGTH);
  switch (type) {
    case ETHERTYPE_IPV4:
      return next >> 12 === 4;
    case ETHERTYPE_IPV6:
      return next >> 12 === 6;
    case ETHERTYPE_VLAN:
    case ETHERTYPE_SERVICE_VLAN:
    case ETHERTYPE_LEGACY_DOUBLE_VLAN:
    case ETHERTYPE_MPLS:
    case ETHERTYPE_PPPOE:
      return true;
    default:
      return type <= MAX_802_3_LENGTH && next === SNAP;
  }
}
