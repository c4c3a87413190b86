import type { Packet } from '../packet.js';
import { MALFORMED } from '../verdict.js';
import { ieee80211Frame } from './ieee80211.js';

/** Version, padding, length, and the first word that says which fields are present: little-endian. */
const LENGTH = 2;
const PRESENT = 4;
const MIN_HEADER_LENGTH = 8;
const PRESENT_WORD_LENGTH = 4;

/** Bits of the first such word: a time stamp, flags, and another such word. */
const HAS_TSFT = 0x1;
const HAS_FLAGS = 0x2;
const HAS_MORE = 0x8000_0000;
/** Octets and alignment, which counts from the start of the header. */
const TSFT_LENGTH = 8;

/** Octets of the frame check sequence. */
export const FCS_LENGTH = 4;
const FLAG_FCS = 0x10;
const FLAG_PADDED = 0x20;

/** Radiotap, which says how the 802.11 frame after it was received (LINKTYPE_IEEE802_11_RADIOTAP; radiotap.org). */
export function radiotap(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + MIN_HEADER_LENGTH > packet.end) return -packet.shortage(offset + MIN_HEADER_LENGTH);
  const length = view.getUint16(offset + LENGTH, true);
  if (view.getUint8(offset) !== 0 || length < MIN_HEADER_LENGTH) return -MALFORMED;
  const headerEnd = offset + length;
  if (headerEnd > packet.end) return -packet.shortage(headerEnd);
  packet.offset = headerEnd;
  const flagsAt = radiotapFlagsAt(view, offset, headerEnd);
  if (flagsAt < 0) return -MALFORMED;
  const flags = flagsAt === 0 ? 0 : view.getUint8(flagsAt);
  if ((flags & FLAG_FCS) !== 0) packet.limit(headerEnd, packet.wireEnd - headerEnd - FCS_LENGTH);
  return ieee80211Frame(packet, (flags & FLAG_PADDED) !== 0);
}

/** Where the flags of the header between the two offsets are: 0 if it has none, -1 if they would be outside. */
export function radiotapFlagsAt(view: DataView, start: number, end: number): number {
  const present = view.getUint32(start + PRESENT, true);
  let at = start + MIN_HEADER_LENGTH;
  for (let word = present; (word & HAS_MORE) !== 0; at += PRESENT_WORD_LENGTH) {
    if (at + PRESENT_WORD_LENGTH > end) return -1;
    word = view.getUint32(at, true);
  }
  if ((present & HAS_FLAGS) === 0) return 0;
  if ((present & HAS_TSFT) !== 0) at = start + ((at - start + TSFT_LENGTH - 1) & -TSFT_LENGTH) + TSFT_LENGTH;
  return at < end ? at : -1;
}
