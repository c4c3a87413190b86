/** A bounded share of `npm run fuzz`, and every input that once broke something. */
import { expect, it } from 'vitest';
import { corpus, regressions } from '../fuzz/corpus.js';
import { examine } from '../fuzz/examine.js';
import { fuzz } from '../fuzz/fuzz.js';
import { Random } from '../fuzz/random.js';

it('takes every input that once broke something', () => {
  for (const [name, bytes] of regressions()) {
    expect(() => examine(bytes, new Random(1)), name).not.toThrow();
  }
});

it('ends in a report or in a clear error, the same however a damaged capture is cut', () => {
  const { failures, inputs } = fuzz(corpus(), 2026, (progress) => progress.inputs < 800);
  expect(failures).toEqual([]);
  expect(inputs).toBe(800);
}, 60_000);
