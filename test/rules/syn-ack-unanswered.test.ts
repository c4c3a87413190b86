import { synAckUnanswered } from '../../src/rules/syn-ack-unanswered.js';
import { connection, type EndpointDraft, enters, happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function waiting(client: EndpointDraft = {}) {
  return connection({
    client: { timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })], ...client },
    server: {
      timeline: [enters('SYN-RECEIVED', 0.01, 2, { evidence: 'observed' })],
      milestones: [happens('syn-ack-repeated', 1, 3, { count: 2, until: 3, lastFrame: 4 })],
    },
  });
}

testRule(synAckUnanswered, {
  fires: [
    {
      name: 'on a handshake that never ends',
      connection: waiting(),
      end: 20,
      endpoint: 'server',
      confidence: 'observed',
      title: '10.0.0.2:8080 repeated its SYN-ACK to 10.0.0.1:40000 twice; the handshake was never completed',
      frames: [2, 3, 4],
    },
  ],
  silent: [
    { name: 'when the caller sent data', connection: waiting({ payloadBytes: 10 }), end: 20 },
    { name: 'when the caller reset it', connection: waiting({ resetsSent: 1 }), end: 20 },
    { name: 'at the capture’s end', connection: waiting(), end: 2.5 },
    {
      name: 'when it was completed after all',
      connection: connection({ server: { milestones: [happens('syn-ack-repeated', 1, 3)] } }),
      end: 20,
    },
  ],
});
