import { halfOpenSynChallenge } from '../../src/rules/half-open-syn-challenge.js';
import { connection, enters, happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

const syn = happens('syn-on-open-connection', 60, 9);

testRule(halfOpenSynChallenge, {
  fires: [
    {
      name: 'on a restarted host that opens the same ports again',
      connection: connection({
        client: { milestones: [syn, resets(60.02, 11, { trigger: { frame: 10, kind: 'ack' } })] },
      }),
      end: 62,
      endpoint: 'client',
      confidence: 'inferred',
      title: '10.0.0.1:40000 opened a connection anew that 10.0.0.2:8080 still held',
      frames: [9, 10, 11],
      facts: { ageSeconds: 60, resetByOpener: true },
    },
    {
      name: 'as info without the reset',
      connection: connection({ client: { milestones: [syn] } }),
      end: 62,
      severity: 'info',
      confidence: 'possible',
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
    { name: 'without a SYN', connection: connection(), end: 62 },
  ],
});
