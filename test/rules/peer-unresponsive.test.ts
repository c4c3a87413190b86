import { expect, it } from 'vitest';
import { closeWaitStuck } from '../../src/rules/close-wait-stuck.js';
import { prepareRules } from '../../src/rules/evaluate.js';
import { finWait2Stuck } from '../../src/rules/fin-wait-2-stuck.js';
import { peerUnresponsive } from '../../src/rules/peer-unresponsive.js';
import { happens, moment } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { unansweredData } from './silence-cases.js';

testRule(peerUnresponsive, {
  fires: [
    {
      name: 'on a peer that has fallen silent',
      connection: unansweredData(6, 22.6),
      end: 25,
      endpoint: 'server',
      confidence: 'observed',
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 12.6 s',
      frames: [8, 10, 15],
      facts: { transmissions: 7, seconds: 12.6, firstGapSeconds: 0.2, unacknowledgedBytes: 100 },
    },
    {
      name: 'since it was last heard, if that was after the original',
      connection: unansweredData(6, 22.6, { server: { lastSegment: moment(10.1, 9) } }),
      end: 25,
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 12.5 s',
      explanation:
        /^The same data was sent again 6 times in frames 10 to 15, the first time 200 ms after the last new data before it; .* nothing of 10.0.0.2:8080 was captured after frame 9\./,
      facts: { transmissions: 7, seconds: 12.5, firstGapSeconds: 0.2 },
    },
  ],
  silent: [
    { name: 'on two retransmissions', connection: unansweredData(2, 12), end: 25 },
    { name: 'on a quick burst', connection: unansweredData(3, 10.6), end: 25 },
    {
      name: 'when the peer still speaks',
      connection: unansweredData(6, 22.6, { server: { lastSegment: moment(20, 14) } }),
      end: 25,
    },
    {
      name: 'when the peer was never captured',
      connection: unansweredData(6, 22.6, { server: { segments: 0, lastSegment: null } }),
      end: 25,
    },
    {
      name: 'when only a FIN is repeated',
      connection: unansweredData(6, 22.6, { client: { unacknowledgedBytes: 0 } }),
      end: 25,
    },
    {
      name: 'on window probes',
      connection: unansweredData(6, 22.6, {
        client: { milestones: [happens('window-probe', 11, 10, { count: 6 })] },
      }),
      end: 25,
    },
  ],
});

it('explains a FIN that waits behind the data', () => {
  const subject = connectionOf(`
    0.00 C S  0
    0.01 S SA 0 1
    0.02 C A  1 1
    0.06 C FA 1 1
    0.07 S A  1 2
    1.07 S PA 1 2 +10
    3.07 S PA 1 2 +10
    7.07 S PA 1 2 +10
    15.0 S PA 1 2 +10`);
  const evaluate = prepareRules([peerUnresponsive, closeWaitStuck, finWait2Stuck]);
  const end = { ...subject.end, seconds: subject.start.seconds + 100 };
  const findings = evaluate(subject, end).map(({ rule, severity, explainedBy }) => [
    rule,
    severity,
    explainedBy,
  ]);
  expect(findings).toEqual([
    ['peer-unresponsive', 'error', undefined],
    ['close-wait-stuck', 'info', 'peer-unresponsive'],
    ['fin-wait-2-stuck', 'info', 'peer-unresponsive'],
  ]);
});
