import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { answerTimeout } from '../../../src/rules/patterns/answer-timeout.js';
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

interface Waiting {
  readonly client?: EndpointDraft;
  readonly server?: EndpointDraft;
  readonly quality?: ConnectionDraft['quality'];
  readonly byReset?: boolean;
}

/** A client that asks at `id` seconds and leaves `wait` seconds later, without an answer. */
function waited(id: number, wait: number, more: Waiting = {}): Judged {
  const end = id + wait;
  const ending = more.byReset
    ? { milestones: [resets(end, 20, { hasAck: true })] }
    : { after: [enters('FIN-WAIT-1', end, 20, { evidence: 'observed' })] };
  const client = { payloadBytes: 80, lastNewData: moment(id, 4), ...ending, ...more.client };
  return [
    connection({
      id,
      start: at(id),
      end: at(end),
      client,
      server: more.server ?? {},
      quality: more.quality ?? {},
    }),
    [],
  ];
}

/** Resets in the client's name that have marks of another sender: they step forward, from another distance. */
const FOREIGN = [1, 2, 3].map((step) =>
  resets(9, 20 + step, { hasAck: true, ttl: 41, sequence: step * 1000 }),
);

/** One on which the server's answer is the last word. */
function answered(id: number): Judged {
  return waited(id, 1, { server: { payloadBytes: 500, lastNewData: moment(id + 0.1, 5) } });
}

const told = (...judged: readonly Judged[]) => patternsOf(answerTimeout, judged, 1000);

