import type { Connection, Endpoint } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { cite } from './citations.js';
import { eachEndpoint, gradedBy, lastMilestone, milestone, silentSince } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, nameOf, percent, round } from './wording/wording.js';

/**
 * Gaps, or needless copies, of at least this share of the retransmissions account for most of them, though a gap stands
 * for one segment only.
 */
const MOST = 0.5;

const BAD_LINK =
  'A link that loses frames: radio, a bad cable or optic, a duplex mismatch (possible): then error counters of the ports on the way rise.';
const FULL_QUEUE =
  'A full queue, a policer or a shaper that drops (possible): the loss grows with the load, and other connections on the same path lose segments as well.';
const NEEDLESS =
  'Acknowledgments that are lost or come late, so the sender repeats what had arrived (possible): many retransmissions repeat octets that had been acknowledged.';
const CAUSES_OF_NEEDLESS = [NEEDLESS, BAD_LINK, FULL_QUEUE];

/** A large part of what an endpoint sends is sent again. */
export const retransmissionStorm: Rule = {
  id: 'retransmission-storm',
  family: 'delivery',
  severity: 'warning',
  summary: 'A large share of an endpoint’s segments are retransmissions.',
  options: {
    minimumRetransmissions: {
      unit: 'count',
      default: 20,
      minimum: 1,
      maximum: 1_000_000,
      description: 'Fewer than this say little about the path, whatever their share.',
    },
    minimumShare: {
      unit: 'ratio',
      default: 0.05,
      minimum: 0.001,
      maximum: 1,
      description:
        'From this share of the endpoint’s segments on it is reported, by judgement: a healthy path loses less than one segment in a hundred.',
    },
    warningShare: {
      unit: 'ratio',
      default: 0.2,
      minimum: 0.001,
      maximum: 1,
      description:
        'From this share on it is a warning, by judgement: by then the sender is held back nearly all the time.',
    },
  },
  ordered: ['minimumShare', 'warningShare'],
  signs: ['retransmission-run'],
  needs: 'both',
  explains: ['out-of-order-delivery'],
  related: ['out-of-order-delivery', 'peer-unresponsive', 'pmtu-black-hole', 'capture-duplicates'],
  citations: [cite.retransmission, cite.congestionControl, cite.fastRetransmit, cite.backoff],
  documentation: {
    meaning:
      'Every TCP path loses a segment now and then, and a sender repairs that within a round trip. If a large share of all segments are retransmissions, the sender also has to slow down again and again, and waits for its timer, which doubles: the connection lives but crawls.',
    proof: [
      'At least minimumRetransmissions retransmissions of {sender}, and at least minimumShare of all its segments.',
      'A warning from warningShare on.',
    ],
    notThis: [
      'The same octets repeated into silence: peer-unresponsive. They do not count.',
      'Frames that only the capture holds twice: they do not count.',
      'Keep-alives and window probes.',
    ],
    applicationSees:
      'Both: no error; reads and writes take long, in steps of hundreds of milliseconds when the timer has to expire.',
    likelyCauses: [BAD_LINK, FULL_QUEUE, NEEDLESS],
    nextSteps: [
      'In Wireshark, the display filters tcp.analysis.retransmission and tcp.analysis.out_of_order show them on the connection.',
      'Capture at the other end as well: what one capture holds and the other lacks was lost between them.',
      'On the host of {sender}, run nstat -az TcpRetransSegs TcpExtTCPLostRetransmit TcpExtTCPTimeouts; ss -tino shows retrans, rto and cwnd. On both hosts and the switches between, check ip -s link, ethtool -S.',
    ],
    example: { fixture: 'retransmission-storm', capture: 'server' },
  },
  check: eachEndpoint((sender, receiver, connection, { options }) => {
    if (sender.retransmissions < options.minimumRetransmissions) return null;
    const last = lastMilestone(sender, 'retransmission-run');
    const unheard = last !== null && silentSince(receiver, last) ? last.count : 0;
    const retransmissions = sender.retransmissions - unheard;
    const segments = sender.segments - unheard;
    if (retransmissions < options.minimumRetransmissions) return null;
    const share = retransmissions / segments;
    if (share < options.minimumShare) return null;
    const where = whereLost(sender, receiver, connection);
    // Wireshark's marks, unlike finwait's counts, mistake copies that the capture made for repetitions.
    const isCopied = connection.quality.duplicateFrames > 0;
    const needless = isCopied ? 0 : sender.tcpAnalysis.spuriousRetransmission;
    const first = milestone(sender, 'retransmission-run');
    return reportFinding(retransmissionStorm, connection, {
      endpoint: sender.role,
      severity: share >= options.warningShare ? 'warning' : 'info',
      confidence: gradedBy(connection, 'observed'),
      title: '{retransmissions} of the {segments} segments of {sender} are retransmissions: {share}',
      explanation: `{sender} sent {again} again, out of {segments} in all${unheard > 0 ? ', without those repeated into silence at the end' : ''}. ${where.words}${needless > 0 ? ` ${count(needless, 'of them repeats', 'of them repeat')} only what {receiver} had acknowledged by then, as far as the capture shows.` : ''} The limits are a judgement: TCP repairs any loss, at the price of time.`,
      ...(needless >= MOST * retransmissions && { likelyCauses: CAUSES_OF_NEEDLESS }),
      frames: [first?.frame ?? null, first?.lastFrame ?? null, last?.frame ?? null, last?.lastFrame ?? null],
      from: connection.start,
      to: last?.lastTime ?? connection.end,
      facts: {
        retransmissions,
        segments,
        share: round(share, 4),
        ...(!isCopied && { gaps: sender.tcpAnalysis.lostSegment, alreadyAcknowledged: needless }),
        lost: where.name,
      },
      words: {
        sender: nameOf(sender),
        receiver: nameOf(receiver),
        again: count(retransmissions, 'segment'),
        retransmissions: grouped(retransmissions),
        segments: grouped(segments),
        share: percent(share),
      },
    });
  }),
};

/** On which side of the capture point segments were lost: a first copy that is in the capture was lost beyond it. */
function whereLost(
  sender: Endpoint,
  receiver: Endpoint,
  { quality, vantage }: Connection,
): { name: 'beyond' | 'before' | 'unknown'; words: string } {
  const gaps = sender.tcpAnalysis.lostSegment;
  const isNear = ({ role }: Endpoint): boolean => vantage.confidence === 'high' && vantage.near === role;
  if (gaps === 0) {
    const words = `The capture${isNear(sender) ? ', taken near {sender},' : ''} holds the first copies: any loss, of them or of the acknowledgments for them, was between the capture point and {receiver}.`;
    return { name: 'beyond', words };
  }
  if (gaps >= sender.retransmissions * MOST) {
    const words = `Where first copies should be, the capture${isNear(receiver) ? ', taken near {receiver},' : ''} has ${count(gaps, 'gap')}: segments were lost, or overtaken, between {sender} and the capture point${quality.lostSegments > 0 ? ', or missed by the capture' : ''}.`;
    return { name: 'before', words };
  }
  return {
    name: 'unknown',
    words: `The capture has ${count(gaps, 'gap')} where first copies should be, each of one segment or of many, and may hold others: it does not show on which side of the capture point segments were lost.`,
  };
}
