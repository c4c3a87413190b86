/** Compressed files as far as inputs need them: gzip by zlib, lz4 and zstd by hand, in the simplest form there is. */
import { gzipSync } from 'node:zlib';
import { joined, viewOf } from '../octets.js';
import type { Random } from '../random.js';

export type Compress = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Several members, each with one of zlib's levels. */
const gzip: Compress = (bytes, random) =>
  joined(piecesOf(bytes, random).map((piece) => gzipSync(piece, { level: random.below(10) })));

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const ZSTD_MOST = 128 << 10;

/** Frames of stored blocks, and of blocks that repeat one octet, between frames to be skipped (RFC 8878 §3.1). */
const zstd: Compress = (bytes, random) =>
  joined(
    piecesOf(bytes, random).flatMap((piece) => {
      const blocks = inRuns(piece).flatMap(({ octets, isRun }) =>
        chunksOf(octets, ZSTD_MOST).map((chunk) => ({ chunk, isRun })),
      );
      // A window of 128 KiB.
      const parts: Uint8Array[] = [Uint8Array.from([...ZSTD_MAGIC, 0x00, 0x38])];
      for (const { chunk, isRun } of blocks) parts.push(zstdBlock(chunk, isRun, false));
      parts.push(zstdBlock(new Uint8Array(0), false, true));
      return [...skippable(random), ...parts];
    }),
  );

function zstdBlock(octets: Uint8Array, isRun: boolean, isLast: boolean): Uint8Array {
  const header = (octets.length << 3) | (isRun ? 2 : 0) | (isLast ? 1 : 0);
  return joined([
    Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16),
    isRun ? octets.subarray(0, 1) : octets,
  ]);
}

/** Frames of blocks that are stored or have matches, without checksums. */
const lz4: Compress = (bytes, random) =>
  joined(
    piecesOf(bytes, random).flatMap((piece) => {
      const blocks = chunksOf(piece, 1 << (10 + random.below(6))).flatMap((chunk) => {
        const isStored = random.below(3) === 0;
        const block = isStored ? chunk : lz4Block(chunk);
        return [le32((isStored ? 0x8000_0000 : 0) + block.length), block];
      });
      // Version 1, blocks of up to 64 KiB, which refer to no other block; the last octet of the header is its check.
      return [...skippable(random), ...LZ4_HEADER, ...blocks, le32(0)];
    }),
  );

const LZ4_HEADER = [Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82)];

/** Sequences of literals and of runs of one octet. */
function lz4Block(octets: Uint8Array): Uint8Array {
  const out: number[] = [];
  let literals: number[] = [];
  const put = (match: number): void => {
    const [long, short] = [Math.min(literals.length, 15), match === 0 ? 0 : Math.min(match - 4, 15)];
    out.push((long << 4) | short, ...extension(literals.length), ...literals);
    if (match > 0) out.push(1, 0, ...extension(match - 4));
    literals = [];
  };
  for (const { octets: run, isRun } of inRuns(octets)) {
    if (isRun && run.length >= 5) {
      literals.push(run[0]);
      put(run.length - 1);
    } else literals.push(...run);
  }
  put(0);
  return Uint8Array.from(out);
}

function extension(length: number): number[] {
  if (length < 15) return [];
  const rest = length - 15;
  return [...new Array<number>(Math.floor(rest / 255)).fill(255), rest % 255];
}

/** A frame that decoders of both formats skip, or none. */
function skippable(random: Random): Uint8Array[] {
  if (random.below(3) !== 0) return [];
  const length = random.below(40);
  return [
    Uint8Array.of(0x50 + random.below(16), 0x2a, 0x4d, 0x18),
    le32(length),
    Uint8Array.from({ length }, () => random.below(256)),
  ];
}

/** One to four pieces, some of which may be empty. */
function piecesOf(bytes: Uint8Array, random: Random): Uint8Array[] {
  const cuts = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1));
  const ends = [0, ...cuts.sort((a, b) => a - b), bytes.length];
  return ends.slice(1).map((end, place) => bytes.subarray(ends[place], end));
}

function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

/** The octets in their order, split so that a run of at least eight equal ones is a part of its own. */
function inRuns(bytes: Uint8Array): { readonly octets: Uint8Array; readonly isRun: boolean }[] {
  const parts: { octets: Uint8Array; isRun: boolean }[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    let end = at + 1;
    while (end < bytes.length && bytes[end] === bytes[at]) end++;
    if (end - at >= 8) {
      if (at > from) parts.push({ octets: bytes.subarray(from, at), isRun: false });
      parts.push({ octets: bytes.subarray(at, end), isRun: true });
      from = end;
    }
    at = end;
  }
  if (from < bytes.length) parts.push({ octets: bytes.subarray(from), isRun: false });
  return parts;
}

function le32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}

export const COMPRESSIONS: Readonly<Record<'gzip' | 'zstd' | 'lz4', Compress>> = { gzip, zstd, lz4 };
