import { idleNoLivenessCheck } from '../../src/rules/idle-no-liveness-check.js';
import { connection, happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

testRule(idleNoLivenessCheck, {
  fires: [
    {
      name: 'after two silent hours',
      connection: connection(),
      end: 7300,
      confidence: 'observed',
      title: '10.0.0.1:40000 and 10.0.0.2:8080 have been silent for 2 h 2 min, without keep-alive',
    },
    {
      name: 'earlier if the limit is lower',
      connection: connection(),
      end: 700,
      options: { idleSeconds: 600 },
    },
  ],
  silent: [
    { name: 'before', connection: connection(), end: 7000 },
    {
      name: 'with keep-alives',
      connection: connection({ client: { milestones: [happens('keep-alive', 7200, 9)] } }),
      end: 9000,
    },
    {
      name: 'with data outstanding',
      connection: connection({ client: { unacknowledgedBytes: 1 } }),
      end: 9000,
    },
    { name: 'when somebody closed', connection: afterClientFin(), end: 9000 },
  ],
});
