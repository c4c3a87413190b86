import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/rules/finding.js';
import { idleResetInterval } from '../../../src/rules/patterns/idle-reset-interval.js';
import { at, type ConnectionDraft, connection, moment, resets } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Seen = readonly [ReturnType<typeof connection>, readonly Finding[]];

/** Found dead by a reset at their next use. */
function dead(...idle: number[]): Seen[] {
  return idle.map((idleSeconds, id) => [
    connection({ id }),
    [finding('rst-half-open-discovered', { facts: { idleSeconds } })],
  ]);
}

/** Not answered any more from their next use on, in the second given. */
function dropped(asked: number, ...idle: number[]): Seen[] {
  return idle.map((idleBeforeSeconds, id) => [
    connection({ id }),
    [finding('peer-unresponsive', { facts: { idleBeforeSeconds }, from: at(asked) })],
  ]);
}

/** Reset by themselves after their last data in second 1. */
function reset(
  rule: string,
  after: number[],
  more: Partial<Finding> = {},
  draft: ConnectionDraft = {},
): Seen[] {
  return after.map((idle, id) => [
    connection({
      id,
      client: { lastNewData: moment(0.9, 4) },
      server: { lastNewData: moment(1, 5), milestones: [resets(1 + idle, 9)] },
      ...draft,
    }),
    [finding(rule, { from: at(1 + idle), to: at(1 + idle), ...more })],
  ]);
}

/** Was silent for so long and lived. */
function alive(survivedSilenceSeconds: number, draft: ConnectionDraft = {}): Seen {
  return [connection({ id: 90, survivedSilenceSeconds, ...draft }), []];
}

function only(seen: readonly Seen[]) {
  const patterns = patternsOf(idleResetInterval, seen, 1000);
  expect(patterns).toHaveLength(1);
  expect(textsOf(patterns[0])).not.toMatch(UNFILLED);
  return patterns[0];
}

