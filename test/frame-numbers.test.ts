/** Frames are numbered as unsigned 32-bit words: whatever was said before frame 2^31 is said beyond it as well. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Diagnosed, diagnose, framesOf } from './support/clocks.js';
import { captureOf, scenarios } from './support/fixtures.js';

const FRAME_KEYS = new Set([
  'frame',
  'copyFrame',
  'firstFrame',
  'lastFrame',
  'confirmedBy',
  'retractedBy',
  'dataBefore',
]);

/** The same with all frames counted from 1 again; texts are left out, since they name frames as well. */
function countedFromOne({ connections, findings, patterns }: Diagnosed, firstNumber: number): unknown {
  const down = (frame: number): number => frame - firstNumber + 1;
  const renumber = (key: string, value: unknown): unknown => {
    if (key === 'firstMarked')
      return Object.entries(value as object).map(([mark, frame]) => [mark, frame && down(frame)]);
    return FRAME_KEYS.has(key) && typeof value === 'number' ? down(value) : value;
  };
  return JSON.parse(
    JSON.stringify(
      {
        connections,
        findings: findings.map(({ rule, severity, confidence, connection, endpoint, frames, facts }) => {
          return { rule, severity, confidence, connection, endpoint, frames: frames.map(down), facts };
        }),
        patterns: patterns.map(({ rule, severity, connections: members }) => ({ rule, severity, members })),
      },
      renumber,
    ),
  );
}

describe.each(scenarios)('%s', (scenario) => {
  it.each(['client', 'server'] as const)('says the same of frames with large numbers (%s)', (side) => {
    const path = captureOf(scenario, side);
    if (!existsSync(path)) return;
    const frames = framesOf(path);
    const plain = countedFromOne(diagnose(frames), 1);
    for (const firstNumber of [2 ** 31 - Math.ceil(frames.length / 2), 2 ** 32 - frames.length]) {
      const found = diagnose(frames, firstNumber);
      expect(countedFromOne(found, firstNumber)).toEqual(plain);
      for (const { title, explanation } of found.findings) {
        expect(`${title} ${explanation}`).not.toMatch(/frame -/);
      }
    }
  });
});

it('gives up the connections idle for longest', () => {
  const frames = framesOf(captureOf('mixed-200', 'client'));
  const firstNumber = 2 ** 31 - Math.ceil(frames.length / 2);
  const plain = diagnose(frames, 1, 8);
  expect(plain.connections.filter(({ quality }) => quality.evicted).length).toBeGreaterThan(10);
  expect(countedFromOne(diagnose(frames, firstNumber, 8), firstNumber)).toEqual(countedFromOne(plain, 1));
});
