import { describe, expect, it } from 'vitest';
import { captureEndedEarly } from '../../../src/rules/patterns/capture-ended-early.js';
import { preparePatterns } from '../../../src/rules/patterns/prepare.js';
import { at, connection, enters, happens, moment } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';
import { afterClientFin } from '../closing-cases.js';

const TO_LAST_FRAME =
  ' The file does not say when the capture was stopped: only the time up to its last frame counts.';

describe('capture-ended-early', () => {
  it('lists what cannot be judged yet', () => {
    const [pattern] = patternsOf(captureEndedEarly, [[afterClientFin(), []]], 22.14);
    expect(pattern.title).toBe('The capture ends too early to judge 1 connection');
    expect(pattern.explanation).toBe(
      `It has been waiting in FIN-WAIT-2 since 20 s before the end; a verdict needs 60 s.${TO_LAST_FRAME}`,
    );
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('does not count nothing', () => {
    const [{ explanation }] = patternsOf(captureEndedEarly, [[afterClientFin(), []]], 2.14);
    expect(explanation).toBe(
      `It has been waiting in FIN-WAIT-2 since the last frame; a verdict needs 60 s.${TO_LAST_FRAME}`,
    );
  });

  it('takes the capture at its word about when it was stopped', () => {
    const told = (end: number, isEndStated: boolean) => {
      const patterns = preparePatterns([captureEndedEarly]);
      patterns.add(afterClientFin(), [], at(end));
      return patterns.finish(at(end), [], isEndStated)[0];
    };
    const stated = told(22.14, true);
    expect(stated.explanation).toBe(
      'It has been waiting in FIN-WAIT-2 since 20 s before the end that the capture states; a verdict needs 60 s.',
    );
    expect(stated.facts.endStated).toBe(true);
    expect(textsOf(stated)).not.toMatch(/filter|pcap|\{/);
    const last = told(22.14, false);
    expect(last.facts.endStated).toBe(false);
    expect(last.likelyCauses.join()).toContain('filter');
    expect(last.nextSteps.join()).toContain('as pcapng');
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
    expect(pattern.explanation).toMatch(
      /^They have been waiting in FIN-WAIT-2, the last since 20 s before the end/,
    );
  });

  it('keeps no more than so many', () => {
    const waiting = afterClientFin();
    const all = Array.from({ length: 10_100 }, (_, id) => [{ ...waiting, id }, []] as const);
    expect(patternsOf(captureEndedEarly, all, 22.14)[0].count).toBe(10_000);
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

  describe('with limits of the rules that judge', () => {
    const found = (options: Readonly<Record<string, Readonly<Record<string, number>>>>, end: number) => {
      const patterns = preparePatterns([captureEndedEarly], { options });
      patterns.add(afterClientFin(), [], at(end));
      return patterns.finish(at(end), []);
    };
    const raised = { 'fin-wait-2-stuck': { stuckSeconds: 120 } };

    it('waits as long as they do', () => {
      const [pattern] = found(raised, 92.14);
      expect(pattern.explanation).toBe(
        `It has been waiting in FIN-WAIT-2 since 90 s before the end; a verdict needs 2 min (fin-wait-2-stuck.stuckSeconds).${TO_LAST_FRAME}`,
      );
      expect(pattern.facts).toMatchObject({ states: 'FIN-WAIT-2', neededSeconds: 120 });
      expect(pattern.limits).toEqual({});
      expect(found(raised, 130)).toEqual([]);
    });

    it('keeps its own where theirs are lower', () => {
      expect(found({ 'fin-wait-2-stuck': { stuckSeconds: 20 } }, 42.14)[0].limits).toEqual({
        verdictSeconds: 60,
      });
      expect(found({ 'close-wait-stuck': { stuckSeconds: 120 } }, 92.14)).toEqual([]);
      expect(found({ 'capture-ended-early': { verdictSeconds: 30 } }, 42.14)).toEqual([]);
    });
  });

  describe('on a closed window', () => {
    const closed = (more: { probes?: boolean; open?: boolean } = {}) =>
      connection({
        client: { milestones: more.probes === false ? [] : [happens('window-probe', 1.2, 6)] },
        server: {
          windowClosed: more.open !== true,
          zeroWindows: 1,
          milestones: [happens('zero-window', 1, 5, { until: 2, lastFrame: 7 })],
        },
      });

    it('lists one that the other side wants to use', () => {
      const [pattern] = patternsOf(captureEndedEarly, [[closed(), []]], 6);
      expect(pattern.explanation).toBe(
        `It has been waiting behind a closed window since 5 s before the end; a verdict needs 10 s (zero-window-stall.stallSeconds).${TO_LAST_FRAME}`,
      );
      expect(pattern.facts).toEqual({
        connections: 1,
        endStated: false,
        closedWindows: 1,
        shortestSeconds: 5,
        neededSeconds: 10,
      });
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('tells states and windows together', () => {
      const both = [
        [closed(), []],
        [afterClientFin(), []],
      ] as const;
      expect(patternsOf(captureEndedEarly, both, 7.14)[0].explanation).toBe(
        `They have been waiting in FIN-WAIT-2 or behind a closed window, the last since 5 s before the end; verdicts need up to 60 s.${TO_LAST_FRAME}`,
      );
    });

    it.each([
      { name: 'nobody wants to use', subject: closed({ probes: false }), end: 6 },
      { name: 'was opened again', subject: closed({ open: true }), end: 6 },
      { name: 'is closed for longer', subject: closed(), end: 12 },
    ])('is silent on one that $name', ({ subject, end }) => {
      expect(patternsOf(captureEndedEarly, [[subject, []]], end)).toEqual([]);
    });
  });

  it('is silent when the capture is long enough', () => {
    expect(patternsOf(captureEndedEarly, [[afterClientFin(), []]], 100)).toEqual([]);
  });

  it('is silent on open connections', () => {
    expect(patternsOf(captureEndedEarly, [[connection(), []]], 1)).toEqual([]);
  });
});
