import { describe, expect, it } from 'vitest';
import { XxHash32, XxHash64 } from '../../src/node/decompress/xxhash.js';

/** Length of the input, and what zstd 1.5.4 (the low half of XXH64) and lz4 1.9.4 (XXH32) wrote of it as a checksum. */
const WRITTEN: readonly (readonly [number, number, number])[] = [
  [0, 0x51d8e999, 0x02cc5d05],
  [1, 0xdb052768, 0xcf65b03e],
  [3, 0x8cd49551, 0x2574dcd4],
  [4, 0x3e86c01c, 0xdfcea548],
  [7, 0x3c926887, 0x67ed9cfc],
  [8, 0x6e70f81f, 0x7b4344e3],
  [12, 0xe2252cea, 0x241631af],
  [15, 0xe1b639c1, 0xcfaee20f],
  [16, 0x5a9b232e, 0x3db15c94],
  [17, 0xd82c41f5, 0x2d5f8db3],
  [31, 0xb27eccf9, 0x2439651a],
  [32, 0x1a8d1fed, 0x1cc3e871],
  [33, 0x8ee4cc79, 0xc5ad71b2],
  [36, 0x0230744a, 0x143db923],
  [47, 0xa2560966, 0x2bc9cd95],
  [63, 0xc061538a, 0x0ea2813d],
  [64, 0x31578c86, 0xfcfc3d63],
  [77, 0x50f8b5a2, 0xfef40e55],
  [255, 0xa08bed3a, 0xbd2b5818],
  [256, 0xcc1b220e, 0x8732bd48],
  [70_001, 0xff941aad, 0x64deadfa],
];
const octetsOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * i * 7 + i * 13 + (i >> 8)) & 255);

/** In pieces of the given length, the first of them empty. */
function fed<T extends XxHash32 | XxHash64>(hash: T, octets: Uint8Array, step: number): T {
  hash.update(new Uint8Array(0));
  for (let at = 0; at < octets.length; at += step) hash.update(octets.subarray(at, at + step));
  return hash;
}

describe.each([1, 7, 16, 33, 100_000])('in pieces of %i octets', (step) => {
  it.each(WRITTEN)('%i octets have the checksums of zstd and lz4', (length, xxh64, xxh32) => {
    const octets = octetsOf(length);
    expect(Number(fed(new XxHash64(), octets, step).digest() & 0xffff_ffffn)).toBe(xxh64);
    expect(fed(new XxHash32(), octets, step).digest()).toBe(xxh32);
  });
});

it('has the specification’s values', () => {
  const abc = new TextEncoder().encode('abc');
  expect(fed(new XxHash64(), abc, 3).digest()).toBe(0x44bc2cf5ad770999n);
  expect(fed(new XxHash32(), abc, 3).digest()).toBe(0x32d153ff);
});
