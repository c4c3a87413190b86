import { simultaneousOpen } from '../../src/rules/simultaneous-open.js';
import { connection, enters } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

testRule(simultaneousOpen, {
  fires: [
    {
      name: 'on SYNs that crossed',
      connection: connection({
        client: {
          timeline: [
            enters('SYN-SENT', 0, 1, { evidence: 'observed' }),
            enters('SYN-RECEIVED', 0.02, 3, { evidence: 'observed' }),
            enters('ESTABLISHED', 0.03, 4),
          ],
        },
        server: {
          timeline: [
            enters('SYN-SENT', 0.01, 2, { evidence: 'observed' }),
            enters('SYN-RECEIVED', 0.02, 4, { evidence: 'observed' }),
            enters('ESTABLISHED', 0.03, 3),
          ],
        },
      }),
      end: 1,
      confidence: 'observed',
      frames: [1, 2],
    },
  ],
  silent: [{ name: 'on a usual handshake', connection: connection(), end: 1 }],
});
