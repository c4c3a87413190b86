import { formatHost } from '../core/addresses.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, gradedBy, hadClosed } from './evidence/evidence.js';
import { isInFlight, isLocal, lastUndelivered } from './evidence/icmp-errors.js';
import { LOST_NEIGHBOUR_CITATIONS, lostNeighbour, reportSilence } from './evidence/neighbours.js';
import { silenceMetBy } from './evidence/silence.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { causesOfSilence, stepsOfSilence } from './wording/host-fate.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import { count, duration, inCase, nameOf, round } from './wording/wording.js';

const TIMED_OUT =
  'TCP_USER_TIMEOUT, or the application’s own timeout, ended it early (possible): then it is set in the code of {sender}, and others wait longer.';
const NO_NEIGHBOUR =
  'The host of {sender} no longer finds the next host on its link, {peer} itself or a router, by ARP or neighbour discovery (possible): then its TCP has not given up, and no segment leaves the host.';
const IS_STILL_TRYING =
  'Look for unanswered ARP or neighbour discovery requests of {sender} after frame {last}, in Wireshark: arp || icmpv6.type == 135. On its host, ss -tino dst {peerHost} shows whether the connection is still there.';
/**
 * Linux gives up a socket that nobody owns at the first timeout beyond 102.2 s; its last copy came one timeout before
 * (seconds).
 */
const LAST_OF_ORPHAN = { from: 45, to: 105 };
const ORPHANED =
  'The program of {sender} had closed or ended by then (possible): Linux gives up such a socket after some 100 s, and sends its last copy at least 50 s after the original (tcp_orphan_retries); Linux 6.18 holds its FIN back behind the data.';
const ORPHANED_BY_FIN = ORPHANED.replace('by then (possible)', 'by then, as its FIN shows (likely)');
const LIMITS_STEP =
  'On the host of {sender}, run sysctl net.ipv4.tcp_retries2 net.ipv4.tcp_orphan_retries, where 0 of the latter stands for 8; look for TCP_USER_TIMEOUT in its code, and whether it had closed by frame {last}.';
const STEPS_OF_TIMEOUT = [
  'On the host of {sender}, run nstat -az TcpExtTCPAbortOnTimeout.',
  ...stepsOfSilence('peer'),
];
const STEPS_OF_EARLY = [LIMITS_STEP, ...STEPS_OF_TIMEOUT];
const OF_TIMEOUT = [
  cite.retransmissionLimits,
  cite.secondLimit,
  cite.timeouts,
  cite.asynchronousReports,
  cite.hostRetransmissionLimits,
  cite.retries2,
  cite.givingUp,
  cite.tcpErrors,
  ...LOST_NEIGHBOUR_CITATIONS,
];
/**
 * With 15 retransmissions, the default of tcp_retries2, Linux tries for at least this long before the last one
 * (seconds): a host that stops sooner may have been told to, though RFC 9293 is content with less.
 */
const UNLIMITED_SECONDS = 800;
/** What else may have ended it sooner. */
const OF_EARLY = [...OF_TIMEOUT, cite.userTimeoutMeaning, cite.userTimeout];
const GONE = causesOfSilence('peer');
const GAVE_UP = { likelyCauses: GONE, nextSteps: STEPS_OF_TIMEOUT, citations: OF_TIMEOUT };
const GAVE_UP_EARLY = { nextSteps: STEPS_OF_EARLY };

const SENDER: ProgramView = {
  name: 'sender',
  open: '{errno} once its TCP gives up, then EPIPE with SIGPIPE on a further write; nothing if it has closed the socket meanwhile',
  read: 'fails with {errno} once its TCP gives up',
  ended: `${READS_END}; a write fails with {errno} once its TCP gives up, and a further one with EPIPE and SIGPIPE; nothing if it has closed the socket meanwhile`,
};
const OF_PEER = '{peer}: nothing; if its host lives, it still holds the connection.';

