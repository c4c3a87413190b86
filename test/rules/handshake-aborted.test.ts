import { handshakeAborted } from '../../src/rules/handshake-aborted.js';
import { connection, type EndpointDraft, enters, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
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
      likelyCauses:
        /^A health check or a port scan, which completes .* \(likely\)\.\nA program that was done[^\n]*$/,
      nextSteps: /regular intervals(?!.*(server|Overflows))/s,
      citations: /^A program may reset its connection at any time\.$/,
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
      // The ACK bit is that of a live socket: no full queue answers so.
      applicationSees: /^10\.0\.0\.1:40000: connect had succeeded/,
      likelyCauses: /^The program accepted(?!.*(queue was full|health check|scan))/s,
      nextSteps: /^Check the log of the program at 10\.0\.0\.2:8080(?!.*tcp_abort_on_overflow)/s,
      citations: /^(?!.*too slow to accept)/s,
      severity: 'warning',
      endpoint: 'server',
    },
    {
      name: 'and thinks of a full queue first where the server answers the acknowledgment with a reset',
      connection: connectionOf(`
        0.00 C S 0
        0.01 S SA 0 1
        0.02 C A 1 1
        0.03 S R 1`),
      end: 1,
      severity: 'warning',
      endpoint: 'server',
      likelyCauses: /^The accept queue was full(?!.*(health check|scan))/s,
      nextSteps: /^On the host of 10\.0\.0\.2:8080, run .*tcp_abort_on_overflow/,
      citations: /too slow to accept/,
      facts: { handshakeComplete: true },
    },
    {
      name: 'and knows of no full queue where nothing had acknowledged the SYN-ACK',
      connection: connectionOf(`
        0.00 C S 0
        0.01 S SA 0 1
        3.01 S RA 1 1`),
      end: 4,
      severity: 'warning',
      endpoint: 'server',
      likelyCauses: /^The acknowledgment of the SYN-ACK did not arrive(?!.*queue was full)/s,
      nextSteps: /^Capture at 10\.0\.0\.1:40000: does the SYN-ACK arrive/,
      facts: { handshakeComplete: false },
    },
    {
      name: 'and thinks of a full queue where what the server answers was not captured in time',
      connection: connectionOf(`
        0.00 C S 0
        0.01 S SA 0 1
        0.02 C A 1 1
        3.03 S R 1`),
      end: 4,
      severity: 'warning',
      endpoint: 'server',
      likelyCauses: /^The accept queue was full/,
    },
    {
      // A reset without an ACK bit takes its number from an acknowledgment.
      name: 'and thinks of a full queue where the capture missed the acknowledgment',
      connection: connectionOf(`
        0.00 C S 0
        0.01 S SA 0 1
        0.03 S R 1`),
      end: 1,
      severity: 'warning',
      endpoint: 'server',
      applicationSees: /connect had succeeded/,
      likelyCauses: /accept queue was full/,
      facts: { handshakeComplete: false },
    },
    {
      name: 'as half-open when the client answers the SYN-ACK with a reset',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C R  1`),
      end: 1,
      likelyCauses: /^A half-open scan(?!.*(queue|completes))/s,
      endpoint: 'client',
      severity: 'info',
      title: '10.0.0.1:40000 answered the SYN-ACK with a reset: the handshake was never completed',
      frames: [2, 3],
      facts: { handshakeComplete: false, halfOpen: true },
    },
    {
      name: 'without a time that the clock does not tell',
      connection: connectionOf(`
        5.00 C S  0
        5.01 S SA 0 1
        2.00 C R  1`),
      end: 1,
      title: '10.0.0.1:40000 answered the SYN-ACK with a reset: the handshake was never completed',
      explanation: /frame 3, an unknown time later/,
      facts: { handshakeComplete: false, halfOpen: true },
    },
    {
      name: 'as complete when the acknowledgment came first',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.02 C R  1`),
      end: 1,
      endpoint: 'client',
      facts: { handshakeComplete: true, halfOpen: false },
    },
    {
      name: 'as an abort when the reset itself acknowledges the SYN-ACK',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C RA 1 1`),
      end: 1,
      applicationSees: /10\.0\.0\.2:8080: nothing, accept never returns/,
      likelyCauses: /^A health check or a scan, which resets once it has the SYN-ACK(?!.*(queue|forged))/s,
      citations: /^A reset in SYN-RECEIVED/,
      endpoint: 'client',
      title: '10.0.0.1:40000 reset the connection 10 ms after the SYN-ACK, before any data',
      facts: { handshakeComplete: false, halfOpen: false },
    },
  ],
  silent: [
    {
      name: 'on the answer of another host that has the same address',
      connection: connectionOf(`
        0.00 C S 0 mac=1
        0.01 S SA 0 1 mac=2
        0.02 C A 1 1 mac=1
        0.03 S R 1 mac=3`),
      end: 1,
    },
    { name: 'after data', connection: aborted(0.03, { payloadBytes: 10 }), end: 1 },
    { name: 'after long idling', connection: aborted(60), end: 61 },
    { name: 'without a reset', connection: connection(), end: 1 },
  ],
});
