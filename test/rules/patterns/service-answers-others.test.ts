import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import { NO_TIME } from '../../../src/core/time.js';
import type { Finding } from '../../../src/rules/finding.js';
import { serviceAnswersOthers } from '../../../src/rules/patterns/service-answers-others.js';
import { at, connection, moment } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Judged = readonly [Connection, readonly Finding[]];

/** A call at `seconds` that was answered, or that `rule` tells of. */
function call(
  id: number,
  seconds: number,
  rule: string | null = null,
  client = '10.0.0.1',
  port = 80,
): Judged {
  const failed = rule !== null;
  const resetsSent = rule === 'connection-refused' ? 1 : 0;
  return [
    connection({
      id,
      start: at(seconds),
      client: { address: client },
      server: { port, ...(failed && { segments: resetsSent, resetsSent }) },
    }),
    failed ? [finding(rule, { severity: 'warning', from: at(seconds), to: at(seconds + 1) })] : [],
  ];
}

const SYN = 'syn-unanswered';
const RST = 'connection-refused';
const told = (...judged: readonly Judged[]) => patternsOf(serviceAnswersOthers, judged, 1000);

describe('service-answers-others', () => {
  it('tells of calls that fail after others were answered', () => {
    const [pattern, ...others] = told(call(0, 1), call(1, 5), call(2, 65, SYN), call(3, 70, SYN));
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      confidence: 'possible',
      title: '2 of 4 connections to 10.0.0.2:80 got no answer, after others had been answered',
      connections: [2, 3],
      count: 2,
      facts: { rule: SYN, failed: 2, answered: 2, when: 'after', apartSeconds: 60, clientsThatMetBoth: 1 },
    });
    expect(pattern.explanation).toContain('the last of them 60 s before the first that failed');
    expect(pattern.likelyCauses[0]).toMatch(/^The host, or the way to it, was lost/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('sees by the TTL that something else refused', () => {
    const from = ([one, findings]: Judged, ttl: number): Judged => [
      { ...one, server: { ...one.server, ttl } },
      findings,
    ];
    const [pattern] = told(call(0, 1), from(call(1, 5, RST), 60), from(call(2, 6, RST), 60));
    expect(pattern.explanation).toContain(
      'The refusals have a TTL of 60, the answers one of 64: something else refused.',
    );
    expect(pattern.facts).toMatchObject({ ttlOfAnswers: 64, ttlOfRefusals: 60 });
    expect(pattern.likelyCauses[0]).toMatch(/^Another machine has the address of 10\.0\.0\.2:80 as well/);
    expect(pattern.likelyCauses[1]).toMatch(/^A firewall or load balancer/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    // From the same distance it may be the system’s way.
    const [same] = told(call(0, 1), from(call(1, 5, RST), 255), from(call(2, 6, RST), 255));
    expect(same.explanation).toContain('one of 64: another machine may have refused.');
    expect(same.likelyCauses[1]).toMatch(/^The process stopped listening .* \(possible\)/);
    for (const others of [
      [call(0, 1), call(1, 5, RST)],
      [call(0, 1), from(call(1, 5, RST), 255), call(2, 6, RST)],
      [call(0, 1), from(call(3, 1), 255), from(call(1, 5, RST), 255)],
      [call(0, 1), from(call(1, 5, SYN), 255)],
    ])
      expect(told(...others)[0].facts).not.toHaveProperty('ttlOfRefusals');
  });

  describe('after others had been answered', () => {
    const taken = (heardUntil: number, answer: number): Judged => {
      const [{ client, server, ...answered }, none] = call(0, 1);
      const more = { ...server, payloadBytes: answer, lastSegment: moment(heardUntil, 9) };
      return [{ ...answered, client: { ...client, payloadBytes: 80 }, server: more }, none];
    };

    it('does not suppose a host lost that was heard since on a connection that it had taken', () => {
      const [pattern] = told(taken(70, 500), call(1, 65, SYN));
      expect(pattern.facts).toMatchObject({ heardLaterSeconds: 5 });
      expect(pattern.explanation).toContain('its host was still heard up to 5 s after the first that failed');
      expect(pattern.likelyCauses.join('\n')).toMatch(
        /^The listener’s accept queue .* \(possible\).*\nA firewall/,
      );
      expect(pattern.likelyCauses.join()).not.toContain('lost');
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('does not hold it for full for one silent connection of many', () => {
      const [pattern] = told(taken(60, 500), taken(61, 500), taken(62, 0), call(1, 65, SYN));
      expect(pattern.facts).not.toHaveProperty('withoutAnswerToData');
    });

    it('holds the accept queue for full where its program answered nothing on those that it had taken', () => {
      const [pattern] = told(taken(70, 0), call(1, 65, SYN));
      expect(pattern.facts).toMatchObject({ withoutAnswerToData: 1 });
      expect(pattern.explanation).toContain('it may not have accepted them');
      expect(pattern.likelyCauses[0]).toMatch(/^The listener’s accept queue .* \(likely\)/);
    });

    it.each([
      ['before', 60],
      ['so soon after it that the SYN may have met a host that was just lost', 65.9],
    ])('says neither where the host was last heard %s', (_, heardUntil) => {
      const [pattern] = told(taken(heardUntil, 500), call(1, 65, SYN));
      expect(pattern.facts).not.toHaveProperty('heardLaterSeconds');
      expect(pattern.facts).not.toHaveProperty('withoutAnswerToData');
      expect(pattern.likelyCauses[0]).toMatch(/^The host, or the way to it, was lost/);
    });
  });

  it('knows what came first without its time, but not how long before', () => {
    const [first, second] = call(0, 0);
    const [pattern] = told([{ ...first, start: NO_TIME }, second], call(1, 65, SYN));
    expect(pattern.facts).toMatchObject({ when: 'after' });
    expect(pattern.facts).not.toHaveProperty('apartSeconds');
    expect(pattern.explanation).toContain(
      'One call to the same port was answered, an unknown time before the first that failed.',
    );
  });

  it('tells of a service that was not there yet', () => {
    const [pattern] = told(call(0, 1, RST), call(1, 31));
    expect(pattern.title).toBe('1 of 2 connections to 10.0.0.2:80 was refused, before others were answered');
    expect(pattern.likelyCauses[0]).toMatch(/^The process was not listening yet/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  describe('of SYNs that ask for ECN', () => {
    const asking = (...[subject, findings]: Judged): Judged => [{ ...subject, asksForEcn: true }, findings];

    it('tells that they are refused where others of the client are answered', () => {
      const [pattern] = told(asking(...call(0, 1, RST)), call(1, 1.1), asking(...call(2, 5, RST)));
      expect(pattern.facts).toMatchObject({
        kind: 'ecn-middlebox',
        clientsRefusedForEcn: 1,
        clientsThatMetBoth: 1,
      });
      expect(pattern.explanation).toContain('One client was refused only for SYNs that asked for ECN');
      expect(pattern.likelyCauses[0]).toMatch(/rejects SYNs that ask for ECN/);
      expect(pattern.citations.map(({ source }) => source)).toContain('RFC 3360');
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it.each([
      {
        name: 'one that asks is answered',
        calls: [asking(...call(0, 1, RST)), call(1, 2), asking(...call(2, 3))],
      },
      {
        name: 'one that asks is answered to another client',
        calls: [asking(...call(0, 1, RST)), call(1, 2), asking(...call(2, 3, null, '10.0.0.9'))],
      },
      {
        name: 'one that does not ask is refused as well',
        calls: [asking(...call(0, 1, RST)), call(1, 2), call(2, 3, RST)],
      },
      {
        name: 'only other clients are answered',
        calls: [asking(...call(0, 1, RST)), call(1, 2, null, '10.0.0.9')],
      },
      { name: 'they are not answered at all', calls: [asking(...call(0, 1, SYN)), call(1, 2)] },
    ])('does not where $name', ({ calls }) => {
      const [pattern] = told(...calls);
      expect(pattern.facts).not.toHaveProperty('kind');
      expect(pattern.likelyCauses.join(' ')).not.toContain('ECN');
    });
  });

  it('suspects the queue where the same client is answered at the same time', () => {
    const [pattern] = told(call(0, 1), call(1, 2, SYN), call(2, 3));
    expect(pattern.facts).toMatchObject({ when: 'amid', clientsFailed: 1, clientsThatMetBoth: 1 });
    expect(pattern.likelyCauses[0]).toContain('accept queue');
  });

  it.each([SYN, RST])('suspects what tells clients apart where only others are answered: %s', (rule) => {
    const [pattern] = told(call(0, 1), call(1, 2, rule, '10.0.0.9'), call(2, 3));
    expect(pattern.facts).toMatchObject({ clientsThatMetBoth: 0 });
    expect(pattern.likelyCauses[0]).toMatch(/^A firewall or a route/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('does not tell clients apart where they are too many', () => {
    const many = Array.from({ length: 300 }, (_, id) => call(id, id, null, `10.0.${id >> 8}.${id & 255}`));
    const [pattern] = told(...many, call(300, 100, SYN));
    expect(pattern.facts).not.toHaveProperty('clientsThatMetBoth');
    expect(pattern.explanation).not.toContain('Of the');
  });

  it('tells of each rule the ten services with most of it, and counts the rest', () => {
    const calls = Array.from({ length: 12 }, (_, place) => [
      call(30 * place, 1, null, '10.0.0.1', 1000 + place),
      ...Array.from({ length: 1 + place }, (_, n) =>
        call(30 * place + 1 + n, 60, RST, '10.0.0.1', 1000 + place),
      ),
    ]);
    const patterns = told(...calls.flat(), call(999, 1), call(1000, 2, SYN));
    expect(patterns.map(({ facts }) => facts.failed)).toEqual([1, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(patterns[0].explanation).not.toContain('not listed');
    expect(patterns[1].explanation).toContain(' 2 more services with fewer such findings are not listed.');
  });

  it('is silent where nobody was answered, or all were', () => {
    expect(told(call(0, 1, SYN), call(1, 2, SYN))).toEqual([]);
    expect(told(call(0, 1), call(1, 2))).toEqual([]);
    expect(told(call(0, 1), call(1, 2, SYN, '10.0.0.1', 81))).toEqual([]);
  });

  it('leaves out a call whose port was in TIME-WAIT', () => {
    const [called] = call(1, 5, SYN);
    const facts = { metTimeWait: true };
    expect(told(call(0, 1), [called, [finding(SYN, { from: at(5), to: at(6), facts })]])).toEqual([]);
  });
});
