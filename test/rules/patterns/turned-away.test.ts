import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { turnedAway } from '../../../src/rules/patterns/turned-away.js';
import {
  at,
  type ConnectionDraft,
  connection,
  type EndpointDraft,
  enters,
  happens,
  moment,
  resets,
} from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Judged = readonly [Connection, readonly Finding[]];

/** A server that says 22 octets in frame 5 and closes in frame 6, `after` seconds after the handshake. */
function away(id: number, { after = 0.01, ...more }: ConnectionDraft & { after?: number } = {}): Judged {
  const closed = id + 0.01 + after;
  return [
    connection({
      id,
      start: at(id),
      end: at(closed),
      ...more,
      server: {
        payloadBytes: 22,
        lastNewData: moment(closed, 5),
        timeline: [
          enters('SYN-RECEIVED', id, 2, { evidence: 'observed' }),
          enters('ESTABLISHED', id + 0.01, 3),
          ...(more.server?.after ?? [enters('FIN-WAIT-1', closed, 6, { evidence: 'observed' })]),
        ],
        ...without(more.server),
      },
    }),
    [],
  ];
}

function without({ after: _, ...rest }: EndpointDraft = {}): EndpointDraft {
  return rest;
}

/** Both sides spoke. */
function served(id: number, client = '10.0.0.1'): Judged {
  return [
    connection({
      id,
      start: at(id),
      end: at(id + 5),
      client: { address: client, payloadBytes: 80, lastNewData: moment(id + 4, 9) },
      server: { payloadBytes: 500, lastNewData: moment(id + 3, 8) },
    }),
    [],
  ];
}

const told = (...judged: readonly Judged[]) => patternsOf(turnedAway, judged, 1000);
const of = (client: string) => ({ client: { address: client } });

