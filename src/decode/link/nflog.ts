import type { Packet } from '../packet.js';
import { MALFORMED } from '../verdict.js';
import { etherTypeOfFamily } from './null-loopback.js';

const HEADER_LENGTH = 4;
const TLV_HEADER_LENGTH = 4;
const TLV_TYPE = 2;
/** NFULA_PAYLOAD: the packet itself. */
const PAYLOAD = 9;
/** There are some twenty kinds; a limit keeps hostile packets from costing more than others. */
const MAX_TLVS = 64;

/** Linux netfilter log: a header with the address family, then attributes (LINKTYPE_NFLOG). */
export function nflog(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH + TLV_HEADER_LENGTH > packet.end) {
    return -packet.shortage(offset + HEADER_LENGTH + TLV_HEADER_LENGTH);
  }
  // Attributes have the byte order of the machine that captured, which the file does not state; the first
  // one is short, so the order that makes it so is the right one.
  const isLittle = view.getUint16(offset + HEADER_LENGTH, true) <= 0xff;
  let at = offset + HEADER_LENGTH;
  for (let tlvs = 0; tlvs < MAX_TLVS; tlvs++) {
    if (at + TLV_HEADER_LENGTH > packet.end) return -packet.shortage(at + TLV_HEADER_LENGTH);
    const length = view.getUint16(at, isLittle);
    if (length < TLV_HEADER_LENGTH) return -MALFORMED;
    if (view.getUint16(at + TLV_TYPE, isLittle) === PAYLOAD) {
      packet.limit(at, length);
      packet.offset = at + TLV_HEADER_LENGTH;
      return etherTypeOfFamily(view.getUint8(offset));
    }
    at += (length + 3) & ~3;
  }
  return -MALFORMED;
}
