import { expect, it } from 'vitest';
import type { Connection, Milestone } from '../../src/connections/connection.js';
import { prepareRules } from '../../src/rules/evaluate.js';
import { rstAfterCloseComplete } from '../../src/rules/rst-after-close-complete.js';
import { at, enters, happens, resets } from '../support/connection-builder.js';
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
  ],
  silent: [
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
  expect(after.likelyCauses[0]).toMatch(/^A late duplicate/);
  const { client, ...rest } = afterClientFin({ serverMilestones: [resets(2.2, 7)] });
  const bare = findingOn({ ...rest, client: { ...client, milestones: [] } });
  expect(bare.explanation).toContain('was acknowledged; the reset');
  expect(bare.likelyCauses[0]).toMatch(/^The program aborts/);
});