describe('answer-timeout', () => {
  it('tells of clients that leave after the same time, where others got an answer', () => {
    const [pattern, ...others] = told(
      answered(0),
      waited(1, 5),
      waited(2, 5.02),
      waited(3, 5.04, { byReset: true }),
    );
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      confidence: 'inferred',
      title:
        'Clients of 10.0.0.2:8080 gave up on 3 connections, 5 s after their last data, without an answer',
      connections: [1, 2, 3],
      from: at(1),
      to: at(8.04),
      facts: { waitSeconds: 5.02, spreadSeconds: 0.02, resets: 1, answered: 1, otherWaits: 0 },
    });
    expect(pattern.explanation).toContain('(2 FIN, 1 RST)');
    expect(pattern.explanation).toContain(
      'On 1 other connection of the service the last word was an answer.',
    );
    expect(pattern.likelyCauses.join('\n')).toMatch(
      /longer than 5 s .* \(likely\)(.|\n)*had not accepted these/,
    );
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('sees that a program no longer accepts, where it goes on to answer on older connections', () => {
    const inVain = [10, 11, 12].map((id) => waited(id, 5));
    const older = (id: number): Judged => {
      const [one] = answered(id);
      return [{ ...one, start: at(id), server: { ...one.server, lastNewData: moment(17, 30) } }, []];
    };
    const olders = [0, 1, 2].map(older);
    const [pattern] = told(...olders, ...inVain);
    expect(pattern.likelyCauses[0]).toMatch(/^Its program accepts no new connections \(likely\)/);
    expect(pattern.explanation).toContain(
      'went on to answer on 3 older connections, but hardly on any new one',
    );
    expect(pattern.facts).toMatchObject({ answeredOnOlder: 3 });
    expect(pattern.nextSteps[0]).toContain('ss -ltn');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    const served = inVain.map(
      ([one]): Judged => [{ ...one, server: { ...one.server, payloadBytes: 9 } }, []],
    );
    for (const judged of [
      [...olders.slice(1), ...inVain],
      [...olders, ...inVain, answered(11)],
      [...olders, ...served],
    ])
      expect(told(...judged)[0].facts).not.toHaveProperty('answeredOnOlder');
  });

  it('is info where the service never answered: its protocol may have no answers', () => {
    const [pattern] = told(waited(1, 5), waited(2, 5), waited(3, 5));
    expect(pattern).toMatchObject({ severity: 'info', confidence: 'possible', facts: { answered: 0 } });
    expect(pattern.title).toBe(
      'Clients of 10.0.0.2:8080 ended 3 connections 5 s after their last data, and nothing had come back',
    );
    expect(pattern.explanation).toContain('its protocol may have none');
    expect(pattern.likelyCauses.join('\n')).toMatch(/^Its clients keep an unused connection for that long/);
    expect(pattern.likelyCauses.join()).not.toContain('likely');
  });

  it('is info where their last data came right behind data of the server: it may be no request', () => {
    const behind = (id: number) =>
      waited(id, 90, { server: { payloadBytes: 900, lastNewData: moment(id - 0.02, 3) } });
    const [pattern] = told(answered(0), behind(1), behind(2), behind(3));
    expect(pattern).toMatchObject({ severity: 'info', confidence: 'possible', facts: { answered: 1 } });
    expect(pattern.explanation).toContain('it may have been no request');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is a warning only if most of those that left had asked for something', () => {
    const behind = (id: number) =>
      waited(id, 90, { server: { payloadBytes: 900, lastNewData: moment(id - 0.02, 3) } });
    const asked = [waited(1, 90), waited(2, 90), waited(3, 90)];
    const [most] = told(answered(0), ...asked, behind(4));
    expect(most).toMatchObject({ severity: 'warning', count: 4 });
    const [few] = told(answered(0), ...asked, ...[4, 5, 6, 7].map(behind));
    expect(few).toMatchObject({ severity: 'info', count: 7 });
    expect(few.explanation).toContain('On 4 of them the last data came right behind data of the server');
  });

  it('takes an answer for none that came after the client had left', () => {
    const late = (id: number, more: EndpointDraft): Judged =>
      waited(id, 5, { client: more, server: { payloadBytes: 500, lastNewData: moment(id + 8, 25) } });
    const waits = [waited(1, 5), waited(2, 5), waited(3, 5)];
    const [refused] = told(late(0, { milestones: [resets(8.01, 26)] }), ...waits);
    expect(refused).toMatchObject({ severity: 'info', facts: { answered: 0 } });
    const [halfClosed] = told(late(0, {}), ...waits);
    expect(halfClosed).toMatchObject({ severity: 'warning', facts: { answered: 1 } });
  });

  describe('of a server that speaks first', () => {
    /** A client that leaves `wait` seconds after the handshake, having said nothing; the greeting comes `after` it. */
    const greeted = (id: number, wait: number, after: number, dataBefore?: number): Judged => {
      const opened = id + 0.02;
      const [one] = waited(id, wait, {
        client: {
          payloadBytes: 0,
          lastNewData: null,
          after: [enters('FIN-WAIT-1', opened + wait, 20, { evidence: 'observed' })],
          resetsSent: 1,
        },
        server: {
          payloadBytes: 28,
          unacknowledgedBytes: 28,
          timeline: [
            enters('SYN-RECEIVED', id, 2, { evidence: 'observed' }),
            enters('ESTABLISHED', opened, 3),
          ],
          milestones: [happens('data-after-peer-fin', opened + after, 25, { value: 28, dataBefore })],
        },
      });
      return [one, []];
    };

    it('tells of clients that left before it had said a word', () => {
      const [pattern, ...others] = told(greeted(1, 5, 6), greeted(2, 5, 9), greeted(3, 5.02, 12));
      expect(others).toEqual([]);
      expect(pattern).toMatchObject({
        severity: 'warning',
        confidence: 'inferred',
        title:
          'Clients of 10.0.0.2:8080 gave up on 3 connections, 5 s after they had opened, before the server had said a word',
        connections: [1, 2, 3],
        standsFor: ['rst-on-write-after-close'],
        facts: { kind: 'greeting', waitSeconds: 5, fastestAnswerSeconds: 6, slowestAnswerSeconds: 12 },
      });
      expect(pattern.likelyCauses[0]).toMatch(/looks its clients up before it greets them/);
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('is silent where it had greeted, answered the close or was heard, where waits differ, and where it never speaks', () => {
      const had = [1, 2, 3].map((id) => greeted(id, 5, 6, 3));
      const differ = [greeted(1, 1, 6), greeted(2, 3, 6), greeted(3, 5, 6)];
      const never = [1, 2, 3].map((id) => waited(id, 5, { client: { payloadBytes: 0, lastNewData: null } }));
      // An error that a proxy sends when an unused connection is closed.
      const onClose = [1, 2, 3].map((id) => greeted(id, 5, 5.001));
      const taken = [1, 2, 3].map((id): Judged => {
        const [{ client, ...rest }] = greeted(id, 5, 6);
        return [{ ...rest, client: { ...client, resetsSent: 0 } }, []];
      });
      for (const judged of [had, differ, never, onClose, taken]) expect(told(...judged)).toEqual([]);
    });
  });

  describe('where answers come too late', () => {
    /** The client asks at `id` seconds and closes 5 s later; an answer comes another `later` seconds after that. */
    const late = (id: number, later: number, more: { dataBefore?: number; taken?: boolean } = {}): Judged =>
      waited(id, 5, {
        client: {
          after: [enters('FIN-WAIT-1', id + 5, 20, { evidence: 'observed' })],
          milestones: more.taken === true ? [] : [resets(id + 5 + later, 26)],
        },
        server: {
          payloadBytes: 500,
          unacknowledgedBytes: more.taken === true ? 0 : 500,
          lastNewData: moment(id + 5 + later, 25),
          milestones: [
            happens('data-after-peer-fin', id + 5 + later, 25, { value: 500, dataBefore: more.dataBefore }),
          ],
        },
      });

    it('tells for how long they took', () => {
      const [pattern, ...others] = told(late(1, 2), late(2, 3.5), waited(3, 5));
      expect(others).toEqual([]);
      expect(pattern).toMatchObject({
        severity: 'warning',
        confidence: 'inferred',
        connections: [1, 2, 3],
        standsFor: ['rst-on-write-after-close'],
        facts: { answered: 0, answeredTooLate: 2, fastestAnswerSeconds: 7, slowestAnswerSeconds: 8.5 },
      });
      expect(pattern.explanation).toContain(
        ' On at least 2 of them an answer came all the same, 7 s to 8.5 s after the request, and was reset. ',
      );
      expect(pattern.explanation).not.toContain('may have none');
      expect(pattern.likelyCauses[0]).toMatch(/takes longer than 5 s .* \(likely\): .* 7 s to 8\.5 s\.$/);
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('sees that the server stood still where they all come at one moment', () => {
      const [pattern] = told(late(1, 20), late(3, 18), late(6, 15.2), late(9, 12.1));
      expect(pattern.explanation).toContain(
        ' These answers all came within 200 ms, 25 s after the first request: 10.0.0.2:8080 had stood still until then. ',
      );
      expect(pattern.facts).toMatchObject({ stoodStillSeconds: 25 });
      expect(pattern.likelyCauses[0]).toMatch(/^The program of 10\.0\.0\.2:8080 stood still/);
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
      const apart = [late(1, 20), late(3, 18), late(6, 5), late(9, 12)];
      const together = [late(1, 20), late(1.2, 19.8), late(1.4, 19.6)];
      const others = [late(1, 20), late(3, 18), late(6, 15.2), late(9, 12.1), answered(12)];
      for (const judged of [apart, together, others])
        expect(told(...judged)[0].facts).not.toHaveProperty('stoodStillSeconds');
    });

    it('takes for no answer what a server says on the close', () => {
      const [pattern] = told(late(1, 0.02), late(2, 0.02), late(3, 0.02));
      expect(pattern).toMatchObject({ severity: 'info', facts: { answeredTooLate: 0 } });
      expect(pattern.facts).not.toHaveProperty('fastestAnswerSeconds');
      const kept = [1, 2, 3].map((id) => late(id, 0.02, { dataBefore: 3 }));
      expect(told(answered(0), ...kept)[0]).toMatchObject({ severity: 'info' });
    });

    it('counts what came soon as well where others came late, unless it is short', () => {
      const [pattern] = told(late(1, 0.02), late(2, 0.1), late(3, 2));
      expect(pattern.facts).toMatchObject({ answeredTooLate: 3, fastestAnswerSeconds: 5.02 });
    });

    it('sees that the answers were lost where the server’s numbers go on beyond them', () => {
      const lost = (id: number): Judged =>
        waited(id, 5, { server: { milestones: [happens('sent-unseen', id + 5.1, 21, { value: 15_928 })] } });
      const [pattern] = told(answered(0), lost(1), lost(2), waited(3, 5));
      expect(pattern.likelyCauses[0]).toMatch(/^The path loses the answers, .* \(likely\)/);
      expect(pattern.likelyCauses.join('\n')).not.toContain('hangs');
      expect(pattern.explanation).toContain('had sent 15,928 bytes or more which never came here');
      expect(pattern.facts).toMatchObject({ answersLost: 2 });
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
      const [few] = told(answered(0), lost(1), waited(2, 5), waited(3, 5));
      expect(few.facts).not.toHaveProperty('answersLost');
    });

    it('counts them on connections that had been in use before', () => {
      const [pattern] = told(...[1, 2, 3].map((id) => late(id, 2, { dataBefore: 3 })));
      expect(pattern).toMatchObject({ severity: 'warning', facts: { answeredTooLate: 3 } });
      expect(pattern.likelyCauses.join()).not.toContain('not accepted');
    });

    it.each([
      ['the server had answered in time as well', { dataBefore: 5 }],
      ['the client took it', { taken: true }],
    ])('is silent where %s', (_, more) => {
      expect(told(...[1, 2, 3].map((id) => late(id, 2, more)))).toEqual([]);
    });
  });

  it('names a device on the path where resets ended them', () => {
    const cause = /A firewall or load balancer on the way resets them/;
    const [byReset] = told(answered(0), waited(1, 5), waited(2, 5), waited(3, 5, { byReset: true }));
    expect(byReset.likelyCauses.join()).toMatch(cause);
    const [byFin] = told(answered(0), waited(1, 5), waited(2, 5), waited(3, 5));
    expect(byFin.likelyCauses.join()).not.toMatch(cause);
  });

  it('tells what programs see by the ways in which clients left', () => {
    const seen = (...byReset: readonly boolean[]) =>
      told(...byReset.map((reset, i) => waited(i + 1, 5, { byReset: reset })))[0].applicationSees;
    const fins = seen(false, false, false);
    expect(fins).toMatch(/returns the request and then 0; its first write succeeds/);
    expect(fins).not.toContain('ECONNRESET');
    const resets = seen(true, true, true);
    expect(resets).toContain('then fails with ECONNRESET once');
    expect(resets).not.toContain('then 0');
    const both = seen(false, true, true);
    expect(both).toMatch(/client closed, .*; where its client reset, /);
  });

  it('does not suppose that a connection was not accepted on which the server had spoken', () => {
    const greeted = { server: { payloadBytes: 20, lastNewData: moment(0.5, 3) } };
    const [pattern] = told(answered(0), waited(1, 5), waited(2, 5), waited(3, 5, greeted));
    expect(pattern.likelyCauses.join()).not.toContain('accepted');
  });

  it('counts those that waited for about as long, if they are half of all', () => {
    const waits = [5, 5.05, 5.08, 1, 20, 60];
    const [pattern] = told(answered(0), ...waits.map((wait, i) => waited(i + 1, wait)));
    expect(pattern).toMatchObject({ count: 3, facts: { otherWaits: 3 } });
    expect(told(answered(0), ...[...waits, 30].map((wait, i) => waited(i + 1, wait)))).toEqual([]);
  });

  it.each<[string, Waiting]>([
    ['what they had sent was not acknowledged', { client: { unacknowledgedBytes: 80 } }],
    ['the server closed first', { server: { after: [enters('FIN-WAIT-1', 3, 18)] } }],
    ['the server reset the connection', { byReset: true, server: { resetsSent: 1 } }],
    [
      'the capture missed what came back',
      { server: { milestones: [happens('acknowledged-unseen', 9, 6, { value: 100 })] } },
    ],
    ['their reset is another’s', { byReset: true, client: { milestones: [...FOREIGN] } }],
    ['one direction was not captured', { quality: { unseen: 'server' } }],
    ['the clock ran back', { quality: { clockBackwards: true } }],
    ['they never sent anything', { client: { payloadBytes: 0, lastNewData: null } }],
    ['data came behind the FIN', { client: { lastNewData: moment(9, 21) } }],
    [
      'their reset answers something',
      { client: { after: [], milestones: [resets(6, 20, { trigger: {} })] } },
    ],
  ])('is silent where %s', (_, more) => {
    expect(told(answered(0), waited(1, 5, more), waited(2, 5, more), waited(3, 5, more))).toEqual([]);
  });

  it('is silent on subflows of Multipath TCP: the answer may come by another', () => {
    const quality = { multipath: true };
    const subflows = [1, 2, 3].map((id) => waited(id, 5, { quality }));
    expect(told(answered(0), ...subflows)).toEqual([]);
  });

  it('is silent on clients that leave at once', () => {
    expect(told(answered(0), waited(1, 0.2), waited(2, 0.2), waited(3, 0.2))).toEqual([]);
  });

  it('tells of ten services, and how many more there are', () => {
    const services = Array.from({ length: 12 }, (_, place) =>
      [0, 1, 2].map((id) => waited(3 * place + id, 5, { server: { port: 9000 + place } })),
    );
    const patterns = told(...services.flat(), waited(90, 5, { server: { port: 9011 } }));
    expect(patterns).toHaveLength(10);
    expect(patterns[0]).toMatchObject({ count: 4, facts: { server: '10.0.0.2:9011' } });
    expect(patterns[0].explanation).toContain('2 more services with fewer such findings are not listed.');
  });

  it('takes services apart', () => {
    const other = { server: { port: 9090 } };
    expect(told(answered(0), waited(1, 5), waited(2, 5), waited(3, 5, other))).toEqual([]);
  });
});
