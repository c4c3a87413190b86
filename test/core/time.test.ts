import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SECONDS, secondsBetween, timeAfter, toIsoString } from '../../src/core/time.js';

describe('a time some seconds after another', () => {
  const noon = { seconds: 1_780_000_000, nanoseconds: 250_000_000 };

  it.each([
    [0, 1_780_000_000, 250_000_000],
    [1.5, 1_780_000_001, 750_000_000],
    [0.75, 1_780_000_001, 0],
    [-0.25, 1_780_000_000, 0],
    [-0.3, 1_779_999_999, 950_000_000],
    [-511.782, 1_779_999_488, 468_000_000],
    [1e-9, 1_780_000_000, 250_000_001],
  ])('is told to the nanosecond: %d', (seconds, whole, nanoseconds) => {
    expect(timeAfter(noon, seconds)).toEqual({ seconds: whole, nanoseconds });
  });

  it('ends at what a timestamp can say', () => {
    expect(toIsoString(timeAfter(noon, -1e12))).toBe('1970-01-01T00:00:00.000000000Z');
    expect(toIsoString(timeAfter(noon, 1e12))).toBe('2106-02-07T06:28:15.999999999Z');
  });

  it('is that many seconds away, and a timestamp', () => {
    const time = fc.record({
      seconds: fc.integer({ min: 10_000_000, max: MAX_SECONDS - 10_000_000 }).map((seconds) => seconds | 0),
      nanoseconds: fc.nat(999_999_999),
    });
    fc.assert(
      fc.property(time, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (start, seconds) => {
        const end = timeAfter(start, seconds);
        expect(secondsBetween(start, end)).toBeCloseTo(seconds, 8);
        expect(end.nanoseconds).toBeGreaterThanOrEqual(0);
        expect(end.nanoseconds).toBeLessThan(1e9);
        expect(Number.isInteger(end.nanoseconds)).toBe(true);
      }),
    );
  });
});
