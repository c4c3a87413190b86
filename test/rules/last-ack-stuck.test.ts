import { expect, it } from 'vitest';
import type { Milestone } from '../../src/connections/connection.js';
import { prepareRules } from '../../src/rules/evaluation/evaluate.js';
import { lastAckStuck } from '../../src/rules/last-ack-stuck.js';
import { at as after, enters, happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function repeatedFin(
  count: number,
  until: number,
  more: readonly Milestone[] = [],
  client: readonly Milestone[] = [],
) {
  return afterClientFin({
    serverEntries: [enters('LAST-ACK', 3, 7, { evidence: 'observed' })],
    serverMilestones: [happens('fin-repeated', 3.2, 8, { count, until, lastFrame: 7 + count }), ...more],
    clientMilestones: client,
  });
}

testRule(lastAckStuck, {
  fires: [
    {
      name: 'as a warning when the acknowledgment never came',
      connection: repeatedFin(4, 9.2),
      end: 20,
      nextSteps:
        /^On the host of 10\.0\.0\.2:8080, run ss .* state last-ack.*\nCapture on the side of 10\.0\.0\.1:40000/,
      citations: /no program owns/,
      endpoint: 'server',
      title: '10.0.0.2:8080 repeated its FIN 4 times in LAST-ACK',
      frames: [7, 8, 11],
      facts: { repetitions: 4, outcome: 'never-acknowledged' },
    },
    {
      name: 'and names the end of FIN-WAIT-2, first where that was long ago, and not TIME-WAIT',
      connection: afterClientFin({
        serverEntries: [enters('LAST-ACK', 70, 7, { evidence: 'observed' })],
        serverMilestones: [happens('fin-repeated', 70.2, 8, { count: 4, until: 77, lastFrame: 11 })],
      }),
      end: 80,
      likelyCauses:
        /^10\.0\.0\.1:40000 no longer waited for the FIN, after 67\.9 s in FIN-WAIT-2 \(likely\)(?!.*TIME-WAIT)/s,
      facts: { peerWaitedSeconds: 67.86 },
    },
    {
      name: 'and looks at the host first where the capture was taken near the one that should answer',
      connection: {
        ...repeatedFin(4, 9.2),
        vantage: { near: 'client', confidence: 'high', roundTripSeconds: 0.02 },
      },
      end: 20,
      nextSteps: /^Check the firewall rules on the host of 10\.0\.0\.1:40000/,
      // Near is not at: its host may be gone, and a part of the path is left.
      likelyCauses: /^A firewall dropped.*is gone.*path loses.*FIN-WAIT-2 \(possible\)/s,
    },
    {
      name: 'until a reset ends it that has the form of an abort, as embedded stacks answer',
      connection: afterClientFin({
        client: { resetsSent: 1 },
        clientMilestones: [resets(3.905, 11, { hasAck: true, window: 5840 })],
        serverEntries: [
          enters('LAST-ACK', 3, 7, { evidence: 'observed' }),
          enters('CLOSED', 3.905, 11, { evidence: 'assumed', cause: 'received RST' }),
        ],
        serverMilestones: [happens('fin-repeated', 3.2, 8, { count: 3, until: 3.9, lastFrame: 10 })],
      }),
      end: 20,
      explanation: /until the reset in frame 11 ended it, 905 ms after it was first sent/,
      likelyCauses: /^(?!.*(firewall|acknowledgment)).*host of 10\.0\.0\.1:40000 was slow/s,
      citations: /^(?!.*TIME-WAIT answers)/s,
      frames: [7, 8, 10, 11],
      facts: { outcome: 'reset', seconds: 0.905 },
    },
    {
      name: 'and not where the reset came much later',
      connection: afterClientFin({
        client: { resetsSent: 1 },
        clientMilestones: [resets(13.9, 11, { hasAck: true })],
        serverEntries: [
          enters('LAST-ACK', 3, 7, { evidence: 'observed' }),
          enters('CLOSED', 13.9, 11, { evidence: 'assumed', cause: 'received RST' }),
        ],
        serverMilestones: [happens('fin-repeated', 3.2, 8, { count: 3, until: 3.9, lastFrame: 10 })],
      }),
      end: 20,
      facts: { outcome: 'never-acknowledged' },
    },
    {
      name: 'as an error when nothing answered for long',
      connection: repeatedFin(9, 103),
      end: 110,
      severity: 'error',
    },
    {
      name: 'as info when one acknowledgment was lost after the tap',
      connection: repeatedFin(1, 3.6, [happens('fin-covered', 3.02, 7)]),
      end: 20,
      likelyCauses:
        /^The path between the capture point and 10\.0\.0\.2:8080 lost the acknowledgment(?!.*(is gone|TIME-WAIT))/s,
      nextSteps: /^Capture at 10\.0\.0\.2:8080: does the acknowledgment arrive/,
      severity: 'info',
      confidence: 'inferred',
      facts: { outcome: 'acknowledgment-lost' },
    },
    {
      name: 'and supposes no chance where many acknowledgments in a row were lost',
      connection: afterClientFin({
        serverEntries: [
          enters('LAST-ACK', 3, 7, { evidence: 'observed' }),
          ...[7, 9, 11].map((frame) =>
            enters('CLOSED', 3.1, frame, { cause: 'received ACK of FIN', retractedBy: frame + 1 }),
          ),
        ],
        serverMilestones: [
          happens('fin-repeated', 3.2, 8, { count: 3, until: 4.5, lastFrame: 12 }),
          happens('fin-covered', 3.02, 7),
        ],
      }),
      end: 20,
      explanation: /although frame 7 acknowledges it: 3 acknowledgments in a row were lost/,
      likelyCauses:
        /^A firewall in front of .* drops them \(likely\).*\nThe path .* lost each of them \(possible\)/,
      facts: { outcome: 'acknowledgment-lost', lostInARow: 3 },
    },
    {
      name: 'as info when it came late',
      connection: repeatedFin(1, 3.3, [happens('fin-covered', 3.9, 9)]),
      end: 20,
      likelyCauses: /^The acknowledgment was lost on its way \(likely\)(?!.*(is gone|firewall))/s,
      nextSteps: /^Nothing, unless it happens often(?!.*ss -)/s,
      citations: /^(?!.*no program owns)/s,
      severity: 'info',
      facts: { outcome: 'acknowledged-late' },
    },
  ],
  silent: [
    {
      name: 'on one repetition before a delayed acknowledgment',
      connection: repeatedFin(1, 3.01, [happens('fin-covered', 3.04, 9)]),
      end: 20,
    },
    { name: 'on one repetition at the capture’s end', connection: repeatedFin(1, 3.2), end: 4 },
    {
      name: 'when the FIN was answered with a reset',
      connection: repeatedFin(4, 9, [], [resets(9, 12, { trigger: { kind: 'fin' } })]),
      end: 20,
    },
    { name: 'on a connection that closed', connection: afterClientFin(), end: 20 },
  ],
});

it.each([
  ['client', 3.9, /^The host of 10\.0\.0\.1:40000 was slow to answer.*\n.*lost between the capture point/],
  ['server', 3.9, /^The acknowledgment was lost/],
  ['client', 3.02, /^The path between the capture point/],
  ['server', 3.02, /^A firewall in front of 10\.0\.0\.2:8080/],
] as const)('goes by where the capture was taken: near the %s, acknowledged at %d s', (near, at, causes) => {
  const acknowledged = repeatedFin(1, 3.6, [happens('fin-covered', at, at === 3.02 ? 7 : 9)]);
  const vantage = { near, confidence: 'high', roundTripSeconds: 0.02 } as const;
  const [{ likelyCauses }] = prepareRules([lastAckStuck])({ ...acknowledged, vantage }, after(20));
  expect(likelyCauses.join('\n')).toMatch(causes);
});
