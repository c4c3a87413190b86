import { GENEVE } from '../domains.js';
import type { Packet } from '../packet.js';
import { NOT_TCP } from '../verdict.js';

/** Two bits of version, then the length of the options in 32-bit words. */
const VERSION_SHIFT = 6;
const OPTIONS_MASK = 0x3f;
const TYPE = 2;
/** The network's identifier, and an octet that is reserved. */
const NETWORK = 4;
const HEADER_LENGTH = 8;

/** Geneve (RFC 8926 §3.4): options, then what its EtherType says, mostly Ethernet. */
export function geneve(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  const first = view.getUint8(offset);
  if (first >> VERSION_SHIFT !== 0) return -NOT_TCP;
  packet.offset = offset + HEADER_LENGTH + ((first & OPTIONS_MASK) << 2);
  packet.enterNetwork(GENEVE, view.getUint32(offset + NETWORK) >>> 8);
  return view.getUint16(offset + TYPE);
}
