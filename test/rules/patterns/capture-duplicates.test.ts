import { describe, expect, it } from 'vitest';
import { captureDuplicates } from '../../../src/rules/patterns/capture-duplicates.js';
import { connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

describe('capture-duplicates', () => {
  it('counts the connections it concerns', () => {
    const connections = [0, 1].map(
      (id) =>
        [
          connection({ id, quality: { duplicateFrames: 4, duplicatesApartSeconds: (id + 1) / 1000 } }),
          [],
        ] as const,
    );
    const [pattern] = patternsOf(captureDuplicates, [...connections, [connection({ id: 2 }), []]], 10);
    expect(pattern.title).toBe('8 frames in 2 connections appear twice');
    expect(pattern.connections).toEqual([0, 1]);
    expect(pattern.facts.apartSeconds).toBe(0.002);
    expect(pattern.explanation).toContain('A copy comes 2 ms after the frame that it repeats, or sooner.');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it.each([
    { frames: [8, 8], says: 'Probably the capture doubled them.', causes: 1 },
    {
      frames: [100, 8],
      says: 'On 1 connection probably the capture doubled them; on the other 1',
      causes: 2,
    },
    { frames: [100, 1000], says: 'few among 1,100 frames: the network may have', causes: 2 },
  ])('says who may have doubled frames of $frames', ({ frames, says, causes }) => {
    const connections = frames.map(
      (all, id) => [connection({ id, frames: all, quality: { duplicateFrames: 4 } }), []] as const,
    );
    const [pattern] = patternsOf(captureDuplicates, connections, 10);
    expect(pattern.explanation).toContain(says);
    expect(pattern.explanation).toContain('tcpAnalysis count them, as Wireshark does');
    expect(pattern.likelyCauses).toHaveLength(causes);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('agrees with one', () => {
    const [pattern] = patternsOf(
      captureDuplicates,
      [[connection({ frames: 9, quality: { duplicateFrames: 1 } }), []]],
      10,
    );
    expect(pattern.title).toBe('1 frame in 1 connection appears twice');
    expect(pattern.explanation).toContain('the network may have delivered it twice');
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureDuplicates, [[connection(), []]], 10)).toEqual([]);
  });
});
