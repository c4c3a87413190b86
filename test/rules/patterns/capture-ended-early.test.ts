import { describe, expect, it } from 'vitest';
import { captureEndedEarly } from '../../../src/rules/patterns/capture-ended-early.js';
import { connection, enters, moment } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';
import { afterClientFin } from '../closing-cases.js';

describe('capture-ended-early', () => {
  it('lists what cannot be judged yet', () => {
    const [pattern] = patternsOf(captureEndedEarly, [[afterClientFin(), []]], 22.14);
    expect(pattern.title).toBe('The capture ends too early to judge 1 connection');
    expect(pattern.explanation).toBe(
      'It waits in FIN-WAIT-2 since 20 s before the end; a verdict needs 60 s.',
    );
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('speaks of several', () => {
    const [pattern] = patternsOf(
      captureEndedEarly,
      [
        [afterClientFin(), []],
        [afterClientFin(), []],
      ],
      22.14,
    );
    expect(pattern.explanation).toMatch(/^They wait in FIN-WAIT-2, the last since 20 s before the end/);
  });

  it.each([
    { last: 0, end: 3.5, waiting: true, what: 'a SYN whose repetition may be due' },
    { last: 0, end: 31, waiting: false, what: 'a single SYN that nobody repeated' },
    { last: 7, end: 17, waiting: true, what: 'the fourth SYN, before the fifth is due' },
    { last: 7, end: 19, waiting: false, what: 'the fourth SYN, long after a fifth was due' },
  ])('knows whether anybody waits behind $what', ({ last, end, waiting }) => {
    const calling = connection({
      client: {
        timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })],
        lastSegment: moment(last, 1),
      },
      server: { timeline: [], segments: 0, lastSegment: null },
    });
    expect(patternsOf(captureEndedEarly, [[calling, []]], end)).toHaveLength(waiting ? 1 : 0);
  });

  it('is silent when the capture is long enough', () => {
    expect(patternsOf(captureEndedEarly, [[afterClientFin(), []]], 100)).toEqual([]);
  });

  it('is silent on open connections', () => {
    expect(patternsOf(captureEndedEarly, [[connection(), []]], 1)).toEqual([]);
  });
});
