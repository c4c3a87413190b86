import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { idleCloseInterval } from '../../../src/rules/patterns/idle-close-interval.js';
import {
  at,
  type ConnectionDraft,
  connection,
  type EndpointDraft,
  enters,
  happens,
  moment,
} from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Judged = readonly [Connection, readonly Finding[]];

interface Idle extends ConnectionDraft {
  readonly by?: 'client' | 'server';
}

/** An answer at `seconds`, and a FIN that much later. */
function idle(seconds: number, silence: number, { by = 'server', ...more }: Idle = {}): Judged {
  const closing: EndpointDraft = {
    after: [enters('FIN-WAIT-1', seconds + silence, 20, { evidence: 'observed' })],
  };
  return [
    connection({
      id: seconds,
      start: at(seconds - 1),
      end: at(seconds + silence),
      ...more,
      client: {
        payloadBytes: 80,
        lastNewData: moment(seconds - 0.1, 4),
        ...(by === 'client' && closing),
        ...more.client,
      },
      server: {
        payloadBytes: 500,
        lastNewData: moment(seconds, 5),
        ...(by === 'server' && closing),
        ...more.server,
      },
    }),
    [],
  ];
}

const told = (...judged: readonly Judged[]) => patternsOf(idleCloseInterval, judged, 1000);

describe('idle-close-interval', () => {
  it('tells of a server that closes after the same silence', () => {
    const [pattern, ...others] = told(idle(10, 15), idle(20, 15.01), idle(33, 15.02), idle(40, 4));
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'info',
      confidence: 'inferred',
      title: '10.0.0.2:8080 closed 3 connections after 15 s of silence',
      connections: [10, 20, 33],
      from: at(10),
      facts: { side: 'server', server: '10.0.0.2:8080', idleSeconds: 15.01, otherSilences: 1 },
    });
    expect(pattern.explanation).toContain(
      '1 more connection was closed by the same side after other silences',
    );
    expect(pattern.likelyCauses[0]).toContain('program at 10.0.0.2:8080 (likely)');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('tells of a client that does', () => {
    const [pattern, ...others] = told(...[10, 20, 30].map((seconds) => idle(seconds, 5, { by: 'client' })));
    expect(others).toEqual([]);
    expect(pattern.title).toBe('10.0.0.1 closed 3 connections to 10.0.0.2:8080 after 5 s of silence');
    expect(pattern.facts).toMatchObject({ side: 'client', client: '10.0.0.1' });
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('looks past what a client wrote after the close', () => {
    const wrote = (seconds: number): Judged =>
      idle(seconds, 15, {
        client: {
          lastNewData: moment(seconds + 16, 22),
          milestones: [happens('data-after-peer-fin', seconds + 16, 22, { value: 80, dataBefore: 5 })],
        },
      });
    expect(told(wrote(10), wrote(20), wrote(30))).toHaveLength(1);
  });

  it('warns where the next request met such a close', () => {
    const raced = (seconds: number, silence: number): Judged => {
      const [one] = idle(seconds, silence, { client: { lastNewData: moment(seconds + silence - 0.01, 19) } });
      const facts = { kind: 'keep-alive-race', idleBeforeCloseSeconds: silence };
      return [one, [finding('rst-on-close-race', { endpoint: 'server', facts })]];
    };
    const [pattern] = told(raced(10, 6), raced(20, 6.01), idle(30, 6));
    expect(pattern).toMatchObject({
      severity: 'warning',
      title: '10.0.0.2:8080 closed 3 connections after 6 s of silence, 2 as the next request came',
      facts: { raced: 2, idleSeconds: 6 },
    });
    expect(pattern.explanation).toContain('On 2 of them the client had sent its next request');
    expect(pattern.nextSteps[0]).toMatch(/^Let the clients give up idle connections before 6 s/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    const [all] = told(raced(10, 6), raced(20, 6), raced(30, 6));
    expect(all.title).toMatch(/, each as the next request came$/);
    const [inFlight] = raced(30, 6);
    const other = [finding('rst-on-close-race', { endpoint: 'server', facts: { kind: 'data-in-flight' } })];
    expect(told(idle(10, 6), idle(20, 6), [inFlight, other])).toEqual([]);
    // A goodbye is no request.
    for (const more of [{ mayBeTlsAlert: true }, { bothClosed: true }]) {
      const facts = { kind: 'keep-alive-race', idleBeforeCloseSeconds: 6, ...more };
      const goodbye = finding('rst-on-close-race', { endpoint: 'server', facts });
      expect(told(idle(10, 6), idle(20, 6), [inFlight, [goodbye]])).toEqual([]);
    }
  });

  const SAME = [10, 20, 30].map((seconds) => idle(seconds, 15));
  it.each<[string, readonly Judged[]]>([
    ['two', SAME.slice(1)],
    ['silences differ', [idle(10, 15), idle(20, 18), idle(30, 12), idle(40, 25)]],
    ['most differ', [...SAME, ...[3, 5, 7, 9].map((silence) => idle(40 + silence, silence))]],
    ['all end at one moment', [10, 10.2, 10.4].map((seconds) => idle(seconds, 15))],
    ['silences are short', [10, 20, 30].map((seconds) => idle(seconds, 1.5))],
    ['another lived on after a longer one', [...SAME, idle(50, 3, { survivedSilenceSeconds: 20 })]],
    [
      'the last word was the client’s',
      [10, 20, 30].map((seconds) => idle(seconds, 15, { client: { lastNewData: moment(seconds + 0.1, 6) } })),
    ],
    [
      'something was not acknowledged',
      [10, 20, 30].map((seconds) => idle(seconds, 15, { server: { unacknowledgedBytes: 5 } })),
    ],
    [
      'the clock ran back',
      [10, 20, 30].map((seconds) => idle(seconds, 15, { quality: { clockBackwards: true } })),
    ],
  ])('is silent where %s', (_name, judged) => {
    expect(told(...judged)).toEqual([]);
  });
});
