import { simultaneousOpen } from '../../src/rules/simultaneous-open.js';
import { connection } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

testRule(simultaneousOpen, {
  fires: [
    {
      name: 'on SYNs that crossed, each answered with a SYN-ACK',
      connection: connectionOf(`
        0.000 C S  0
        0.005 S S  0
        0.005 C SA 0 1
        0.010 S SA 0 1
        0.015 S A  1 1`),
      end: 1,
      likelyCauses: /^TCP hole punching[^\n]*$/,
      confidence: 'observed',
      title: '10.0.0.1:40000 and 10.0.0.2:8080 opened the connection at the same time',
      frames: [1, 2],
      facts: { apartSeconds: 0.005, crossed: true },
    },
    {
      name: 'also where the second SYN-ACK comes first in the capture',
      connection: connectionOf(`
        0.000 C S  0
        0.005 S S  0
        0.009 S SA 0 1
        0.010 C SA 0 1`),
      end: 1,
      confidence: 'observed',
    },
    {
      name: 'on a second SYN that came too soon to answer the first',
      connection: connectionOf(`
        0.000 C S  0
        0.003 S S  0
        0.003 C SA 0 1
        0.013 S A  1 1`),
      end: 1,
      confidence: 'inferred',
      facts: { apartSeconds: 0.003, crossed: true },
    },
    {
      name: 'as possible where the handshake does not end',
      connection: connectionOf(`
        0.000 C S  0
        0.010 S S  0
        0.010 C SA 0 1`),
      end: 1,
      confidence: 'possible',
      title: '10.0.0.1:40000 and 10.0.0.2:8080 both sent a SYN',
      facts: { crossed: false },
    },
  ],
  silent: [
    { name: 'on a usual handshake', connection: connection(), end: 1 },
    {
      name: 'on a SYN that answers a SYN',
      connection: connectionOf(`
        0.000 C S  0
        0.010 S S  0
        0.010 C SA 0 1
        0.020 S A  1 1`),
      end: 1,
    },
    {
      name: 'on a SYN that is repeated',
      connection: connectionOf(`
        0.000 C S  0
        1.000 C S  0
        1.010 S SA 0 1
        1.020 C A  1 1`),
      end: 2,
    },
  ],
});
