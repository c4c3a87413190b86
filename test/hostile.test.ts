/** Real captures, cut into any pieces and damaged in any place: the analysis holds. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../src/analysis.js';
import { CaptureReader } from '../src/capture/reader.js';
import { CaptureError } from '../src/core/errors.js';
import { JsonReporter } from '../src/report/json.js';
import { MemorySpool } from '../src/report/reporter.js';
import { captureOf, scenarios } from './support/fixtures.js';
import { textOf } from './support/report.js';

const captures = scenarios
  .filter((scenario) => scenario !== 'mixed-200')
  .map((scenario) => Uint8Array.from(readFileSync(captureOf(scenario, 'client'))));

const someCapture = fc.constantFrom(...captures);
const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });

describe('a recorded capture', () => {
  it('gives the same report however it is cut into pieces', () => {
    fc.assert(
      fc.property(someCapture, sizes, (bytes, pieces) => {
        expect(report(bytes, pieces)).toBe(report(bytes, [bytes.length]));
      }),
      { numRuns: 60 },
    );
  });

  it('is reported on, or refused, whatever is changed in it', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(someCapture, changes, fc.nat(), sizes, (bytes, flips, cut, pieces) => {
        const damaged = bytes.slice(0, bytes.length - (cut % 100));
        for (const [place, mask] of flips) damaged[place % damaged.length] ^= mask;
        expect(outcome(damaged, pieces)).toBe(outcome(damaged, [damaged.length]));
      }),
      { numRuns: 400 },
    );
  });
});

function report(bytes: Uint8Array, pieces: readonly number[]): string {
  let text = '';
  const reporter = new JsonReporter((part) => {
    text += textOf(part);
  }, new MemorySpool());
  const analysis = new Analysis({ reporters: [reporter] });
  const reader = new CaptureReader(analysis.begin());
  let offset = 0;
  for (let piece = 0; offset < bytes.length; piece++) {
    const size = pieces[piece % pieces.length];
    reader.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  reader.end();
  analysis.endCapture({ path: 'capture', compression: null, ...reader.facts() });
  analysis.finish();
  JSON.parse(text);
  return text;
}

function outcome(bytes: Uint8Array, pieces: readonly number[]): string {
  try {
    return report(bytes, pieces);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return error.message;
  }
}
