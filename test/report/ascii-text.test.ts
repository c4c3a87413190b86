import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AsciiText } from '../../src/report/ascii-text.js';

it('writes any duration as a JSON number', () => {
  fc.assert(
    fc.property(fc.double({ min: -5e9, max: 5e9, noNaN: true }), (value) => {
      const out = new AsciiText(64);
      out.decimal(value);
      let text = '';
      out.flush((part) => {
        text += typeof part === 'string' ? part : new TextDecoder().decode(part);
      });
      expect(Math.abs((JSON.parse(text) as number) - value)).toBeLessThan(1e-6);
    }),
    { numRuns: 2000 },
  );
});
