import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/core/errors.js';
import {
  block,
  enhancedPacket,
  interfaceDescription,
  join,
  pcap,
  sectionHeader,
  simplePacket,
} from '../support/capture-builder.js';
import { readFrames } from '../support/frames.js';

const data = fc.uint8Array({ maxLength: 80 });
const time = fc.bigInt({ min: 0n, max: 4_294_967_295_000_000n });

const classic = fc
  .record({
    frames: fc.array(fc.record({ data, time: time.map((micros) => micros * 1000n) }), { maxLength: 12 }),
    littleEndian: fc.boolean(),
    nanoseconds: fc.boolean(),
  })
  .map(({ frames, ...variant }) => pcap(frames, variant));

const section = fc.boolean().chain((littleEndian) =>
  fc
    .array(
      fc.oneof(
        fc.tuple(data, time).map(([octets, units]) => enhancedPacket(octets, units, 0, littleEndian)),
        fc
          .tuple(fc.constantFrom(4, 10, 0x0bad), data)
          .map(([type, octets]) => block(type, octets, littleEndian)),
        littleEndian ? data.map((octets) => simplePacket(octets)) : fc.constant(new Uint8Array(0)),
      ),
      { maxLength: 8 },
    )
    .map((blocks) =>
      join(sectionHeader(littleEndian), interfaceDescription(1, [[9, [9]]], littleEndian), ...blocks),
    ),
);
const modern = fc.array(section, { minLength: 1, maxLength: 3 }).map((sections) => join(...sections));

const capture = fc.oneof(classic, modern);
const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 });

describe('any capture', () => {
  it('gives the same frames however it is cut into pieces', () => {
    fc.assert(
      fc.property(capture, sizes, (bytes, pieces) => {
        expect(readFrames(bytes, pieces)).toEqual(readFrames(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it('never fails but with a CaptureError once damaged, in pieces as at once', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(capture, flips, fc.nat(), sizes, (bytes, changes, cut, pieces) => {
        const damaged = bytes.slice(0, bytes.length - (cut % 20));
        for (const [place, mask] of changes) damaged[place % Math.max(1, damaged.length)] ^= mask;
        expect(outcome(damaged, pieces)).toEqual(outcome(damaged));
      }),
      { numRuns: 600 },
    );
  });

  it('of arbitrary octets never fails but with a CaptureError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), sizes, (bytes, pieces) => {
        expect(outcome(bytes, pieces)).toEqual(outcome(bytes));
      }),
      { numRuns: 300 },
    );
  });
});

/** What reading yields: frames and facts, or the refusal. */
function outcome(bytes: Uint8Array, pieces?: readonly number[]): unknown {
  try {
    return readFrames(bytes, pieces);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { message: error.message, offset: error.offset };
  }
}
