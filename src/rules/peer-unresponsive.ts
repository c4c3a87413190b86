import type { Connection, Endpoint } from '../connections/connection.js';
import { formatHost } from '../core/addresses.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  type SeenReset,
} from './evidence/evidence.js';
import { LOST_NEIGHBOUR_CITATIONS, lostNeighbour, reportSilence } from './evidence/neighbours.js';
import { isFirstAndLarge, mayBeTooLarge, type Silence, silenceMetBy } from './evidence/silence.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { causesOfSilence, IDLE_SECONDS, stepsOfSilence } from './wording/host-fate.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import type { Draft } from './wording/report-finding.js';
import { count, duration, nameOf, round, times } from './wording/wording.js';

const SENDER: ProgramView = {
  name: 'sender',
  open: 'its writes succeed until the send buffer is full, and its read blocks until the kernel gives up; then ETIMEDOUT, or EHOSTUNREACH or ENETUNREACH if a router reported an error or ARP found nobody',
  read: 'blocks until the kernel gives up, and then fails with ETIMEDOUT, or with EHOSTUNREACH or ENETUNREACH if a router reported an error or ARP found nobody',
  ended: `${READS_END}; its writes succeed until the send buffer is full or the kernel gives up; then ETIMEDOUT, or EHOSTUNREACH or ENETUNREACH if a router reported an error or ARP found nobody`,
};

const GAVE_UP: ProgramView = {
  name: 'sender',
  open: 'its next call fails with ETIMEDOUT, if it was its kernel that gave up; a program that gave up knows of it',
  read: 'fails with ETIMEDOUT, if it was its kernel that gave up',
  ended: `${READS_END}; its next write fails with ETIMEDOUT, if it was its kernel that gave up; a program that gave up knows of it`,
};

/** What passes every path, as RFC 9293 §3.7.1 assumes on IPv4. */
const DEFAULT_SEGMENT_BYTES = 536;
const TOO_LARGE =
  'What is repeated is larger than all that had ever arrived, and may be too large for the path (possible): then smaller packets get through. See pmtu-black-hole.';
/** A pause that is worth a word: what forgets idle connections may have done so. */
const PAUSE_SECONDS = 5;
const FIRST_IS_LARGE =
  'The path carries no packets as large as the first with payload (possible): then smaller answers arrive on other connections. See pmtu-black-hole.';
const ENDED =
  '{peer} had ended the connection itself: it closed, and its host answered what {sender} still had on the way with that reset; {sender} could not accept it, as its number lay before the FIN, and what {sender} has sent since is dropped there or on the way (likely).';

const NOT_TAKEN_IN =
  'The acknowledgments of {peer} do not reach {sender}, or their numbers are not those it expects, as when a device sends them with old ones (possible): then {sender} drops them, and repeats what has arrived.';

