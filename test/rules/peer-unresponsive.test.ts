import { expect, it } from 'vitest';
import { closeWaitStuck } from '../../src/rules/close-wait-stuck.js';
import { prepareRules } from '../../src/rules/evaluation/evaluate.js';
import { finWait2Stuck } from '../../src/rules/fin-wait-2-stuck.js';
import { peerUnresponsive } from '../../src/rules/peer-unresponsive.js';
import { asksInVain, connection, enters, happens, moment, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { unansweredData } from './silence-cases.js';

/** The server acknowledges the data twice and says nothing more; the client repeats it to the end. */
const ACKNOWLEDGED_IN_VAIN = `
    0.00 C S  0
    0.01 S SA 0 1
    0.02 C A  1 1
    1.00 C PA 1 1 +20
    1.01 S A  1 21
    2.00 C PA 1 1 +20
    2.01 S A  1 21
    4.00 C PA 1 1 +20
    8.00 C PA 1 1 +20
    16.0 C PA 1 1 +20`;

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
      name: 'of a peer whose FIN had come, without a read that waits',
      connection: unansweredData(6, 22.6, {
        client: {
          payloadBytes: 1000,
          unacknowledgedBytes: 100,
          after: [enters('CLOSE-WAIT', 9, 8)],
        },
        server: {
          lastSegment: moment(9, 8),
          after: [enters('FIN-WAIT-1', 8.9, 7, { evidence: 'observed' })],
          milestones: [happens('fin-covered', 9.1, 9)],
        },
      }),
      end: 25,
      explanation: /captured after frame 8\. It had sent its FIN in frame 7\. 10\.0\.0\.2:8080 or the path/,
      frames: [7, 8, 10, 15],
      applicationSees:
        /^10\.0\.0\.1:40000: its read returns 0, as its peer’s FIN had arrived; its writes succeed until/,
    },
    {
      name: 'as a warning on a peer that had closed and sent a reset which could not be accepted',
      connection: unansweredData(6, 22.6, {
        server: {
          lastSegment: moment(9, 8),
          after: [enters('FIN-WAIT-1', 8.9, 7, { evidence: 'observed' })],
          milestones: [resets(9, 8, { verdict: 'out-of-window', missedBy: -63 })],
        },
      }),
      end: 25,
      severity: 'warning',
      explanation:
        /Before that it had sent its FIN in frame 7 and a reset in frame 8, which 10\.0\.0\.1:40000 could not/,
      likelyCauses: /^10\.0\.0\.2:8080 had ended the connection itself/,
      frames: [7, 8, 10, 15],
    },
    {
      name: 'though what is sent again had been acknowledged, if the sender did not take that in',
      connection: connectionOf(ACKNOWLEDGED_IN_VAIN),
      end: 40,
      endpoint: 'server',
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 14 s',
      explanation:
        /all of it had been acknowledged before, which 10\.0\.0\.1:40000 did not process, and nothing from 10\.0\.0\.2:8080 was captured after frame 7\./,
      likelyCauses:
        /^The acknowledgments of 10\.0\.0\.2:8080 do not reach 10\.0\.0\.1:40000, or their numbers/,
      frames: [7, 8, 10],
      facts: { transmissions: 4, unacknowledgedBytes: 0 },
    },
    {
      name: 'and says that the sender gave up, where its reset follows',
      connection: unansweredData(6, 22.6, {
        client: {
          payloadBytes: 1000,
          unacknowledgedBytes: 100,
          resetsSent: 1,
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            resets(29, 16, { hasAck: true }),
          ],
        },
      }),
      end: 40,
      explanation:
        /does not show which\. In the end 10\.0\.0\.1:40000 gave up, or its program did: its reset in frame 16 follows the last copy by 6\.4 s\.$/,
      applicationSees:
        /^10\.0\.0\.1:40000: its next call fails with ETIMEDOUT, if it was its kernel that gave up/,
      frames: [8, 10, 15, 16],
      facts: { gaveUp: true },
    },
    {
      name: 'since it was last heard, if that was after the original',
      connection: unansweredData(6, 22.6, { server: { lastSegment: moment(10.1, 9) } }),
      end: 25,
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 12.5 s',
      explanation:
        /^The same data was sent again 6 times in frames 10 to 15, the first time 200 ms after the last new data before it; .* nothing from 10.0.0.2:8080 was captured after frame 9\./,
      facts: { transmissions: 7, seconds: 12.5, firstGapSeconds: 0.2 },
    },
    {
      name: 'and says that it is gone from its link, if nobody answers for its address',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            asksInVain(23, 16, { count: 4 }),
          ],
        },
      }),
      end: 30,
      confidence: 'observed',
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 16 s',
      explanation:
        /captured after frame 8\. The host of 10\.0\.0\.1:40000 asked for the link address of 10\.0\.0\.2 4 times \(ARP, frames 16 to 19\), and nobody answered: 10\.0\.0\.2 is no longer there on its link\.$/,
      frames: [8, 10, 15, 16, 19],
      facts: { neighbourRequests: 4, neighbour: '10.0.0.2' },
    },
    {
      name: 'and says what it means if its host asks for a router in vain',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            asksInVain(23, 16, { target: '10.0.0.254' }),
          ],
        },
      }),
      end: 30,
      explanation:
        /one connection does not show which\. .* 3 times .*: if that is its router to 10\.0\.0\.2:8080, no segment leaves it\.$/,
    },
    {
      name: 'on a peer never heard, if nobody answers a router for its address',
      connection: unansweredData(6, 22.6, {
        client: {
          milestones: [
            happens('retransmission-run', 10.2, 10, { count: 6, until: 22.6, lastFrame: 15, value: 200 }),
            asksInVain(23, 16, { asker: '10.0.0.254' }),
          ],
        },
        server: { segments: 0, lastSegment: null },
      }),
      end: 90,
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 12.6 s',
      explanation: /nothing from 10\.0\.0\.2:8080 was captured\. A router, 10\.0\.0\.254, asked/,
      frames: [10, 15, 16, 18],
    },
    {
      name: 'on a peer that is gone from the link, though nothing shows that anybody waits for it',
      connection: connection({
        client: {
          timeline: [enters('ESTABLISHED', 1, 3)],
          milestones: [asksInVain(20, 30)],
          lastSegment: moment(9, 8),
        },
        server: { timeline: [enters('ESTABLISHED', 1, 3)], lastSegment: moment(8, 7) },
      }),
      end: 60,
      endpoint: 'server',
      confidence: 'inferred',
      title: '10.0.0.2:8080 is gone from the link of 10.0.0.1:40000: nobody answered for its address in 2 s',
      frames: [7, 30, 32],
      facts: { seconds: 2, neighbourRequests: 3, neighbour: '10.0.0.2' },
    },
  ],
  silent: [
    {
      name: 'on requests of its host for somebody else, on those of a router, and on those for a peer never heard',
      connection: connection({
        client: {
          milestones: [
            asksInVain(20, 30, { target: '10.0.0.254' }),
            asksInVain(20, 33, { asker: '10.0.0.9' }),
          ],
        },
        server: {
          milestones: [asksInVain(20, 30, { asker: '10.0.0.2', target: '10.0.0.1' })],
          timeline: [enters('CLOSED', 5, 5)],
        },
      }),
      end: 60,
    },
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
      name: 'when the peer acknowledges each copy',
      connection: connectionOf(`${ACKNOWLEDGED_IN_VAIN}
        16.1 S A  1 21`),
      end: 40,
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
