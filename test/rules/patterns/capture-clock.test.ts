import { describe, expect, it } from 'vitest';
import { captureClock } from '../../../src/rules/patterns/capture-clock.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

const setBack = (id: number, seconds: number, frame: number, capture = 0) =>
  [
    connection({ id, capture, quality: { clockBackwards: true, clockSetBack: { seconds, frame } } }),
    [],
  ] as const;

describe('capture-clock', () => {
  it('tells how far, on how many connections, and where last', () => {
    const connections = [setBack(0, 3, 8), setBack(1, 0.5, 20), [connection({ id: 2 }), []] as const];
    const [pattern] = patternsOf(captureClock, connections, 10);
    expect(pattern.severity).toBe('info');
    expect(pattern.title).toBe('The clock ran backwards by up to 3 s on 2 connections');
    expect(pattern.explanation).toMatch(/^Frame 20 is the last .* wrong by up to 6 s\.$/);
    expect(pattern.connections).toEqual([0, 1]);
    expect(pattern.facts).toEqual({ connections: 2, seconds: 3, lastFrame: 20 });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('tells the clocks of several captures apart', () => {
    const patterns = patternsOf(captureClock, [setBack(0, 3, 8), setBack(5, 1, 4, 2)], 10);
    expect(patterns).toMatchObject([
      { connections: [0], facts: { lastFrame: 8 } },
      { connections: [5], facts: { lastFrame: 4 } },
    ]);
  });

  it('is silent where frames were only taken in the wrong order', () => {
    expect(patternsOf(captureClock, [[connection({ quality: { clockBackwards: true } }), []]], 10)).toEqual(
      [],
    );
  });
});
