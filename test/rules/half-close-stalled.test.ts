import { halfCloseStalled } from '../../src/rules/half-close-stalled.js';
import { enters, happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

const part = happens('data-after-peer-fin', 3, 7, { until: 5, lastFrame: 11, value: 4380, count: 3 });
const again = happens('retransmission-run', 6, 12, { until: 36, lastFrame: 16, count: 5, value: 1000 });

testRule(halfCloseStalled, {
  fires: [
    {
      name: 'when data stopped and no FIN came',
      connection: afterClientFin({ serverMilestones: [part] }),
      end: 70,
      endpoint: 'server',
      confidence: 'observed',
      title: 'Half-closed connection stalled: 10.0.0.2:8080 has sent nothing for 65 s',
      frames: [5, 7, 11],
      // With the window open it could go on, whether anybody reads or not.
      likelyCauses: /^The application of 10\.0\.0\.2:8080 waits(?!.*no longer reads)/s,
      facts: { stalledSeconds: 65, bytesAfterFin: 4380 },
    },
    {
      name: 'and says so when the closing side’s window is what is closed',
      connection: afterClientFin({ serverMilestones: [part], client: { windowClosed: true } }),
      end: 70,
      endpoint: 'server',
      title:
        'Half-closed connection stalled: 10.0.0.2:8080 has sent nothing for 65 s, and the window of 10.0.0.1:40000 is closed',
      explanation: /The last window of 10\.0\.0\.1:40000 was zero/,
      facts: { windowClosed: true },
    },
    {
      name: 'from the last time that it had to send that data again',
      connection: afterClientFin({ serverMilestones: [part, again] }),
      end: 100,
      title: 'Half-closed connection stalled: 10.0.0.2:8080 has sent nothing for 64 s',
      frames: [5, 7, 11, 16],
      facts: { stalledSeconds: 64 },
    },
  ],
  silent: [
    {
      name: 'while it was busy with sending that data again',
      connection: afterClientFin({ serverMilestones: [part, again] }),
      end: 90,
    },
    {
      name: 'when the capture ends too soon',
      connection: afterClientFin({ serverMilestones: [part] }),
      end: 60,
    },
    { name: 'without data after the FIN', connection: afterClientFin(), end: 100 },
    {
      name: 'when the sender probes the closing side’s window',
      connection: afterClientFin({
        serverMilestones: [part, happens('window-probe', 6, 12, { count: 3, until: 9, lastFrame: 16 })],
        client: { windowClosed: true },
      }),
      end: 100,
    },
    {
      name: 'when the last data was never acknowledged',
      connection: afterClientFin({ serverMilestones: [part], server: { unacknowledgedBytes: 1460 } }),
      end: 100,
    },
    {
      name: 'when it closed',
      connection: afterClientFin({
        serverMilestones: [part],
        serverEntries: [enters('LAST-ACK', 6, 12, { evidence: 'observed' })],
      }),
      end: 100,
    },
    {
      name: 'when it was reset',
      connection: afterClientFin({ serverMilestones: [part], clientMilestones: [resets(6, 12)] }),
      end: 100,
    },
    {
      name: 'when the capture may have missed the rest',
      connection: afterClientFin({
        serverMilestones: [part, happens('acknowledged-unseen', 6, 12, { value: 1460 })],
      }),
      end: 100,
    },
  ],
});
