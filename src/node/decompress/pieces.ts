import { grouped } from '../../core/numbers.js';
import type { ByteSource } from '../byte-source.js';

/**
 * How much compressed input a decoder gets at once. What one piece inflates to may be held in memory
 * (deflate packs at most 1032:1).
 */
export const PIECE_LENGTH = 64 << 10;

/** The next piece, read into `buffer` after `length` octets already there; full unless the input ends. */
export async function readPiece(source: ByteSource, buffer: Uint8Array, length = 0): Promise<Uint8Array> {
  let filled = length;
  while (filled < buffer.length) {
    const count = await source.read(buffer, filled, buffer.length - filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** How a compressed stream broke off, as a sentence without a final stop. */
export function endsEarly(name: string, octets: number): string {
  return `the ${name} stream ends early, after ${grouped(octets)} compressed octets`;
}

export function cannotBeDecoded(name: string, from: number, to: number, detail: string): string {
  return `the ${name} stream cannot be decoded between its octets ${grouped(from)} and ${grouped(to)} (${detail})`;
}

export function isDamaged(name: string, octet: number, detail: string): string {
  return `the ${name} stream is damaged before its octet ${grouped(octet)} (${detail})`;
}
