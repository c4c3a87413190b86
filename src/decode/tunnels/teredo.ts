import { TEREDO } from '../domains.js';
import { ETHERTYPE_IPV6 } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { NOT_TCP } from '../verdict.js';

/** What an indication opens with, a field that no IPv6 packet begins with. */
const ORIGIN = 0x0000;
const AUTHENTICATION = 0x0001;
const INDICATION_LENGTH = 2;

const ORIGIN_LENGTH = 8;
/** Without the client's identifier and the authentication value, whose lengths it states. */
const AUTHENTICATION_LENGTH = 13;
const IDENTIFIER_LENGTH = 2;
const VALUE_LENGTH = 3;

/** Teredo: IPv6 through NATs, after what servers and relays put in front (RFC 4380 §5.1.1). */
export function teredo(packet: Packet): number {
  const { view, offset } = packet;
  let at = offset;
  if (at + INDICATION_LENGTH > packet.end) return -packet.shortage(at + INDICATION_LENGTH);
  if (view.getUint16(at) === AUTHENTICATION) {
    if (at + AUTHENTICATION_LENGTH > packet.end) return -packet.shortage(at + AUTHENTICATION_LENGTH);
    at += AUTHENTICATION_LENGTH + view.getUint8(at + IDENTIFIER_LENGTH) + view.getUint8(at + VALUE_LENGTH);
    if (at + INDICATION_LENGTH > packet.end) return -packet.shortage(at + INDICATION_LENGTH);
  }
  if (view.getUint16(at) === ORIGIN) at += ORIGIN_LENGTH;
  if (at >= packet.end) return -packet.shortage(at + 1);
  if (view.getUint8(at) >> 4 !== 6) return -NOT_TCP;
  packet.offset = at;
  packet.enterTunnel(TEREDO);
  return ETHERTYPE_IPV6;
}
