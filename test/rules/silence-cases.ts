import type { Connection } from '../../src/connections/connection.js';
import { connection, type EndpointDraft, happens, moment } from '../support/connection-builder.js';

/** The client sent data at 10 s and again from frame 10 on, `count` times until `until`. */
export function unansweredData(
  count: number,
  until: number,
  more: { client?: EndpointDraft; server?: EndpointDraft } = {},
): Connection {
  return connection({
    client: {
      payloadBytes: 1000,
      unacknowledgedBytes: 100,
      lastSegment: moment(until, 9 + count),
      milestones: [
        happens('retransmission-run', 10.2, 10, { count, until, lastFrame: 9 + count, value: 200 }),
      ],
      ...more.client,
    },
    server: { payloadBytes: 1000, lastSegment: moment(9, 8), ...more.server },
  });
}