describe('idle-reset-interval', () => {
  it('finds the interval after which connections are found dead, which is the most that it can be', () => {
    const pattern = only(dead(350.2, 351, 350.1));
    expect(pattern).toMatchObject({
      title: '3 connections to 10.0.0.2:8080 were reset on their first use after 5 min 50 s of silence',
      severity: 'warning',
      confidence: 'possible',
      facts: { ending: 'unknown', otherSilences: 0, spreadSeconds: 0.8 },
    });
    expect(pattern.explanation).toContain('shows only that the limit lies below');
    expect(pattern.likelyCauses[0]).toContain('at most 5 min 50 s');
  });

  it('counts no connection as idle whose data was sent again unanswered', () => {
    const seen = dead(350.2, 351, 350.1).map(
      ([subject, [{ facts, ...found }]]): Seen => [
        subject,
        [{ ...found, facts: { unheardSeconds: facts.idleSeconds } }],
      ],
    );
    expect(patternsOf(idleResetInterval, seen, 1000)).toEqual([]);
  });

  it('knows a lower bound where shorter silences were survived', () => {
    const pattern = only([...dead(350, 351, 350), alive(100), alive(200)]);
    expect(pattern.explanation).toContain(
      '2 connections of the same clients were silent for up to 3 min 20 s and lived on, so the limit lies between that and 5 min 50 s.',
    );
    expect(pattern.likelyCauses[0]).toContain('between 3 min 20 s and 5 min 50 s');
    expect(pattern.nextSteps[0]).toBe('Send keep-alives or heartbeats more often than every 3 min 20 s.');
  });

  it('is silent where a longer silence was survived, unless by clients elsewhere', () => {
    expect(patternsOf(idleResetInterval, [...dead(31, 31, 31), alive(100)], 1000)).toEqual([]);
    const elsewhere = alive(100, { client: { address: '10.0.7.7' } });
    expect(only([...dead(31, 31, 31), elsewhere]).explanation).not.toContain('lived on');
  });

  it('does not go by silences that a clock which was set back may have made', () => {
    const doubtful = alive(100, { quality: { clockSetBack: { seconds: 5, frame: 3 } } });
    expect(only([...dead(31, 31, 31), doubtful]).count).toBe(3);
  });

  it('counts and lists those within the spread, and tells of the others', () => {
    const pattern = only(dead(31, 31.1, 31, 31, 900, 5000));
    expect(pattern).toMatchObject({ count: 4, connections: [0, 1, 2, 3], facts: { otherSilences: 2 } });
    expect(pattern.explanation).toContain('These silences lie within 100 ms of 31 s.');
    expect(pattern.explanation).toContain(
      '2 more connections to 10.0.0.2:8080 ended like that after other silences, 15 min to 83 min 20 s.',
    );
    expect(only(dead(31, 31, 31, 900)).explanation).toContain(
      '1 more connection to 10.0.0.2:8080 ended like that after another silence, 15 min.',
    );
  });

  it('sees a device that drops in silence, if the host was heard elsewhere after that', () => {
    const silent = dropped(400, 310, 310.5, 311);
    expect(patternsOf(idleResetInterval, silent, 1000)).toEqual([]);
    const other: Seen = [connection({ id: 9, server: { port: 22, lastSegment: moment(500, 99) } }), []];
    expect(only([...silent, other])).toMatchObject({
      title:
        '3 connections to 10.0.0.2:8080 were not answered on their first use after 5 min 11 s of silence',
      facts: { ending: 'dropped' },
    });
  });

  it('sees a device that resets both ends', () => {
    const pattern = only(reset('rst-origin-suspect', [350, 350.1, 350]));
    expect(pattern).toMatchObject({
      title: '3 connections to 10.0.0.2:8080 were probably reset by a device after 5 min 50 s of silence',
      severity: 'warning',
      facts: { ending: 'device' },
    });
    expect(pattern.nextSteps[0]).toContain('2 min 55 s');
  });

  it('tells of a server that ends idle connections with a reset, as info and not as of a device', () => {
    const pattern = only(reset('rst-active-abort', [60, 60, 60.1]));
    expect(pattern).toMatchObject({
      title: '10.0.0.2:8080 reset 3 connections after 60 s of silence',
      severity: 'info',
      facts: { ending: 'server' },
    });
    expect(pattern.explanation).not.toContain('NAT');
    expect(pattern.citations.map(({ says }) => says).join()).not.toContain('NAT');
    expect(pattern.likelyCauses[0]).toContain('An idle timeout of 60 s in the program at 10.0.0.2:8080');
  });

  it('leaves open whose resets they are that Linux does not send', () => {
    const pattern = only(reset('rst-active-abort', [60, 60, 60.1], { facts: { kind: 'sender-unknown' } }));
    expect(pattern).toMatchObject({
      title: '3 connections to 10.0.0.2:8080 were reset in its name after 60 s of silence',
      severity: 'warning',
      facts: { ending: 'named' },
    });
    expect(pattern.explanation).not.toContain('look like any other');
  });

  it('takes resets with another TTL for those of a device', () => {
    const server = (idle: number) => ({ ttl: 64, milestones: [resets(1 + idle, 9, { ttl: 58 })] });
    const pattern = only(
      [60, 60, 60.1].map((idle, id) => [
        connection({ id, client: { lastNewData: moment(0.9, 4) }, server: server(idle) }),
        [finding('rst-active-abort', { from: at(1 + idle), to: at(1 + idle) })],
      ]),
    );
    expect(pattern.facts.ending).toBe('device');
  });

  it.each<[string, readonly Seen[], number | undefined, string]>([
    ['the interval is near one', dead(351, 351, 350.2), 350, 'AWS Network Load Balancers'],
    ['one lies in the range', [...dead(700, 701, 700), alive(320)], 350, 'AWS Network Load Balancers'],
    ['a device resets by itself', reset('rst-origin-suspect', [299.5, 300, 300]), 300, 'F5 BIG-IP'],
    ['the server resets by itself', reset('rst-active-abort', [60, 60, 60]), 60, 'Application Load'],
    ['it is a long one', dead(432_010, 432_010, 432_005), 432_000, '432,000 s is what Linux’s'],
    ['it is what NATs owe', dead(7441, 7445, 7442), 7440, '7,440 s is what NATs'],
    ['the interval is shorter', dead(349, 349.5, 349), undefined, ''],
    ['it is longer', dead(370, 370, 371), undefined, ''],
    ['two lie in the range', [...dead(400, 400, 400), alive(250)], undefined, ''],
    ['it was survived', [...dead(352, 352, 352), alive(350)], undefined, ''],
  ])('names a usual limit, if just one fits: %s', (_name, seen, usualLimitSeconds, whose) => {
    const pattern = only(seen);
    expect(pattern.facts.usualLimitSeconds).toBe(usualLimitSeconds);
    const causes = pattern.likelyCauses.filter((cause) => / s is what .* \(possible\)\.$/.test(cause));
    expect(causes).toHaveLength(usualLimitSeconds === undefined ? 0 : 1);
    if (usualLimitSeconds === undefined) return;
    expect(causes[0]).toContain(whose);
    expect(pattern.likelyCauses[0]).not.toBe(causes[0]);
    expect(pattern.citations.map(({ says }) => says).join(' ')).toMatch(
      /By default|2 h 4 min|idle connection by state/,
    );
  });

  it.each<[string, readonly Seen[]]>([
    ['the silences differ', dead(100, 350, 900)],
    ['they are short', dead(3, 3, 3)],
    ['there are two', dead(350, 350)],
    ['each ended in another way', [...dead(60), ...dropped(0, 60), ...reset('rst-active-abort', [60])]],
    ['clients gave up', reset('rst-active-abort', [60, 60, 60], { endpoint: 'client' })],
    [
      'the server had closed before',
      reset('rst-active-abort', [60, 60, 60], { facts: { afterOwnFin: true } }),
    ],
    [
      'the reset answers a segment',
      reset(
        'rst-active-abort',
        [60, 60, 60],
        {},
        {
          server: { lastNewData: moment(1, 5), milestones: [resets(61, 9, { trigger: {} })] },
        },
      ),
    ],
    ['other segments came before the reset', reset('rst-active-abort', [60, 90, 200])],
  ])('is silent where %s', (_name, seen) => {
    expect(patternsOf(idleResetInterval, seen, 1000)).toEqual([]);
  });
});
