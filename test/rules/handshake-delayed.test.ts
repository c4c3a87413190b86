import { handshakeDelayed } from '../../src/rules/handshake-delayed.js';
import { connectionOf, conversation } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { SERVER_IN_TIME_WAIT } from './closing-cases.js';

/** Opens it with the SYN that was sent last, after `seconds`, and uses it. */
const opens = (seconds: number): string => `
        ${seconds.toFixed(2)} S SA 0 1
        ${(seconds + 0.01).toFixed(2)} C A  1 1
        ${(seconds + 0.02).toFixed(2)} C PA 1 1 +10
        ${(seconds + 0.04).toFixed(2)} S A  1 11`;

testRule(handshakeDelayed, {
  fires: [
    {
      name: 'on one SYN that was sent again',
      connection: connectionOf(`
        0.00 C S 0
        1.00 C S 0${opens(1.02)}`),
      end: 2,
      likelyCauses: /^The path lost SYNs/,
      nextSteps: /^Capture at 10\.0\.0\.2:8080: does each SYN arrive.*TcpExtListenOverflows/s,
      citations: /accept queue full/,
      endpoint: 'client',
      severity: 'info',
      confidence: 'observed',
      title: '10.0.0.1:40000 waited 1 s until 10.0.0.2:8080 was connected: its SYN was sent again once',
      explanation:
        /again once, the last time in frame 2\. No SYN-ACK was captured before that\. Frame 3 opened the connection, 1 s after/,
      frames: [1, 2, 3],
      facts: { seconds: 1.02, synCopies: 1, synAckCopies: 0 },
    },
    {
      name: 'as a warning where it took longer than programs wait',
      connection: connectionOf(`
        0.00 C S 0
        1.00 C S 0
        3.00 C S 0
        7.00 C S 0${opens(7.02)}`),
      end: 8,
      severity: 'warning',
      // Chance takes one or two.
      likelyCauses: /^The accept queue of .*\nThe path lost SYNs[^\n]*$/s,
      title: '10.0.0.1:40000 waited 7 s until 10.0.0.2:8080 was connected: its SYN was sent again 3 times',
      facts: { seconds: 7.02, synCopies: 3, synAckCopies: 0 },
    },
    {
      name: 'on answers that were captured and did not reach the caller',
      connection: connectionOf(`
        0.00 C S  0
        0.10 S SA 0 1
        1.00 C S  0
        1.10 S SA 0 1
        3.00 C S  0${opens(3.1)}`),
      end: 4,
      nextSteps:
        /^On the host of 10\.0\.0\.1:40000, check whether its firewall drops the first SYN-ACK(?!.*Overflows)/s,
      citations: /^(?!.*accept queue full)/s,
      severity: 'info',
      explanation:
        /A SYN-ACK had been captured in frame 2 by then, but 10\.0\.0\.1:40000 had not acknowledged it\. Frame 6 opened/,
      frames: [1, 2, 3, 5, 6],
      facts: { seconds: 3.1, synCopies: 2, synAckCopies: 2 },
    },
    {
      name: 'on answers that its own host did not take in, where the capture was taken there',
      connection: connectionOf(`
        0.00  C S  0
        0.05  S SA 0 1
        1.00  C S  0
        1.05  S SA 0 1
        1.050 C A  1 1
        1.060 C PA 1 1 +10
        1.110 S A  1 11`),
      end: 4,
      severity: 'info',
      likelyCauses: /^The host of 10\.0\.0\.1:40000 did not accept the SYN-ACK/,
    },
    {
      name: 'on SYNs that the listener did not answer, where the capture was taken there',
      connection: connectionOf(`
        0.00   C S  0
        1.00   C S  0
        1.0001 S SA 0 1
        1.05   C A  1 1
        1.06   C PA 1 1 +10
        1.0601 S A  1 11`),
      end: 4,
      nextSteps: /^On the host of 10\.0\.0\.2:8080, run nstat(?!.*does each SYN arrive)/s,
      severity: 'info',
      explanation:
        /captured before that, and its times show that the capture was taken near 10\.0\.0\.2:8080: the earlier SYNs arrived,/,
      likelyCauses: /^The accept queue of 10\.0\.0\.2:8080 was full/,
    },
    {
      name: 'on an answer that took longer than the first timeout',
      connection: connectionOf(`
        0.00 C S  0
        0.90 S SA 0 1
        1.00 C S  0
        1.01 C A  1 1
        1.02 C PA 1 1 +10
        1.90 S A  1 11`),
      end: 4,
      severity: 'info',
      explanation: /The only SYN-ACK, in frame 2, was on its way by then\./,
      facts: { synCopies: 1, synAckCopies: 0 },
    },
  ],
  silent: [
    {
      name: 'when the first SYN opens it',
      connection: connectionOf(`
        0.00 C S 0${opens(0.02)}`),
      end: 2,
    },
    {
      name: 'when the copy came and was answered at once',
      connection: connectionOf(`
        0.00 C S 0
        0.07 C S 0${opens(0.09)}`),
      end: 2,
    },
    {
      name: 'when only the SYN-ACK came again, as the acknowledgment was lost',
      connection: connectionOf(`
        0.00 C S  0
        0.02 S SA 0 1
        0.03 C A  1 1
        1.02 S SA 0 1
        1.03 C A  1 1
        1.10 C PA 1 1 +10
        1.12 S A  1 11`),
      end: 2,
    },
    {
      name: 'when nothing came back',
      connection: connectionOf(`
        0.00 C S 0
        1.00 C S 0
        3.00 C S 0`),
      end: 20,
    },
    {
      name: 'when the caller takes no SYN-ACK',
      connection: connectionOf(`
        0.00 C S  0
        1.00 C S  0
        1.02 S SA 0 1
        2.02 S SA 0 1`),
      end: 20,
    },
    {
      name: 'when the first SYN was refused',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S RA 0 1 isn=-5000
        0.51 C S  0${opens(0.53)}`),
      end: 2,
    },
    {
      name: 'when the listener was in TIME-WAIT of the connection before',
      connection: conversation(`${SERVER_IN_TIME_WAIT}
        5.00 C S  0   isn=70000
        6.00 C S  0   isn=70000
        6.02 S SA 0 1 isn=70000
        6.03 C A  1 1 isn=70000`)[1],
      end: 20,
    },
    {
      name: 'when the listener answered for the connection before, which was open',
      connection: conversation(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +10
        0.04 S A  1 11
        9.00 C S  0   isn=70000
        9.01 S A  1 11
        9.02 C R  11
        10.00 C S  0   isn=70000
        10.02 S SA 0 1 isn=70000
        10.03 C A  1 1 isn=70000`)[1],
      end: 20,
    },
    {
      name: 'when both call each other',
      connection: connectionOf(`
        0.00 C S  0
        0.90 S S  0
        1.00 C S  0
        1.01 C SA 0 1
        1.02 S SA 0 1
        1.03 C A  1 1
        1.04 S A  1 1`),
      end: 2,
    },
    {
      name: 'when the capture begins with the answer',
      connection: connectionOf(opens(1.02)),
      end: 2,
    },
    {
      name: 'when the clock was set back meanwhile',
      connection: connectionOf(`
        5.00 C S 0
        6.00 C S 0
        1.00 S SA 0 1
        1.01 C A 1 1
        1.02 C PA 1 1 +10
        1.04 S A 1 11`),
      end: 2,
    },
  ],
});
