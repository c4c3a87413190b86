import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/core/errors.js';
import { grouped } from '../../src/core/numbers.js';
import { XxHash32 } from '../../src/node/decompress/xxhash.js';
import { readCapture } from '../../src/node/read-capture.js';
import { join } from '../support/capture-builder.js';
import { captureOf } from '../support/fixtures.js';
import { copyOf, type ReadFrame, readFrames } from '../support/frames.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'finwait-decompress-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMPRESSED = new URL('compressed/', import.meta.url).pathname;
const SAMPLES = readdirSync(COMPRESSED).filter((name) => !name.endsWith('.md'));
const bytesOf = (name: string): Buffer => readFileSync(joinPath(COMPRESSED, name));
const le32 = (value: number): number[] =>
  [value, value >>> 8, value >>> 16, value >>> 24].map((v) => v & 255);
const PLAIN = readFrames(readFileSync(captureOf('mixed-200', 'client'))).frames;

async function read(bytes: Uint8Array) {
  const path = joinPath(folder, 'input');
  writeFileSync(path, bytes);
  const frames: ReadFrame[] = [];
  const facts = await readCapture(path, (frame) => frames.push(copyOf(frame)));
  return { frames, facts };
}

/** Those without checksums. */
const UNCHECKED = ['level-19.zst', 'legacy.lz4'];

describe.each(SAMPLES)('%s', (name) => {
  const bytes = bytesOf(name);
  const compression = name.endsWith('.zst') ? 'zstd' : 'lz4';

  it('gives the frames of the plain capture', async () => {
    const { frames, facts } = await read(bytes);
    expect(facts).toMatchObject({ compression, damage: null });
    expect(frames).toEqual(PLAIN);
  });

  it.each([0, 1, 5, 70_000])('may begin with frames to be skipped, of %i octets', async (length) => {
    const skipped = (magic: number) =>
      Uint8Array.from([...le32(magic), ...le32(length), ...new Uint8Array(length)]);
    const { frames, facts } = await read(join(skipped(0x184d2a50), skipped(0x184d2a5f), bytes));
    expect(facts).toMatchObject({ compression, damage: null });
    expect(frames).toEqual(PLAIN);
  });

  it.skipIf(UNCHECKED.includes(name))('never takes what is damaged for sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] ^= flip;
        const result = await read(damaged).catch(() => null);
        if (result?.facts.damage === null) expect(result.frames).toEqual(PLAIN);
      }),
      { numRuns: 60 },
    );
  });

  // The legacy sample is a single block, which is decoded when it is whole.
  it.skipIf(name === 'legacy.lz4')('gives the frames before a cut, and says that it is cut', async () => {
    const { frames, facts } = await read(bytes.subarray(0, bytes.length - 9));
    expect(frames).toEqual(PLAIN.slice(0, frames.length));
    expect(facts.damage?.message).toMatch(
      new RegExp(
        `^the ${compression} stream ends early, after ${grouped(bytes.length - 9)} compressed octets`,
      ),
    );
  });

  it('never fails otherwise than in its own words, whatever is wrong in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
        fc.nat(bytes.length),
        async (flips, cut) => {
          const damaged = Uint8Array.from(bytes.subarray(0, Math.max(4, cut)));
          for (const [at, flip] of flips) if (at >= 4 && at < damaged.length) damaged[at] ^= flip;
          await read(damaged).catch((error: unknown) => expect(error).toBeInstanceOf(CaptureError));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a checksum that is wrong', () => {
  /** The sample with another octet at a place counted from its end. */
  const altered = (name: string, fromEnd: number): Uint8Array => {
    const bytes = Uint8Array.from(bytesOf(name));
    bytes[bytes.length - fromEnd] ^= 0x80;
    return bytes;
  };

  it.each([
    ['level-3.zst', 'zstd'],
    ['frames.zst', 'zstd'],
    ['frames.lz4', 'lz4'],
    ['blocks.lz4', 'lz4'],
  ])('of the content of %s is told behind all frames', async (name, compression) => {
    const { frames, facts } = await read(altered(name, 1));
    expect(frames).toEqual(PLAIN);
    const { message, frame } = facts.damage!;
    expect(frame).toBe(PLAIN.length + 1);
    const found =
      /^the (\w+) stream is damaged before its octet ([\d,]+) \(the checksum of the compressed frame’s content, which has been analysed, should be 0x([0-9a-f]{8}), but is 0x([0-9a-f]{8})\)$/.exec(
        message,
      )!;
    expect(found.slice(1, 3)).toEqual([compression, grouped(bytesOf(name).length)]);
    expect(parseInt(found[3], 16) ^ parseInt(found[4], 16)).toBe(0x8000_0000 | 0);
  });

  it('of the first of two frames ends the reading behind that one', async () => {
    const bytes = Uint8Array.from(bytesOf('frames.zst'));
    // What zstd wrote of the first 50,000 octets, right before the frame to be skipped.
    const skipped = bytes.findIndex((_, at) =>
      le32(0x184d2a50).every((octet, i) => (bytes[at + i] & (i === 0 ? 0xf0 : 0xff)) === octet),
    );
    bytes[skipped - 1] ^= 1;
    const { frames, facts } = await read(bytes);
    expect(frames.length).toBeGreaterThan(100);
    expect(frames).toEqual(PLAIN.slice(0, frames.length));
    expect(facts.damage).toMatchObject({ frame: frames.length + 1 });
    expect(facts.damage?.message).toContain(`before its octet ${grouped(skipped)} `);
  });

  it('of an lz4 block keeps that block back, and tells where it is', async () => {
    // End mark and checksum of the content come behind the last block’s checksum.
    const { frames, facts } = await read(altered('linked.lz4', 9));
    expect(frames.length).toBeGreaterThan(100);
    expect(frames.length).toBeLessThan(PLAIN.length);
    expect(frames).toEqual(PLAIN.slice(0, frames.length));
    const end = bytesOf('linked.lz4').length - 8;
    expect(facts.damage?.message).toMatch(
      new RegExp(
        `^the lz4 stream is damaged before its octet ${grouped(end)} \\(the checksum of a block should be 0x`,
      ),
    );
  });

  it('of an lz4 header is refused', async () => {
    const bytes = Uint8Array.from(bytesOf('blocks.lz4'));
    bytes[6] ^= 1;
    await expect(read(bytes)).rejects.toThrow(
      /octet 7 \(the checksum of the compressed frame’s header should be 0x[0-9a-f]{2}, but is 0x[0-9a-f]{2}\)/,
    );
  });
});

