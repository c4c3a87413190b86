/** What a kernel's events, polls and calls say together. Addresses and times are short here: microseconds from 0. */
import { describe, expect, it } from 'vitest';
import type { LoggedCall } from '../../fixtures/record/apps.js';
import { collate } from '../../fixtures/record/collate.js';
import type { Scenario } from '../../fixtures/record/scenario.js';
import type { Change } from '../../fixtures/record/socket-table.js';
import type { TraceEvent } from '../../fixtures/record/trace.js';
import { toIsoString } from '../../src/core/time.js';
import type { State } from '../../src/tcp/states.js';

const KEY = 'a 40000 b 8080';
const REVERSE = 'b 8080 a 40000';
const scenario = { name: 'x', shows: 'y', script: async () => {} } satisfies Scenario;

/** From CLOSED through the given states. */
function events(key: string, ...steps: [at: number, to: State][]): TraceEvent[] {
  return steps.map(([at, to], place) => ({ at, key, from: steps[place - 1]?.[1] ?? 'CLOSED', to }));
}

/** Polls every 5 ms that saw these changes. */
function changes(key: string, ...steps: [at: number, state: State | null][]): Change[] {
  return steps.map(([at, state]) => ({ at, after: at - 5000, key, state }));
}

function collated(of: { events: TraceEvent[]; client?: Change[]; server?: Change[]; calls?: LoggedCall[] }) {
  const { client = [], server = [], calls = [] } = of;
  return collate(scenario, { events: of.events, changes: { client, server }, calls }).connections;
}

const OPENED: [number, State][] = [
  [1000, 'SYN-SENT'],
  [11_000, 'ESTABLISHED'],
  [100_000, 'FIN-WAIT-1'],
  [110_000, 'FIN-WAIT-2'],
];
const iso = (at: number): string => toIsoString({ seconds: 0, nanoseconds: at * 1000 });

describe('a socket that is closed', () => {
  it('goes on as a mini-socket where polling still sees it', () => {
    const [{ states }] = collated({
      events: events(KEY, ...OPENED, [110_003, 'CLOSED']),
      client: changes(KEY, [14_000, 'ESTABLISHED'], [114_000, 'FIN-WAIT-2'], [204_000, 'TIME-WAIT']),
    });
    expect(states.client.slice(3)).toEqual([
      { state: 'FIN-WAIT-2', at: iso(110_000), source: 'trace' },
      { state: 'TIME-WAIT', at: iso(204_000), source: 'diag', timed: false },
    ]);
  });

  it('is gone where polling misses it', () => {
    const [{ states }] = collated({
      events: events(KEY, ...OPENED, [150_000, 'CLOSED']),
      client: changes(KEY, [14_000, 'ESTABLISHED'], [114_000, 'FIN-WAIT-2'], [154_000, null]),
    });
    expect(states.client.at(-1)).toEqual({ state: 'CLOSED', at: iso(150_000), source: 'trace' });
  });

  it('went on as a mini-socket also where the next poll came late', () => {
    const late = { at: 300_000, after: 109_000, key: KEY, state: 'TIME-WAIT' } as const;
    const [{ states }] = collated({
      events: events(KEY, ...OPENED, [150_000, 'CLOSED']),
      client: [...changes(KEY, [14_000, 'ESTABLISHED']), late],
    });
    expect(states.client.at(-1)).toEqual({ state: 'TIME-WAIT', at: iso(150_000), source: 'trace' });
  });

  it('ends as a mini-socket when another takes its ports', () => {
    const [{ states }] = collated({
      events: events(KEY, ...OPENED, [150_000, 'CLOSED']),
      client: changes(KEY, [114_000, 'FIN-WAIT-2'], [154_000, 'TIME-WAIT'], [204_000, 'SYN-SENT']),
    });
    expect(states.client.at(-1)).toEqual({ state: 'CLOSED', at: iso(204_000), source: 'diag', timed: false });
  });
});

describe('a server', () => {
  it('is in SYN-RECEIVED before the trace says so', () => {
    const [{ states }] = collated({
      events: [
        ...events(KEY, ...OPENED),
        { at: 16_000, key: REVERSE, from: 'SYN-RECEIVED', to: 'ESTABLISHED' },
        { at: 17_000, key: REVERSE, from: 'CLOSED', to: 'LISTEN' },
      ],
    });
    expect(states.server).toEqual([
      { state: 'SYN-RECEIVED', at: iso(16_000), source: 'trace', timed: false },
      { state: 'ESTABLISHED', at: iso(16_000), source: 'trace' },
    ]);
  });

  it('that never got further is known from polls', () => {
    const [{ states }] = collated({
      events: events(KEY, [1000, 'SYN-SENT']),
      server: changes(REVERSE, [7000, 'SYN-RECEIVED'], [90_000, null]),
    });
    expect(states.server.map(({ state }) => state)).toEqual(['SYN-RECEIVED', 'CLOSED']);
  });
});

it('ports used twice are two connections, each with its calls', () => {
  const call = (at: number, name: string): LoggedCall => ({
    at,
    side: 'client',
    key: KEY,
    call: name,
    result: 'ok',
  });
  const connections = collated({
    events: [
      ...events(KEY, ...OPENED, [150_000, 'CLOSED']),
      ...events(KEY, [200_000, 'SYN-SENT'], [210_000, 'ESTABLISHED']),
    ],
    calls: [call(199_900, 'connect'), call(900, 'connect'), call(120_000, 'close')],
  });
  expect(connections.map(({ calls }) => calls.client)).toEqual([
    [
      { at: iso(900), call: 'connect', result: 'ok' },
      { at: iso(120_000), call: 'close', result: 'ok' },
    ],
    [{ at: iso(199_900), call: 'connect', result: 'ok' }],
  ]);
});
