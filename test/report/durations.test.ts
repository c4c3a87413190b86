/** A clock that was set back, or frames in any order, make no duration less than nothing, in words or figures. */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { diagnose, framesOf, jsonOf, type Taken } from '../support/clocks.js';
import { captureOf, scenarios } from '../support/fixtures.js';

const SECOND = 1_000_000_000n;
/** By how much the clock is set back. */
const STEPS = [10n * SECOND, 3600n * SECOND];
/** Places at which it is, in each capture. */
const PLACES = 2;
/** Larger captures show no more, and take long. */
const MOST_FRAMES = 300;

const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('schema/report-1.schema.json', 'utf8')) as object,
);

const captures = scenarios
  .flatMap((scenario) => (['client', 'server'] as const).map((side) => captureOf(scenario, side)))
  .filter((path) => existsSync(path))
  .map((path) => ({ path, frames: framesOf(path) }))
  .filter(({ frames }) => frames.length <= MOST_FRAMES);

function disturbed(frames: readonly Taken[]): readonly (readonly Taken[])[] {
  const stepped = STEPS.flatMap((by) =>
    Array.from({ length: PLACES }, (_, place) => {
      const from = Math.floor(((place + 1) * frames.length) / (PLACES + 1));
      return frames.map((frame, i) => (i < from ? frame : { ...frame, time: frame.time - by }));
    }),
  );
  const backwards = frames.map((frame, i) => ({ ...frame, time: frames[frames.length - 1 - i].time }));
  return [...stepped, backwards];
}

/** A number below zero, not a range, a date, an address or an option. */
const NEGATIVE = /(?<![\w.:\])/-])[-\u2212]\d/;

describe.each(captures)('$path', ({ frames }) => {
  const all = disturbed(frames);

  it('tells of no negative duration', () => {
    for (const each of all) {
      const { findings, patterns } = diagnose(each);
      for (const { rule, title, explanation, applicationSees, likelyCauses, nextSteps, facts } of [
        ...findings,
        ...patterns,
      ]) {
        const texts = [title, explanation, applicationSees, ...likelyCauses, ...nextSteps];
        expect(texts.filter((text) => NEGATIVE.test(text))).toEqual([]);
        expect(
          Object.entries(facts).filter(([, value]) => (value as number) < 0),
          rule,
        ).toEqual([]);
      }
    }
  });

  it('writes JSON that fits its schema, which has none', () => {
    for (const each of [all[0], all[all.length - 1]]) {
      validate(JSON.parse(jsonOf(each)));
      expect(validate.errors ?? []).toEqual([]);
    }
  });
});
