import { describe, expect, it } from 'vitest';
import { timeWaitPortPressure } from '../../../src/rules/patterns/time-wait-port-pressure.js';
import { at, connection, enters } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

function closed(count: number, gap: number, role: 'client' | 'server' = 'client') {
  return Array.from({ length: count }, (_, id) => {
    const side = { after: [enters('TIME-WAIT', id * gap, 7)] };
    return [connection({ id, ...(role === 'client' ? { client: side } : { server: side }) }), []] as const;
  });
}

describe('time-wait-port-pressure', () => {
  it('warns when half of the ports wait', () => {
    const [pattern] = patternsOf(timeWaitPortPressure, closed(60, 0.5), 100, { ephemeralPorts: 100 });
    expect(pattern.severity).toBe('warning');
    expect(pattern.title).toBe(
      '10.0.0.1 holds up to 60 ports to 10.0.0.2:8080 in TIME-WAIT, 60 % of its ephemeral ports',
    );
    expect(pattern.facts).not.toHaveProperty('reusesFailed');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('is an error when nearly all do', () => {
    const [pattern] = patternsOf(timeWaitPortPressure, closed(95, 0.5), 100, { ephemeralPorts: 100 });
    expect(pattern.severity).toBe('error');
  });

  it('is silent when they are spread over time', () => {
    expect(patternsOf(timeWaitPortPressure, closed(60, 10), 1000, { ephemeralPorts: 100 })).toEqual([]);
  });

  it('is silent when the server waits', () => {
    expect(patternsOf(timeWaitPortPressure, closed(60, 0.5, 'server'), 100, { ephemeralPorts: 100 })).toEqual(
      [],
    );
  });
});

describe('time-wait-port-pressure by RFC 9293', () => {
  it('counts TIME-WAIT for 240 s as well', () => {
    const [pattern] = patternsOf(timeWaitPortPressure, closed(200, 1), 1000, { ephemeralPorts: 100 });
    expect(pattern.facts).toMatchObject({ peakPorts: 60, peakPortsOfTwoMsl: 200 });
    expect(pattern.explanation).toContain('with the 240 s of RFC 9293 there would be 200, 200 %.');
  });
});

describe('time-wait-port-pressure of ports used again', () => {
  /** So many connections whose ports were used again while the server was in TIME-WAIT. */
  function reused(outcomes: readonly string[], port?: number) {
    return outcomes.map((outcome, id) => {
      const side = { client: { port: port ?? 40000 + id }, server: { after: [enters('TIME-WAIT', id, 7)] } };
      const severity = outcome === 'accepted' ? 'info' : 'warning';
      const facts = { outcome };
      const reuse = { severity, endpoint: 'client', from: at(id), to: at(id + 4), facts } as const;
      return [connection({ id, ...side }), [finding('time-wait-port-reuse', reuse)]] as const;
    });
  }
  const MIXED = ['refused', 'accepted', 'late', 'refused'];

  it('warns of those that were not accepted at once', () => {
    const [pattern, ...others] = patternsOf(timeWaitPortPressure, reused(MIXED), 100);
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      standsFor: ['time-wait-port-reuse'],
      title:
        '10.0.0.1 reused ports to 10.0.0.2:8080 too early: TIME-WAIT did not accept the SYN at once 3 times',
      connections: [0, 2, 3],
      count: 3,
      facts: { reuses: 4, reusesAccepted: 1, reusesFailed: 3 },
    });
    expect(pattern.explanation).toContain('Of 4 times that a port was used again');
    expect(pattern.likelyCauses[0]).toContain('NAT');
    expect(pattern.citations.map(({ section }) => section)).not.toContain('EADDRNOTAVAIL');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it('names a port that is always the same', () => {
    const [pattern] = patternsOf(timeWaitPortPressure, reused(MIXED, 7000), 100);
    expect(pattern.title).toMatch(/^10\.0\.0\.1 reused port 7000 to 10\.0\.0\.2:8080 too early/);
    expect(pattern.likelyCauses[0]).toContain('fixed source port');
  });

  it('leaves few of them to their own findings, unless asked', () => {
    const few = reused(['refused', 'refused', 'accepted', 'accepted']);
    expect(patternsOf(timeWaitPortPressure, few, 100)).toEqual([]);
    expect(patternsOf(timeWaitPortPressure, few, 100, { failedReuses: 1 })).toHaveLength(1);
  });

  it('are told beside the ports that wait', () => {
    const [pattern, ...others] = patternsOf(
      timeWaitPortPressure,
      [...closed(60, 0.5), ...reused(MIXED)],
      100,
      { ephemeralPorts: 100 },
    );
    expect(others).toEqual([]);
    expect(pattern.title).toContain('holds up to 60 ports');
    expect(pattern.explanation).toContain('one was accepted at once');
    expect(pattern.facts).toMatchObject({ reusesAccepted: 1, reusesFailed: 3 });
  });
});

describe('time-wait-port-pressure of a range that is used up', () => {
  /** One connection after the other, on so many ports in turn, each closed by the client after 0.1 s. */
  function cycled(ports: number, cycle: number, count: number, portOf = (place: number) => 40_000 + place) {
    return Array.from({ length: count }, (_, id) => {
      const start = (id * cycle) / ports;
      const client = { port: portOf(id % ports), after: [enters('TIME-WAIT', start + 0.1, 7)] };
      return [connection({ id, start: at(start), end: at(start + 0.1), client }), []] as const;
    });
  }
  const told = (...judged: Parameters<typeof cycled>) =>
    patternsOf(timeWaitPortPressure, cycled(...judged), 1000);

  it('sees that each port is taken again as soon as it is free', () => {
    const [pattern, ...others] = told(120, 62, 300);
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      title: '10.0.0.1 has run out of ports to 10.0.0.2:8080: it used all from 40000 to 40119',
      // The first ones only show that there is something to watch.
      count: 114,
      facts: { ports: 120, firstPort: 40_000, lastPort: 40_119, reusedAtOnce: 114 },
    });
    expect(pattern.applicationSees).toContain('EADDRNOTAVAIL');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it.each<[string, Parameters<typeof cycled>]>([
    ['ports are taken again much later', [120, 120, 300]],
    ['they are taken again before', [120, 30, 300]],
    ['there are gaps between the ports', [120, 62, 300, (place) => 40_000 + 2 * place]],
    ['there are few ports', [90, 62, 300]],
    ['hardly any is taken again', [120, 62, 125]],
  ])('is silent where %s', (_name, judged) => {
    expect(told(...judged)).toEqual([]);
  });
});

describe('time-wait-port-pressure of services that a client calls in turn', () => {
  /** A client calls so many services one after the other, `each` times each. */
  function inTurn(services: number, each: number) {
    return Array.from({ length: services * each }, (_, id) => {
      const client = { after: [enters('TIME-WAIT', id * 0.001, 7)] };
      return [connection({ id, client, server: { port: 8000 + (id % services) } }), []] as const;
    });
  }

  it.each([2, 7, 14])('is silent where %i have few each', (services) => {
    expect(patternsOf(timeWaitPortPressure, inTurn(services, 10_000), 1000)).toEqual([]);
  });

  it('tells each of them that has many, and no more than there are', () => {
    const patterns = patternsOf(timeWaitPortPressure, inTurn(2, 16_000), 1000);
    expect(patterns.map(({ facts }) => facts.server).sort()).toEqual(['10.0.0.2:8000', '10.0.0.2:8001']);
    for (const { facts } of patterns) {
      expect(facts.peakPorts).toBeGreaterThan(15_200);
      expect(facts.peakPorts).toBeLessThan(16_800);
    }
    const [only] = patternsOf(timeWaitPortPressure, inTurn(1, 16_000), 1000);
    expect(only.facts.peakPorts).toBeLessThanOrEqual(16_000);
  });
});
