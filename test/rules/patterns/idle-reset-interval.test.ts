import { describe, expect, it } from 'vitest';
import { idleResetInterval } from '../../../src/rules/patterns/idle-reset-interval.js';
import { connection } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

function dead(...idle: number[]) {
  return idle.map(
    (idleSeconds, id) =>
      [connection({ id }), [finding('rst-half-open-discovered', { facts: { idleSeconds } })]] as const,
  );
}

describe('idle-reset-interval', () => {
  it('finds the interval', () => {
    const [pattern] = patternsOf(idleResetInterval, dead(350.2, 351, 350.1), 1000);
    expect(pattern.title).toBe(
      '3 connections to 10.0.0.2:8080 were reset on their first use after 5 min 50 s of silence',
    );
    expect(pattern.confidence).toBe('possible');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent when the silences differ', () => {
    expect(patternsOf(idleResetInterval, dead(100, 350, 900), 1000)).toEqual([]);
  });

  it('is silent on short silences', () => {
    expect(patternsOf(idleResetInterval, dead(3, 3, 3), 1000)).toEqual([]);
  });

  it('is silent on two', () => {
    expect(patternsOf(idleResetInterval, dead(350, 350), 1000)).toEqual([]);
  });
});
