import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { endpointMassClose } from '../../../src/rules/patterns/endpoint-mass-close.js';
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
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

function open(id: number, closed: number | null, abort = false) {
  const server =
    closed === null
      ? {}
      : abort
        ? { milestones: [resets(closed, 20 + id, { hasAck: true })] }
        : { after: [enters('FIN-WAIT-1', closed, 20 + id, { evidence: 'observed' as const })] };
  return [connection({ id, start: at(id), end: at(closed ?? 200), server }), []] as const;
}

describe('endpoint-mass-close', () => {
  it('sees that a process ended', () => {
    const [pattern] = patternsOf(
      endpointMassClose,
      [open(0, 100), open(1, 100.01), open(2, 100.02, true)],
      200,
    );
    expect(pattern.title).toBe('10.0.0.2:8080 ended 3 connections within 20 ms (2 FIN, 1 RST)');
    expect(pattern.from).toEqual(at(100));
    expect(pattern.severity).toBe('info');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it.each([
    { abort: false, seen: /read returns 0(?!.*ECONNRESET)/, cites: false },
    { abort: true, seen: /ECONNRESET(?!.*read returns 0)/, cites: true },
  ])('says what its clients got: resets $abort', ({ abort, seen, cites }) => {
    const ended = [0, 1, 2].map((id) => open(id, 100 + id / 100, abort));
    const [{ applicationSees, citations }] = patternsOf(endpointMassClose, ended, 200);
    expect(applicationSees).toMatch(seen);
    expect(citations.some(({ source }) => source === 'RFC 2525')).toBe(cites);
  });

  it('thinks of an idle timeout first where all had been idle for the same time, and the service goes on', () => {
    const idle = (id: number, since: number) => {
      const [ended, findings] = open(id, 100 + id / 1000);
      const lastNewData = moment(since, 10 + id);
      return [
        {
          ...ended,
          client: { ...ended.client, lastNewData },
          server: { ...ended.server, lastNewData },
        },
        findings,
      ] as const;
    };
    const [same] = patternsOf(endpointMassClose, [idle(0, 95), idle(1, 94.5), idle(2, 94.9)], 200);
    expect(same.explanation).toMatch(/All of them had been idle for 5 s or little more\./);
    expect(same.likelyCauses[0]).toMatch(/^The idle timeout of 10\.0\.0\.2:8080/);
    expect(same.facts).toMatchObject({ idleSeconds: 5 });
    expect(textsOf(same)).not.toMatch(UNFILLED);
    const [other] = patternsOf(endpointMassClose, [idle(0, 95), idle(1, 80), idle(2, 94.9)], 200);
    expect(other.facts).not.toHaveProperty('idleSeconds');
    expect(other.likelyCauses.join()).not.toMatch(/idle timeout/);
  });

  it('warns where resets met data that was not acknowledged', () => {
    const cut = (id: number, bytes: number) => {
      const [ended] = open(id, 100, true);
      return { ...ended, client: { ...ended.client, unacknowledgedBytes: bytes } };
    };
    const lost = (severity: 'error' | 'info', endpoint: 'client' | 'server' = 'client') => [
      finding('undelivered-data-at-abort', { endpoint, severity }),
    ];
    const [pattern] = patternsOf(
      endpointMassClose,
      [open(0, 100), [cut(1, 40), lost('error')], [cut(2, 10), lost('error')], [cut(3, 7), lost('info')]],
      200,
    );
    expect(pattern).toMatchObject({
      severity: 'warning',
      facts: { resets: 3, resetsWithUnacknowledgedData: 2, unacknowledgedBytesOfClients: 50 },
    });
    expect(pattern.explanation).toContain(
      'On 2 connections that it reset, 50 bytes of the clients had not been acknowledged: they may be lost.',
    );
    // The server gave its own up, or it is known why the client's do not matter.
    const harmless = [
      open(0, 100),
      [cut(1, 40), lost('info')],
      [cut(2, 0), lost('error', 'server')],
    ] as const;
    expect(patternsOf(endpointMassClose, harmless, 200)).toMatchObject([{ severity: 'info' }]);
  });

  it('sees it on connections that had only just begun, if their clients had spoken last', () => {
    const asked = (id: number, bytesAfterFin = 0) => {
      const [{ client, server, ...ended }] = open(id, 2.5);
      const goodbye = happens('data-after-peer-fin', 2.51, 30 + id, { value: bytesAfterFin });
      return [
        {
          ...ended,
          client: {
            ...client,
            payloadBytes: 1000,
            lastNewData: bytesAfterFin > 0 ? moment(2.51, 30 + id) : moment(2.4, 15 + id),
            milestones: bytesAfterFin > 0 ? [goodbye] : [],
          },
          server: { ...server, payloadBytes: 1000, lastNewData: moment(2.3, 10 + id) },
        },
        [],
      ] as const;
    };
    const [pattern] = patternsOf(endpointMassClose, [asked(0), asked(1), asked(2, 40)], 200);
    expect(pattern.facts).toMatchObject({ fins: 3, unanswered: 2 });
    expect(pattern.explanation).toContain(
      'On 2 of them the client had sent the last data: if they were requests, nobody answered them.',
    );
    // As large as a TLS alert: that answers the server’s close.
    expect(patternsOf(endpointMassClose, [asked(0), asked(1), asked(2, 31)], 200)).toEqual([]);
  });

  it('is silent on subflows of Multipath TCP, which end together', () => {
    const subflows = [open(0, 100), open(1, 100.01), open(2, 100.02)].map(
      ([of]) => [{ ...of, quality: { ...of.quality, multipath: true } }, []] as const,
    );
    expect(patternsOf(endpointMassClose, subflows, 200)).toEqual([]);
  });

  it('is silent when others stay open', () => {
    const rest = [3, 4, 5].map((id) => open(id, null));
    expect(patternsOf(endpointMassClose, [open(0, 100), open(1, 100), open(2, 100), ...rest], 200)).toEqual(
      [],
    );
  });

  it('is silent when each ends by itself', () => {
    expect(patternsOf(endpointMassClose, [open(0, 100), open(1, 120), open(2, 140)], 200)).toEqual([]);
  });

  it('takes one known silence for no timer', () => {
    const late = (id: number, closed: number) => {
      const [ended] = open(id, closed);
      // What the client sent crossed the FIN: how long nothing came before that is not known.
      return [
        { ...ended, client: { ...ended.client, lastNewData: moment(closed + 0.01, 50 + id) } },
        [],
      ] as const;
    };
    const all = [open(0, 100), late(1, 100.05), late(2, 100.1)];
    expect(patternsOf(endpointMassClose, all, 200)).toHaveLength(1);
  });

  it('is silent on connections that had only just begun', () => {
    expect(patternsOf(endpointMassClose, [open(0, 2.5), open(1, 2.5), open(2, 2.5)], 200)).toEqual([]);
  });

  it('is silent where each ends after the same silence: timers did that', () => {
    const idle = (id: number, active: number) => {
      const closed = active + 30;
      const server = {
        lastNewData: moment(active, 10 + id),
        after: [enters('FIN-WAIT-1', closed, 20 + id, { evidence: 'observed' as const })],
      };
      return [connection({ id, start: at(0), end: at(closed), server }), []] as const;
    };
    expect(patternsOf(endpointMassClose, [idle(0, 50), idle(1, 50.06), idle(2, 50.15)], 200)).toEqual([]);
    // The same ends, but of connections whose last data lie far apart.
    const mixed = [idle(0, 50), open(1, 80.06), open(2, 80.15)];
    expect(patternsOf(endpointMassClose, mixed, 200)).toHaveLength(1);
  });

  it('sees it on young connections that had been quiet, but not on those that end with a response', () => {
    const young = (id: number, active: number) => {
      const server = {
        lastNewData: moment(active, 10 + id),
        after: [enters('FIN-WAIT-1', 1 + id / 1000, 20 + id, { evidence: 'observed' as const })],
      };
      return [connection({ id, start: at(0), end: at(4), server }), []] as const;
    };
    const quiet = [young(0, 0.1), young(1, 0.2), young(2, 0.3)];
    expect(patternsOf(endpointMassClose, quiet, 200)).toHaveLength(1);
    const busy = [young(0, 0.999), young(1, 0.999), young(2, 0.999)];
    expect(patternsOf(endpointMassClose, busy, 200)).toEqual([]);
  });

  it('is silent on health checks that the server closes', () => {
    const checks = Array.from({ length: 50 }, (_, id) => {
      const start = Math.floor(id / 5) * 5;
      const server = {
        lastNewData: moment(start + 0.01, id),
        after: [enters('FIN-WAIT-1', start + 0.011, id, { evidence: 'observed' as const })],
      };
      return [connection({ id, start: at(start), end: at(start + 0.02), server }), []] as const;
    });
    expect(patternsOf(endpointMassClose, checks, 200)).toEqual([]);
  });
});

describe('endpoint-mass-close and what comes after', () => {
  const burst = [open(0, 100), open(1, 100.01), open(2, 100.02)];
  const QUESTION = /^Are later connections/;
  const tried = (start: number, server: EndpointDraft, client: EndpointDraft = {}) =>
    [connection({ id: start, start: at(start), end: at(start + 1), server, client }), []] as const;
  const refused = (start: number) =>
    tried(start, { timeline: [], segments: 1, milestones: [resets(start, 50, { hasAck: true })] });
  const ignored = (start: number) =>
    tried(start, { timeline: [], segments: 0 }, { milestones: [happens('syn-repeated', start + 1, 51)] });
  const accepted = (start: number) => tried(start, {});

  it('is silent where the server ended others after the same silence at other moments: its idle timeout', () => {
    const idle = (id: number, closed: number, silence = 6) => {
      const [ended, findings] = open(id, closed);
      const lastNewData = moment(closed - silence, 10 + id);
      return [{ ...ended, server: { ...ended.server, lastNewData } }, findings] as const;
    };
    const raced = (id: number, closed: number) => {
      const [ended] = idle(id, closed);
      const facts = { kind: 'keep-alive-race', idleBeforeCloseSeconds: 6 };
      const client = { ...ended.client, lastNewData: moment(closed - 0.01, 15 + id) };
      return [{ ...ended, client }, [finding('rst-on-close-race', { endpoint: 'server', facts })]] as const;
    };
    const together = [idle(0, 100, 6.02), raced(1, 100.005), raced(2, 100.002)];
    expect(patternsOf(endpointMassClose, together, 200)).toHaveLength(1);
    const elsewhere = [idle(3, 60), raced(4, 80)];
    expect(patternsOf(endpointMassClose, [...together, ...elsewhere], 200)).toEqual([]);
    const died = refused(104);
    expect(patternsOf(endpointMassClose, [...together, ...elsewhere, died], 200)).toHaveLength(1);
    // A refusal at another time says nothing of it.
    expect(patternsOf(endpointMassClose, [...together, ...elsewhere, refused(20)], 200)).toEqual([]);
    const many = [5, 6, 7].map((id) => idle(id, 10 * id, 20));
    expect(patternsOf(endpointMassClose, [...together, ...elsewhere, ...many], 200)).toHaveLength(1);
    const ofOthers = [idle(3, 60, 20), idle(4, 80, 1)];
    expect(patternsOf(endpointMassClose, [...together, ...ofOthers], 200)).toHaveLength(1);
  });

  it('asks what became of later connections where there are none', () => {
    const [pattern] = patternsOf(endpointMassClose, [...burst, refused(90), ignored(91)], 200);
    expect(pattern.likelyCauses[0]).toContain('exited or was restarted (likely)');
    expect(pattern.nextSteps.some((step) => QUESTION.test(step))).toBe(true);
    expect(pattern.facts).not.toHaveProperty('laterRefused');
  });

  it.each<[string, readonly ReturnType<typeof tried>[], string, RegExp]>([
    ['refused', [refused(105)], 'refused (once, 5 s later)', /^The process of .* exited \(likely\)/],
    [
      'refused and then accepted',
      [accepted(130), refused(103), refused(102)],
      'refused (twice, first 2 s later), then accepted (once, 30 s later)',
      /^The process of .* was restarted \(likely\)/,
    ],
    [
      'accepted by a listener that was dying, then refused',
      [accepted(100.1), refused(100.2)],
      'accepted (once, 80 ms later), then refused (once, 180 ms later)',
      /^The process of .* exited \(likely\)/,
    ],
    [
      'so, and accepted again in the end',
      [accepted(100.1), refused(100.2), accepted(103)],
      'accepted (twice, first 80 ms later), then refused (once, 180 ms later)',
      /^The process of .* was restarted \(likely\)/,
    ],
    [
      'accepted, and refused much later',
      [accepted(101), refused(150)],
      'accepted (once, 980 ms later), then refused (once, 50 s later)',
      /^One process of .* went on/,
    ],
    ['accepted', [accepted(101)], 'accepted (once, 980 ms later)', /^One process of .* went on/],
    [
      'not answered',
      [ignored(105), ignored(110)],
      'not answered (twice, first 5 s later)',
      /^The host of .* was shutting down or restarting \(likely\)/,
    ],
    [
      'refused, then not answered',
      [refused(101), ignored(105)],
      'refused (once, 980 ms later), then not answered (once, 5 s later)',
      /^The host of .* was shutting down or restarting \(possible\)/,
    ],
    [
      'refused more often than is kept',
      Array.from({ length: 600 }, (_, i) => refused(101 + i / 10)),
      'refused (at least 512 times)',
      /^The process of .* exited \(likely\)/,
    ],
  ])('ranks the causes where they were %s', (_name, later, words, firstCause) => {
    const [pattern] = patternsOf(endpointMassClose, [...burst, ...later], 200);
    expect(pattern.explanation).toContain(` New connections after that were ${words}.`);
    expect(pattern.likelyCauses[0]).toMatch(firstCause);
    expect(pattern.nextSteps.some((step) => QUESTION.test(step))).toBe(false);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });
});

describe('endpoint-mass-close more than once', () => {
  const burst = (closed: number) => [0, 1, 2].map((place) => at3(closed, place));
  const at3 = (closed: number, place: number) => {
    const id = closed + place;
    const after = [enters('FIN-WAIT-1', closed + place / 100, 20 + id, { evidence: 'observed' as const })];
    return [
      connection({ id, start: at(closed - 40 - place), end: at(closed + 1), server: { after } }),
      [],
    ] as const;
  };
  const refused = (start: number) =>
    [
      connection({
        id: 5000 + start,
        start: at(start),
        end: at(start),
        server: { timeline: [], segments: 1, milestones: [resets(start, 50, { hasAck: true })] },
      }),
      [],
    ] as const;

  it('tells each, with what came after it', () => {
    const [first, second, ...others] = patternsOf(
      endpointMassClose,
      [...burst(100), refused(101), refused(102), ...burst(300), refused(301)],
      400,
    );
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      from: at(100),
      facts: { occasions: 2, laterAccepted: 3, laterRefused: 2 },
    });
    expect(first.explanation).toContain('refused (twice, first 980 ms later), then accepted');
    expect(first.explanation).toMatch(/ This happened twice in the capture\.$/);
    expect(second).toMatchObject({ from: at(300), facts: { laterAccepted: 0, laterRefused: 1 } });
    expect(second.likelyCauses[0]).toMatch(/ exited \(likely\)/);
    for (const pattern of [first, second]) expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('tells the five that ended most', () => {
    const bursts = Array.from({ length: 7 }, (_, place) => burst(100 + 200 * place));
    const larger = [at3(1300, 3), at3(1300, 4)];
    const patterns = patternsOf(endpointMassClose, [...bursts.flat(), ...larger], 2000);
    expect(patterns.map(({ count }) => count)).toEqual([3, 3, 3, 3, 5]);
    expect(patterns[4].explanation).toContain('7 times in the capture; only the 5 that ended most are told.');
  });

  it('draws no conclusion from what it did not keep', () => {
    const later = Array.from({ length: 512 }, (_, place) => refused(301 + place / 10));
    const [first, second] = patternsOf(endpointMassClose, [...burst(100), ...burst(300), ...later], 400);
    expect(first.facts).not.toHaveProperty('laterRefused');
    expect(first.likelyCauses[0]).toContain('exited or was restarted (likely)');
    expect(second.explanation).toContain('refused (at least 512 times)');
  });
});

describe('endpoint-mass-close in two bursts', () => {
  /** A connection to a port of the host, closed by the server at the given time. */
  const on = (port: number, id: number, closed: number | null, more: ConnectionDraft = {}) =>
    [
      connection({
        id,
        start: at(id / 10),
        end: at(closed ?? 200),
        server: {
          port,
          ...(closed !== null && {
            after: [enters('FIN-WAIT-1', closed, 20 + id, { evidence: 'observed' })],
          }),
        },
        ...more,
      }),
      [],
    ] as const;
  const times = (...closings: readonly (number | null)[]) =>
    closings.map((closed, id) => on(8080, id, closed));
  const stop = times(100, 100.01, 100.02, 110, 110.01);

  it('sees a service that was asked to stop and then killed', () => {
    const [pattern] = patternsOf(endpointMassClose, stop, 200);
    expect(pattern).toMatchObject({
      title: '10.0.0.2:8080 ended 5 connections in two bursts 10 s apart (5 FIN, 0 RST)',
      from: at(100),
      to: at(110.01),
      facts: { openThen: 5, gapSeconds: 9.98, spreadSeconds: 0.02 },
    });
    expect(pattern.explanation).toContain('first 3, then 2');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('sees it also where the larger burst is the second', () => {
    const [pattern] = patternsOf(endpointMassClose, times(100, 100.01, 103, 103.01, 103.02), 200);
    expect(pattern.explanation).toContain('first 2, then 3');
  });

  it('sees a host that stops, service by service', () => {
    const ports = [100, 100.01, 100.02, 105, 105.01, 105.02].map((closed, id) => on(8080 + id, id, closed));
    const patterns = patternsOf(endpointMassClose, ports, 200);
    expect(patterns).toHaveLength(1);
    expect(patterns[0].title).toBe(
      '10.0.0.2 ended 6 connections of 6 services in two bursts 5 s apart (6 FIN, 0 RST)',
    );
    expect(patterns[0].likelyCauses[0]).toContain('The host 10.0.0.2 was shutting down');
    expect(textsOf(patterns[0])).not.toMatch(UNFILLED);
  });

  it('sees a host whose services end at once', () => {
    const ports = [100, 100.01, 100.02].map((closed, id) => on(8080 + id, id, closed));
    expect(patternsOf(endpointMassClose, ports, 200).map(({ title }) => title)).toEqual([
      '10.0.0.2 ended 3 connections of 3 services within 20 ms (3 FIN, 0 RST)',
    ]);
  });

  it('tells of a service alone where the others of its host go on', () => {
    const own = [100, 100.01, 100.02].map((closed, id) => on(8080, id, closed));
    const others = [3, 4, 5].map((id) => on(443, id, null));
    expect(
      patternsOf(endpointMassClose, [...own, ...others], 200).map(({ facts }) => facts.endpoint),
    ).toEqual(['10.0.0.2:8080']);
  });

  it.each<[string, readonly (readonly [Connection, readonly Finding[]])[]]>([
    [
      'a service takes on a new connection in between: a worker was replaced',
      [...stop, on(8080, 9, null, { start: at(104), end: at(104.1) })],
    ],
    [
      'workers are replaced one after another',
      times(100, 100.01, 100.02, 110, 110.01, 110.02, 120, 120.01, 120.02),
    ],
    ['connections end in between', times(100, 100.01, 100.02, 110, 110.01, 105)],
    ['others stay open', times(100, 100.01, 100.02, 110, 110.01, null, null)],
    ['the bursts lie too far apart', times(100, 100.01, 100.02, 196, 196.01)],
    ['there is hardly time between them', times(100, 100.01, 100.02, 100.5, 100.51)],
    ['the second is one connection', times(100, 100.01, 100.02, 110, null)],
  ])('is silent where %s', (_name, connections) => {
    expect(patternsOf(endpointMassClose, connections, 300)).toEqual([]);
  });

  it('is silent on a service too busy for the question, and on a capture that is', () => {
    const burst = [open(0, 100), open(1, 100), open(2, 100)];
    expect(patternsOf(endpointMassClose, burst, 200)).toHaveLength(1);
    const more = (count: number, ports: number) =>
      Array.from({ length: count }, (_, i) => {
        const [other] = open(0, 100);
        return [{ ...other, id: 3 + i, server: { ...other.server, port: i % ports } }, []] as const;
      });
    expect(patternsOf(endpointMassClose, more(4000, 1), 200)).toHaveLength(1);
    expect(patternsOf(endpointMassClose, more(5000, 1), 200)).toEqual([]);
    expect(patternsOf(endpointMassClose, [...burst, ...more(60_000, 50)], 200)).toEqual([]);
  });
});
