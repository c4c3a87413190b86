import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame } from '../../src/capture/frame.js';
import { TimeResolution } from '../../src/capture/time-resolution.js';

const SECOND = 1_000_000_000n;
const LAST_SECOND = 0xffff_ffffn * SECOND;

/** Nanoseconds since 1970 that the resolution makes of a timestamp. */
function converted(tsresol: number, offset: number, ticks: bigint): bigint {
  const frame = new Frame();
  new TimeResolution(tsresol, offset).apply(Number(ticks >> 32n), Number(ticks & 0xffff_ffffn), frame);
  expect(Object.is(frame.seconds, frame.seconds | 0)).toBe(true);
  expect(Object.is(frame.nanoseconds, frame.nanoseconds | 0)).toBe(true);
  return BigInt(frame.seconds >>> 0) * SECOND + BigInt(frame.nanoseconds);
}

/** The same by the definition, in arithmetic that cannot round. */
function exact(tsresol: number, offset: number, ticks: bigint): bigint {
  const unitsPerSecond = (tsresol & 0x80 ? 2n : 10n) ** BigInt(tsresol & 0x7f);
  const time = (ticks * SECOND) / unitsPerSecond + BigInt(offset) * SECOND;
  return time < 0n ? 0n : time >= LAST_SECOND + SECOND ? LAST_SECOND : time;
}

const anyTicks = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const offset = fc.oneof(fc.constant(0), fc.integer(), fc.integer({ min: -(2 ** 33), max: 2 ** 33 }));

describe('a timestamp', () => {
  it('is exact in every resolution, and held at the ends of what 32 bits of seconds hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), offset, anyTicks, (tsresol, seconds, ticks) => {
        expect(converted(tsresol, seconds, ticks)).toBe(exact(tsresol, seconds, ticks));
      }),
      { numRuns: 2000 },
    );
  });

  it('is exact at the edges of seconds, where a quotient in floating point would round up', () => {
    const resolutions = [0, 1, 3, 6, 7, 9, 0x80 | 10, 0x80 | 20, 0x80 | 29, 0x80 | 30];
    const near = fc.integer({ min: -2, max: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom(...resolutions),
        fc.integer({ min: 1, max: 0xffff_ffff }),
        near,
        (r, s, d) => {
          const unitsPerSecond = (r & 0x80 ? 2n : 10n) ** BigInt(r & 0x7f);
          const ticks = BigInt(s) * unitsPerSecond + BigInt(d);
          if (ticks >= 1n << 64n) return;
          expect(converted(r, 0, ticks)).toBe(exact(r, 0, ticks));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    [0, 's'],
    [3, 'ms'],
    [6, 'us'],
    [7, '10^-7 s'],
    [9, 'ns'],
    [0x80 | 10, '2^-10 s'],
  ])('of resolution %i is said to be precise to %s', (tsresol, name) => {
    expect(new TimeResolution(tsresol, 0).name).toBe(name);
  });
});
