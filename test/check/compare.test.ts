import { describe, expect, it } from 'vitest';
import { compare } from '../../src/check/compare.js';
import { described, refreshed } from '../../src/check/describe.js';
import { readExpectation } from '../../src/check/expectation.js';
import type { Observation } from '../../src/check/observation.js';
import { finding } from '../support/pattern-tester.js';

const on = (connection: number, rule: string, more = {}) => ({ ...finding(rule, more), connection });

const OBSERVED: Observation = {
  connections: [
    {
      id: 0,
      ends: '10.0.0.1:1 > 10.0.0.2:80',
      filter: 'tcp.stream eq 0',
      client: ['SYN-SENT', 'ESTABLISHED'],
      server: ['ESTABLISHED'],
    },
    { id: 1, ends: '10.0.0.1:2 > 10.0.0.2:80', filter: 'tcp.stream eq 1', client: ['SYN-SENT'], server: [] },
    {
      id: 2,
      ends: '10.0.0.1:2 > 10.0.0.2:80',
      filter: 'tcp.stream eq 2',
      client: ['SYN-SENT', 'CLOSED'],
      server: ['CLOSED'],
    },
  ],
  findings: [
    on(0, 'half-close', { severity: 'info', endpoint: 'client', frames: [3] }),
    on(1, 'half-close', { severity: 'info', endpoint: 'server', frames: [8] }),
    on(2, 'connection-refused', { severity: 'warning', endpoint: 'server', frames: [9] }),
  ],
  patterns: [],
  finalStates: { ESTABLISHED: 2, 'SYN-SENT': 1, CLOSED: 3 },
};

function differences(value: object): string[] {
  const { expectation, problems } = readExpectation(value);
  expect(problems).toEqual([]);
  return compare(expectation, OBSERVED).map(
    ({ subject, expected, found }) => `${subject}: ${expected} | ${found}`,
  );
}

describe('compare', () => {
  it.each([
    {},
    { connections: 3 },
    { findings: ['half-close', 'half-close', 'connection-refused'] },
    { findings: [{ rule: 'half-close', count: 2 }, 'connection-refused'] },
    { findings: { atLeast: ['half-close'] } },
    { findings: { atLeast: [{ rule: 'connection-refused', connection: '10.0.0.1:2 > 10.0.0.2:80' }] } },
    { findings: { atLeast: [{ rule: 'half-close', frames: [8] }] } },
    { patterns: 'none' },
    { finalStates: { CLOSED: 3, 'SYN-SENT': 1, ESTABLISHED: 2, 'TIME-WAIT': 0 } },
    { states: [{ connection: 0, client: 'ESTABLISHED', server: ['ESTABLISHED'] }] },
    { states: [{ connection: '10.0.0.1:1 > 10.0.0.2:80', client: ['SYN-SENT', 'ESTABLISHED'] }] },
    { states: [{ connection: 1, server: 'CLOSED' }] },
  ])('%j holds', (value) => {
    expect(differences(value)).toEqual([]);
  });

  it.each([
    [{ connections: 2 }, ['connections: 2 | 3']],
    [
      { findings: 'none' },
      [
        expect.stringContaining('null | info half-close (client) on connection 0'),
        expect.stringContaining('null | info half-close (server) on connection 1'),
        expect.stringContaining('null | warning connection-refused (server) on connection 2'),
      ],
    ],
    [{ findings: { atLeast: [{ rule: 'half-close', count: 3 }] } }, ['findings: half-close × 3 | null']],
    [{ findings: { atLeast: [{ rule: 'half-close', endpoint: null }] } }, ['findings: half-close | null']],
    [
      { findings: { atLeast: [{ rule: 'half-close', severity: 'error' }] } },
      ['findings: error half-close | null'],
    ],
    [{ patterns: ['endpoint-mass-close'] }, ['patterns: endpoint-mass-close | null']],
    [{ finalStates: { CLOSED: 6 } }, ['finalStates: 6 CLOSED | 3 CLOSED, 2 ESTABLISHED, 1 SYN-SENT']],
    [
      { states: [{ connection: 0, client: ['ESTABLISHED'], server: 'CLOSED' }] },
      [
        'connection 0, client: ESTABLISHED | SYN-SENT ESTABLISHED',
        'connection 0, server: CLOSED | ESTABLISHED',
      ],
    ],
    [{ states: [{ connection: 7, client: 'CLOSED' }] }, ['connection 7: a connection | null']],
    [
      { states: [{ connection: '10.0.0.1:2 > 10.0.0.2:80', client: 'CLOSED' }] },
      [expect.stringContaining('2 such connections; name one by its number: 1, 2')],
    ],
  ])('%j does not', (value, expected) => {
    expect(differences(value)).toEqual(expected);
  });

  it('does not let a vague entry take what only a precise one and it fit', () => {
    const vague = 'half-close';
    const precise = { rule: 'half-close', endpoint: 'client' };
    expect(differences({ findings: { atLeast: [vague, precise] } })).toEqual([]);
    expect(differences({ findings: { atLeast: [precise, vague] } })).toEqual([]);
    expect(differences({ findings: { atLeast: [vague, precise, vague] } })).toEqual([
      'findings: half-close | null',
    ]);
  });
});

