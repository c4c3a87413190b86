import { synUnanswered } from '../../src/rules/syn-unanswered.js';
import { connection, enters, happens } from '../support/connection-builder.js';
import { connectionOf, conversation } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { SERVER_IN_TIME_WAIT } from './closing-cases.js';

function calling(answers = 0) {
  return connection({
    client: {
      timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })],
      milestones: [happens('syn-repeated', 1, 2, { count: 3, until: 7, lastFrame: 4 })],
    },
    server: { timeline: [], segments: answers, lastSegment: null },
  });
}

function once() {
  return connection({
    client: { timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })] },
    server: { timeline: [], segments: 0, lastSegment: null },
  });
}

/** The second connection of two on the same ports: the server had closed first and is in TIME-WAIT; `then` follows. */
function callingAgain(then: string, after = 5) {
  const [, again] = conversation(`${SERVER_IN_TIME_WAIT}
    ${after}.0 C S 0 isn=-70000
    ${then}
    ${after + 1}.0 C S 0 isn=-70000`);
  return again;
}

testRule(synUnanswered, {
  fires: [
    {
      name: 'on SYNs that nobody answers',
      connection: calling(),
      end: 20,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 sent 4 SYNs to 10.0.0.2:8080 over 7 s without any answer',
      frames: [1, 2, 4],
    },
    {
      name: 'and says that ICMP errors came back, where they did',
      connection: connection({
        client: {
          timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })],
          milestones: [
            happens('icmp-error', 0.1, 2, {
              icmp: { version: 4, type: 3, code: 1, reporter: '10.0.0.254', sequence: 0 },
            }),
            happens('syn-repeated', 1, 3, { count: 3, until: 7, lastFrame: 5 }),
          ],
        },
        server: { timeline: [], segments: 0, lastSegment: null },
      }),
      end: 20,
      explanation: /neither a SYN-ACK nor a reset came back, only ICMP errors\.$/,
    },
    {
      name: 'and that the caller gave up with a reset of its own',
      connection: connectionOf(`
        0 C S 0
        1 C S 0
        3 C S 0
        7 C RA 1 -5000`),
      end: 20,
      explanation:
        /no SYN-ACK and no reset\. 10\.0\.0\.1:40000 gave up with a reset of its own in frame 4\.$/,
      frames: [1, 2, 3, 4],
      facts: { transmissions: 3 },
    },
    {
      name: 'and tells of TIME-WAIT on the same ports',
      connection: callingAgain(''),
      end: 20,
      explanation: /10\.0\.0\.2:8080 was in TIME-WAIT of connection 0/,
      facts: { transmissions: 2, metTimeWait: true },
    },
    {
      name: 'and not of one that was over',
      connection: callingAgain('', 500),
      end: 520,
      explanation: /no SYN-ACK and no reset\.$/,
    },
  ],
  silent: [
    {
      name: 'when the numbers of the connection before came',
      connection: callingAgain('5.01 S A 2 2'),
      end: 20,
    },
    { name: 'when an answer came', connection: calling(1), end: 20 },
    { name: 'at the capture’s end', connection: calling(), end: 2.5 },
    { name: 'on one SYN, which says little', connection: once(), end: 20 },
    { name: 'on a normal handshake', connection: connection(), end: 20 },
  ],
});
