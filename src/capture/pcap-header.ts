/**
 * The header of a classic capture file, which also shows where a further file starts after one.
 * Sources: pcap-savefile(5); draft-ietf-opsawg-pcap "PCAP Capture File Format".
 */

export const PCAP_MAGIC_MICROSECONDS = 0xa1b2c3d4;
export const PCAP_MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Written by libpcap with Alexey Kuznetzov's Linux patches: records have a longer header. */
export const PCAP_MAGIC_MODIFIED = 0xa1b2cd34;

/** File header: magic, versions, time zone and accuracy (both unused in practice), snaplen, link type. */
export const FILE_HEADER_LENGTH = 24;
export const MAJOR_VERSION = 4;
export const MINOR_VERSION = 6;
const TIME_ZONE = 8;
const ACCURACY = 12;
export const SNAPLEN = 16;
export const LINK_TYPE = 20;

/** The magic number, decoded: it gives everything but versions and link type. */
export interface PcapVariant {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  readonly modified: boolean;
}

/** The variant whose magic number is at `at`; null if none is. */
export function variantAt(view: DataView, at: number): PcapVariant | null {
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(at, littleEndian);
    const isPlain = magic === PCAP_MAGIC_MICROSECONDS;
    if (isPlain || magic === PCAP_MAGIC_NANOSECONDS || magic === PCAP_MAGIC_MODIFIED)
      return {
        littleEndian,
        nanoseconds: magic === PCAP_MAGIC_NANOSECONDS,
        modified: magic === PCAP_MAGIC_MODIFIED,
      };
  }
  return null;
}

/** How many octets distinguish a file header from a record. */
export const TELLING_LENGTH = ACCURACY + 4;
const NEWEST_MINOR = 4;
/** No clock is further from Greenwich. */
const FURTHEST_ZONE = 24 * 3600;

/**
 * Whether a file header is at `at`, where a record should be. No record looks like one: it would have to be of one
 * second in 2055, or of another magic number's, and of a frame that had no octets on the wire.
 */
export function isFileHeader(view: DataView, at: number): boolean {
  const variant = variantAt(view, at);
  if (variant === null) return false;
  const { littleEndian } = variant;
  return (
    view.getUint16(at + MAJOR_VERSION, littleEndian) === 2 &&
    view.getUint16(at + MINOR_VERSION, littleEndian) <= NEWEST_MINOR &&
    Math.abs(view.getInt32(at + TIME_ZONE, littleEndian)) <= FURTHEST_ZONE &&
    view.getUint32(at + ACCURACY, littleEndian) === 0
  );
}

/**
 * Where a file header is in the octets from `from` on, before `end`; null if none is. It may be in what a frame
 * carries as well: a capture that is sent over the network has one.
 */
export function findFileHeader(view: DataView, from: number, end: number): number | null {
  for (let at = from; at + TELLING_LENGTH <= end; at++) if (isFileHeader(view, at)) return at;
  return null;
}

/** What to do about several captures that were put one after the other. */
export const JOIN_THEM =
  'join captures with mergecap, or give them to finwait one by one, perhaps with --join';
