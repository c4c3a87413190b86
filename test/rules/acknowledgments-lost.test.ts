import { acknowledgmentsLost } from '../../src/rules/acknowledgments-lost.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

const OPENED = `
  0.00 C S  0
  0.01 S SA 0 1
  0.02 C A  1 1`;

/** Ten octets of the client, acknowledged at once. */
const SENT = `${OPENED}
  0.10 C PA 1 1 +10
  0.11 S A  1 11`;

/** Copies of them at these seconds, each acknowledged. */
const copies = (...seconds: readonly number[]): string =>
  seconds.map((at) => `${at} C PA 1 1 +10\n${at + 0.01} S A 1 11`).join('\n');

const lost = (more = '') => connectionOf(`${SENT}\n${copies(0.3, 0.7, 1.5)}\n${more}`);

testRule(acknowledgmentsLost, {
  fires: [
    {
      name: 'on data that comes again after each acknowledgment',
      connection: lost(),
      end: 10,
      endpoint: 'client',
      confidence: 'inferred',
      title:
        '10.0.0.1:40000 sent the same data 4 times over 1.4 s, although 10.0.0.2:8080 acknowledged it each time',
      explanation: /in frames 6 to 10\..* does not reach 10\.0\.0\.1:40000\.$/,
      likelyCauses:
        /^A firewall in front of 10\.0\.0\.1:40000, or on its host, drops what 10\.0\.0\.2:8080 sends/,
      frames: [6, 10, 11],
      facts: { transmissions: 4, unacknowledgedBytesOfPeer: 0 },
    },
    {
      name: 'and says that an answer does not arrive either',
      connection: connectionOf(`${SENT}
        0.20 S PA 1 11 +30
        ${copies(0.3, 0.7, 1.5)}`),
      end: 10,
      explanation: / Of the data from 10\.0\.0\.2:8080, 30 bytes went unacknowledged as well\.$/,
    },
    {
      name: 'whatever comes again in between',
      connection: connectionOf(`${OPENED}
        0.10 C PA 1 1 +10
        0.10 C PA 11 1 +10
        0.11 S A  1 21
        0.12 C PA 11 1 +10
        0.13 S A  1 21
        ${copies(0.3, 0.7, 1.5).replaceAll('S A 1 11', 'S A 1 21')}`),
      end: 10,
      facts: { transmissions: 4 },
    },
    {
      name: 'by the copies since the last new data',
      connection: connectionOf(`${SENT}
        ${copies(0.3)}
        0.40 C PA 11 1 +5
        0.41 S A 1 16
        ${copies(0.7, 1.5, 3.1).replaceAll('S A 1 11', 'S A 1 16')}`),
      end: 10,
      facts: { transmissions: 4 },
    },
    {
      name: 'on a sender that ends the connection then',
      connection: lost('3.10 C RA 11 1'),
      end: 10,
    },
  ],
  silent: [
    {
      name: 'on copies that cross the acknowledgment within a second',
      connection: connectionOf(`${SENT}\n${copies(0.3, 0.5, 0.7)}`),
      end: 10,
    },
    { name: 'on two', connection: connectionOf(`${SENT}\n${copies(0.7, 1.5)}`), end: 10 },
    {
      name: 'on a sender that goes on',
      connection: lost(`3.10 C PA 11 1 +5
        3.11 S A 1 16`),
      end: 10,
    },
    {
      name: 'on new data between the copies',
      connection: connectionOf(`${SENT}
        ${copies(0.3, 0.7)}
        0.80 C PA 11 1 +5
        0.81 S A 1 16
        ${copies(1.5)}`),
      end: 10,
    },
    {
      name: 'on a sender that acknowledges an answer',
      connection: lost(`3.10 S PA 1 11 +30
        3.11 C A 11 31`),
      end: 10,
    },
    {
      name: 'on one that acknowledges more with a copy',
      connection: connectionOf(`${SENT}
        ${copies(0.3, 0.7)}
        0.80 S PA 1 11 +30
        1.50 C PA 1 31 +10
        1.51 S A 31 11
        3.10 S PA 31 11 +30`),
      end: 10,
    },
    {
      name: 'on one that takes the other side’s close',
      connection: lost(`3.10 S FA 1 11
        3.11 C A 11 2`),
      end: 10,
    },
    {
      name: 'on copies that nobody answers',
      connection: connectionOf(`${SENT}
        0.30 C PA 1 1 +10
        0.70 C PA 1 1 +10
        1.50 C PA 1 1 +10`),
      end: 10,
    },
    {
      name: 'on data that is acknowledged only with its last copy',
      connection: connectionOf(`${OPENED}
        0.10 C PA 1 1 +10
        ${copies(0.3, 0.7, 1.5).replaceAll('S A 1 11', 'S A 1 1')}
        3.10 S A 1 11`),
      end: 10,
    },
    {
      name: 'on a FIN alone',
      connection: connectionOf(`${OPENED}
        0.10 C FA 1 1
        0.11 S A  1 2
        0.30 C FA 1 1
        0.31 S A  1 2
        0.70 C FA 1 1
        0.71 S A  1 2
        1.50 C FA 1 1
        1.51 S A  1 2`),
      end: 10,
    },
    {
      name: 'behind a closed window',
      connection: connectionOf(`${SENT}\n${copies(0.3, 0.7, 1.5)}\n1.6 S A 1 11 win=0`),
      end: 10,
    },
  ],
});