describe('a new expectation', () => {
  it('is valid and holds', () => {
    expect(differences(described(OBSERVED))).toEqual([]);
  });

  it('counts where there are many connections', () => {
    const connections = Array.from({ length: 9 }, (_, id) => ({ ...OBSERVED.connections[0], id }));
    const findings = connections.map(({ id }) =>
      on(id, 'half-close', { severity: 'info', endpoint: 'client' }),
    );
    expect(described({ ...OBSERVED, connections, findings })).toEqual({
      connections: 9,
      findings: [{ rule: 'half-close', endpoint: 'client', severity: 'info', count: 9 }],
      patterns: 'none',
      finalStates: OBSERVED.finalStates,
    });
  });
});

describe('an old expectation, refreshed', () => {
  it('keeps what holds of an endpoint that was never seen', () => {
    const old = { connections: 2, states: [{ connection: 1, client: 'CLOSED', server: 'CLOSED' }] };
    expect(refreshed(old, OBSERVED).states).toEqual([
      { connection: 1, client: 'SYN-SENT', server: 'CLOSED' },
    ]);
  });

  it.each([
    [{ connections: 1 }, { connections: 3 }],
    [{ findings: 'none', patterns: 'none' }, expect.objectContaining({ patterns: 'none' })],
    [
      { findings: ['half-close', 'close-wait-stuck'] },
      { findings: ['half-close', 'half-close', 'connection-refused'] },
    ],
    [
      { findings: [{ rule: 'half-close', count: 9 }] },
      { findings: [{ rule: 'half-close', count: 2 }, { rule: 'connection-refused' }] },
    ],
    [
      { findings: { atLeast: ['half-close', 'close-wait-stuck'] } },
      { findings: { atLeast: ['half-close'] } },
    ],
    [
      {
        states: [
          { connection: 0, server: 'CLOSED' },
          { connection: 8, client: 'CLOSED' },
        ],
      },
      { states: [{ connection: 0, server: 'ESTABLISHED' }] },
    ],
    [
      { states: [{ connection: 2, client: ['CLOSED'] }] },
      { states: [{ connection: 2, client: ['SYN-SENT', 'CLOSED'] }] },
    ],
  ])('%j says as much as before', (old, fresh) => {
    const value = refreshed(old, OBSERVED);
    expect(value).toEqual(fresh);
    expect(differences(value)).toEqual([]);
  });

  it('keeps how many connections a pattern has, which is no number of patterns', () => {
    const pattern = { ...OBSERVED.findings[0], rule: 'close-wait-pileup', connections: [0, 1, 2], count: 3 };
    const { connection: _, endpoint: __, frames: ___, ...rest } = pattern;
    const observed: Observation = { ...OBSERVED, patterns: [rest] };
    const old = { patterns: [{ rule: 'close-wait-pileup', count: 4 }] };
    expect(refreshed(old, observed)).toEqual({ patterns: [{ rule: 'close-wait-pileup', count: 3 }] });
  });
});
