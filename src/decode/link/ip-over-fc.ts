import type { Packet } from '../packet.js';
import { llc } from './llc.js';

/** Destination and source, eight octets each. */
const HEADER_LENGTH = 16;

/** IP over Fibre Channel, which carries LLC after its network header (RFC 2625 §3; LINKTYPE_IP_OVER_FC). */
export function ipOverFibreChannel(packet: Packet): number {
  packet.offset += HEADER_LENGTH;
  return llc(packet);
}
