import { synAckUnanswered } from '../../src/rules/syn-ack-unanswered.js';
import { connection, type EndpointDraft, enters, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function waiting(client: EndpointDraft = {}) {
  return connection({
    client: {
      timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })],
      lastSegment: moment(0, 1),
      ...client,
    },
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
      citations: /addresses that never answer/,
      endpoint: 'server',
      confidence: 'observed',
      title: '10.0.0.2:8080 repeated its SYN-ACK to 10.0.0.1:40000 twice; the handshake was never completed',
      likelyCauses: /forged address.*\nThe caller scans ports .*\nThe caller’s host vanished/,
      frames: [2, 3, 4],
    },
    {
      name: 'of a caller that is heard meanwhile, which is neither forged nor gone',
      connection: waiting({ lastSegment: moment(3, 5) }),
      end: 20,
      applicationSees: /10\.0\.0\.1:40000: connect times out/,
      citations: /^(?!.*addresses that never answer)/s,
      likelyCauses: /^The way back to the caller loses packets.*\nThe caller scans ports[^\n]*$/,
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
