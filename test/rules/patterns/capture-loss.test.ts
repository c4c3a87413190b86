import { describe, expect, it } from 'vitest';
import { captureLoss } from '../../../src/rules/patterns/capture-loss.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

describe('capture-loss', () => {
  it('counts the connections it concerns', () => {
    const connections = [0, 1].map((id) => [connection({ id, quality: { lostSegments: 3 } }), []] as const);
    const [pattern] = patternsOf(captureLoss, [...connections, [connection({ id: 2 }), []]], 10);
    expect(pattern.title).toBe('Segments of 2 connections were acknowledged but never captured');
    expect(pattern.connections).toEqual([0, 1]);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureLoss, [[connection(), []]], 10)).toEqual([]);
  });
});
