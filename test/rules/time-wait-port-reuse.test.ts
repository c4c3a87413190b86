import { timeWaitPortReuse } from '../../src/rules/time-wait-port-reuse.js';
import { connection, enters, happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function reused(seconds: number, refused = false) {
  return afterClientFin({
    clientEntries: [enters('TIME-WAIT', 3, 7)],
    serverMilestones: [
      happens('syn-on-open-connection', seconds, 9),
      ...(refused ? [resets(seconds + 0.02, 11, { trigger: { frame: 10, kind: 'ack' } })] : []),
    ],
  });
}

testRule(timeWaitPortReuse, {
  fires: [
    {
      name: 'on a SYN that meets TIME-WAIT',
      connection: reused(13),
      end: 20,
      endpoint: 'server',
      title: '10.0.0.2:8080 used its port again 10 s after 10.0.0.1:40000 entered TIME-WAIT',
      frames: [7, 9],
      facts: { ageSeconds: 10, refused: false },
    },
    { name: 'as a warning when it was refused', connection: reused(13, true), end: 20, severity: 'warning' },
  ],
  silent: [
    { name: 'after TIME-WAIT is over', connection: reused(300), end: 320 },
    {
      name: 'on a connection in another state',
      connection: connection({ client: { milestones: [happens('syn-on-open-connection', 13, 9)] } }),
      end: 20,
    },
  ],
});
