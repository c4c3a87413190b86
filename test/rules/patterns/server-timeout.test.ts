import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { serverTimeout } from '../../../src/rules/patterns/server-timeout.js';
import { at, type ConnectionDraft, connection, enters, moment } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Judged = readonly [Connection, readonly Finding[]];

/** A request at `id` seconds, the server's last word `waited` seconds later, and its FIN another `after` seconds later. */
function ended(id: number, waited: number, after = 0.001, more: ConnectionDraft = {}): Judged {
  const closed = id + waited + after;
  return [
    connection({
      id,
      start: at(id),
      end: at(closed),
      ...more,
      client: { payloadBytes: 80, lastNewData: moment(id, 4), ...more.client },
      server: {
        payloadBytes: 40,
        lastNewData: moment(id + waited, 6),
        after: [enters('FIN-WAIT-1', closed, 7, { evidence: 'observed' })],
        ...more.server,
      },
    }),
    [],
  ];
}

/** Answers that came at once, and a client that had the last word. */
const OTHERS: readonly Judged[] = [
  ended(101, 0.1),
  ended(102, 0.2),
  ended(103, 3, 0.001, { client: { payloadBytes: 90, lastNewData: moment(110, 9) } }),
];
const told = (...judged: readonly Judged[]) => patternsOf(serverTimeout, judged, 1000);

describe('server-timeout', () => {
  it('tells of a service that ends connections the same time after what it was asked', () => {
    const [pattern, ...others] = told(...OTHERS, ended(1, 8), ended(2, 8.1), ended(3, 8.05), ended(4, 3));
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'info',
      confidence: 'inferred',
      title:
        '10.0.0.2:8080 ended 3 connections 8.1 s after their clients’ last data, with a last word: a timeout of its own',
      connections: [1, 2, 3],
      from: at(1),
      facts: { server: '10.0.0.2:8080', waitSeconds: 8.05, others: 3, otherWaits: 1 },
    });
    expect(pattern.explanation).toContain('3 other connections of the service did not end like that.');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  const SAME = [1, 2, 3].map((id) => ended(id, 8));
  it.each<[string, readonly Judged[]]>([
    ['all of its answers take as long', SAME],
    ['the waits differ', [...OTHERS, ended(1, 2), ended(2, 5), ended(3, 8)]],
    ['it closes later', [...OTHERS, ...[1, 2, 3].map((id) => ended(id, 8, 0.5))]],
    [
      'the client closes first',
      [
        ...OTHERS,
        ...[1, 2, 3].map((id) =>
          ended(id, 8, 0.001, { client: { after: [enters('FIN-WAIT-1', id + 8, 5)] } }),
        ),
      ],
    ],
    ['nothing ends', [...OTHERS, ...[1, 2, 3].map((id) => ended(id, 8, 0.001, { server: { after: [] } }))]],
    [
      'the clock ran back',
      [...OTHERS, ...[1, 2, 3].map((id) => ended(id, 8, 0.001, { quality: { clockBackwards: true } }))],
    ],
  ])('is silent where %s', (_name, judged) => {
    expect(told(...judged)).toEqual([]);
  });
});
