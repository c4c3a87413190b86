import type { Endpoint, Milestone } from '../connections/connection.js';
import { formatHost } from '../core/addresses.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, firstSent, gradedBy, lasted, lastMilestone, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { causesOfLostAnswers } from './wording/host-fate.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, nameOf, round, times } from './wording/wording.js';

/** Quicker copies may have crossed the acknowledgments (seconds). */
const SHORTEST_SECONDS = 1;

const SENDER: ProgramView = {
  name: 'sender',
  open: 'its writes succeed until the send buffer is full, and its read blocks; once its kernel gives up, the first call to notice fails with ETIMEDOUT, then reads return 0 and writes fail with EPIPE and SIGPIPE',
  read: 'blocks, and fails with ETIMEDOUT once its kernel gives up',
  ended: `${READS_END}; its writes succeed until the send buffer is full, and once its kernel gives up, they fail with ETIMEDOUT, then with EPIPE and SIGPIPE`,
};
const OF_PEER =
  '{peer}: its read returned the data once, and its kernel drops the copies; its answers do not arrive either.';

/** The acknowledgments are in the capture, and the sender goes on as if there were none. */
export const acknowledgmentsLost: Rule = {
  id: 'acknowledgments-lost',
  family: 'liveness',
  severity: 'error',
  summary:
    'Data is sent again and again although it is acknowledged each time: what comes back does not reach the sender.',
  options: { minimumRetransmissions: MINIMUM_RETRANSMISSIONS },
  signs: ['repeated-in-vain'],
  needs: 'both',
  explains: ['undelivered-data-at-abort'],
  related: ['peer-unresponsive', 'retransmission-gave-up', 'fin-unacknowledged', 'retransmission-storm'],
  citations: [
    cite.retransmission,
    cite.retransmissionLimits,
    cite.cumulativeAck,
    cite.oldSegments,
    cite.backoff,
  ],
  documentation: {
    meaning:
      'The data of {sender} arrives and is acknowledged, yet {sender} keeps sending it again, at ever longer intervals: the acknowledgments in the capture do not reach it, or it cannot process them. Seen from {sender}, the peer looks dead, while the peer is there and hears everything. In the end the kernel of {sender} gives up. A capture at {sender} would show only silence.',
    proof: [
      'At least minimumRetransmissions copies of the same octets of {sender}, over at least a second; these octets had been acknowledged before the first copy, and {peer} was heard again before each further copy.',
      'No new data from {sender} since the first copy, and nothing from {peer} that {sender} has acknowledged since then.',
    ],
    notThis: [
      'Copies that the peer leaves unanswered: peer-unresponsive.',
      'A copy or two that cross the acknowledgment, as on a path that has become slower: then the sender goes on.',
      'A FIN alone: fin-unacknowledged.',
      'Keep-alives, which repeat an octet that was acknowledged.',
    ],
    applicationSees: `${inGeneral(SENDER)} ${OF_PEER}`,
    likelyCauses: causesOfLostAnswers('peer', 'sender'),
    nextSteps: [
      'Capture at {sender}: do the acknowledgments arrive? If they do, its own firewall drops them: check nft list ruleset, iptables -vnL. If not, capture at the devices on the way back.',
      'On the host of {sender}: ss -tino dst {peerHost} shows backoff, rto and unacked while it lasts.',
    ],
    example: { fixture: 'acknowledgments-lost', capture: 'server' },
  },
  check: eachEndpoint((sender, peer, connection, { options }) => {
    const run = lastMilestone(sender, 'repeated-in-vain');
    if (run === null || run.count < options.minimumRetransmissions || peer.windowClosed) return null;
    if (wentOn(sender, run) || hasArrived(peer, run)) return null;
    const from = firstSent(run);
    const seconds = secondsBetween(from, run.lastTime);
    if (!lasted(connection, run.frame - 1, seconds, SHORTEST_SECONDS)) return null;
    const lost = peer.unacknowledgedBytes;
    return reportFinding(acknowledgmentsLost, connection, {
      endpoint: sender.role,
      confidence: gradedBy(connection, 'inferred'),
      title: '{sender} sent the same data {count} over {time}, although {peer} acknowledged it each time',
      explanation: `The copies are in frames {first} to {last}. All of this data had been acknowledged before the first copy, and {peer} was heard again before each of the others: what {peer} sends does not reach {sender}.${lost > 0 ? ' Of the data from {peer}, {lost} went unacknowledged as well.' : ''}`,
      applicationSees: `${seenAt(sender, peer, SENDER, run.lastFrame)} ${OF_PEER}`,
      frames: [run.frame, run.lastFrame, peer.lastSegment?.frame ?? null],
      from,
      to: run.lastTime,
      facts: {
        transmissions: run.count + 1,
        seconds: round(seconds),
        unacknowledgedBytesOfPeer: lost,
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        // ss takes what follows the last colon of a bare address for a port.
        peerHost: formatHost(peer.address),
        count: times(run.count + 1),
        time: duration(seconds),
        first: run.frame,
        last: run.lastFrame,
        lost: count(lost, 'byte'),
      },
    });
  }),
};

/** It sent new data behind the copies: an acknowledgment made room, or it did not wait for one. */
function wentOn({ lastNewData }: Endpoint, { frame }: Milestone): boolean {
  return lastNewData !== null && lastNewData.frame > frame;
}

/** Something that `peer` sent since the first copy was acknowledged. */
function hasArrived(peer: Endpoint, { frame }: Milestone): boolean {
  const covered = milestone(peer, 'fin-covered');
  if (covered !== null && covered.frame > frame) return true;
  return peer.lastNewData !== null && peer.lastNewData.frame > frame && peer.unacknowledgedBytes === 0;
}
