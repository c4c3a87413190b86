import { describe, expect, it } from 'vitest';
import type { TrueConnection } from '../fixtures/record/truth.js';
import type { Connection, Endpoint, Role } from '../src/connections/connection.js';
import { toIsoString } from '../src/core/time.js';
import '../src/vitest/index.js';
import { connectionsIn } from './support/capture.js';
import { captureOf, scenarios, truthOf } from './support/fixtures.js';

/** How far a transition may lie from the kernel's own time, at the endpoint's own capture (seconds). */
const TOLERANCE = 0.001;

const ROLES: readonly Role[] = ['client', 'server'];

describe.each(scenarios)('%s', (scenario) => {
  const truth = truthOf(scenario);
  describe.each(ROLES)('captured at the %s', (vantage) => {
    const strays = truth.strays?.map(tupleOf) ?? [];
    const connections = connectionsIn(captureOf(scenario, vantage)).filter(
      (connection) => !strays.includes(tupleOf(connection)),
    );
    // A connection none of whose transitions can be seen here is none for the observer.
    const expectedConnections = truth.connections.filter((connection) =>
      ROLES.some((role) => visible(connection, role, vantage).length > 0),
    );

    it('finds the connections that there were', () => {
      expect(connections.map(tupleOf)).toEqual(
        expectedConnections.map(({ client, server, ...connection }) =>
          isSwapped(connection, vantage)
            ? tupleOf({ client: server, server: client })
            : tupleOf({ client, server }),
        ),
      );
    });

    const numbered = expectedConnections.map((connection, index) => ({ index, connection }));
    describe.each(numbered)('connection $index', ({ index, connection }) => {
      it.each(ROLES)('gives the %s the states of its kernel', (role) => {
        const seenAs = isSwapped(connection, vantage) ? opposite(role) : role;
        const expected = visible(connection, role, vantage);
        expect(connections[index]).toFollowStates(
          seenAs,
          expected.map((entry) => entry.state),
        );
        if (role !== vantage) return;
        const seen = standing(connections[index][seenAs]);
        for (const [place, entry] of expected.entries()) {
          if (!entry.exact) continue;
          const difference = secondsApart(toIsoString(seen[place].time), entry.at);
          expect(Math.abs(difference), `${entry.state} lies ${difference} s after the kernel's`).toBeLessThan(
            TOLERANCE,
          );
        }
      });
    });
  });
});

function isSwapped(connection: Pick<TrueConnection, 'swapped'>, vantage: Role): boolean {
  return connection.swapped?.includes(vantage) ?? false;
}

function opposite(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}

function tupleOf({ client, server }: Pick<Connection | TrueConnection, 'client' | 'server'>): string {
  return `${client.address}:${client.port} > ${server.address}:${server.port}`;
}

function standing(endpoint: Endpoint): Endpoint['timeline'] {
  return endpoint.timeline.filter((entry) => entry.retractedBy === null);
}

/** The kernel's states that a capture at `vantage` can show, and whether it can show when. */
function visible(connection: TrueConnection, role: Role, vantage: Role) {
  const unseen = connection.unseen.filter((item) => item.endpoint === role && item.vantage.includes(vantage));
  const hidden = unseen.filter((item) => item.timing !== true).map((item) => item.state);
  const untimed = unseen.filter((item) => item.timing === true).map((item) => item.state);
  return connection.states[role]
    .filter((entry) => !hidden.includes(entry.state))
    .map((entry) => ({
      state: entry.state,
      at: entry.at,
      exact: entry.timed !== false && !untimed.includes(entry.state),
    }));
}

/** Seconds from the second time to the first, from ISO texts with nanoseconds. */
function secondsApart(later: string, earlier: string): number {
  const [whole, fraction] = split(later);
  const [otherWhole, otherFraction] = split(earlier);
  return whole - otherWhole + (fraction - otherFraction) / 1e9;
}

function split(time: string): [number, number] {
  const [date, fraction] = time.replace('Z', '').split('.');
  return [Date.parse(`${date}Z`) / 1000, Number(fraction.padEnd(9, '0'))];
}
