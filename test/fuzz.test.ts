/** A bounded share of `npm run fuzz`, and every input that once broke something. */
import { afterAll, describe, expect, it } from 'vitest';
import { corpus, regressions } from '../fuzz/corpus.js';
import { examine } from '../fuzz/examine.js';
import { fuzz } from '../fuzz/fuzz.js';
import { MUTATORS } from '../fuzz/mutators/index.js';
import { removeScratch } from '../fuzz/scratch.js';
import { TARGETS } from '../fuzz/targets/index.js';

const INPUTS = 900;

// Vitest ends its processes without their exit handlers.
afterAll(removeScratch);

describe('inputs that once broke something', () => {
  it.each([...regressions()])('%s', async (_name, bytes) => {
    for (const target of TARGETS) await examine(bytes, target);
  });
});

it('keeps what must hold, whatever a capture is and however it is used', async () => {
  const { failures, inputs, mutators, targets } = await fuzz(corpus(), {
    seed: 2026,
    targets: TARGETS,
    goOn: (progress) => progress.inputs < INPUTS,
  });
  expect(failures.map(({ target, error }) => `${target}: ${error}`)).toEqual([]);
  expect(inputs).toBe(INPUTS);
  expect(MUTATORS.filter(({ name }) => !mutators.has(name))).toEqual([]);
  expect([...targets].filter(([, { inputs }]) => inputs < 20)).toEqual([]);
}, 60_000);
