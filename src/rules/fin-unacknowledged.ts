import type { Endpoint } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  acknowledgedAfterPeerFin,
  clockDoubt,
  eachEndpoint,
  entered,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  lasted,
  latest,
  milestone,
  type SeenReset,
  silentSince,
} from './evidence/evidence.js';
import { isHeldBack, LOST_NEIGHBOUR_CITATIONS, lostNeighbour, reportSilence } from './evidence/neighbours.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { causesOfLostAnswers, causesOfSilence } from './wording/host-fate.js';
import { REFUSING_CLOSER } from './wording/program-view.js';
import type { Draft } from './wording/report-finding.js';
import { count, duration, nameOf, round, ssFilter, times } from './wording/wording.js';

const NO_FINS = 'A firewall lets no FIN through (possible): then none arrives on any connection.';
/** Why nothing arrives at a peer that is heard. */
const ONE_WAY = [
  'The path loses what {closer} sends, but not what comes back (likely): then other connections of {closer} on the same path lose segments as well.',
  'The host of {peer} processes nothing of what arrives, as when it is overloaded (possible).',
];
/** Why a FIN has a number that its receiver has passed. */
const STALE = [
  'A device on the path answers for the host of {closer}, or ends its connections, and holds old numbers (likely): then the TTL and IP identification of the FIN differ from those of its data.',
  'A device on the path rewrites sequence numbers incorrectly (possible).',
  'The stack of {closer} lost count of what it had sent (possible).',
];
const STEPS_OF_STALE = [
  'Capture at {closer}: does it send the FIN, and with this number?',
  'Find the device between the two that keeps connection state: check its timeouts, and its log at the time of frame {fin}.',
];
const STEPS_OF_VAIN = [
  'Capture at {closer}: do the acknowledgments arrive? If they do, its own firewall drops them: check nft list ruleset, iptables -vnL.',
  "On the host of {closer}, run ss -tanpo state fin-wait-1 '( {filter} )'.",
];
const ORPHANS =
  'Run sysctl net.ipv4.tcp_orphan_retries net.ipv4.tcp_max_orphans on the host of {closer}; as tcp_orphan_retries, 0 stands for 8.';
const CAPTURE_AT_PEER = 'Capture at the host of {peer} to see whether the FIN arrives.';
/** The connection has ended, with a reset from the closer or because its kernel gave up. */
const STEPS_OF_ENDED = [CAPTURE_AT_PEER, ORPHANS];
const STEPS_OF_WAITING = [
  "On the host of {closer}, run ss -tanpo state {state} '( {filter} )'.",
  ORPHANS,
  CAPTURE_AT_PEER,
];
const OF_CLOSER =
  '{closer}: close() returned at once and reports nothing; after shutdown(SHUT_WR) its read waits, and fails with ETIMEDOUT if the kernel gives up.';

