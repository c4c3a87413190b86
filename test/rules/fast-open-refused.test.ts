import { fastOpenRefused } from '../../src/rules/fast-open-refused.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

const AFTER = `
  1.03 C PA 1 1 +50
  1.04 S A  1 51
  1.05 S PA 1 51 +10
  1.06 C A  51 11`;

testRule(fastOpenRefused, {
  fires: [
    {
      name: 'on a SYN-ACK that covers the SYN alone',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.01 S SA 0 1
        ${AFTER}`),
      end: 2,
      nextSteps:
        /^On the host of 10\.0\.0\.2:8080, run sysctl net\.ipv4\.tcp_fastopen net\.core\.somaxconn;(?!.*Blackhole)/s,
      likelyCauses: /switched off on the host.*\nThe listening socket’s queue/,
      endpoint: 'server',
      confidence: 'observed',
      title: '10.0.0.2:8080 did not accept the 50 bytes that 10.0.0.1:40000 sent with its SYN',
      explanation: /sent its data again after the handshake, in frame 3: /,
      frames: [1, 2, 3],
      facts: { bytes: 50, answered: true, newCookie: false },
    },
    {
      name: 'and says so where that brings another cookie',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.01 S SA 0 1 tfo=8
        ${AFTER}`),
      end: 2,
      nextSteps: /tcp_fastopen_key(?!.*tcp_fastopen )/s,
      // Linux brings none if its queue is full.
      likelyCauses: /^The cookie is one [^\n]*$/,
      citations: /^(?!.*switched on)/s,
      facts: { newCookie: true },
    },
    {
      name: 'once where SYN and SYN-ACK are repeated',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.50 C S  0 +50 tfo=8
        0.51 S SA 0 1
        1.02 S SA 0 1
        ${AFTER}`),
      end: 2,
      frames: [1, 3, 5],
      facts: { bytes: 50, answered: true },
    },
    {
      name: 'where the copy brings new data along, and is sent again itself',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.01 S SA 0 1
        0.02 C PA 1 1 +80
        0.32 C PA 1 1 +80
        0.33 S A  1 81`),
      end: 2,
      explanation: /sent its data again after the handshake, until frame 4: /,
      frames: [1, 2, 4],
    },
    {
      name: 'on a SYN that is answered only without its data',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        1.00 C S  0
        1.02 S SA 0 1
        ${AFTER}`),
      end: 2,
      nextSteps: /^Capture at 10\.0\.0\.2:8080: does the SYN with data arrive(?!.*sysctl)/s,
      confidence: 'possible',
      title:
        '10.0.0.2:8080 answered the SYN of 10.0.0.1:40000 only when it was repeated without its 50 bytes',
      frames: [1, 2, 3],
      facts: { bytes: 50, answered: false, seconds: 1 },
    },
  ],
  silent: [
    {
      name: 'when the SYN-ACK covers the data',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.01 S SA 0 51
        0.02 C A  51 1`),
      end: 2,
    },
    {
      name: 'when it covers a part of them',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.01 S SA 0 21
        0.02 C PA 21 1 +30`),
      end: 2,
    },
    {
      name: 'when the answer to the first SYN was late',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        1.00 C S  0
        1.02 S SA 0 51
        1.03 C A  51 1
        1.04 C PA 51 1 +10
        1.05 S A  1 61`),
      end: 2,
    },
    {
      name: 'when the data is acknowledged without being sent again: it was kept',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.01 S SA 0 1
        0.02 C A  51 1
        0.03 S A  1 51
        0.04 S PA 1 51 +10
        0.05 C A  51 11`),
      end: 2,
    },
    {
      name: 'when it is sent again after that',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        0.01 S SA 0 1
        0.02 C A  51 1
        0.23 S A  1 51
        0.24 C PA 1 1 +50`),
      end: 2,
    },
    {
      name: 'on a SYN with data that does not ask for Fast Open',
      connection: connectionOf(`
        0.00 C S  0 +50
        0.01 S SA 0 1
        ${AFTER}`),
      end: 2,
    },
    {
      name: 'when nothing came back at all',
      connection: connectionOf(`
        0.00 C S  0 +50 tfo=8
        1.00 C S  0`),
      end: 9,
    },
    {
      name: 'on data that were captured before the SYN-ACK',
      connection: connectionOf(`
        0.00 C S  0
        0.02 C PA 1 1 +50
        0.02 S SA 0 1
        0.03 S A  1 51`),
      end: 2,
    },
    { name: 'on a SYN without data', connection: connectionOf(`0.00 C S 0\n0.01 S SA 0 1${AFTER}`), end: 2 },
  ],
});
