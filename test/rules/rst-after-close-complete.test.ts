import { expect, it } from 'vitest';
import type { Connection, Milestone } from '../../src/connections/connection.js';
import { prepareRules } from '../../src/rules/evaluation/evaluate.js';
import { rstAfterCloseComplete } from '../../src/rules/rst-after-close-complete.js';
import { at, enters, happens, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function closed(reset: readonly Milestone[], unacknowledgedBytes = 0) {
  return afterClientFin({
    clientEntries: [enters('TIME-WAIT', 3, 7)],
    serverEntries: [
      enters('LAST-ACK', 3, 7, { evidence: 'observed' }),
      enters('CLOSED', 3.01, 8, { evidence: 'assumed' }),
    ],
    client: { unacknowledgedBytes },
    clientMilestones: reset,
    serverMilestones: [happens('fin-covered', 3.01, 8)],
  });
}

const CLOSED_BY_CLIENT = `
        0.00 C S  0
        0.01 S SA 0   1
        0.02 C A  1   1
        0.03 C PA 1   1   +100
        0.04 S PA 1   101 +300
        1.00 C FA 101 301
        1.01 S A  301 102`;

const FIN_AT_HALF_A_SECOND = `
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.03 C PA 1 1 +3
        0.04 S PA 1 4 +4
        0.05 C A  4 5
        0.55 C FA 4 5`;

testRule(rstAfterCloseComplete, {
  fires: [
    {
      name: 'on a reset after both FINs',
      connection: closed([resets(3.1, 9, { hasAck: true })]),
      end: 4,
      endpoint: 'client',
      title: '10.0.0.1:40000 sent RST after both sides had closed',
      frames: [5, 7, 9],
    },
    {
      name: 'on a server that answers the FIN with a reset when all is done',
      connection: afterClientFin({ serverMilestones: [resets(2.2, 7, { hasAck: true })] }),
      end: 4,
      endpoint: 'server',
      facts: { bothClosed: false },
    },
    {
      name: 'on a side that answers the second FIN with a reset, as it waits for it no longer',
      connection: connectionOf(`${CLOSED_BY_CLIENT}
        6.00 S FA 301 102
        6.01 C R  102`),
      end: 20,
      endpoint: 'client',
      severity: 'info',
      confidence: 'observed',
      title: '10.0.0.1:40000 had closed, and answered the peer’s FIN with RST',
      likelyCauses: /^10\.0\.0\.1:40000 no longer had the connection: a short tcp_fin_timeout/,
      frames: [6, 7, 8, 9],
      facts: { bothClosed: true, answered: 'fin', idleSeconds: 5 },
    },
    {
      name: 'on one that answers at once, which no timeout explains',
      connection: connectionOf(`${CLOSED_BY_CLIENT}
        1.0504 S FA 301 102
        1.0600 C R  102`),
      end: 20,
      explanation: /after the last segment of 10\.0\.0\.1:40000, and got RST/,
      likelyCauses:
        /^10\.0\.0\.1:40000 keeps no FIN-WAIT-2: [^\n]*tcp_max_tw_buckets(?!.*(tcp_fin_timeout|orphans))/s,
      nextSteps: /tcp_max_tw_buckets; nstat -az TcpExtTCPTimeWaitOverflow/,
    },
    {
      name: 'on a repetition of the second FIN that is answered so',
      connection: connectionOf(`${CLOSED_BY_CLIENT}
        6.00 S FA 301 102
        6.30 S FA 301 102
        6.31 C R  102`),
      end: 20,
      facts: { bothClosed: true, answered: 'fin' },
    },
    {
      name: 'on data that is repeated though it was acknowledged',
      connection: connectionOf(`${CLOSED_BY_CLIENT}
        1.20 S PA 1   102 +300
        1.21 C R  102`),
      end: 20,
      title: '10.0.0.1:40000 had closed, and sent RST in answer to a segment with nothing new',
      explanation: /can send nothing more/,
      facts: { bothClosed: false, answered: 'data' },
    },
    {
      name: 'on a keep-alive for a connection that is gone',
      connection: connectionOf(`${CLOSED_BY_CLIENT}
        31.0 S A  300 102
        31.1 C R  102`),
      end: 40,
      facts: { bothClosed: false, answered: 'keep-alive' },
    },
  ],
  silent: [
    {
      name: 'when the reset leaves the FIN out of what it acknowledges: the two crossed',
      connection: connectionOf(`${FIN_AT_HALF_A_SECOND}
        0.5501 S RA 5 4 win=500`),
      end: 20,
    },
    {
      name: 'when the reset answers new data',
      connection: connectionOf(`${CLOSED_BY_CLIENT}
        1.20 S PA 301 102 +300
        1.21 C R  102`),
      end: 20,
    },
    {
      name: 'when it answers the acknowledgment of its own FIN',
      connection: connectionOf(`${CLOSED_BY_CLIENT}
        1.02 C R  102`),
      end: 20,
    },
    {
      name: 'when data is unacknowledged',
      connection: closed([resets(3.1, 9, { hasAck: true })], 10),
      end: 4,
    },
    {
      name: 'when the reset answers data',
      connection: closed([resets(3.1, 9, { trigger: { kind: 'data' } })]),
      end: 4,
    },
    { name: 'without a reset', connection: closed([]), end: 4 },
    {
      name: 'when the peer had not closed',
      connection: afterClientFin({ clientMilestones: [resets(2.2, 7, { hasAck: true })] }),
      end: 4,
    },
  ],
});

it('says that the FIN was acknowledged only if it was, and puts first what the connection suggests', () => {
  const findingOn = (subject: Connection) => prepareRules([rstAfterCloseComplete])(subject, at(4))[0];
  const after = findingOn(closed([resets(3.1, 9, { hasAck: true })]));
  expect(after.explanation).toContain('acknowledged, that FIN too;');
  // Nothing that was closed answers with the ACK bit.
  expect(after.likelyCauses.join('\n')).toMatch(/^The program aborts[^\n]*$/);
  expect(after.applicationSees).toBe('Nothing: both programs had closed.');
  const answered = findingOn(closed([resets(3.1, 9)]));
  expect(answered.likelyCauses[0]).toMatch(/^A late duplicate/);
  const { client, ...rest } = afterClientFin({ serverMilestones: [resets(2.2, 7)] });
  const bare = findingOn({ ...rest, client: { ...client, milestones: [] } });
  expect(bare.explanation).toContain('was acknowledged; the reset');
  expect(bare.likelyCauses[0]).toMatch(/^The program aborts/);
  expect(bare.applicationSees).toMatch(
    /^10\.0\.0\.1:40000: nothing if it called close\(\); if it only half-closed/,
  );
  // The number that a reset acknowledges may be any.
  const refusing = connectionOf(`${FIN_AT_HALF_A_SECOND}
        0.5501 S RA 5 0 win=500`);
  expect(findingOn(refusing).explanation).toContain('was acknowledged; the reset');
});
