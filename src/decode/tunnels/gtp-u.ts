import { GTP_U } from '../domains.js';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../ether-types.js';
import { DECLINED, type Packet } from '../packet.js';
import { MALFORMED, NOT_IP, NOT_TCP } from '../verdict.js';

const HEADER_LENGTH = 8;
/** Version 1 of GTP, not of its charging variant. */
const VERSION_MASK = 0xf0;
const VERSION_1 = 0x30;
/** Extension headers, sequence number, N-PDU number: any of them brings the four optional octets. */
const OPTIONAL = 0x07;
const HAS_EXTENSIONS = 0x04;
const OPTIONAL_LENGTH = 4;
const NEXT_EXTENSION = 3;
const MESSAGE_TYPE = 1;
const LENGTH = 2;
const VERSION_SHIFT = 5;
const LAST_VERSION = 2;
/** Message types of versions 0 and 1, the charging variant's included, from … to (3GPP TS 29.060 §7.1). */
const MESSAGES: readonly (readonly [number, number])[] = [
  [1, 7],
  [16, 37],
  [48, 62],
  [70, 70],
  [96, 105],
  [112, 121],
  [128, 129],
  [240, 241],
  [254, 255],
];
const IS_MESSAGE = new Uint8Array(256);
for (const [from, to] of MESSAGES) IS_MESSAGE.fill(1, from, to + 1);
/** The message that carries a user's packet. */
const G_PDU = 255;
/** No sender stacks more; a limit keeps hostile packets from costing more than others. */
const MAX_EXTENSIONS = 16;

/** GTP-U: users' packets in mobile networks (3GPP TS 29.281 §5.1, §5.2). */
export function gtpU(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  const flags = view.getUint8(offset);
  const type = view.getUint8(offset + MESSAGE_TYPE);
  if ((flags & VERSION_MASK) !== VERSION_1 || type !== G_PDU) return isGtp(flags, type) ? -NOT_TCP : DECLINED;
  packet.offset = offset + HEADER_LENGTH;
  packet.limit(packet.offset, view.getUint16(offset + LENGTH));
  // Its endpoint identifiers differ by direction.
  packet.enterTunnel(GTP_U);
  if ((flags & OPTIONAL) === 0) return userPacket(packet);
  return optionalFields(packet, (flags & HAS_EXTENSIONS) !== 0);
}

/** Whether Wireshark recognises it as one of the protocol's versions and messages at all. */
function isGtp(flags: number, type: number): boolean {
  const version = flags >> VERSION_SHIFT;
  return version === LAST_VERSION || (version < LAST_VERSION && IS_MESSAGE[type] !== 0);
}

function optionalFields(packet: Packet, hasExtensions: boolean): number {
  const { view, offset } = packet;
  if (offset + OPTIONAL_LENGTH > packet.end) return -packet.shortage(offset + OPTIONAL_LENGTH);
  packet.offset = offset + OPTIONAL_LENGTH;
  let type = hasExtensions ? view.getUint8(offset + NEXT_EXTENSION) : 0;
  for (let extensions = 0; type !== 0; extensions++) {
    const at = packet.offset;
    if (at >= packet.end) return -packet.shortage(at + 1);
    // In 32-bit words, this octet and the type of the next one included.
    const length = view.getUint8(at) << 2;
    if (length === 0 || extensions === MAX_EXTENSIONS) return -MALFORMED;
    if (at + length > packet.end) return -packet.shortage(at + length);
    packet.offset = at + length;
    type = view.getUint8(at + length - 1);
  }
  return userPacket(packet);
}

/** IP is known by its version. Radio networks also carry PDCP, whose packets begin with other bits. */
function userPacket(packet: Packet): number {
  const { view, offset } = packet;
  if (offset >= packet.end) return -packet.shortage(offset + 1);
  const version = view.getUint8(offset) >> 4;
  if (version === 4) return ETHERTYPE_IPV4;
  return version === 6 ? ETHERTYPE_IPV6 : -NOT_IP;
}
