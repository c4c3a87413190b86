import { IP_IN_IP } from '../domains.js';
import { ETHERTYPE_IPV6 } from '../ether-types.js';
import { rawIp } from '../link/raw-ip.js';
import type { Packet } from '../packet.js';

/** IP in IP (RFC 2003), of either version, as Wireshark decodes it. */
export function ipInIp(packet: Packet): number {
  packet.enterTunnel(IP_IN_IP);
  return rawIp(packet);
}

/** IPv6 in IP (RFC 2473; RFC 4213 §3). */
export function ipv6InIp(packet: Packet): number {
  packet.enterTunnel(IP_IN_IP);
  return ETHERTYPE_IPV6;
}
