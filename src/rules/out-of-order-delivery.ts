import type { Connection, Endpoint } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { cite } from './citations.js';
import { eachEndpoint, gradedBy } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, nameOf, percent, round } from './wording/wording.js';

/** A capture in which at least this share of a connection's frames are copies holds everything twice. */
const COPYING_SHARE = 1 / 16;

/** Many segments arrive behind later ones. */
export const outOfOrderDelivery: Rule = {
  id: 'out-of-order-delivery',
  family: 'delivery',
  severity: 'info',
  summary: 'Many segments came out of order, and the receiver answered with duplicate acknowledgments.',
  options: {
    minimumSegments: {
      unit: 'count',
      default: 20,
      minimum: 1,
      maximum: 1_000_000,
      description:
        'How many segments must be out of order, and how many duplicate acknowledgments must answer them: fewer are noise.',
    },
    minimumShare: {
      unit: 'ratio',
      default: 0.05,
      minimum: 0.001,
      maximum: 1,
      description: 'The share of the endpoint’s segments that must be out of order, by judgement.',
    },
  },
  signs: ['out-of-order'],
  needs: 'both',
  explains: [],
  related: ['retransmission-storm', 'capture-loss', 'capture-duplicates'],
  citations: [cite.immediateDuplicateAck, cite.fastRetransmit, cite.acknowledgeGaps, cite.holdOutOfOrder],
  documentation: {
    meaning:
      'IP promises no order, and a receiver puts segments back in order. But it answers each one that leaves a gap with a duplicate acknowledgment, and three of those make the sender repeat a segment and slow down, as if it had been lost. If many segments are overtaken, a path without loss becomes slow.',
    proof: [
      'At least minimumSegments segments of {sender} that fill a gap right after it appeared, and at least minimumShare of all its segments.',
      'At least as many duplicate acknowledgments from {receiver}: it saw gaps as well, not only the capture.',
    ],
    notThis: [
      'Frames that only the capture has in the wrong order: the receiver does not complain about them.',
      'Reordering behind the capture point: it shows only in duplicate acknowledgments, which loss causes too.',
      'Retransmissions of what was captured before: retransmission-storm.',
      'A capture that holds frames twice: Wireshark’s marks, on which the finding rests, count them.',
    ],
    applicationSees: 'Nothing but less throughput.',
    likelyCauses: [
      'Packets of one connection take several paths: per-packet load balancing, bonded links in round-robin mode, radio links that repeat on their own (possible).',
      'Segments are lost before the capture point and sent again at once, so they come after later ones (possible): then retransmission counters on the host of {sender} rise.',
      'A device handles packets of one connection on several processors (possible).',
    ],
    nextSteps: [
      'In Wireshark, the display filters tcp.analysis.out_of_order and tcp.analysis.duplicate_ack show them on the connection.',
      'Capture at {sender} as well: segments that left there in order were overtaken on the way, those that left twice were lost.',
      'On the host of {sender}, run nstat -az TcpExtTCPSACKReorder TcpExtTCPTSReorder TcpRetransSegs; ss -tino shows reordering.',
    ],
    example: { fixture: 'out-of-order-delivery', capture: 'client' },
  },
  check: eachEndpoint((sender, receiver, connection, { options }) => {
    const { segments } = sender;
    // Wireshark's marks, on which this rests, mistake copies that the capture made for repetitions.
    if (connection.quality.duplicateFrames >= connection.frames * COPYING_SHARE) return null;
    const late = overtaken(sender, connection);
    const { duplicateAck } = receiver.tcpAnalysis;
    if (Math.min(late, duplicateAck) < options.minimumSegments) return null;
    const share = late / segments;
    if (share < options.minimumShare) return null;
    const { spuriousRetransmission: needless } = sender.tcpAnalysis;
    return reportFinding(outOfOrderDelivery, connection, {
      endpoint: sender.role,
      confidence: gradedBy(connection, 'observed'),
      title: '{late} of the {segments} segments of {sender} came out of order: {share}',
      explanation: `{lateSegments} of {sender} came after later ones and filled gaps that had just appeared; {receiver} sent {duplicates}. The capture does not show whether they were overtaken before the capture point, or lost there and sent again at once.${needless > 0 ? ` ${count(needless, 'segment')} of {sender} repeated what {receiver} had already acknowledged.` : ''}`,
      frames: [sender.firstMarked.outOfOrder, receiver.firstMarked.duplicateAck],
      from: connection.start,
      to: connection.end,
      facts: {
        outOfOrder: late,
        segments,
        share: round(share, 4),
        duplicateAcks: duplicateAck,
        alreadyAcknowledged: needless,
      },
      words: {
        sender: nameOf(sender),
        receiver: nameOf(receiver),
        late: grouped(late),
        lateSegments: count(late, 'segment'),
        segments: grouped(segments),
        share: percent(share),
        duplicates: count(duplicateAck, 'duplicate acknowledgment'),
      },
    });
  }),
};

/**
 * Wireshark marks what comes within a round trip as out of order, even if it was captured before. What is neither a
 * retransmission by finwait's count, which knows that, nor a copy that only the capture made, fills a gap.
 */
function overtaken({ tcpAnalysis, retransmissions }: Endpoint, { quality }: Connection): number {
  const { outOfOrder, retransmission } = tcpAnalysis;
  const marked = outOfOrder + retransmission - retransmissions - quality.duplicateFrames;
  return Math.max(0, Math.min(outOfOrder, marked));
}
