import type { Reset } from '../../src/connections/connection.js';
import { finWait2TimeoutLateFin } from '../../src/rules/fin-wait-2-timeout-late-fin.js';
import { enters, happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function lateFin(
  seconds: number,
  trigger: Partial<NonNullable<Reset['trigger']>> = {},
  data = false,
  closes = true,
) {
  return afterClientFin({
    clientEntries: [enters('CLOSED', seconds, 8, { evidence: 'observed' })],
    serverEntries: closes ? [enters('LAST-ACK', seconds, 7, { evidence: 'observed' })] : [],
    clientMilestones: [
      resets(seconds, 8, {
        trigger: { frame: 7, kind: 'fin', knewFin: true, idleSeconds: seconds - 2.1, ...trigger },
      }),
    ],
    serverMilestones: data ? [happens('data-after-peer-fin', 20, 7, { value: 500 })] : [],
  });
}

testRule(finWait2TimeoutLateFin, {
  fires: [
    {
      name: 'on a FIN after the orphan’s time',
      connection: lateFin(70),
      end: 71,
      severity: 'warning',
      applicationSees: /^Nothing on either side/,
      endpoint: 'server',
      confidence: 'inferred',
      title:
        '10.0.0.2:8080 sent its FIN 67.9 s after the peer’s close, and 10.0.0.1:40000 no longer knew the connection',
      frames: [5, 6, 7, 8],
      facts: { late: 'fin', lostBytes: 0 },
    },
    {
      name: 'on data after the orphan’s time',
      connection: lateFin(70, { kind: 'data', payloadBytes: 10 }, false, false),
      end: 71,
      applicationSees: /^10\.0\.0\.2:8080: its write succeeded, .* the data is lost/,
      facts: { late: 'data', lostBytes: 10 },
    },
    {
      name: 'on a FIN with data, behind which its program does nothing more',
      connection: lateFin(70, { payloadBytes: 10 }),
      end: 71,
      applicationSees:
        /^10\.0\.0\.2:8080: nothing, as its write and its close had succeeded: the data is lost/,
      facts: { late: 'data', lostBytes: 10 },
    },
    {
      name: 'earlier where the time is set shorter',
      connection: lateFin(6),
      end: 7,
      severity: 'warning',
      options: { orphanSeconds: 3 },
    },
  ],
  silent: [
    { name: 'when the answer comes early', connection: lateFin(30), end: 31 },
    { name: 'when the closer had just spoken', connection: lateFin(70, { idleSeconds: 5 }), end: 71 },
    { name: 'when the FIN was not known', connection: lateFin(70, { knewFin: false }), end: 71 },
    { name: 'when data had been accepted after the FIN', connection: lateFin(70, {}, true), end: 71 },
    { name: 'without a reset', connection: afterClientFin(), end: 100 },
  ],
});
