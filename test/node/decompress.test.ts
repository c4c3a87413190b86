import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/core/errors.js';
import { readCapture } from '../../src/node/read-capture.js';
import { join } from '../support/capture-builder.js';
import { captureOf } from '../support/fixtures.js';
import { copyOf, type ReadFrame, readFrames } from '../support/frames.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'finwait-decompress-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMPRESSED = new URL('compressed/', import.meta.url).pathname;
const SAMPLES = readdirSync(COMPRESSED).filter((name) => !name.endsWith('.md'));
const bytesOf = (name: string): Buffer => readFileSync(joinPath(COMPRESSED, name));
const PLAIN = readFrames(readFileSync(captureOf('mixed-200', 'client'))).frames;

async function read(bytes: Uint8Array) {
  const path = joinPath(folder, 'input');
  writeFileSync(path, bytes);
  const frames: ReadFrame[] = [];
  const facts = await readCapture(path, (frame) => frames.push(copyOf(frame)));
  return { frames, facts };
}

describe.each(SAMPLES)('%s', (name) => {
  const bytes = bytesOf(name);
  const compression = name.endsWith('.zst') ? 'zstd' : 'lz4';

  it('gives the frames of the plain capture', async () => {
    const { frames, facts } = await read(bytes);
    expect(facts).toMatchObject({ compression, damage: null });
    expect(frames).toEqual(PLAIN);
  });

  // The legacy sample is a single block, which is decoded when it is whole.
  it.skipIf(name === 'legacy.lz4')('gives the frames before a cut, and says that it is cut', async () => {
    const { frames, facts } = await read(bytes.subarray(0, bytes.length - 9));
    expect(frames).toEqual(PLAIN.slice(0, frames.length));
    expect(facts.damage?.message).toMatch(
      new RegExp(`^the ${compression} stream ends early, after ${bytes.length - 9} compressed octets`),
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

describe('hostile compression', () => {
  const le32 = (value: number): number[] =>
    [value, value >>> 8, value >>> 16, value >>> 24].map((v) => v & 255);

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
      /block claims to have 2097151/,
    ],
    [
      'an lz4 block of 2 GiB',
      [...le32(0x184d2204), 0x40, 0x70, 0, ...le32(0x7fffffff)],
      /claims to have 2147483647/,
    ],
    ['an lz4 dictionary', [...le32(0x184d2204), 0x41, 0x70, 0, 0, 0, 0, 0], /dictionary/],
    [
      'an lz4 match before the start',
      [...le32(0x184d2204), 0x60, 0x40, 0, ...le32(4), 0x10, 65, 9, 0],
      /too far back/,
    ],
    [
      'an lz4 block that never ends to grow',
      [
        ...le32(0x184d2204),
        0x60,
        0x40,
        0,
        ...le32(400),
        0x1f,
        65,
        1,
        0,
        ...Array.from({ length: 396 }, () => 255),
      ],
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
