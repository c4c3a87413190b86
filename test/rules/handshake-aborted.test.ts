import { handshakeAborted } from '../../src/rules/handshake-aborted.js';
import { connection, type EndpointDraft, enters, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function aborted(seconds: number, more: EndpointDraft = {}) {
  return connection({
    client: {
      after: [enters('CLOSED', seconds, 4, { evidence: 'observed' })],
      milestones: [resets(seconds, 4, { hasAck: true })],
      ...more,
    },
  });
}

testRule(handshakeAborted, {
  fires: [
    {
      name: 'on a health check',
      connection: aborted(0.03),
      end: 1,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 reset the connection 20 ms after the SYN-ACK, before any data',
      frames: [2, 4],
      facts: { handshakeComplete: true },
    },
    {
      name: 'as a warning when the server does it',
      connection: connection({
        server: {
          after: [enters('CLOSED', 0.03, 4, { evidence: 'observed' })],
          milestones: [resets(0.03, 4, { hasAck: true })],
        },
      }),
      end: 1,
      severity: 'warning',
      endpoint: 'server',
    },
  ],
  silent: [
    { name: 'after data', connection: aborted(0.03, { payloadBytes: 10 }), end: 1 },
    { name: 'after long idling', connection: aborted(60), end: 61 },
    { name: 'without a reset', connection: connection(), end: 1 },
  ],
});
