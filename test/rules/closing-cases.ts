import type { Connection, Milestone, Transition } from '../../src/connections/connection.js';
import { latest } from '../../src/rules/evidence/evidence.js';
import {
  at,
  type ConnectionDraft,
  connection,
  type EndpointDraft,
  enters,
  happens,
} from '../support/connection-builder.js';

/** The server closes first, and is in TIME-WAIT from 1.02 s on. */
export const SERVER_IN_TIME_WAIT = `
    0.00 C S  0
    0.01 S SA 0 1
    0.02 C A  1 1
    1.00 S FA 1 1
    1.01 C FA 1 2
    1.02 S A  2 2`;

/**
 * The server's peer closed: FIN in frame 5 at 2.1 s, acknowledged in frame 6. What the two sides do
 * afterwards is the test's.
 */
export function afterClientFin(
  more: {
    client?: EndpointDraft;
    server?: EndpointDraft;
    clientEntries?: readonly Transition[];
    serverEntries?: readonly Transition[];
    clientMilestones?: readonly Milestone[];
    serverMilestones?: readonly Milestone[];
  } & Pick<ConnectionDraft, 'quality'> = {},
): Connection {
  const later = [...(more.clientEntries ?? []), ...(more.serverEntries ?? [])];
  return connection({
    lastFrame: 6,
    frames: 6,
    end: later.map(({ time }) => time).reduce(latest, at(2.14)),
    ...(more.quality === undefined ? {} : { quality: more.quality }),
    client: {
      ...more.client,
      after: [
        enters('FIN-WAIT-1', 2.1, 5, { evidence: 'observed', cause: 'sent FIN' }),
        enters('FIN-WAIT-2', 2.14, 6, { evidence: 'assumed', cause: 'received ACK of FIN' }),
        ...(more.clientEntries ?? []),
      ],
      milestones: [happens('fin-covered', 2.14, 6), ...(more.clientMilestones ?? [])],
    },
    server: {
      ...more.server,
      after: [enters('CLOSE-WAIT', 2.1, 5, { cause: 'received FIN' }), ...(more.serverEntries ?? [])],
      milestones: more.serverMilestones ?? [],
    },
  });
}

/** The same, seen the other way round: what the client did, the server does. */
export function withRolesSwapped({ client, server, ...rest }: Connection): Connection {
  return { ...rest, client: { ...server, role: 'client' }, server: { ...client, role: 'server' } };
}
