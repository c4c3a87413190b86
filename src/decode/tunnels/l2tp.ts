import { L2TP } from '../domains.js';
import { ppp } from '../link/ppp.js';
import { DECLINED, type Packet } from '../packet.js';
import { NOT_TCP } from '../verdict.js';

/** Flags and version in one word; which fields follow depends on the flags. */
const CONTROL = 0x8000;
const HAS_LENGTH = 0x4000;
const HAS_SEQUENCE = 0x0800;
const HAS_OFFSET = 0x0200;
const VERSION_MASK = 0x000f;
const VERSION_2 = 2;
const VERSION_3 = 3;
const FLAGS_LENGTH = 2;
/** Two numbers each: of tunnel and session, and of this message and the next that is expected. */
const PAIR_LENGTH = 4;
const LENGTH_LENGTH = 2;
const OFFSET_LENGTH = 2;

/**
 * L2TP's data messages, which carry PPP (RFC 2661 §3.1). In version 3, only control messages say what a session
 * carries and after which cookie (RFC 3931), so its packets are not followed.
 */
export function l2tp(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + FLAGS_LENGTH > packet.end) return -packet.shortage(offset + FLAGS_LENGTH);
  const flags = view.getUint16(offset);
  const version = flags & VERSION_MASK;
  if (version !== VERSION_2 && version !== VERSION_3) return DECLINED;
  if (version === VERSION_3 || (flags & CONTROL) !== 0) return -NOT_TCP;
  let length = FLAGS_LENGTH + PAIR_LENGTH;
  if ((flags & HAS_LENGTH) !== 0) length += LENGTH_LENGTH;
  if ((flags & HAS_SEQUENCE) !== 0) length += PAIR_LENGTH;
  if ((flags & HAS_OFFSET) !== 0) length += OFFSET_LENGTH;
  if (offset + length > packet.end) return -packet.shortage(offset + length);
  if ((flags & HAS_LENGTH) !== 0) packet.limit(offset, view.getUint16(offset + FLAGS_LENGTH));
  packet.offset = offset + length;
  // The octets that the offset says to skip come after it.
  if ((flags & HAS_OFFSET) !== 0) packet.offset += view.getUint16(offset + length - OFFSET_LENGTH);
  // Tunnels and sessions have a different number in each direction.
  packet.enterTunnel(L2TP);
  return ppp(packet);
}
