import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { closedUnanswered } from '../../../src/rules/patterns/closed-unanswered.js';
import {
  at,
  type ConnectionDraft,
  connection,
  enters,
  moment,
  resets,
} from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Judged = readonly [Connection, readonly Finding[]];

/** A request at `id` seconds, and the server's FIN that much later. */
function closed(id: number, after: number, more: ConnectionDraft = {}): Judged {
  return [
    connection({
      id,
      start: at(id),
      end: at(id + after),
      ...more,
      client: { payloadBytes: 80, lastNewData: moment(id, 4), ...more.client },
      server: { after: [enters('FIN-WAIT-1', id + after, 20, { evidence: 'observed' })], ...more.server },
    }),
    [],
  ];
}

/** So many on which the server's answer is the last word. */
function answered(count: number): Judged[] {
  return Array.from({ length: count }, (_, place) =>
    closed(100 + place, 1, { server: { payloadBytes: 500, lastNewData: moment(100.5 + place, 5) } }),
  );
}

const told = (...judged: readonly Judged[]) => patternsOf(closedUnanswered, judged, 1000);

describe('closed-unanswered', () => {
  it('tells of a server that closes without an answer, where it answers others', () => {
    const [pattern, ...others] = told(...answered(4), closed(1, 6.1), closed(2, 6.9), closed(3, 8));
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      confidence: 'possible',
      title:
        '10.0.0.2:8080 closed 3 connections 6.1 s to 8 s after their clients’ last data, without an answer',
      connections: [1, 2, 3],
      from: at(1),
      to: at(11),
      facts: { server: '10.0.0.2:8080', shortestWaitSeconds: 6.1, longestWaitSeconds: 8, answered: 4 },
    });
    expect(pattern.explanation).toContain(
      'On 4 other connections of the service the last word was an answer.',
    );
    expect(pattern.likelyCauses[0]).toMatch(/^The worker that had the request ended/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('warns of a server that never sends anything, however soon it closes', () => {
    const [pattern] = told(closed(1, 0.01), closed(2, 0.002), closed(3, 0.001));
    expect(pattern).toMatchObject({
      severity: 'warning',
      title:
        '10.0.0.2:8080 never sends anything: it closed 3 connections as soon as clients had sent something',
      facts: { hasSpoken: false, answered: 0 },
    });
    expect(pattern.explanation).toContain('1 ms to 10 ms after that. On no connection of the capture has it');
    expect(pattern.likelyCauses[0]).toMatch(/^The clients speak another protocol than 10\.0\.0\.2:8080/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    const greeted = closed(4, 0.01, { server: { payloadBytes: 20, lastNewData: moment(3, 3) } });
    const soon = [closed(1, 0.01), closed(2, 0.002), closed(3, 0.001)];
    const [pushed] = closed(4, 1, {
      client: { payloadBytes: 0, lastNewData: null },
      server: { payloadBytes: 9 },
    });
    const [before] = closed(4, 0.01, { quality: { midstream: true } });
    for (const other of [greeted, [pushed, []] as const, [before, []] as const])
      expect(told(...soon, other)).toEqual([]);
    // A service that only collects what it is sent ends some connections, and its clients most.
    const collected = [5, 6, 7].map((id) => closed(id, 1, { server: { after: [] } }));
    expect(told(...soon, ...collected)).toEqual([]);
    expect(told(...[1, 2, 3].map((id) => closed(id, 300)))).toEqual([]);
  });

  it('thinks of a timeout first where the times are alike', () => {
    const [pattern] = told(...answered(4), closed(1, 6), closed(2, 6.02), closed(3, 6.05));
    expect(pattern.explanation).toContain('so alike that a timer ended them');
    expect(pattern.likelyCauses[0]).toMatch(/^A timeout of 10\.0\.0\.2:8080, .* after 6 s/);
  });

  it('is info where it closes at once: the clients may have said goodbye', () => {
    const fast = [closed(1, 0.01), closed(2, 0.011), closed(3, 0.012)];
    const [pattern] = told(...answered(4), ...fast);
    expect(pattern.severity).toBe('info');
    expect(pattern.likelyCauses[0]).toMatch(/^What the clients had sent last asked for nothing/);
    expect(pattern.explanation).not.toContain('timer');
    const [mixed] = told(...answered(9), ...fast, closed(4, 1), closed(5, 2), closed(6, 3));
    expect(mixed.severity).toBe('warning');
  });

  const THREE = [1, 2, 3];
  const each = (more: (id: number) => ConnectionDraft): Judged[] =>
    THREE.map((id) => closed(id, 6, more(id)));
  it.each<[string, readonly Judged[]]>([
    ['its protocol may have no answers', [...answered(3), ...each(() => ({}))]],
    ['there are two', [...answered(4), ...each(() => ({})).slice(1)]],
    [
      'the client’s data came right behind the server’s',
      [...answered(4), ...each((id) => ({ server: { payloadBytes: 9, lastNewData: moment(id - 0.02, 3) } }))],
    ],
    [
      'the data was not acknowledged',
      [...answered(4), ...each(() => ({ client: { unacknowledgedBytes: 80 } }))],
    ],
    [
      'a reset came',
      [...answered(4), ...each((id) => ({ server: { milestones: [resets(id + 6, 21, {})] } }))],
    ],
    [
      'the client closed as well',
      [...answered(4), ...each((id) => ({ client: { after: [enters('FIN-WAIT-1', id + 5.9, 19)] } }))],
    ],
    ['the capture lacks a direction', [...answered(4), ...each(() => ({ quality: { unseen: 'server' } }))]],
    [
      'subflows of Multipath TCP may carry the answer',
      [...answered(4), ...each(() => ({ quality: { multipath: true } }))],
    ],
  ])('is silent where %s', (_name, judged) => {
    expect(told(...judged)).toEqual([]);
  });
});
