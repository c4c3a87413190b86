import { ethernet } from './link/ethernet.js';
import type { Packet } from './packet.js';

/** Forwarding tag and time to live; the frame's check sequence stands behind the Ethernet frame. */
const TAG_LENGTH = 2;

/**
 * Cisco FabricPath, from behind its EtherType on: whole Ethernet frames between switches. What stands before that
 * is the length of an Ethernet header, with or without a VLAN tag, and has switches for addresses.
 */
export function fabricPath(packet: Packet): number {
  packet.offset += TAG_LENGTH;
  return ethernet(packet);
}
