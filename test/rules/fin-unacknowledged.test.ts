import type { Milestone } from '../../src/connections/connection.js';
import { finUnacknowledged } from '../../src/rules/fin-unacknowledged.js';
import {
  connection,
  type EndpointDraft,
  enters,
  happens,
  moment,
  resets,
} from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

function repeatedFin(count: number, until: number, peer: EndpointDraft = {}, more: EndpointDraft = {}) {
  return connection({
    client: {
      after: [enters('FIN-WAIT-1', 2, 4, { evidence: 'observed' })],
      milestones: [happens('fin-repeated', 2.2, 5, { count, until, lastFrame: 4 + count })],
      ...more,
    },
    server: peer,
  });
}

/** The server writes in second 20 as if nothing had been closed, and is reset. */
function goneOn(
  peer: EndpointDraft = {},
  ending: readonly Milestone[] = [resets(20, 11, { trigger: { frame: 10, payloadBytes: 8 } })],
) {
  return connection({
    client: {
      after: [
        enters('FIN-WAIT-1', 2, 4, { evidence: 'observed' }),
        enters('CLOSED', 20, 11, { evidence: 'observed' }),
      ],
      milestones: [happens('fin-repeated', 2.2, 5, { count: 5, until: 14.6, lastFrame: 9 }), ...ending],
    },
    server: { payloadBytes: 8, unacknowledgedBytes: 8, lastSegment: moment(20, 10), ...peer },
  });
}

/** A server closes and repeats its FIN at these times, next to a client that acknowledges each; then more. */
function acknowledgedInVain(repetitions: readonly number[], more = '') {
  return connectionOf(`
    0.00 C S  0
    0.02 S SA 0 1
    0.02 C A  1 1
    0.03 C PA 1 1 +10
    0.05 S PA 1 11 +5
    0.05 C A  11 6
    ${[1, ...repetitions].map((at) => `${at} S FA 6 11\n ${at} C A 11 7`).join('\n')}
    ${more}`);
}
const BACKED_OFF = [1.3, 1.9, 3.1, 5.5];

