import { describe, expect, it } from 'vitest';
import { captureLoss } from '../../../src/rules/patterns/capture-loss.js';
import { connection, happens } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

const capture = (dropped: number | null) => ({ dropped, skipped: {} });

describe('capture-loss', () => {
  it('counts the connections it concerns', () => {
    const connections = [0, 1].map((id) => [connection({ id, quality: { lostSegments: 3 } }), []] as const);
    const [pattern] = patternsOf(captureLoss, [...connections, [connection({ id: 2 }), []]], 10);
    expect(pattern.title).toBe('Segments of 2 connections were acknowledged but never captured');
    expect(pattern.connections).toEqual([0, 1]);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('names the first frame that shows it, and counts the findings it may have changed', () => {
    const lossy = (id: number, capture: number, frame: number, findings: number) =>
      [
        connection({
          id,
          capture,
          quality: { lostSegments: 1 },
          server: { milestones: [happens('acknowledged-unseen', 1, frame)] },
        }),
        Array.from({ length: findings }, () => finding('rst-active-abort')),
      ] as const;
    const found = [finding('rst-active-abort')];
    const seen = [lossy(0, 0, 30, 2), lossy(1, 0, 20, 0), [connection({ id: 2 }), found] as const];
    const [pattern] = patternsOf(captureLoss, seen, 10);
    expect(pattern.facts).toMatchObject({ firstFrame: 20, findings: 2 });
    expect(pattern.explanation).toBe(
      'Acknowledgments show it twice, first in frame 20. Findings there are graded lower; there are 2.',
    );
    const [ofTwo] = patternsOf(captureLoss, [lossy(0, 1, 3, 0), ...seen], 10, {}, [null, null].map(capture));
    expect(ofTwo.explanation).toContain('first in frame 20 of its capture.');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is silent on an ideal capture', () => {
    expect(patternsOf(captureLoss, [[connection(), []]], 10)).toEqual([]);
  });

  it.each([
    {
      drops: [12, null, 3],
      says: 'The capture’s own counters report 15 dropped frames.',
      dropped: 15,
      advice: /^The capturing host or port could not keep up(?!.*Look at the drop counters)/s,
    },
    {
      drops: [0],
      says: 'report no dropped frame: a capture filter, the mirror port',
      dropped: 0,
      advice: /^The mirror port, or a device(?!.*(could not keep up|larger buffer))/s,
    },
    {
      drops: [0, null],
      says: 'once. Findings',
      dropped: undefined,
      advice: /^The capturing host or port could not keep up.*Look at the drop counters/s,
    },
    {
      drops: [null],
      says: 'once. Findings',
      dropped: undefined,
      advice: /^The capturing host or port could not keep up.*Look at the drop counters/s,
    },
  ])('says what the counters $drops tell', ({ drops, says, dropped, advice }) => {
    const lossy = [connection({ quality: { lostSegments: 1 } }), []] as const;
    const [pattern] = patternsOf(captureLoss, [lossy], 10, {}, drops.map(capture));
    expect(pattern.severity).toBe('warning');
    expect(pattern.explanation).toContain(says);
    expect(pattern.facts.droppedFrames).toBe(dropped);
    expect([...pattern.likelyCauses, ...pattern.nextSteps].join('\n')).toMatch(advice);
  });

  it('tells of drop counters alone as info, for the capture whose they are', () => {
    const connections = [0, 1, 2].map((id) => [connection({ id, capture: id === 0 ? 0 : 2 }), []] as const);
    const patterns = patternsOf(captureLoss, connections, 10, {}, [null, 5, 7].map(capture));
    expect(patterns).toMatchObject([
      {
        severity: 'info',
        title: '7 frames are missing from the capture, by its own counters',
        connections: [1, 2],
        facts: { connections: 2, lostSegments: 0, droppedFrames: 7 },
      },
    ]);
    expect(textsOf(patterns[0])).not.toMatch(UNFILLED);
  });

  it('is silent where counters tell of no drop', () => {
    expect(patternsOf(captureLoss, [[connection(), []]], 10, {}, [capture(0)])).toEqual([]);
  });
});
