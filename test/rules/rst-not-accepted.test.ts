import type { CaptureQuality, Milestone, Moment } from '../../src/connections/connection.js';
import { rstNotAccepted } from '../../src/rules/rst-not-accepted.js';
import { connection, enters, happens, moment, resets } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function stray(
  milestones: readonly Milestone[],
  receiver: readonly Milestone[] = [],
  last = moment(6, 12),
  quality: Partial<CaptureQuality> = {},
) {
  return connection({ quality, client: { milestones }, server: { milestones: receiver, lastSegment: last } });
}

const inWindow = resets(5, 9, { verdict: 'challenged', missedBy: 1448 });

/** The side in whose name the reset came sends its last segment then. */
function sentOn(lastSegment: Moment) {
  return connection({
    client: { milestones: [inWindow], lastSegment },
    server: { milestones: [happens('challenge-ack', 5.01, 10)], lastSegment: moment(6, 12) },
  });
}

testRule(rstNotAccepted, {
  fires: [
    {
      name: 'on a reset in the window that draws a challenge',
      connection: stray([inWindow], [happens('challenge-ack', 5.01, 10)]),
      end: 7,
      nextSteps: /^On the host of 10\.0\.0\.2:8080, run nstat -az TcpExtTCPChallengeACK/,
      citations: /answered with a challenge ACK/,
      endpoint: 'server',
      confidence: 'observed',
      title: '10.0.0.2:8080 did not accept a reset from 10.0.0.1:40000',
      frames: [9, 10],
      explanation:
        /^The reset in frame 9 is in the window but not exact: 1,448 bytes beyond what 10\.0\.0\.2:8080 expects next\. /,
      facts: { verdict: 'challenged', bytesBeyondExpected: 1448, receiverWentOn: true },
    },
    {
      name: 'and names the plain cause where it is the answer of a socket that had closed',
      connection: connection({
        client: {
          after: [enters('FIN-WAIT-1', 4.99, 8, { evidence: 'observed' })],
          milestones: [resets(5, 9, { verdict: 'out-of-window', missedBy: -63 })],
        },
        server: { payloadBytes: 4155, unacknowledgedBytes: 4155, lastSegment: moment(6, 12) },
      }),
      end: 7,
      severity: 'warning',
      explanation:
        /It has the form of a closed socket’s answer, and 10\.0\.0\.1:40000 had sent its FIN in frame 8\.$/,
      likelyCauses:
        /^10\.0\.0\.1:40000 had closed, and its host answered what 10\.0\.0\.2:8080 still had on the way/,
      nextSteps: /^At 10\.0\.0\.1:40000: why did it close while/,
      frames: [8, 9],
    },
    {
      name: 'without a receiver that was sending where nothing of it is outstanding',
      connection: connection({
        client: {
          after: [enters('FIN-WAIT-1', 4.99, 8, { evidence: 'observed' })],
          milestones: [resets(5, 9, { verdict: 'out-of-window', missedBy: -1 })],
        },
        server: { lastSegment: moment(6, 12) },
      }),
      end: 7,
      nextSteps: /^At 10\.0\.0\.1:40000: why did it close\? Check its timeouts/,
    },
    {
      name: 'and names other causes where it has the form of an abort',
      connection: connection({
        client: {
          after: [enters('FIN-WAIT-1', 4.99, 8, { evidence: 'observed' })],
          milestones: [resets(5, 9, { hasAck: true, window: 500, verdict: 'out-of-window', missedBy: -63 })],
        },
        server: { lastSegment: moment(6, 12) },
      }),
      end: 7,
      likelyCauses: /^The reset was overtaken by data/,
      frames: [9],
    },
    {
      name: 'on one outside the window',
      connection: stray([resets(5, 9, { verdict: 'out-of-window', missedBy: 1 })]),
      end: 7,
      // It draws no challenge.
      nextSteps: /^(?!.*ChallengeACK)/s,
      citations: /^(?!.*challenge)/is,
      explanation: /is outside what the receiver accepts, 1 byte beyond its window\. /,
      facts: { verdict: 'out-of-window', bytesBeyondWindow: 1 },
    },
    {
      name: 'on an old one',
      connection: stray([resets(5, 9, { verdict: 'out-of-window', missedBy: -700 })]),
      end: 7,
      explanation: /is outside what the receiver accepts, 700 bytes before its window\. /,
      facts: { verdict: 'out-of-window', bytesBeforeWindow: 700 },
    },
    {
      name: 'and does not say how far beyond a window it is whose scale was not captured',
      connection: stray([resets(5, 9, { verdict: 'out-of-window', missedBy: 900 })], [], moment(6, 12), {
        midstream: true,
      }),
      end: 7,
      explanation: /is outside what the receiver accepts\. /,
    },
    {
      name: 'as info if the receiver gave no sign of life: the capture may lack what came before',
      connection: stray([inWindow], [], moment(4, 8)),
      end: 7,
      severity: 'info',
      title: 'A reset from 10.0.0.1:40000 does not fit what 10.0.0.2:8080 was seen to expect',
      facts: { receiverWentOn: false },
    },
    {
      name: 'as info if an exact one followed',
      connection: stray([inWindow, resets(5.02, 11)], [happens('challenge-ack', 5.01, 10)]),
      end: 7,
      severity: 'info',
    },
    {
      name: 'and says that its sender answered the challenge with an exact one',
      connection: stray(
        [inWindow, resets(5.02, 11, { trigger: { kind: 'ack', frame: 10 } })],
        [happens('challenge-ack', 5.01, 10)],
      ),
      end: 7,
      severity: 'info',
      explanation: /answered that with an exact one in frame 11, which ended the connection/,
      applicationSees: /the exact one that followed ended the connection/,
      likelyCauses: /^The reset was overtaken by data, or data before it was lost \(likely\)\.$/,
      frames: [9, 10, 11],
    },
    {
      name: 'but not where the exact one answers another segment',
      connection: stray(
        [inWindow, resets(5.3, 13, { trigger: { kind: 'data', frame: 12 } })],
        [happens('challenge-ack', 5.01, 10)],
      ),
      end: 7,
      severity: 'info',
      explanation: /challenge ACK in frame 10\.$/,
      frames: [9, 10],
    },
    {
      name: 'on one that answers a SYN without acknowledging it',
      connection: stray([resets(5, 9, { verdict: 'ignored' })]),
      end: 7,
      severity: 'info',
      explanation:
        /^The reset in frame 9 is not one that SYN-SENT accepts: it does not acknowledge the SYN\. /,
      applicationSees: /its connect goes on waiting/,
      likelyCauses: /^(?!.*overtaken)/s,
      citations: /In SYN-SENT a reset with an acceptable ACK/,
    },
    {
      name: 'as a warning where no other answer came to the SYN',
      connection: connectionOf(`
        0    C S 0
        0.01 S R 0
        1    C S 0
        1.01 S R 0`),
      end: 7,
      severity: 'warning',
    },
    {
      name: 'as not its own where its supposed sender sends on',
      connection: sentOn(moment(5.5, 11)),
      end: 7,
      nextSteps: /^Capture nearer to 10\.0\.0\.1:40000(?!.*did 10)/s,
      frames: [9, 10, 11],
      facts: { senderWentOn: true },
    },
    {
      name: 'as perhaps its own where that was only overtaken by the reset',
      connection: sentOn(moment(5.05, 11)),
      end: 7,
      frames: [9, 10],
      facts: { senderWentOn: false },
    },
    {
      name: 'as info on a stale one after an orderly close',
      connection: afterClientFin({
        clientEntries: [enters('TIME-WAIT', 3, 7)],
        serverEntries: [enters('LAST-ACK', 3, 7, { evidence: 'observed' }), enters('CLOSED', 3.1, 8)],
        serverMilestones: [resets(4, 9, { verdict: 'out-of-window' })],
      }),
      end: 7,
      severity: 'info',
    },
  ],
  silent: [
    { name: 'on a reset that was accepted', connection: stray([resets(5, 9)]), end: 7 },
    {
      name: 'when the window is unknown and nobody goes on',
      connection: stray([resets(5, 9, { verdict: 'out-of-window' })], [], moment(4, 8), { midstream: true }),
      end: 7,
    },
  ],
});
