import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { NOT_IP } from '../verdict.js';
import { ethernet } from './ethernet.js';

/** A magic number of three octets, flags, and perhaps the length of extensions and the extensions. */
const MAGIC = 0x4d4743;
const HEADER_LENGTH = 4;
const EXTENSIONS_LENGTH = 2;
const HAS_EXTENSIONS = 0x80;
/** The link header is missing; a number of four octets, little-endian, says what follows. */
const NO_LINK_HEADER = 0x02;
const PROTOCOL_LENGTH = 4;
const IPV4 = 2;
const IPV6 = 6;

/** Ethernet after the header of Juniper's routers, which old ones leave out (LINKTYPE_JUNIPER_ETHER). */
export function juniperEthernet(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  const word = view.getUint32(offset);
  if (word >>> 8 !== MAGIC) return ethernet(packet);
  let at = offset + HEADER_LENGTH;
  if ((word & HAS_EXTENSIONS) !== 0) {
    if (at + EXTENSIONS_LENGTH > packet.end) return -packet.shortage(at + EXTENSIONS_LENGTH);
    at += EXTENSIONS_LENGTH + view.getUint16(at);
  }
  packet.offset = at;
  if ((word & NO_LINK_HEADER) === 0) return ethernet(packet);
  if (at + PROTOCOL_LENGTH > packet.end) return -packet.shortage(at + PROTOCOL_LENGTH);
  packet.offset = at + PROTOCOL_LENGTH;
  const protocol = view.getUint32(at, true);
  if (protocol === IPV4) return ETHERTYPE_IPV4;
  return protocol === IPV6 ? ETHERTYPE_IPV6 : -NOT_IP;
}
