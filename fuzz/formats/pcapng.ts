/** pcapng captures split into their blocks, for mutators that know where these are. */
import { viewOf } from '../octets.js';

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const OBSOLETE_PACKET = 2;
export const SIMPLE_PACKET = 3;
export const NAME_RESOLUTION = 4;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;
export const JOURNAL = 9;
export const DECRYPTION_SECRETS = 10;
export const CUSTOM = 0x0bad;
export const BLOCK_TYPES = [
  SECTION_HEADER,
  INTERFACE_DESCRIPTION,
  OBSOLETE_PACKET,
  SIMPLE_PACKET,
  NAME_RESOLUTION,
  INTERFACE_STATISTICS,
  ENHANCED_PACKET,
  JOURNAL,
  DECRYPTION_SECRETS,
  CUSTOM,
  0x4000_0bad,
  0x7fff_ffff,
];

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type, length, and the length again. */
const LEAST_BLOCK = 12;
export const BLOCK_HEADER = 8;
export const BLOCK_TRAILER = 4;

export interface Block {
  readonly type: number;
  readonly littleEndian: boolean;
  /** A copy, its header and trailer included. */
  readonly bytes: Uint8Array;
}

/** The blocks of a pcapng capture, as far as they make sense; none for what is no such capture. */
export function blocksOf(bytes: Uint8Array): Block[] {
  const view = viewOf(bytes);
  const blocks: Block[] = [];
  let littleEndian = true;
  for (let at = 0; at + LEAST_BLOCK <= bytes.length; ) {
    const isSection = view.getUint32(at) === SECTION_HEADER;
    if (isSection) littleEndian = view.getUint32(at + BLOCK_HEADER, true) === BYTE_ORDER_MAGIC;
    else if (at === 0) return [];
    const type = view.getUint32(at, littleEndian);
    const length = view.getUint32(at + 4, littleEndian);
    if (length < LEAST_BLOCK || at + length > bytes.length) break;
    blocks.push({ type, littleEndian, bytes: bytes.slice(at, at + length) });
    at += length;
  }
  return blocks;
}

/** Where a block's options start; null for blocks that have none. */
export function optionsOf({ type, littleEndian, bytes }: Block): number | null {
  if (type === SECTION_HEADER) return 24;
  if (type === INTERFACE_DESCRIPTION) return 16;
  if (type === INTERFACE_STATISTICS) return 20;
  if (type !== ENHANCED_PACKET && type !== OBSOLETE_PACKET) return null;
  if (bytes.length < 32) return null;
  const captured = viewOf(bytes).getUint32(20, littleEndian);
  const at = 28 + captured + ((4 - (captured % 4)) % 4);
  return at <= bytes.length - BLOCK_TRAILER ? at : null;
}

/** Where a block that belongs to an interface has its number, and in how many octets; null for all others. */
export function interfaceOf({ type }: Block): { readonly at: number; readonly octets: 2 | 4 } | null {
  if (type === ENHANCED_PACKET || type === INTERFACE_STATISTICS) return { at: BLOCK_HEADER, octets: 4 };
  return type === OBSOLETE_PACKET ? { at: BLOCK_HEADER, octets: 2 } : null;
}

/** A block with other contents between header and trailer, its lengths made right. */
export function blockWith({ littleEndian, type }: Block, body: Uint8Array): Block {
  const padded = body.length + ((4 - (body.length % 4)) % 4);
  const bytes = new Uint8Array(padded + LEAST_BLOCK);
  bytes.set(body, BLOCK_HEADER);
  const view = viewOf(bytes);
  view.setUint32(0, type, littleEndian);
  view.setUint32(4, bytes.length, littleEndian);
  view.setUint32(bytes.length - BLOCK_TRAILER, bytes.length, littleEndian);
  return { type, littleEndian, bytes };
}

export function bodyOf({ bytes }: Block): Uint8Array {
  return bytes.subarray(BLOCK_HEADER, bytes.length - BLOCK_TRAILER);
}

/** An option: its code, its length and its octets, padded. */
export function option(code: number, octets: Uint8Array, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(4 + octets.length + ((4 - (octets.length % 4)) % 4));
  const view = viewOf(bytes);
  view.setUint16(0, code, littleEndian);
  view.setUint16(2, octets.length, littleEndian);
  bytes.set(octets, 4);
  return bytes;
}