describe('frames to be skipped', () => {
  const skipped = [...le32(0x184d2a53), ...le32(4), 1, 2, 3, 4];

  it.each([
    ['without anything behind them', []],
    ['that are cut', [...le32(0x184d2a50), ...le32(100), 1, 2, 3]],
    ['before what is not zstd nor lz4', [0x1f, 0x8b, 8, 0]],
  ])('are no capture %s', async (_name, rest) => {
    await expect(read(Uint8Array.from([...skipped, ...rest]))).rejects.toThrow(
      /^this is data compressed with zstd or lz4; decompress it first: zstd -dc FILE \| finwait -/,
    );
  });
});

describe('hostile compression', () => {
  const headerOfLz4 = (...descriptor: number[]): number[] => {
    const hash = new XxHash32();
    hash.update(Uint8Array.from(descriptor));
    return [...le32(0x184d2204), ...descriptor, (hash.digest() >>> 8) & 255];
  };

  it.each([
    [
      'a zstd window of 2 TiB',
      [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8],
      /window of .* MiB, more than 8.*zstd -dc --long=31/,
    ],
    [
      'a zstd content of 2 GB in one segment',
      [0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...le32(2_000_000_000)],
      /window of 1908 MiB/,
    ],
    [
      'a zstd block of 2 MiB',
      [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0xf9, 0xff, 0xff],
      /block claims to have 2,097,151/,
    ],
    [
      'an lz4 block of 2 GiB',
      [...headerOfLz4(0x40, 0x70), ...le32(0x7fffffff)],
      /claims to have 2,147,483,647/,
    ],
    ['an lz4 dictionary', [...le32(0x184d2204), 0x41, 0x70, 0, 0, 0, 0, 0], /dictionary/],
    [
      'an lz4 match before the start',
      [...headerOfLz4(0x60, 0x40), ...le32(4), 0x10, 65, 9, 0],
      /too far back/,
    ],
    [
      'an lz4 block that never ends to grow',
      [...headerOfLz4(0x60, 0x40), ...le32(400), 0x1f, 65, 1, 0, ...Array.from({ length: 396 }, () => 255)],
      /inflates to more|a length is cut off/,
    ],
  ])('%s is refused', async (_name, octets, message) => {
    await expect(read(Uint8Array.from(octets))).rejects.toThrow(message);
  });

  it('takes fifty thousand empty frames', async () => {
    const empty = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00);
    const many = new Uint8Array(empty.length * 50_000).map((_octet, place) => empty[place % empty.length]);
    const { frames } = await read(join(many, bytesOf('level-3.zst')));
    expect(frames).toEqual(PLAIN);
  });
});