testRule(finUnacknowledged, {
  fires: [
    {
      name: 'as a warning on one that comes again after each acknowledgment, which do not arrive',
      connection: acknowledgedInVain(BACKED_OFF),
      end: 20,
      endpoint: 'server',
      severity: 'warning',
      title: '10.0.0.2:8080 sent its FIN 5 times over 4.5 s, although 10.0.0.1:40000 acknowledged it',
      explanation:
        /first in frame 8\. The FIN came again 4 times after that: the acknowledgments do not reach/,
      likelyCauses: /^A firewall in front of 10\.0\.0\.2:8080, or on its host/,
      nextSteps: /^Capture at 10\.0\.0\.2:8080: do the acknowledgments arrive/,
      frames: [7, 8, 9, 15],
      facts: { acknowledgedInVain: 4, unacknowledgedBytesOfPeer: 0 },
    },
    {
      name: 'as an error if what the peer sends is not acknowledged either',
      connection: acknowledgedInVain(BACKED_OFF, '5.9 C PA 11 7 +20'),
      end: 20,
      severity: 'error',
      explanation:
        /Of the data from 10\.0\.0\.1:40000, 20 bytes went unacknowledged as well: none of it arrives\./,
      facts: { acknowledgedInVain: 4, unacknowledgedBytesOfPeer: 20 },
    },
    {
      name: 'on a FIN that nobody acknowledges',
      connection: repeatedFin(5, 14.6),
      end: 15,
      nextSteps: /^On the host of 10\.0\.0\.1:40000, run ss -tanpo state fin-wait-1/,
      endpoint: 'client',
      title: '10.0.0.1:40000 sent its FIN 6 times over 12.6 s without an acknowledgment',
      frames: [4, 5, 9],
      facts: { transmissions: 6, stopped: false, peerSilent: true },
    },
    {
      name: 'of a side that had its peer’s FIN, and looks for it in CLOSING',
      connection: repeatedFin(
        5,
        14.6,
        {},
        {
          after: [
            enters('FIN-WAIT-1', 2, 4, { evidence: 'observed' }),
            enters('CLOSING', 2.1, 4, { evidence: 'observed' }),
          ],
        },
      ),
      end: 15,
      nextSteps: /^On the host of 10\.0\.0\.1:40000, run ss -tanpo state closing /,
    },
    {
      name: 'and sees that it stopped, for which there are two reasons',
      connection: repeatedFin(5, 14.6),
      end: 60,
      explanation: /stopped, and no packet shows why: it gave up, or its host no longer finds the next host/,
      facts: { stopped: true },
    },
    {
      name: 'and knows that a peer that is heard can be found',
      connection: repeatedFin(5, 14.6, { lastSegment: moment(10, 7) }),
      end: 60,
      explanation: /stopped, and no packet shows why: it gave up\.$/,
      facts: { stopped: true },
    },
    {
      name: 'also if the peer still speaks',
      connection: repeatedFin(5, 14.6, { lastSegment: moment(10, 7) }),
      end: 15,
      likelyCauses: /^The path loses what 10\.0\.0\.1:40000 sends, but not what comes back/,
      applicationSees: /10\.0\.0\.2:8080: nothing of the close; its read waits\.$/,
      facts: { peerSilent: false, reset: false },
    },
    {
      name: 'and does not blame a firewall for FINs where data without one is lost as well',
      connection: repeatedFin(
        5,
        14.6,
        { lastSegment: moment(10, 7) },
        { payloadBytes: 500, unacknowledgedBytes: 8, lastNewData: moment(1, 3) },
      ),
      end: 15,
      title:
        '10.0.0.1:40000 sent its FIN 6 times over 12.6 s and its last 8 bytes before that, without an acknowledgment of either',
      explanation: /covers it, nor the 8 bytes that 10\.0\.0\.1:40000 had sent before it without a FIN\./,
      likelyCauses: /^(?!.*lets no FIN through)/s,
      facts: { unacknowledgedBytes: 8 },
    },
    {
      name: 'but may do so where the data came with the FIN',
      connection: repeatedFin(
        5,
        14.6,
        {},
        { payloadBytes: 500, unacknowledgedBytes: 8, lastNewData: moment(2, 4) },
      ),
      end: 15,
      title: '10.0.0.1:40000 sent its FIN 6 times over 12.6 s without an acknowledgment',
      likelyCauses: /lets no FIN through/,
    },
    {
      name: 'whose number the peer has passed, which arrives',
      connection: connectionOf(`
        0.00 S FA 1 1
        0.05 C A  1 1232
        0.14 S FA 1 1
        0.15 C A  1 1232
        1.37 S FA 1 1
        1.38 C A  1 1232
        4.00 S FA 1 1
        4.01 C A  1 1232`),
      end: 60,
      endpoint: 'server',
      title: '10.0.0.2:8080 sent its FIN 4 times over 4 s with a number that 10.0.0.1:40000 had passed',
      explanation:
        /until frame 7, and 10\.0\.0\.1:40000 answered 4 times, in frames 2 to 8, with an acknowledgment of 1,231 bytes from its number on: the FIN arrives/,
      likelyCauses: /^A device on the path answers for the host of 10\.0\.0\.2:8080/,
      facts: { peerPassedBytes: 1231 },
    },
    {
      name: 'and does not say that it gave up where it sent something else',
      connection: repeatedFin(5, 14.6, {}, { lastSegment: moment(30, 12) }),
      end: 60,
      facts: { stopped: false },
    },
    {
      name: 'as a warning if the peer went on without it until it was reset',
      connection: goneOn(),
      end: 60,
      // The reset ended it: no socket is left to look at.
      nextSteps: /^Capture at the host of 10\.0\.0\.2:8080(?!.*ss -)/s,
      endpoint: 'client',
      severity: 'warning',
      explanation:
        /none that acknowledges the FIN\. 10\.0\.0\.2:8080 went on as if .* and 10\.0\.0\.1:40000 answered with RST in frame 11\.$/,
      likelyCauses: /^The path loses what 10\.0\.0\.1:40000 sends, but not what comes back/,
      applicationSees:
        /^10\.0\.0\.1:40000: nothing if it has closed its socket; .* 10\.0\.0\.2:8080: nothing of the close; its write succeeded and drew the reset/,
      frames: [4, 5, 9, 11],
      facts: { transmissions: 6, peerSilent: false, stopped: false, reset: true },
    },
    {
      name: 'by a later copy where the first was not captured',
      connection: connectionOf(`
        0.00 C S  0
        0.01 S SA 0 1
        0.02 C A  1 1
        0.50 C A  2 1
        1.00 S FA 1 1
        1.01 C FA 1 2
        1.40 C FA 1 2
        2.20 C FA 1 2
        3.80 C FA 1 2
        7.00 C FA 1 2`),
      end: 60,
      explanation:
        /^The FIN of 10\.0\.0\.1:40000 in frame 6 \(a later copy: the first was not captured\) was sent again/,
      frames: [6, 7, 10],
    },
  ],
  silent: [
    {
      name: 'when an acknowledgment arrived in the end',
      connection: acknowledgedInVain(BACKED_OFF, '6 C FA 11 7\n 6.02 S A 7 12'),
      end: 20,
    },
    {
      name: 'on one that comes again twice, acknowledged',
      connection: acknowledgedInVain([1.3, 3]),
      end: 20,
    },
    {
      name: 'where its sender took in what the peer sent behind the acknowledgments',
      connection: acknowledgedInVain(BACKED_OFF, '8.0 C PA 11 7 +20\n 8.01 S A 7 31'),
      end: 20,
    },
    { name: 'on two repetitions', connection: repeatedFin(2, 4), end: 60 },
    { name: 'on a burst of repetitions', connection: repeatedFin(3, 2.5), end: 60 },
    { name: 'behind a closed window', connection: repeatedFin(5, 14, { windowClosed: true }), end: 60 },
    {
      name: 'when it was acknowledged',
      connection: repeatedFin(
        5,
        14,
        {},
        {
          milestones: [
            happens('fin-repeated', 2.2, 5, { count: 5, until: 14 }),
            happens('fin-covered', 15, 12),
          ],
        },
      ),
      end: 60,
    },
    {
      name: 'when the peer answered it with a reset',
      connection: goneOn({ milestones: [resets(20, 11, { trigger: { kind: 'fin' } })] }, []),
      end: 60,
    },
    {
      name: 'when the program aborted after its FIN by itself',
      connection: goneOn({}, [resets(20, 11, { hasAck: true, window: 500 })]),
      end: 60,
    },
    { name: 'on an open connection', connection: connection(), end: 60 },
  ],
});
