import type { Connection, Endpoint, Reset, Role } from '../connections/connection.js';
import type { State } from '../tcp/states.js';

/** The states that an endpoint went through, without those that were retracted. */
export function statesOf(connection: Connection, role: Role): readonly State[] {
  return connection[role].timeline
    .filter(({ retractedBy }) => retractedBy === null)
    .map(({ state }) => state);
}

const OVER: readonly State[] = ['CLOSED', 'TIME-WAIT'];

/** Why a connection did not close gracefully, that is with both FINs, no reset and both through. Null if it did. */
export function notGraceful({ client, server }: Connection): string | null {
  for (const endpoint of [client, server]) {
    if (endpoint.resetsSent > 0) return `${endpoint.role} sent RST`;
    if (!endpoint.finSent) return `${endpoint.role} sent no FIN`;
  }
  for (const { role, finalState } of [client, server]) {
    if (!OVER.includes(finalState)) return `${role} ended in ${finalState}`;
  }
  return null;
}

/**
 * Which endpoints reset the connection: the peer accepted their reset, or never got it, so at least the
 * sender's end is gone. Resets that were challenged or ignored, or that came when nothing was left, do not count.
 */
export function resetters({ client, server }: Connection): readonly Role[] {
  return [client, server]
    .filter(({ milestones }: Endpoint) =>
      milestones.some(({ reset }) => reset !== undefined && ENDS.has(reset.verdict)),
    )
    .map(({ role }) => role);
}

const ENDS: ReadonlySet<Reset['verdict']> = new Set(['accepted', 'undelivered']);
