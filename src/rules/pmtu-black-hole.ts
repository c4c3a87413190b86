import type { Connection, Endpoint, Milestone, Retransmitted } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, firstSent, gradedBy, lasted, milestone } from './evidence/evidence.js';
import { asksForSmaller } from './evidence/icmp-errors.js';
import { largeInVain, mayBeTooLarge, silenceMetBy } from './evidence/silence.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, nameOf, round } from './wording/wording.js';

/** `ping -s` counts payload: in a packet of the same size, TCP's bare header takes 20 octets, ICMP echo's 8. */
const PING_MORE = 12;

/** What comes this share of the handshake's round trip later can be an answer, as round trips vary a little. */
const MOST_OF_ROUND_TRIP = 0.75;

const SENDER: ProgramView = {
  name: 'sender',
  open: 'its small messages are answered, its large write succeeds, and then its read blocks until ETIMEDOUT',
  read: 'blocks until ETIMEDOUT',
  ended: `${READS_END}; its small writes arrive, and its large one succeeds but does not arrive; a write after the kernel has given up fails with ETIMEDOUT`,
};
const ALL_DROPPED =
  'A device on the way drops all payload of {sender} (possible): then small answers do not arrive on other connections either.';
const OF_PEER = '{peer}: its read waits for data that never comes.';

/** Large segments vanish on the way, smaller ones arrive, and no router says why. */
export const pmtuBlackHole: Rule = {
  id: 'pmtu-black-hole',
  family: 'delivery',
  severity: 'warning',
  summary:
    'Large segments that may not be fragmented are never acknowledged although smaller ones were: the path MTU is smaller.',
  options: {
    minimumRetransmissions: MINIMUM_RETRANSMISSIONS,
    minimumBytes: {
      unit: 'bytes',
      default: 536,
      minimum: 1,
      maximum: 65_535,
      description:
        'Only payloads above this count as large: it is the segment size that RFC 9293 §3.7.1 assumes on IPv4 if a peer names none.',
    },
  },
  signs: ['retransmission-run'],
  needs: 'both',
  explains: ['peer-unresponsive', 'retransmission-gave-up', 'delivery-stall'],
  related: ['pmtu-reduced', 'peer-unresponsive', 'retransmission-gave-up', 'icmp-unreachable'],
  citations: [cite.blackHole, cite.pathMtu, cite.retransmissionLimits, cite.mtuProbing],
  documentation: {
    meaning:
      'A sender whose packets may not be fragmented learns of a narrow link only from the ICMP error of the router before it. If that error is filtered or never sent, every full-size segment vanishes: handshake and small exchanges work, the first large write hangs.',
    proof: [
      'At least minimumRetransmissions repetitions of a segment that may not be fragmented, with more payload than minimumBytes and than any segment of {sender} that was ever acknowledged.',
      'Smaller segments of {sender} that were acknowledged; or none of its payload, and {peer} was heard after those repetitions: then it is only possible.',
      'No ICMP error that asks for smaller packets.',
    ],
    notThis: [
      'A router that asks for smaller packets: pmtu-reduced.',
      'A segment no larger than others that arrived: loss, or a dead peer.',
      'Segments that were captured near {peer}: they have come through.',
      'Segments that are all larger than the MSS of {peer} allows: the network card cuts them, and the capture does not show how large those are that the path loses.',
      'A retransmission that gets through in smaller pieces: the sender found out by itself (tcp_mtu_probing).',
      'A peer that no longer says anything at all may also be dead: then the finding is only possible, and peer-unresponsive is reported beside it.',
    ],
    applicationSees: `${inGeneral(SENDER)} ${OF_PEER}`,
    likelyCauses: [
      'A tunnel or VPN with a smaller MTU on the way, and a firewall that drops ICMP (likely).',
      'A missing clamp of the MSS at the tunnel’s router (likely).',
      'A switch port or virtual network that drops large frames silently (possible).',
    ],
    nextSteps: [
      'On the host of {sender}, run ping -M do -s {pingSize} {peerAddress}, as large a packet as the segment was, then with smaller sizes until one is answered.',
      'Check ip route get {peerAddress}; sysctl net.ipv4.tcp_mtu_probing; the MSS in both SYNs.',
      'Let ICMP “fragmentation needed” and ICMPv6 “packet too big” pass, or clamp the MSS at the router.',
    ],
    example: { fixture: 'pmtu-black-hole', capture: 'client' },
  },
  check: eachEndpoint((sender, peer, connection, { captureEnd, options }) => {
    if (sender.milestones.some(({ icmp }) => icmp !== undefined && asksForSmaller(icmp))) return null;
    // What is captured near the peer has come through.
    if (connection.vantage.near === peer.role) return null;
    const inVain = largeInVain(sender, peer, options.minimumRetransmissions, options.minimumBytes);
    if (inVain !== null && showsArrival(connection, peer, inVain))
      return reportInVain(connection, sender, peer, inVain);
    const silence = silenceMetBy(connection, sender, peer, options.minimumRetransmissions, captureEnd);
    if (silence === null || silence.wasAcknowledged || silence.run.retransmitted === undefined) return null;
    if (!mayBeTooLarge(silence, options.minimumBytes)) return null;
    const { payloadBytes, optionBytes, acknowledgedBytes } = silence.run.retransmitted;
    const alive = arrivedAfterwards(sender, peer, connection);
    return reportFinding(pmtuBlackHole, connection, {
      endpoint: sender.role,
      severity: alive ? 'error' : 'warning',
      confidence: alive ? gradedBy(connection, 'inferred') : 'possible',
      title: 'Segments of {bytes} from {sender} are never acknowledged, smaller ones were',
      explanation: `A segment with {bytes} that may not be fragmented was sent {count} times in {time}, the last in frame {last}, and never acknowledged; the largest that was acknowledged has {acknowledged}. No ICMP error asked for smaller packets. ${
        alive
          ? 'Frame {alive} shows that {peer} received what was sent after it, so the path is open for less.'
          : 'Nothing has been heard from {peer} since, so {peer} or the whole path may also be dead.'
      }`,
      applicationSees: `${seenAt(sender, peer, SENDER)} ${OF_PEER}`,
      frames: [peer.lastSegment?.frame ?? null, silence.run.frame, silence.run.lastFrame],
      from: silence.from,
      to: silence.run.lastTime,
      facts: {
        payloadBytes,
        acknowledgedBytes,
        transmissions: silence.transmissions,
        seconds: round(silence.seconds),
        smallerArrivedSince: alive,
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        peerAddress: peer.address,
        bytes: count(payloadBytes, 'byte'),
        acknowledged: count(acknowledgedBytes, 'byte'),
        count: silence.transmissions,
        time: duration(silence.seconds),
        last: silence.run.lastFrame,
        alive: peer.lastSegment?.frame ?? '?',
        pingSize: payloadBytes + optionBytes + PING_MORE,
      },
    });
  }),
};

