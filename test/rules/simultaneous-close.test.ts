import { simultaneousClose } from '../../src/rules/simultaneous-close.js';
import { connection, enters } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

testRule(simultaneousClose, {
  fires: [
    {
      name: 'on FINs that crossed',
      connection: connection({
        client: {
          after: [
            enters('FIN-WAIT-1', 1, 4, { evidence: 'observed' }),
            enters('CLOSING', 1.02, 5),
            enters('TIME-WAIT', 1.03, 7),
          ],
        },
        server: {
          after: [
            enters('FIN-WAIT-1', 1.01, 5, { evidence: 'observed' }),
            enters('CLOSING', 1.02, 4),
            enters('TIME-WAIT', 1.03, 6),
          ],
        },
      }),
      end: 2,
      confidence: 'observed',
      frames: [4, 5],
      explanation: /pass through CLOSING to TIME-WAIT\.$/,
    },
    {
      name: 'on FINs that crossed, before a reset',
      connection: connection({
        client: { after: [enters('FIN-WAIT-1', 1, 4), enters('CLOSING', 1.02, 5), enters('CLOSED', 1.1, 6)] },
        server: {
          after: [enters('FIN-WAIT-1', 1.01, 5), enters('CLOSING', 1.02, 4), enters('CLOSED', 1.1, 6)],
        },
      }),
      end: 2,
      confidence: 'observed',
      frames: [4, 5],
      explanation: /Both sides entered CLOSING\.$/,
    },
  ],
  silent: [
    {
      name: 'on one close after the other',
      connection: afterClientFin({ serverEntries: [enters('LAST-ACK', 3, 7, { evidence: 'observed' })] }),
      end: 5,
    },
    { name: 'on an open connection', connection: connection(), end: 5 },
  ],
});
