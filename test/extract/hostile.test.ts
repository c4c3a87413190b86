import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/capture/frame.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { FrameRewriter } from '../../src/extract/frame-rewriter.js';
import { captureOfFrames, copyOf, framesOf, read, storyOf, tellOf } from '../support/extract.js';
import { captureOf, scenarios } from '../support/fixtures.js';

const captures = scenarios
  .filter((scenario) => scenario !== 'mixed-200')
  .map((scenario) => readFileSync(captureOf(scenario, 'server')));

/** A recorded capture whose frames, but not their times, are changed in any place. */
const damaged = fc
  .tuple(
    fc.constantFrom(...captures),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 12 }),
  )
  .map(([bytes, changes]) => {
    const frames: Frame[] = [];
    const told = tellOf(bytes);
    read(bytes, (frame) => frames.push(copyOf(frame)));
    for (const [which, place, mask] of changes) {
      const octets = frames[which % frames.length].bytes;
      octets[place % octets.length] ^= mask;
    }
    return captureOfFrames(frames, told);
  });

describe('an extract of a capture whose frames are damaged anywhere', () => {
  it('tells the same stories, with payload and without', () => {
    const rewriter = new FrameRewriter({ stripPayload: true, addresses: null });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const told = tellOf(bytes);
        for (const connection of told.connections) {
          const frames = framesOf(bytes, told, connection.id);
          const stripped = frames.map((frame) => copyOf(rewriter.rewrite(frame)!));
          const numbers = frames.map(({ number }) => number);
          for (const version of [frames, stripped]) {
            const again = tellOf(captureOfFrames(version, told), { numbers });
            expect(again.facts.damage).toBeNull();
            const found = again.connections.find(({ firstFrame }) => firstFrame === connection.firstFrame)!;
            expect(storyOf(again, found)).toBe(storyOf(told, connection));
          }
        }
      }),
      { numRuns: 120 },
    );
  });

  it('can be anonymized: every frame of a connection has only layers that are known', () => {
    const rewriter = new FrameRewriter({
      stripPayload: true,
      addresses: new Anonymizer(new Uint8Array(32).fill(9)),
    });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const told = tellOf(bytes);
        for (const { id } of told.connections) {
          for (const frame of framesOf(bytes, told, id)) {
            expect(rewriter.rewrite(frame)).toMatchObject({ capturedLength: frame.capturedLength });
          }
        }
      }),
      { numRuns: 120 },
    );
  });
});
