import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import { conversation } from '../support/conversation.js';
import { DUPLICATIONS, duplicatedCapture } from '../support/duplicated.js';
import { captureOf, scenarios } from '../support/fixtures.js';
import { randomConversations } from '../support/random-conversations.js';
import { randomStreams } from '../support/random-streams.js';

const prediction = vi.hoisted(() => ({ isOn: true, hits: 0 }));

vi.mock(import('../../src/connections/prediction.js'), async (original) => {
  const real = await original();
  return {
    ...real,
    isPredicted: (...segment: Parameters<typeof real.isPredicted>) => {
      const hit = prediction.isOn && real.isPredicted(...segment);
      if (hit) prediction.hits++;
      return hit;
    },
  };
});

/** The same by the short way and by the long one; answers how many segments took the short one. */
function expectSame(analyse: () => readonly Connection[]): number {
  prediction.isOn = true;
  prediction.hits = 0;
  const predicted = analyse();
  const { hits } = prediction;
  prediction.isOn = false;
  expect(predicted).toEqual(analyse());
  return hits;
}

function connectionsOf(capture: Uint8Array): readonly Connection[] {
  const connections: Connection[] = [];
  const analyzer = new Analyzer({ onConnection: (connection) => connections.push(connection) });
  const reader = new CaptureReader(analyzer.onFrame);
  reader.push(capture);
  reader.end();
  analyzer.finish();
  return connections;
}

describe('a predicted segment comes to the same as any other', () => {
  it.each(scenarios)('in %s', (scenario) => {
    for (const vantage of ['client', 'server'] as const) {
      const path = captureOf(scenario, vantage);
      expectSame(() => connectionsOf(readFileSync(path)));
      for (const duplication of DUPLICATIONS) {
        const { bytes } = duplicatedCapture(path, duplication);
        expectSame(() => connectionsOf(bytes));
      }
    }
  });

  it('in random conversations', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const capture = randomConversations(seed, 100);
      expect(expectSame(() => connectionsOf(capture))).toBeGreaterThan(0);
      expectSame(() => connectionsOf(randomStreams(seed, 100)));
    }
  });

  it.each([
    ['the window of a stray reset', 'S R -9000000 0 win=0', 'C PA 102 51 +1', 'C PA 103 51 +9'],
    ['the acknowledgment of a stray reset', 'S RA -9000000 5000 win=9', 'C PA 102 51 +9', 'C PA 111 51 +9'],
    ['a route that changed', 'C PA 102 51 +1 ttl=50', 'C PA 103 51 +9 ttl=50', 'S A 151 112 ttl=40'],
    [
      'its own acknowledgment, in a stray reset',
      'C RA -9000000 151 win=9',
      'C A 102 151 win=9',
      'C A 102 151 win=9',
    ],
  ])('after %s', (_, ...lines) => {
    expectSame(() =>
      conversation(`
        0 C S 0
        0.0001 S SA 0 1
        0.0002 C A 1 1
        0.001 C PA 1 1 +100
        0.001 S A 1 101
        0.001 S PA 1 101 +50
        0.002 C A 101 51
        0.002 C PA 101 51 +1
        0.002 S PA 51 102 +100
        ${lines.map((line, index) => `${0.003 + index / 1000} ${line}`).join('\n')}
      `),
    );
  });

  it('while a coarse clock has not measured the round trip yet', () => {
    expectSame(() =>
      conversation(`
        1 C S 0
        1 S SA 0 1
        1 C A 1 1
        1 C PA 1 1 +100
        1 S A 1 101
        1 S PA 1 101 +50
        1 C A 101 51
        1.5 C PA 101 51 +100
        1.6 C PA 301 51 +100
        2.15 C PA 201 51 +100  # later than the round trip of 0.5 s, sooner than one of 0.6 s
      `),
    );
  });

  it('in orderly conversations that something disturbs', () => {
    let predicted = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        predicted += expectSame(() => conversation(scriptOf(steps)));
      }),
      { numRuns: 500 },
    );
    expect(predicted).toBeGreaterThan(500);
  });
});

interface Step {
  readonly from: number;
  readonly wait: number;
  readonly flags: string;
  readonly payload: number;
  readonly window: number;
  /** How far its numbers are from those that come next. */
  readonly ahead: number;
  readonly acknowledged: number;
  readonly copies: number;
}

/** Long silences are never predicted across: few of them, so that much is. */
const wait = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0.00001, 0.0002, 0.004, 0.06, 2) },
  { weight: 1, arbitrary: fc.constant(12) },
);
const calm = fc.record({
  from: fc.constantFrom(0, 1),
  wait,
  flags: fc.constantFrom('A', 'PA'),
  payload: fc.constantFrom(0, 1, 100, 1460),
  window: fc.constantFrom(65_535, 65_000, 1460),
  ahead: fc.constant(0),
  acknowledged: fc.constant(0),
  copies: fc.constant(0),
});

const wild = fc.record({
  from: fc.constantFrom(0, 1),
  wait,
  flags: fc.constantFrom('A', 'PA', 'A', 'PA', 'A', 'PA', 'FA', 'R', 'RA', 'S', 'SA', 'P'),
  payload: fc.constantFrom(0, 0, 1, 100, 1460, 20_000),
  window: fc.constantFrom(65_535, 1460, 100, 0),
  ahead: fc.constantFrom(0, 0, 0, 1, 100, -1, -100, -1460),
  acknowledged: fc.constantFrom(0, 0, 0, -1, -100, 1, 100),
  copies: fc.constantFrom(0, 0, 1),
});

/** What comes next: mostly data or an acknowledgment, now and then what no stack would send there. */
const step: fc.Arbitrary<Step> = fc.oneof({ weight: 15, arbitrary: calm }, { weight: 1, arbitrary: wild });

function scriptOf(steps: readonly Step[]): string {
  // At the same time, they measure no round trip.
  const handshake = ['1 C S 0', '1 S SA 0 1', '1 C A 1 1'];
  const lines = handshake.map((line) => `${line} win=1460`);
  const next = [1, 1];
  let time = 1.001;
  for (const { from, wait, flags, payload, window, ahead, acknowledged, copies } of steps) {
    const sequence = next[from] + ahead;
    for (let copy = 0; copy <= copies; copy++) {
      time += copy === 0 ? wait : 0.000005;
      const numbers = `${sequence} ${next[1 - from] + acknowledged}`;
      lines.push(`${time.toFixed(6)} ${'CS'[from]} ${flags} ${numbers} +${payload} win=${window}`);
    }
    next[from] = Math.max(next[from], sequence + payload + (/[SF]/.test(flags) ? 1 : 0));
  }
  return lines.join('\n');
}
