import type { Packet } from '../packet.js';
import { rawIp } from './raw-ip.js';

/** A direction, and the TCP/IP header as it was on the wire, which is whole again in what follows. */
const HEADER_LENGTH = 16;

/** SLIP as BSD captures it (LINKTYPE_SLIP). */
export function slip(packet: Packet): number {
  packet.offset += HEADER_LENGTH;
  return rawIp(packet);
}
