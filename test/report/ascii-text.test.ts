import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AsciiText, piece } from '../../src/report/ascii-text.js';
import { textOf } from '../support/report.js';

/** What `write` puts together, in a buffer that is too small at first. */
function written(write: (out: AsciiText) => void): string {
  const out = new AsciiText(4);
  write(out);
  let text = '';
  out.flush((part) => {
    text += textOf(part);
  });
  return text;
}

describe('text put together as octets', () => {
  it('is what was put in, in order, whatever its length', () => {
    const parts = fc.array(
      fc.oneof(fc.stringMatching(/^[ -~]{0,200}$/), fc.nat().map(String), fc.constant('')),
    );
    fc.assert(
      fc.property(parts, (texts) => {
        const text = written((out) => {
          for (const [place, part] of texts.entries()) {
            if (place % 2 === 0) out.text(part);
            else out.piece(piece(part));
          }
        });
        expect(text).toBe(texts.join(''));
      }),
    );
  });

  it('is whole even if it is not ASCII, against its contract', () => {
    const text = '’'.repeat(100);
    expect(written((out) => out.text(text))).toBe(text);
  });

  it('starts anew after it was handed on', () => {
    const out = new AsciiText(16);
    const parts: string[] = [];
    const keep = (part: string | Uint8Array): void => {
      parts.push(textOf(part));
    };
    out.flush(keep);
    out.text('one');
    out.flush(keep);
    out.text('two');
    expect(out.length).toBe(3);
    out.flush(keep);
    expect(parts).toEqual(['one', 'two']);
  });

  it('writes numbers as JSON does', () => {
    const number = fc.oneof(fc.integer(), fc.nat(), fc.double({ noNaN: true }), fc.maxSafeInteger());
    fc.assert(
      fc.property(number, (value) => {
        const isNegativeZero = Object.is(value, -0);
        expect(written((out) => out.number(value))).toBe(isNegativeZero ? '0' : JSON.stringify(value));
      }),
      { examples: [[0], [9], [10], [2 ** 31 - 1], [2 ** 31], [2 ** 53], [-1], [Number.POSITIVE_INFINITY]] },
    );
  });

  it('writes a fixed number of digits', () => {
    expect(written((out) => out.digits(7, 9))).toBe('000000007');
    expect(written((out) => out.digits(999_999_999, 9))).toBe('999999999');
  });

  it.each([
    [0, 0, false, '0'],
    [61, 200_000_000, false, '61.2'],
    [0, 1, false, '0.000000001'],
    [100, 100, false, '100.0000001'],
    [4_294_967_295, 999_999_999, false, '4294967295.999999999'],
    [0, 500_000_000, true, '-0.5'],
  ])('writes %i s and %i ns, negative: %s', (whole, nanoseconds, negative, text) => {
    expect(written((out) => out.seconds(whole, nanoseconds, negative))).toBe(text);
  });

  it('writes any duration as a JSON number, to the nanosecond', () => {
    fc.assert(
      fc.property(fc.double({ min: -5e9, max: 5e9, noNaN: true }), (value) => {
        const text = written((out) => out.decimal(value));
        expect(Math.abs((JSON.parse(text) as number) - value)).toBeLessThan(1e-6);
      }),
      { numRuns: 2000 },
    );
    expect(written((out) => out.decimal(0.020_999_999_999_999_998))).toBe('0.021');
  });
});
