import type { Connection } from '../../src/connections/connection.js';
import { halfOpenSynChallenge } from '../../src/rules/half-open-syn-challenge.js';
import { connection, enters, happens, resets } from '../support/connection-builder.js';
import { conversation } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

const syn = happens('syn-on-open-connection', 60, 9);

/** The first connection of two: the client opens it anew after a minute, and `then` follows. */
function oldOf(then: string): Connection {
  const [old] = conversation(`
    0.00 C S  0
    0.01 S SA 0 1
    0.02 C A  1 1
    0.03 C PA 1 1 +18
    0.04 S PA 1 19 +5
    60.0 C S  0 isn=70000
    ${then}`);
  return old;
}

testRule(halfOpenSynChallenge, {
  fires: [
    {
      name: 'on a restarted host that opens the same ports again',
      connection: connection({
        client: { milestones: [syn, resets(60.02, 11, { trigger: { frame: 10, kind: 'ack' } })] },
      }),
      end: 62,
      applicationSees: /^10\.0\.0\.2:8080: the program that held the old connection gets ECONNRESET/,
      citations: /never sent is answered with a reset\.$/,
      endpoint: 'client',
      confidence: 'inferred',
      title: '10.0.0.1:40000 opened anew a connection that 10.0.0.2:8080 still held',
      frames: [9, 10, 11],
      facts: { ageSeconds: 60, resetByOpener: true },
    },
    {
      name: 'as info without the reset',
      connection: connection({ client: { milestones: [syn] } }),
      end: 62,
      severity: 'info',
      confidence: 'possible',
      facts: { answered: false, resetByOpener: false },
    },
    {
      name: 'where the holder answers each SYN, and no reset follows: the new connection does not come about',
      connection: oldOf(`
        60.01 S A 6 19
        61.00 C S 0 isn=70000
        61.01 S A 6 19`),
      end: 62,
      citations: /may drop the challenge ACK/,
      severity: 'warning',
      confidence: 'possible',
      explanation: /10\.0\.0\.1:40000 sent 2 in all/,
      frames: [6, 9],
      facts: { answered: true, resetByOpener: false },
    },
    {
      name: 'as info where the SYN was not repeated yet',
      connection: oldOf('60.01 S A 6 19'),
      end: 62,
      severity: 'info',
      facts: { answered: true, resetByOpener: false },
    },
    {
      name: 'as info where the reset was not captured, but the next SYN is taken',
      connection: oldOf(`
        60.01 S A  6 19
        61.00 C S  0 isn=70000
        61.01 S SA 0 1 isn=70000`),
      end: 62,
      applicationSees: /^10\.0\.0\.2:8080: the capture does not show how its old connection ended\./,
      severity: 'info',
      frames: [6, 7],
      facts: { answered: true, resetByOpener: false },
    },
    {
      name: 'as info where the holder itself ended the old connection later',
      connection: oldOf(`
        60.01 S A  6 19
        61.00 C S  0 isn=70000
        61.01 S A  6 19
        63.00 S RA 6 19`),
      end: 64,
      applicationSees: /^10\.0\.0\.2:8080: nothing of the SYN; its old connection ended later/,
      severity: 'info',
    },
    {
      name: 'as info where a reset of the opener ended it that does not answer the old numbers',
      connection: oldOf(`
        60.01 S A  6 19
        60.02 C RA 19 6
        61.00 C S  0 isn=70000`),
      end: 64,
      explanation: /no reset of 10\.0\.0\.1:40000 answered that/,
      applicationSees: /^10\.0\.0\.2:8080: the program that held the old connection gets ECONNRESET/,
      severity: 'info',
    },
  ],
  silent: [
    {
      name: 'when the holder was in TIME-WAIT',
      connection: afterClientFin({
        clientEntries: [enters('TIME-WAIT', 3, 7)],
        serverMilestones: [syn],
      }),
      end: 62,
    },
    {
      name: 'when the holder takes the SYN for a new connection at once',
      connection: oldOf('60.01 S SA 0 1 isn=70000'),
      end: 62,
    },
    {
      name: 'where the holder had not opened yet: another attempt',
      connection: conversation(`
        0.00 C S  0
        0.01 S SA 0 1
        5.00 C S  0   isn=70000
        5.01 S A  1 1
        5.02 C R  1 -`)[0],
      end: 62,
    },
    { name: 'without a SYN', connection: connection(), end: 62 },
  ],
});
