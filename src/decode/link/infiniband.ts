import type { Packet } from '../packet.js';
import { NOT_IP } from '../verdict.js';

/** An EtherType and two reserved octets (RFC 4391 §6), after a route header or what replaces it. */
const ROUTE_HEADER_LENGTH = 40;
const ENCAPSULATION_LENGTH = 4;

/** Local route header: its second octet says which header is next. */
const LOCAL_ROUTE_HEADER_LENGTH = 8;
const NEXT_HEADER = 1;
const NEXT_HEADER_MASK = 0x03;
const BASE_TRANSPORT = 2;
const GLOBAL_ROUTE = 3;
/** Base transport header, which starts with an operation code. */
const BASE_TRANSPORT_HEADER_LENGTH = 12;
/** A whole message over a reliable or unreliable connection; a datagram, which has a header more. */
const RELIABLE_SEND = 0x04;
const UNRELIABLE_SEND = 0x24;
const DATAGRAM_SEND = 0x64;
const DATAGRAM_HEADER_LENGTH = 8;

/** IP over InfiniBand, after a global route header or the destination in its place (LINKTYPE_IPOIB). */
export function ipOverInfiniband(packet: Packet): number {
  packet.offset += ROUTE_HEADER_LENGTH;
  return encapsulation(packet);
}

/** InfiniBand from its local route header on (LINKTYPE_INFINIBAND), if it carries IP in whole messages. */
export function infiniband(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + LOCAL_ROUTE_HEADER_LENGTH > packet.end)
    return -packet.shortage(offset + LOCAL_ROUTE_HEADER_LENGTH);
  const next = view.getUint8(offset + NEXT_HEADER) & NEXT_HEADER_MASK;
  let transport = offset + LOCAL_ROUTE_HEADER_LENGTH;
  if (next === GLOBAL_ROUTE) transport += ROUTE_HEADER_LENGTH;
  else if (next !== BASE_TRANSPORT) return -NOT_IP;
  const transportEnd = transport + BASE_TRANSPORT_HEADER_LENGTH;
  if (transportEnd > packet.end) return -packet.shortage(transportEnd);
  packet.offset = transportEnd;
  const operation = view.getUint8(transport);
  if (operation === DATAGRAM_SEND) packet.offset += DATAGRAM_HEADER_LENGTH;
  else if (operation !== RELIABLE_SEND && operation !== UNRELIABLE_SEND) return -NOT_IP;
  return encapsulation(packet);
}

function encapsulation(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + ENCAPSULATION_LENGTH > packet.end) return -packet.shortage(offset + ENCAPSULATION_LENGTH);
  packet.offset = offset + ENCAPSULATION_LENGTH;
  return view.getUint16(offset);
}
