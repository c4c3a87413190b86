import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { lossBursts } from '../../../src/rules/patterns/loss-bursts.js';
import { at, type ConnectionDraft, connection, enters, happens } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Judged = readonly [Connection, readonly Finding[]];

const DATA = {
  payloadBytes: 100,
  optionBytes: 12,
  acknowledgedBytes: 0,
  shrunk: false,
  dontFragment: true,
  offloaded: false,
};

/** A connection whose client had to send again what it had first sent at these seconds. */
function lost(id: number, moments: readonly number[], more: ConnectionDraft = {}): Judged {
  const milestones = moments.map((moment, place) =>
    happens('retransmission-run', moment + 0.2, 10 + place, { value: 200, retransmitted: DATA }),
  );
  return [
    connection({ id, start: at(0), end: at(100), ...more, client: { milestones, ...more.client } }),
    [],
  ];
}

/** One whose SYN had to be sent again. */
function late(id: number, moment: number): Judged {
  const timeline = [enters('SYN-SENT', moment, 1), enters('ESTABLISHED', moment + 1, 3)];
  return [
    connection({
      id,
      start: at(moment),
      end: at(100),
      client: { timeline, milestones: [happens('syn-repeated', moment + 1, 2)] },
    }),
    [],
  ];
}

const FIVE = [0, 1, 2, 3, 4];
const told = (...judged: readonly Judged[]) => patternsOf(lossBursts, judged, 100);
const inBursts = (...moments: readonly number[]): Judged[] =>
  FIVE.map((id) =>
    lost(
      id,
      moments.map((moment) => moment + id / 10),
    ),
  );

describe('loss-bursts', () => {
  it('tells of connections that lose segments at the same moments', () => {
    const [pattern, ...others] = told(...inBursts(10, 40), late(5, 10.3));
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      confidence: 'inferred',
      title: 'Segments of 6 connections of 10.0.0.1 to 10.0.0.2 were lost in 2 bursts of up to 500 ms',
      connections: [0, 1, 2, 3, 4, 5],
      from: at(10),
      facts: { bursts: 2, segments: 11, segmentsOutside: 0, client: '10.0.0.1', server: '10.0.0.2' },
    });
    expect(pattern.explanation).toMatch(
      /sent first at \d\d:\d\d:\d\d\.0, \d\d:\d\d:\d\d\.0 UTC\. None was lost/,
    );
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('takes once for info', () => {
    const [pattern] = told(...inBursts(10));
    expect(pattern.severity).toBe('info');
    expect(pattern.title).toContain('were lost in one burst of up to');
  });

  it('names no host that they do not share, and counts what was lost in between', () => {
    const judged = inBursts(10, 40).map(
      ([one, findings], place): Judged => [
        { ...one, server: { ...one.server, address: `10.0.1.${place}` } },
        findings,
      ],
    );
    const [pattern] = told(...judged, lost(9, [70]));
    expect(pattern.title).toBe('Segments of 5 connections of 10.0.0.1 were lost in 2 bursts of up to 500 ms');
    expect(pattern.explanation).toContain('1 other was lost in between');
  });

  it.each<[string, readonly Judged[]]>([
    ['four connections lose something', inBursts(10, 40).slice(1)],
    ['they lose at other moments', FIVE.map((id) => lost(id, [10 + 10 * id]))],
    ['as much is lost in between', [...inBursts(10), lost(7, [20, 25, 30, 35, 45])]],
    [
      'losses go on',
      [FIVE, FIVE, FIVE, FIVE].flatMap((ids, round) =>
        ids.map((id) =>
          lost(
            10 * round + id,
            Array.from({ length: 20 }, (_, i) => 10 + i / 3),
          ),
        ),
      ),
    ],
    [
      'nothing was acknowledged in the end',
      FIVE.map((id) => lost(id, [10], { client: { unacknowledgedBytes: 10 } })),
    ],
    ['only SYNs were sent again', FIVE.map((id) => late(id, 10 + id / 10))],
    ['the clock ran back', FIVE.map((id) => lost(id, [10], { quality: { clockBackwards: true } }))],
  ])('is silent where %s', (_name, judged) => {
    expect(told(...judged)).toEqual([]);
  });

  it('is silent where the bursts take up much of the time', () => {
    expect(patternsOf(lossBursts, inBursts(10), 3)).toEqual([]);
  });
});
