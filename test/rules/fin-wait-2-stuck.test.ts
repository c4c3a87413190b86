import { finWait2Stuck } from '../../src/rules/fin-wait-2-stuck.js';
import { at, connection, enters, happens, moment, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

testRule(finWait2Stuck, {
  fires: [
    {
      name: 'for its own closed window, where the other side probes that',
      connection: afterClientFin({
        client: { windowClosed: true },
        serverMilestones: [happens('window-probe', 3, 7, { count: 4, until: 50, lastFrame: 10 })],
      }),
      end: 64,
      likelyCauses: /^10\.0\.0\.2:8080 may send neither data nor its FIN[^\n]*$/,
    },
    {
      name: 'as possible info where the other side reset the connection with a number that does not fit',
      connection: afterClientFin({
        serverEntries: [enters('CLOSED', 2.2, 7, { evidence: 'assumed', cause: 'sent RST, aborting' })],
        serverMilestones: [resets(2.2, 7, { hasAck: true, verdict: 'challenged', missedBy: 1400 })],
        server: { resetsSent: 1 },
      }),
      end: 64,
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.1:40000 may have waited in FIN-WAIT-2 for 61.9 s',
      explanation: /reset the connection in frame 7, with a number .*; no challenge was captured/,
      likelyCauses: /^The reset of 10\.0\.0\.2:8080 ended the connection/,
      applicationSees: /10\.0\.0\.2:8080: nothing/,
      citations: /any reset in the window ends it/,
      frames: [5, 6, 7],
    },
    {
      name: 'and whatever its window was before that reset',
      connection: afterClientFin({
        client: { windowClosed: true },
        serverEntries: [enters('CLOSED', 9, 12, { evidence: 'assumed', cause: 'sent RST, aborting' })],
        serverMilestones: [
          happens('window-probe', 3, 7, { count: 2, until: 8, lastFrame: 10 }),
          resets(9, 12, { hasAck: true, verdict: 'challenged', missedBy: 1400 }),
        ],
        server: { resetsSent: 1 },
      }),
      end: 80,
      severity: 'info',
      likelyCauses: /^The reset of 10\.0\.0\.2:8080 ended the connection/,
    },
    {
      name: 'and does not say that it was taken where it lies outside of the window',
      connection: afterClientFin({
        serverEntries: [enters('CLOSED', 2.2, 7, { evidence: 'observed', cause: 'sent RST' })],
        serverMilestones: [resets(2.2, 7, { verdict: 'out-of-window', missedBy: -100 })],
        server: { resetsSent: 1 },
      }),
      end: 64,
      severity: 'info',
      confidence: 'possible',
      explanation: /outside of the window(?!.*Linux challenges)/,
      likelyCauses: /^10\.0\.0\.1:40000 dropped the reset[^\n]*$/,
    },
    {
      name: 'and does not speak of its number where it came behind what was not answered any more',
      connection: afterClientFin({
        serverEntries: [enters('CLOSED', 6.6, 12, { evidence: 'observed', cause: 'sent RST, aborting' })],
        serverMilestones: [resets(6.6, 12, { hasAck: true, verdict: 'undelivered' })],
        server: { resetsSent: 1 },
      }),
      end: 70,
      severity: 'info',
      confidence: 'possible',
      explanation: /in frame 12, after what 10\.0\.0\.1:40000 no longer answered\.(?!.*Linux challenges)/,
      likelyCauses: /^The reset of 10\.0\.0\.2:8080 did not arrive[^\n]*$/,
    },
    {
      name: 'and not where the number looked right and the one that waits went on all the same',
      connection: afterClientFin({
        clientMilestones: [happens('challenge-ack', 2.9, 8)],
        serverEntries: [enters('CLOSED', 2.2, 7, { evidence: 'observed', cause: 'sent RST, aborting' })],
        serverMilestones: [resets(2.2, 7, { hasAck: true })],
        server: { resetsSent: 1 },
      }),
      end: 70,
      severity: 'info',
      confidence: 'possible',
      explanation: /in frame 7, which 10\.0\.0\.1:40000 did not accept: it went on\.(?!.*number)/,
      likelyCauses: /^The reset of 10\.0\.0\.2:8080 did not arrive, or[^\n]*$/,
    },
    {
      name: 'and does not say that it was taken where it was challenged',
      connection: afterClientFin({
        clientMilestones: [happens('challenge-ack', 2.201, 8)],
        serverEntries: [enters('CLOSED', 2.2, 7, { evidence: 'assumed', cause: 'sent RST, aborting' })],
        serverMilestones: [resets(2.2, 7, { hasAck: true, verdict: 'challenged', missedBy: 1400 })],
        server: { resetsSent: 1 },
      }),
      end: 64,
      severity: 'info',
      explanation: /The reset was challenged, and the answer to that is missing/,
      likelyCauses: /^10\.0\.0\.1:40000 did not accept the reset of 10\.0\.0\.2:8080[^\n]*$/,
    },
    {
      name: 'as possible info where the capture started late: the other side may have closed before',
      connection: afterClientFin({ quality: { midstream: true }, server: { lastNewData: null } }),
      end: 64,
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.1:40000 may have waited in FIN-WAIT-2 for 61.9 s',
      explanation: /its own FIN may have come before, and then the connection is over/,
      likelyCauses: /^The connection is over \(possible\)/,
    },
    {
      name: 'as that where the capture had paused until shortly before',
      connection: afterClientFin({
        quality: { midstream: true, resumedAt: at(1) },
        server: { lastNewData: null },
      }),
      end: 64,
      severity: 'info',
      explanation: /The capture had paused until shortly before, .* its own FIN may have come before/,
    },
    {
      name: 'on a client whose server never closes',
      connection: afterClientFin(),
      end: 64,
      likelyCauses: /^The application of 10\.0\.0\.2:8080 does not close(?!.*If )/s,
      nextSteps: /timer:\(timewait/,
      citations: /drops an orphaned connection/,
      endpoint: 'client',
      title: '10.0.0.1:40000 has waited in FIN-WAIT-2 for 61.9 s',
      frames: [5, 6],
      facts: { closedBy: 'unknown', closedByConfidence: 'possible' },
    },
    {
      name: 'and infers shutdown() if data was still accepted',
      connection: afterClientFin({
        serverMilestones: [happens('data-after-peer-fin', 3, 7, { value: 100 })],
      }),
      end: 80,
      applicationSees: /^10\.0\.0\.1:40000: its read blocks and its write fails with EPIPE/,
      // It may have called close() since, as a server does that stages its close.
      explanation: /waits without limit unless it has called close\(\) since/,
      nextSteps: /state fin-wait-2 '\( dport = :8080 \)'.*timewait/s,
      citations: /drops an orphaned connection/,
      facts: { closedBy: 'shutdown', closedByConfidence: 'inferred' },
    },
    {
      name: 'and blames neither host nor path while the peer answers its probes',
      connection: afterClientFin({
        clientMilestones: [happens('keep-alive', 50, 9, { until: 60, lastFrame: 11, count: 2, value: 1 })],
        server: { lastSegment: moment(60.02, 12) },
      }),
      end: 80,
      likelyCauses: /^The application of 10\.0\.0\.2:8080 does not close[^\n]*$/,
    },
    {
      name: 'and blames nobody alone where the last answer to a probe is long ago',
      connection: afterClientFin({
        clientMilestones: [happens('keep-alive', 50, 9, { until: 60, lastFrame: 11, count: 2, value: 1 })],
        server: { lastSegment: moment(60.02, 12) },
      }),
      end: 600,
      likelyCauses: /host of 10\.0\.0\.2:8080 was lost/,
    },
    {
      name: 'and supposes shutdown() if it still probes',
      connection: afterClientFin({
        clientMilestones: [happens('keep-alive', 50, 9, { until: 60, count: 2 })],
      }),
      end: 80,
      facts: { closedBy: 'shutdown', closedByConfidence: 'possible' },
    },
  ],
  silent: [
    { name: 'when the capture ends too soon', connection: afterClientFin(), end: 61 },
    {
      name: 'while data still flows',
      connection: afterClientFin({
        serverMilestones: [happens('data-after-peer-fin', 3, 7, { until: 95, lastFrame: 90, value: 9000 })],
      }),
      end: 100,
    },
    {
      name: 'when the other side has closed too',
      connection: afterClientFin({ serverEntries: [enters('LAST-ACK', 3, 7, { evidence: 'observed' })] }),
      end: 100,
    },
    {
      name: 'when the FIN was never acknowledged',
      connection: connection({ client: { after: [enters('FIN-WAIT-1', 2, 4, { evidence: 'observed' })] } }),
      end: 100,
    },
    {
      name: 'when the capture may have missed the FIN',
      connection: afterClientFin({ serverMilestones: [happens('acknowledged-unseen', 4, 8, { value: 1 })] }),
      end: 100,
    },
    {
      name: 'when one direction is missing',
      connection: afterClientFin({ quality: { unseen: 'server' } }),
      end: 100,
    },
  ],
});
