import { ethernet } from './link/ethernet.js';
import type { Packet } from './packet.js';

/** Forwarding tag and time to live; the frame's check sequence follows the Ethernet frame. */
const TAG_LENGTH = 2;

/**
 * Cisco FabricPath, from after its EtherType on: whole Ethernet frames between switches. What comes before that is
 * as long as an Ethernet header, with or without a VLAN tag, and its addresses are those of switches.
 */
export function fabricPath(packet: Packet): number {
  packet.offset += TAG_LENGTH;
  return ethernet(packet);
}
