import { describe, expect, it } from 'vitest';
import { timeWaitPortPressure } from '../../../src/rules/patterns/time-wait-port-pressure.js';
import { connection, enters } from '../../support/connection-builder.js';
import { patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

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
