/** Classic captures split into their parts, for mutators that know where records and headers are. */
import { joined, viewOf } from '../octets.js';

export const FILE_HEADER = 24;
export const RECORD_HEADER = 16;
/** In a record's header. */
export const CAPTURED_LENGTH = 8;
export const ORIGINAL_LENGTH = 12;
const LINK_TYPE = 20;
/** Magic numbers of micro- and nanoseconds. */
const MAGICS = [0xa1b2c3d4, 0xa1b23c4d];

export interface Classic {
  readonly littleEndian: boolean;
  readonly header: Uint8Array;
  /** Copies, headers included, as far as they make sense. */
  readonly records: Uint8Array[];
}

/** Null for what is no classic capture. */
export function classicOf(bytes: Uint8Array): Classic | null {
  if (bytes.length < FILE_HEADER) return null;
  const view = viewOf(bytes);
  const littleEndian = MAGICS.includes(view.getUint32(0, true));
  if (!littleEndian && !MAGICS.includes(view.getUint32(0))) return null;
  const records: Uint8Array[] = [];
  let at = FILE_HEADER;
  while (at + RECORD_HEADER <= bytes.length) {
    const end = at + RECORD_HEADER + view.getUint32(at + CAPTURED_LENGTH, littleEndian);
    if (end > bytes.length) break;
    records.push(bytes.slice(at, end));
    at = end;
  }
  return { littleEndian, header: bytes.slice(0, FILE_HEADER), records };
}

export function classicBytes({ header, records }: Classic): Uint8Array {
  return joined([header, ...records]);
}

export function linkTypeOf({ header, littleEndian }: Classic): number {
  return viewOf(header).getUint32(LINK_TYPE, littleEndian);
}

export function setLinkType({ header, littleEndian }: Classic, linkType: number): void {
  viewOf(header).setUint32(LINK_TYPE, linkType, littleEndian);
}

export function dataOf(record: Uint8Array): Uint8Array {
  return record.subarray(RECORD_HEADER);
}

/** A record with other octets, at the time of `like`. */
export function recordWith(like: Uint8Array, data: Uint8Array, littleEndian: boolean): Uint8Array {
  const record = joined([like.subarray(0, RECORD_HEADER), data]);
  const view = viewOf(record);
  view.setUint32(CAPTURED_LENGTH, data.length, littleEndian);
  view.setUint32(ORIGINAL_LENGTH, data.length, littleEndian);
  return record;
}
