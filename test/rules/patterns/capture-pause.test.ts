import { describe, expect, it } from 'vitest';
import { capturePause } from '../../../src/rules/patterns/capture-pause.js';
import { at, connection } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

const pause = (frame: number, from: number, to: number, goesOnInside = true) => ({
  frame,
  from: at(from),
  to: at(to),
  goesOnInside,
});
const capture = (...pauses: ReturnType<typeof pause>[]) => ({ dropped: null, skipped: {}, pauses });
const cutOff = (id: number) => [connection({ id, quality: { pausedAt: at(20) } }), []] as const;
const seenAgain = (id: number) => [connection({ id }), []] as const;

describe('capture-pause', () => {
  it('tells of the connections that were not seen again', () => {
    const [pattern] = patternsOf(capturePause, [cutOff(0), seenAgain(1), cutOff(2)], 100, {}, [
      capture(pause(40, 20, 80)),
    ]);
    expect(pattern.severity).toBe('warning');
    expect(pattern.title).toBe('The capture paused for 60 s');
    expect(pattern.connections).toEqual([0, 2]);
    expect(pattern.explanation).toMatch(/2 connections were not seen again after a pause/);
    expect(pattern.facts).toEqual({
      pauses: 1,
      longestSeconds: 60,
      frame: 40,
      connectionsNotSeenAgain: 2,
    });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('names the longest of several, and all connections if each was seen again', () => {
    const captures = [capture(pause(40, 20, 80)), capture(pause(9, 5, 95), pause(50, 96, 110))];
    const [pattern] = patternsOf(capturePause, [seenAgain(0), seenAgain(1)], 200, {}, captures);
    expect(pattern.title).toBe('The capture paused 3 times, for 90 s at most');
    expect(pattern.connections).toEqual([0, 1]);
    expect(pattern.explanation).toMatch(
      /before frame 9, and what follows picks up in the middle\. No connection that was open then is missing afterwards\.$/,
    );
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('does not say that what follows goes on in the middle where it begins anew', () => {
    const captures = [capture(pause(40, 20, 8e5, false))];
    const [{ explanation }] = patternsOf(capturePause, [seenAgain(0)], 9e5, {}, captures);
    expect(explanation).toMatch(/before frame 40: no network in use is silent for so long\. No connection/);
  });

  it('is silent where none paused', () => {
    expect(patternsOf(capturePause, [seenAgain(0)], 100, {}, [capture()])).toEqual([]);
  });
});
