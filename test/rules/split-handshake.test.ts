import type { Connection } from '../../src/connections/connection.js';
import { splitHandshake } from '../../src/rules/split-handshake.js';
import { connectionOf, conversation } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

/** The first of the connections that a script makes. */
function firstOf(script: string): Connection {
  const [first] = conversation(script);
  return first;
}

testRule(splitHandshake, {
  fires: [
    {
      name: 'on a SYN that comes when an answer is due',
      connection: connectionOf(`
        0.000 C S  0
        0.010 S S  0
        0.010 C SA 0 1
        0.020 S A  1 1
        0.030 C PA 1 1 +10`),
      end: 1,
      likelyCauses: /hole punching/,
      endpoint: 'server',
      confidence: 'inferred',
      title: '10.0.0.2:8080 answered the SYN of 10.0.0.1:40000 with a SYN of its own',
      frames: [1, 2, 3],
      facts: { apartSeconds: 0.01, acknowledgedFirst: false },
    },
    {
      name: 'at the server, where the answer takes no time',
      connection: connectionOf(`
        0.00000 C S  0
        0.00020 S S  0
        0.01000 C SA 0 1
        0.01001 S A  1 1`),
      end: 1,
      confidence: 'inferred',
    },
    {
      name: 'on the answer to a SYN that was repeated',
      connection: connectionOf(`
        0.000 C S  0
        1.000 C S  0
        1.010 S S  0
        1.010 C SA 0 1
        1.020 S A  1 1`),
      end: 2,
      confidence: 'inferred',
      frames: [2, 3, 4],
    },
    {
      name: 'as possible when the second SYN comes long after the first',
      connection: connectionOf(`
        0.000 C S  0
        0.900 S S  0
        0.900 C SA 0 1
        0.910 S A  1 1`),
      end: 2,
      confidence: 'possible',
      title: '10.0.0.2:8080 sent a SYN of its own 900 ms after the SYN of 10.0.0.1:40000',
    },
    {
      name: 'on a SYN that is acknowledged alone first',
      connection: firstOf(`
        0.000 C S  0
        0.010 S A  5 1
        0.011 S S  0 isn=90000
        0.011 C SA 0 90001
        0.020 S A  90001 1`),
      end: 1,
      endpoint: 'server',
      confidence: 'inferred',
      title: '10.0.0.2:8080 acknowledged the SYN of 10.0.0.1:40000, and then sent a SYN of its own',
      frames: [1, 2, 3],
      // The server had the SYN: it was not lost.
      likelyCauses: /^(?!.*hole punching)/s,
      facts: { acknowledgedFirst: true },
    },
  ],
  silent: [
    {
      name: 'on SYNs that crossed',
      connection: connectionOf(`
        0.000 C S  0
        0.010 S S  0
        0.010 C SA 0 1
        0.015 S SA 0 1
        0.020 S A  1 1`),
      end: 1,
    },
    {
      name: 'on a second SYN that came too soon to answer the first',
      connection: connectionOf(`
        0.000 C S  0
        0.003 S S  0
        0.003 C SA 0 1
        0.013 S A  1 1`),
      end: 1,
    },
    {
      name: 'when the handshake does not end',
      connection: connectionOf(`
        0.000 C S  0
        0.010 S S  0
        0.010 C SA 0 1`),
      end: 1,
    },
    {
      name: 'when the SYN-ACK was not captured, and the client went on',
      connection: firstOf(`
        0.000 C S  0
        0.020 C A  1 1
        0.030 S A  1 1
        0.040 S S  0 isn=90000`),
      end: 1,
    },
    {
      name: 'when the server opens the ports again much later',
      connection: firstOf(`
        0.000 C S  0
        0.010 S A  5 1
        9.000 S S  0 isn=90000`),
      end: 10,
    },
    {
      name: 'on a usual handshake',
      connection: connectionOf(`
        0.000 C S  0
        0.010 S SA 0 1
        0.020 C A  1 1`),
      end: 1,
    },
  ],
});