/** Retransmission ended without an answer: the kernel, or the program, has given up, or nothing more leaves its host. */
export const retransmissionGaveUp: Rule = {
  id: 'retransmission-gave-up',
  family: 'liveness',
  severity: 'error',
  summary:
    'An endpoint stopped retransmitting, without a packet that says so: it gave up, or its host no longer finds the next host on its link.',
  options: {
    minimumRetransmissions: MINIMUM_RETRANSMISSIONS,
    r2Seconds: {
      unit: 'seconds',
      default: 100,
      minimum: 1,
      maximum: 86_400,
      description:
        'An endpoint that stops earlier than this may still be trying, with no segment leaving the host: RFC 9293 §3.8.3 asks for at least 100 s.',
    },
  },
  signs: ['retransmission-run'],
  needs: 'both',
  explains: ['peer-unresponsive', 'fin-unacknowledged'],
  related: ['peer-unresponsive', 'icmp-unreachable', 'keepalive-unanswered'],
  citations: [...OF_EARLY, cite.orphanRetries],
  documentation: {
    meaning:
      'After the last retransmission the next one became due and did not come. RFC 9293 sends no packet when a connection is given up, and neither does Linux, so the silence is the evidence; the data still queued is then lost. Silence before r2Seconds has a second reading: if the next host on the link, the peer itself or a router, has lost power, ARP or neighbour discovery no longer finds it, and no segment leaves the sender while its TCP goes on trying. If the capture holds these requests, they count as attempts: TCP gave up when they ended as well.',
    proof: [
      'Retransmissions into silence, as for peer-unresponsive.',
      'No further one by the time it was due, with a margin, or later in the capture; no FIN and no reset.',
      'It has given up, rather than stopped, if that was after r2Seconds, if a router or another host had reported an ICMP error, as segments of {sender} then still got onto its link, or if its host had asked in vain for a link address and no longer does.',
    ],
    notThis: [
      'A capture that ends before the next retransmission is due: peer-unresponsive alone.',
      'A capture filter that drops the next retransmission.',
    ],
    applicationSees: `${inGeneral(SENDER)} ${OF_PEER}`,
    likelyCauses: [
      ...GONE,
      NO_NEIGHBOUR,
      TIMED_OUT,
      inCase(
        `If the last copy came ${LAST_OF_ORPHAN.from} to ${LAST_OF_ORPHAN.to} s after the original`,
        ORPHANED,
      ),
    ],
    nextSteps: [IS_STILL_TRYING, ...STEPS_OF_EARLY],
    example: { fixture: 'retransmission-gave-up', capture: 'client' },
  },
  check: eachEndpoint((sender, peer, connection, { captureEnd, options }) => {
    const silence = silenceMetBy(connection, sender, peer, options.minimumRetransmissions, captureEnd);
    if (silence === null || !silence.stopped || sender.resetsSent > 0) return null;
    const tried = secondsBetween(silence.from, silence.lastTry);
    const early = tried < options.r2Seconds;
    const asked = lostNeighbour(sender, peer);
    const askedItself = asked?.isOwnHost === true && asked.isPeer;
    const error = lastUndelivered(sender);
    const reported = error !== null && isInFlight(error.icmp);
    const reportedLocally = reported && isLocal(sender, error.icmp);
    const mayStillTry = early && !askedItself && (!reported || reportedLocally);
    const isEarly = early || tried < UNLIMITED_SECONDS;
    const mayBeOrphan = tried >= LAST_OF_ORPHAN.from && tried <= LAST_OF_ORPHAN.to;
    const orphaned = hadClosed(sender, silence.run.lastFrame) ? ORPHANED_BY_FIN : ORPHANED;
    return reportSilence(retransmissionGaveUp, connection, sender, peer, 'peer', {
      endpoint: sender.role,
      confidence: mayStillTry ? 'possible' : gradedBy(connection, 'inferred'),
      title: mayStillTry
        ? '{sender} stopped after sending the same data {count} times in {time}'
        : '{sender} gave up after sending the same data {count} times in {time}',
      explanation: `The last retransmission is frame {last}. The next one was due and did not come, nor did a FIN or RST${mayStillTry ? '' : ': that is how a timed-out connection ends'}. ${silence.wasAcknowledged ? 'All of it had been acknowledged, which {sender} did not process.' : '{bytes} were never acknowledged.'}${askedItself ? ' Requests of its host for a link address went on after that and then ended as well.' : ''}${early ? whyEarly(options.r2Seconds, mayStillTry, reportedLocally) : ''}`,
      citations: mayBeOrphan ? [...OF_EARLY, cite.orphanRetries] : OF_EARLY,
      ...(!mayStillTry && (isEarly ? GAVE_UP_EARLY : GAVE_UP)),
      ...(isEarly && {
        likelyCauses: [
          ...GONE,
          ...(mayBeOrphan ? [orphaned] : []),
          ...(mayStillTry ? [NO_NEIGHBOUR] : []),
          TIMED_OUT,
        ],
      }),
      applicationSees: `${seenAt(sender, peer, SENDER)} ${OF_PEER}`,
      frames: [silence.run.frame, silence.run.lastFrame],
      from: silence.from,
      to: silence.lastTry,
      facts: {
        transmissions: silence.transmissions,
        seconds: round(silence.seconds),
        unacknowledgedBytes: sender.unacknowledgedBytes,
        earlierThanRfc: early,
        icmpReported: reported,
        gaveUp: !mayStillTry,
      },
      words: {
        sender: nameOf(sender),
        peer: nameOf(peer),
        peerHost: formatHost(peer.address),
        count: silence.transmissions,
        time: duration(silence.seconds),
        last: silence.run.lastFrame,
        bytes: count(sender.unacknowledgedBytes, 'byte'),
        errno: askedItself
          ? 'EHOSTUNREACH, as its host found nobody on its link,'
          : reported
            ? 'the error that ICMP had reported, such as EHOSTUNREACH,'
            : mayStillTry
              ? 'ETIMEDOUT, or EHOSTUNREACH if its host finds nobody on its link,'
              : 'ETIMEDOUT',
      },
    });
  }),
};

/** What may be behind a stop before R2. */
function whyEarly(r2Seconds: number, mayStillTry: boolean, reportedLocally: boolean): string {
  const gaveUp =
    'fewer retries, as Linux makes for a socket that its program has closed, TCP_USER_TIMEOUT, or a timeout of the application';
  const early = ` That is earlier than ${r2Seconds} s (RFC 9293 asks for at least 100 s)`;
  if (!mayStillTry) return `${early}: ${gaveUp}.`;
  return reportedLocally
    ? `${early}. Its own host reported by ICMP that it could not deliver: then no segment leaves it, while its TCP goes on trying. Or it gave up: ${gaveUp}.`
    : `${early}: either it gave up (${gaveUp}), or its TCP goes on trying and its host no longer finds the next host on its link, {peer} or a router. Then only ARP or neighbour discovery requests leave it; this capture holds none without an answer, but its filter may have dropped them.`;
}
