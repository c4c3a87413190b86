import { describe, expect, it } from 'vitest';
import { captureDuplicates } from '../../../src/rules/patterns/capture-duplicates.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

describe('capture-duplicates', () => {
  it('counts the connections it concerns', () => {
    const connections = [0, 1].map(
      (id) => [connection({ id, quality: { duplicateFrames: 4 } }), []] as const,
    );
    const [pattern] = patternsOf(captureDuplicates, [...connections, [connection({ id: 2 }), []]], 10);
    expect(pattern.title).toBe('8 frames in 2 connections are there twice');
    expect(pattern.connections).toEqual([0, 1]);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureDuplicates, [[connection(), []]], 10)).toEqual([]);
  });
});
