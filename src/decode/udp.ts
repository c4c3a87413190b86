import { BY_UDP_PORT } from './decapsulators.js';
import { DECLINED, type Packet } from './packet.js';
import { MALFORMED, NOT_TCP } from './verdict.js';

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const LENGTH = 4;
const HEADER_LENGTH = 8;

/** By port, whether it is a tunnel's: two look-ups in the map would double what a datagram costs. */
const IS_TUNNEL = new Uint8Array(0x1_0000);
for (const port of BY_UDP_PORT.keys()) IS_TUNNEL[port] = 1;

/**
 * UDP (RFC 768), which is followed if one of its ports is a tunnel's: the lower one, or else the higher, also if the
 * lower one's tunnel declines, as in Wireshark. Answers as a `Decapsulator`.
 */
export function udp(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -NOT_TCP;
  const source = view.getUint16(offset + SOURCE_PORT);
  const destination = view.getUint16(offset + DESTINATION_PORT);
  if ((IS_TUNNEL[source] | IS_TUNNEL[destination]) === 0) return -NOT_TCP;
  const lower = Math.min(source, destination);
  const higher = Math.max(source, destination);
  const length = view.getUint16(offset + LENGTH);
  // Zero in jumbograms (RFC 2675 §4) and in datagrams that the network card has yet to split.
  if (length !== 0) {
    if (length < HEADER_LENGTH) return -MALFORMED;
    packet.limit(offset, length);
  }
  packet.offset = offset + HEADER_LENGTH;
  let answer = DECLINED;
  if (IS_TUNNEL[lower] !== 0) answer = BY_UDP_PORT.get(lower)!(packet);
  if (answer === DECLINED && IS_TUNNEL[higher] !== 0) answer = BY_UDP_PORT.get(higher)!(packet);
  return answer === DECLINED ? -NOT_TCP : answer;
}