describe('turned-away', () => {
  it('tells of a server at its limit, which serves the same clients at other times', () => {
    const [pattern, ...others] = told(served(0), away(10), away(11), away(12), served(20));
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      confidence: 'inferred',
      title: '10.0.0.2:8080 turned away 3 of 5 connections, right after it had accepted them',
      connections: [10, 11, 12],
      from: at(10),
      facts: { server: '10.0.0.2:8080', served: 2, servedSince: 1, told: 3, octets: 22, clients: 1 },
    });
    expect(pattern.explanation).toBe(
      'On each of them it first sent 22 bytes, which probably say why. 2 other connections were served. All that it turned away came from 10.0.0.1, which it also served since.',
    );
    expect(pattern.likelyCauses[0]).toMatch(/^10\.0\.0\.2:8080 was at its limit of connections/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('suspects that a client is locked out where it serves only others since', () => {
    const blocked = [10, 11, 12].map((id) => away(id, of('10.0.0.9')));
    const [pattern] = told(served(0, '10.0.0.9'), ...blocked, served(20), served(21));
    expect(pattern.explanation).toContain(
      'All that it turned away came from 10.0.0.9, which it has not served since.',
    );
    expect(pattern.likelyCauses[0]).toMatch(/^10\.0\.0\.2:8080 no longer admits these clients/);
    const [alone] = told(served(0, '10.0.0.9'), ...blocked);
    expect(alone.explanation).toMatch(/After the first that it turned away it served none\.$/);
    expect(alone.likelyCauses[0]).toMatch(/ was at its limit/);
  });

  it('names some of several clients', () => {
    const several = [1, 2, 3, 4].map((place) => away(10 + place, of(`10.0.1.${place}`)));
    const [pattern] = told(served(0), ...several, served(30, '10.0.1.4'));
    expect(pattern.explanation).toContain(
      'It turned away 4 clients (10.0.1.1, 10.0.1.2, 10.0.1.3 and 1 more), and served 1 of them since.',
    );
  });

  it.each<[string, ConnectionDraft]>([
    [
      'after the close',
      {
        client: {
          payloadBytes: 41,
          lastNewData: moment(10.03, 7),
          milestones: [happens('data-after-peer-fin', 10.03, 7, { value: 41 })],
        },
      },
    ],
    [
      'before it, on the way',
      { client: { payloadBytes: 41, lastNewData: moment(10.015, 4), unacknowledgedBytes: 41 } },
    ],
  ])('counts a connection on which the client’s words came %s', (_name, draft) => {
    expect(told(served(0), away(10, draft), away(11), away(12))[0]?.count).toBe(3);
  });

  it('counts those that it aborted with words unread, if it had said as much as to the others', () => {
    const aborted = (id: number, octets = 22) =>
      away(id, {
        client: { payloadBytes: 41, lastNewData: moment(id + 0.011, 4) },
        server: { after: [], payloadBytes: octets, milestones: [resets(id + 0.02, 7, { hasAck: true })] },
      });
    expect(told(served(0), away(10), away(11), aborted(12), aborted(13, 300))[0]).toMatchObject({
      count: 3,
      connections: [10, 11, 12],
      facts: { told: 3, octets: 22 },
    });
    expect(told(served(0), aborted(12), aborted(13), aborted(14))).toEqual([]);
  });

  it('says so where it gives no reason, or not always the same', () => {
    const mute = (id: number) => away(id, { server: { payloadBytes: 0, lastNewData: null } });
    const [silent] = told(served(0), mute(10), mute(11), mute(12));
    expect(silent.explanation).toMatch(/^It closed them without a word\. 1 other connection was served\./);
    const longer = away(13, { server: { payloadBytes: 30 } });
    const [mixed] = told(served(0), mute(10), away(11), longer);
    expect(mixed.explanation).toMatch(/^On 2 of them it first sent some bytes, which/);
    expect(mixed.facts).not.toHaveProperty('octets');
  });

  const THREE = [10, 11, 12];
  it.each<[string, readonly Judged[]]>([
    ['it serves nobody', THREE.map((id) => away(id))],
    ['two', [served(0), away(10), away(11)]],
    ['it closes later', [served(0), ...THREE.map((id) => away(id, { after: 1.5 }))]],
    [
      'it had answered before the words that came late',
      [
        served(0),
        ...THREE.map((id) =>
          away(id, {
            client: {
              payloadBytes: 424,
              lastNewData: moment(id + 0.03, 7),
              milestones: [happens('data-after-peer-fin', id + 0.03, 7, { value: 24, dataBefore: 4 })],
            },
          }),
        ),
      ],
    ],
    [
      'another request crosses its close',
      [
        served(0),
        ...THREE.map((id) =>
          away(id, {
            client: { payloadBytes: 160, lastNewData: moment(id + 0.019, 6), unacknowledgedBytes: 80 },
            server: { resetsSent: 1 },
          }),
        ),
      ],
    ],
    ['it says more', [served(0), ...THREE.map((id) => away(id, { server: { payloadBytes: 1025 } }))]],
    [
      'it answers',
      [
        served(0),
        ...THREE.map((id) => away(id, { client: { payloadBytes: 80, lastNewData: moment(id + 0.012, 4) } })),
      ],
    ],
    [
      'the client had said goodbye',
      [
        served(0),
        ...THREE.map((id) =>
          away(id, {
            client: { payloadBytes: 6, lastNewData: moment(id + 0.015, 4) },
            server: { lastNewData: moment(id + 0.011, 3) },
          }),
        ),
      ],
    ],
    [
      'the client closes first',
      [
        served(0),
        ...THREE.map((id) => away(id, { client: { after: [enters('FIN-WAIT-1', id + 0.01, 5)] } })),
      ],
    ],
    [
      'it never says a word to a request',
      [
        served(0),
        ...THREE.map((id) =>
          away(id, {
            client: { payloadBytes: 80, lastNewData: moment(id + 0.012, 4) },
            server: { payloadBytes: 0, lastNewData: null },
          }),
        ),
      ],
    ],
    [
      'one direction is missing',
      [served(0), ...THREE.map((id) => away(id, { quality: { unseen: 'client' } }))],
    ],
  ])('is silent where %s', (_name, judged) => {
    expect(told(...judged)).toEqual([]);
  });
});