/** Data is sent again and again, and the other side says nothing. */
export const peerUnresponsive: Rule = {
  id: 'peer-unresponsive',
  family: 'liveness',
  severity: 'error',
  summary: 'An endpoint retransmits the same data to a peer that has fallen silent.',
  options: { minimumRetransmissions: MINIMUM_RETRANSMISSIONS },
  signs: ['retransmission-run', 'neighbour-unanswered'],
  needs: 'both',
  explains: ['fin-unacknowledged', 'close-wait-stuck', 'fin-wait-2-stuck'],
  related: [
    'retransmission-gave-up',
    'keepalive-unanswered',
    'icmp-unreachable',
    'peer-host-lost',
    'syn-unanswered',
  ],
  citations: [
    cite.retransmission,
    cite.retransmissionLimits,
    cite.firstLimit,
    cite.measuredTimeout,
    cite.backoff,
    ...LOST_NEIGHBOUR_CITATIONS,
  ],
  documentation: {
    meaning:
      'The same octets were sent several times, and not one segment from the peer was captured since they were first repeated. The host of the peer, or the path to it, has stopped answering. A host that loses power sends nothing, so silence is all there is to see.',
    proof: [
      'At least minimumRetransmissions repetitions of the same data over at least a second.',
      'No segment from {peer} since the first repetition, although it was heard before; or none at all, if nobody answers requests for its link address.',
      'Or, without a repetition: at least three requests from the host of {sender} for the link address of {peer} that nobody has answered (ARP, neighbour discovery), while the connection is open.',
    ],
    notThis: [
      'A peer that still sends something: loss, not silence.',
      'A tail loss probe or a fast retransmission.',
      'A capture that holds one direction only.',
      'A window probe: zero-window-stall.',
      'A peer that had closed, and sent a reset that {sender} could not accept: its host lives, and the finding stays a warning.',
    ],
    applicationSees: `${inGeneral(SENDER)} {peer}: unknown.`,
    likelyCauses: causesOfSilence('peer'),
    nextSteps: [
      ...stepsOfSilence('peer'),
      'On the host of {sender}: ss -tino dst {peerHost} shows backoff, rto and unacked.',
    ],
    example: { fixture: 'power-loss', capture: 'client' },
  },
  check: eachEndpoint((sender, peer, connection, { captureEnd, options }) => {
    const silence = silenceMetBy(connection, sender, peer, options.minimumRetransmissions, captureEnd);
    if (silence === null) return offTheLink(sender, peer, connection);
    const seconds = secondsBetween(silence.unheardSince, silence.lastTry);
    const isOffLink = lostNeighbour(sender, peer)?.isPeer === true;
    const ended = resetInVain(peer);
    const gaveUp = endedBySender(sender, silence);
    const closedIn = ended === null ? finFrame(peer) : null;
    const idleSeconds = peer.lastSegment === null ? 0 : secondsBetween(peer.lastSegment.time, silence.from);
    return reportSilence(peerUnresponsive, connection, sender, peer, 'peer', {
      endpoint: peer.role,
      ...(ended !== null && { severity: 'warning' }),
      likelyCauses: [
        ...(ended === null ? [] : [ENDED]),
        ...(silence.wasAcknowledged ? [NOT_TAKEN_IN] : []),
        ...(mayBeTooLarge(silence, DEFAULT_SEGMENT_BYTES) ? [TOO_LARGE] : []),
        ...causesOfSilence('peer', idleSeconds >= IDLE_SECONDS),
        ...(isFirstAndLarge(silence, DEFAULT_SEGMENT_BYTES) ? [FIRST_IS_LARGE] : []),
      ],
      confidence: gradedBy(connection, 'observed'),
      title: '{peer} has not answered {sender} for {time}',
      explanation: `The same data was sent again {again} in frames {first} to {last}, the first time {gap} after the last new data before it; ${silence.wasAcknowledged ? 'all of it had been acknowledged before, which {sender} did not process, and nothing from {peer} was captured' : '{bytes} are unacknowledged, and nothing from {peer} was captured'}${peer.segments === 0 ? '' : ' after frame {heard}'}.${idleSeconds < PAUSE_SECONDS ? '' : ' Before that data, {peer} had sent nothing for {idle}.'}${closedIn === null ? '' : ' It had sent its FIN in frame {fin}.'}${ended === null ? '' : ' Before that it had sent its FIN in frame {fin} and a reset in frame {rst}, which {sender} could not accept.'}${isOffLink || ended !== null ? '' : ' {peer} or the path to it stopped answering; one connection does not show which.'}${gaveUp === null ? '' : ' In the end {sender} gave up, or its program did: its reset in frame {abort} follows the last copy by {wait}.'}`,
      applicationSees: `${seenAt(sender, peer, gaveUp === null ? SENDER : GAVE_UP, silence.run.lastFrame)} {peer}: unknown.`,
      frames: [
        finFrame(peer),
        ended?.frame ?? null,
        peer.lastSegment?.frame ?? null,
        silence.run.frame,
        silence.run.lastFrame,
        gaveUp?.frame ?? null,
      ],
      from: silence.unheardSince,
      to: silence.lastTry,
      facts: {
        transmissions: silence.transmissions,
        seconds: round(seconds),
        firstGapSeconds: round(silence.firstGapSeconds, 3),
        idleBeforeSeconds: round(Math.max(0, idleSeconds)),
        unacknowledgedBytes: sender.unacknowledgedBytes,
        ...(gaveUp !== null && { gaveUp: true }),
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        // ss takes what follows the last colon of a bare address for a port.
        peerHost: formatHost(peer.address),
        time: duration(seconds),
        again: times(silence.run.count),
        first: silence.run.frame,
        gap: duration(silence.firstGapSeconds),
        idle: duration(idleSeconds),
        last: silence.run.lastFrame,
        heard: peer.lastSegment?.frame ?? '?',
        bytes: count(sender.unacknowledgedBytes, 'byte'),
        fin: finFrameName(peer),
        rst: ended?.frame ?? '?',
        abort: gaveUp?.frame ?? '?',
        wait: gaveUp === null ? '?' : duration(secondsBetween(silence.run.lastTime, gaveUp.time)),
      },
    });
  }),
};

/** The reset with which the sender ended its waiting. */
function endedBySender(sender: Endpoint, { run }: Silence): SeenReset | null {
  return findReset(sender, (_, { frame }) => frame > run.lastFrame);
}

/** The reset of a peer that had closed, whose number lay before what its receiver expects. */
function resetInVain(peer: Endpoint): SeenReset | null {
  const fin = finFrame(peer);
  if (fin === null) return null;
  return findReset(
    peer,
    ({ verdict, missedBy }, { frame }) => verdict === 'out-of-window' && missedBy < 0 && frame > fin,
  );
}

/**
 * Nothing from `sender` shows that it waits, but its host no longer finds the host of `peer` on the link: what it
 * writes stays in its kernel, and only the requests leave its host.
 */
function offTheLink(sender: Endpoint, peer: Endpoint, connection: Connection): Finding | null {
  const lost = lostNeighbour(sender, peer);
  if (lost === null || !lost.isPeer || !lost.isOwnHost || peer.segments === 0) return null;
  if (sender.finalState === 'CLOSED' || sender.finalState === 'TIME-WAIT') return null;
  const { run } = lost;
  const seconds = secondsBetween(run.time, run.lastTime);
  const draft: Draft = {
    endpoint: peer.role,
    confidence: gradedBy(connection, 'inferred'),
    title: '{peer} is gone from the link of {sender}: nobody answered for its address in {time}',
    explanation:
      'No segment of either side was captured after frame {heard}. What {sender} has written since then stays in its kernel: the capture does not show whether it waits for an answer.',
    applicationSees: `${seenAt(sender, peer, SENDER)} {peer}: unknown.`,
    frames: [peer.lastSegment?.frame ?? null],
    from: run.time,
    to: run.lastTime,
    facts: { seconds: round(seconds) },
    words: {
      sender: nameOf(sender),
      peer: nameOf(peer),
      peerHost: formatHost(peer.address),
      time: duration(seconds),
      heard: connection.lastFrame,
    },
  };
  return reportSilence(peerUnresponsive, connection, sender, peer, 'peer', draft);
}