/** The peer had taken the handshake's end in, and does not merely repeat its SYN-ACK. */
function showsArrival({ quality }: Connection, peer: Endpoint, run: Milestone): boolean {
  const again = milestone(peer, 'syn-ack-repeated');
  return !quality.midstream && (again === null || again.lastFrame < run.frame);
}

/** All that the sender has sent is large, and its peer goes on without having got any of it. */
function reportInVain(
  connection: Connection,
  sender: Endpoint,
  peer: Endpoint,
  run: Milestone & { readonly retransmitted: Retransmitted },
): Finding {
  const { payloadBytes, optionBytes } = run.retransmitted;
  const from = firstSent(run);
  const seconds = secondsBetween(from, run.lastTime);
  return reportFinding(pmtuBlackHole, connection, {
    endpoint: sender.role,
    confidence: 'possible',
    title: 'Segments of {bytes} from {sender} are never acknowledged, though {peer} is still there',
    explanation:
      'A segment with {bytes} that may not be fragmented was sent {count} times in {time}, up to frame {last}. {peer} was heard after that, in frame {alive}, and has acknowledged the handshake and none of the payload; no ICMP error asked for smaller packets.',
    applicationSees: `${seenAt(sender, peer, SENDER)} ${OF_PEER}`,
    likelyCauses: [...pmtuBlackHole.documentation.likelyCauses, ALL_DROPPED],
    frames: [run.frame, run.lastFrame, peer.lastSegment?.frame ?? null],
    from,
    to: run.lastTime,
    facts: {
      payloadBytes,
      acknowledgedBytes: 0,
      transmissions: run.count + 1,
      seconds: round(seconds),
      smallerArrivedSince: false,
    },
    words: {
      sender: nameOf(sender),
      peer: nameOf(peer),
      peerAddress: peer.address,
      bytes: count(payloadBytes, 'byte'),
      count: run.count + 1,
      time: duration(seconds),
      last: run.lastFrame,
      alive: peer.lastSegment?.frame ?? '?',
      pingSize: payloadBytes + optionBytes + PING_MORE,
    },
  });
}

/** The peer spoke a round trip after the last new data: only something that came after can have made it speak. */
function arrivedAfterwards(sender: Endpoint, peer: Endpoint, connection: Connection): boolean {
  const { roundTripSeconds } = connection.vantage;
  if (sender.lastNewData === null || peer.lastSegment === null || roundTripSeconds === null) return false;
  const { frame, time } = sender.lastNewData;
  const later = secondsBetween(time, peer.lastSegment.time);
  return lasted(connection, frame, later, MOST_OF_ROUND_TRIP * roundTripSeconds);
}