/** A FIN is sent again and again, and nobody acknowledges it. */
export const finUnacknowledged: Rule = {
  id: 'fin-unacknowledged',
  family: 'teardown',
  severity: 'error',
  summary: 'A FIN was retransmitted and never acknowledged: stuck in FIN-WAIT-1.',
  options: { minimumRetransmissions: MINIMUM_RETRANSMISSIONS },
  signs: ['fin-repeated'],
  needs: 'both',
  explains: ['rst-on-close-race', 'undelivered-data-at-abort'],
  related: ['acknowledgments-lost', 'last-ack-stuck', 'peer-unresponsive', 'zero-window-stall'],
  citations: [
    cite.finRetransmitted,
    cite.retransmissionLimits,
    cite.backoff,
    cite.timeouts,
    cite.orphanRetries,
    ...LOST_NEIGHBOUR_CITATIONS,
  ],
  documentation: {
    meaning:
      'A FIN has to be acknowledged like data. It was sent several times, and no acknowledgment of it took effect: the other host, or the path to it, has stopped answering; or, if the peer is still heard, the path loses what goes one way only; or, if the FIN comes again after each acknowledgment in the capture, these do not arrive; or, if the peer answers with an acknowledgment beyond the FIN, it has passed that number. The closer stays in FIN-WAIT-1 until its kernel gives up, silently. If it stops sooner than that, its host may no longer find the next host on its link.',
    proof: [
      'The FIN of {closer} and at least minimumRetransmissions repetitions of it, over at least a second.',
      'No segment from {peer} whose acknowledgment covers it; or at least as many that do, each followed by the FIN again, and no sign that one arrived.',
    ],
    notThis: [
      'One or two quick repetitions: a tail loss probe, or a delayed acknowledgment.',
      'The second FIN of a connection: last-ack-stuck.',
      'A closed window of {peer} that holds back the FIN: zero-window-stall.',
      'Data before the FIN that a silent peer leaves unanswered as well: peer-unresponsive.',
      'A peer that answers the FIN with a reset: rst-half-open-discovered.',
    ],
    applicationSees: `${OF_CLOSER} {peer}: unknown; if it is still heard, nothing of the close.`,
    likelyCauses: [...causesOfSilence('peer'), NO_FINS],
    nextSteps: [
      `On the host of {closer}, run ss -tanpo state fin-wait-1 '( {filter} )'.`,
      ORPHANS,
      CAPTURE_AT_PEER,
    ],
    example: { fixture: 'fin-unacknowledged', capture: 'client' },
  },
  check: eachEndpoint((closer, peer, connection, { captureEnd, options }) => {
    const reset = endingReset(closer, peer);
    const inVain = vainAcknowledgments(closer, peer, options.minimumRetransmissions);
    const isWaiting = closer.finalState === 'FIN-WAIT-1' || closer.finalState === 'CLOSING';
    if (!isWaiting && reset === null && inVain === 0) return null;
    const repeated = milestone(closer, 'fin-repeated');
    const sent = entered(closer, 'FIN-WAIT-1');
    if (repeated === null || sent === null || repeated.count < options.minimumRetransmissions) return null;
    const covered = milestone(closer, 'fin-covered');
    if ((covered !== null && inVain === 0) || peer.windowClosed) return null;
    const seconds = secondsBetween(sent.time, repeated.lastTime);
    if (!lasted(connection, sent.frame, seconds, 1)) return null;
    // The gaps double: the last one is about half of the whole, and twice that without a FIN is the end.
    const isTimed = clockDoubt(connection, sent.frame) === 0;
    const asked = lostNeighbour(closer, peer);
    const lastTry =
      asked?.isOwnHost === true ? latest(repeated.lastTime, asked.run.lastTime) : repeated.lastTime;
    const tried = secondsBetween(sent.time, lastTry);
    const isLast = closer.lastSegment === null || closer.lastSegment.frame <= repeated.lastFrame;
    const stopped =
      reset === null &&
      isTimed &&
      isLast &&
      !isHeldBack(asked) &&
      secondsBetween(lastTry, captureEnd) > 1.1 * tried;
    const silent = silentSince(peer, repeated);
    const passed = milestone(closer, 'fin-passed');
    // More than the FIN is lost.
    const hasData =
      closer.unacknowledgedBytes > 0 && (closer.lastNewData?.frame ?? Infinity) < (finFrame(closer) ?? 0);
    const account =
      inVain > 0
        ? accountOfVain(peer)
        : accountOf(silent, hasData, passed !== null && passed.lastFrame > repeated.frame);
    return reportSilence(finUnacknowledged, connection, closer, peer, 'peer', {
      endpoint: closer.role,
      ...((reset !== null || (inVain > 0 && peer.unacknowledgedBytes === 0)) && { severity: 'warning' }),
      confidence: gradedBy(connection, 'observed'),
      nextSteps: reset === null ? STEPS_OF_WAITING : STEPS_OF_ENDED,
      ...account,
      explanation: `The FIN of {closer} in frame {fin} was sent again until frame {last}, ${account.explanation}${reset === null ? '' : ' {peer} went on as if the connection were open, and {closer} answered with RST in frame {rst}.'}${stopped ? ` Then {closer} stopped, and no packet shows why: it gave up${silent && asked === null ? ', or its host no longer finds the next host on its link and sends only ARP or neighbour discovery requests, which this capture does not hold' : ''}.` : ''}`,
      applicationSees: `${reset === null ? OF_CLOSER : REFUSING_CLOSER} {peer}: ${silent ? 'unknown.' : `nothing of the close; ${reset === null ? 'its read waits.' : 'its write succeeded and drew the reset, and then its read fails with ECONNRESET.'}`}`,
      frames: [
        finFrame(closer),
        covered?.frame ?? null,
        repeated.frame,
        repeated.lastFrame,
        reset?.frame ?? null,
      ],
      from: sent.time,
      to: repeated.lastTime,
      facts: {
        transmissions: repeated.count + 1,
        seconds: round(seconds),
        stopped,
        peerSilent: silent,
        reset: reset !== null,
        ...(passed !== null && { peerPassedBytes: passed.value }),
        ...(inVain > 0 && {
          acknowledgedInVain: inVain,
          unacknowledgedBytesOfPeer: peer.unacknowledgedBytes,
        }),
        ...(hasData && { unacknowledgedBytes: closer.unacknowledgedBytes }),
      },
      words: {
        closer: nameOf(closer),
        peer: nameOf(peer),
        count: repeated.count + 1,
        time: duration(seconds),
        fin: finFrameName(closer),
        bytes: count(closer.unacknowledgedBytes, 'byte'),
        last: repeated.lastFrame,
        rst: reset?.frame ?? '?',
        answers: times(passed?.count ?? 0),
        answered: passed?.frame ?? '?',
        lastAnswered: passed?.lastFrame ?? '?',
        beyond: count(passed?.value ?? 0, 'byte'),
        covered: covered?.frame ?? '?',
        inVain: times(inVain),
        bytesOfPeer: count(peer.unacknowledgedBytes, 'byte'),
        filter: ssFilter(closer, peer),
        state: closer.finalState === 'CLOSING' ? 'closing' : 'fin-wait-1',
      },
    });
  }),
};

