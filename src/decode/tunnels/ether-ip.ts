import { ETHER_IP } from '../domains.js';
import { ethernet } from '../link/ethernet.js';
import type { Packet } from '../packet.js';
import { NOT_TCP } from '../verdict.js';

const HEADER_LENGTH = 2;
const VERSION = 3;

/** Ethernet frames in IP (RFC 3378 §2). */
export function etherIp(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  if (view.getUint8(offset) >> 4 !== VERSION) return -NOT_TCP;
  packet.offset = offset + HEADER_LENGTH;
  packet.enterTunnel(ETHER_IP);
  return ethernet(packet);
}