/**
 * How many acknowledgments of its FIN the closer answered with the FIN again, if it was at least `minimum` and nothing
 * shows that one arrived in the end; else 0.
 */
function vainAcknowledgments({ finalState, timeline }: Endpoint, peer: Endpoint, minimum: number): number {
  // What moves it on from these states did arrive.
  if (finalState !== 'FIN-WAIT-2' && finalState !== 'FIN-WAIT-1') return 0;
  if (acknowledgedAfterPeerFin(peer) > 0) return 0;
  const covered = timeline.filter(({ cause }) => cause === 'received ACK of FIN');
  if (covered.some(({ evidence, retractedBy }) => retractedBy === null && evidence !== 'assumed')) return 0;
  const inVain = covered.filter(({ retractedBy }) => retractedBy !== null).length;
  return inVain >= minimum ? inVain : 0;
}

/** The peer acknowledged the FIN each time, and the closer does not know. */
function accountOfVain({
  unacknowledgedBytes,
}: Endpoint): Required<Pick<Draft, 'title' | 'explanation' | 'likelyCauses' | 'nextSteps'>> {
  return {
    title: '{closer} sent its FIN {count} times over {time}, although {peer} acknowledged it',
    explanation: `and {peer} acknowledged it, first in frame {covered}. The FIN came again {inVain} after that: the acknowledgments do not reach {closer}.${unacknowledgedBytes > 0 ? ' Of the data from {peer}, {bytesOfPeer} went unacknowledged as well: none of it arrives.' : ''}`,
    likelyCauses: causesOfLostAnswers('peer', 'closer'),
    nextSteps: STEPS_OF_VAIN,
  };
}

/** What became of the FIN: its receiver had passed it, or nothing shows that it arrived. */
function accountOf(
  silent: boolean,
  hasData: boolean,
  passed: boolean,
): Required<Pick<Draft, 'title' | 'explanation' | 'likelyCauses'>> & Pick<Draft, 'nextSteps'> {
  if (passed) {
    return {
      title: '{closer} sent its FIN {count} times over {time} with a number that {peer} had passed',
      explanation:
        'and {peer} answered {answers}, in frames {answered} to {lastAnswered}, with an acknowledgment of {beyond} from its number on: the FIN arrives, but as an old segment, which is dropped.',
      likelyCauses: STALE,
      nextSteps: STEPS_OF_STALE,
    };
  }
  const causes = silent ? causesOfSilence('peer') : ONE_WAY;
  return {
    title: `{closer} sent its FIN {count} times over {time} ${hasData ? 'and its last {bytes} before that, without an acknowledgment of either' : 'without an acknowledgment'}`,
    explanation: `and no segment from {peer} covers it${hasData ? ', nor the {bytes} that {closer} had sent before it without a FIN' : ''}. ${silent ? '{peer} was silent during that time.' : '{peer} still sent segments, but none that acknowledges the FIN.'}`,
    likelyCauses: hasData ? causes : [...causes, NO_FINS],
  };
}

/** The reset with which `closer` answered a peer that went on without the FIN; null unless that was the end. */
function endingReset(closer: Endpoint, peer: Endpoint): SeenReset | null {
  if (closer.finalState !== 'CLOSED' || peer.resetsSent > 0) return null;
  return findReset(closer, ({ trigger }) => trigger !== null && trigger.payloadBytes > 0 && !trigger.knewFin);
}
