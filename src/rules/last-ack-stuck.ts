import type { Connection, Endpoint } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, findReset, gradedBy, lasted, milestone } from './evidence.js';
import type { Severity } from './finding.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { duration, nameOf, round, ssFilter, times } from './wording.js';

/** An acknowledgment delayed this long is normal, and one repetition of the FIN in that time too. */
const DELAYED_ACK_SECONDS = 0.25;

/** Linux holds no FIN-WAIT-2 for longer unless it is told to (tcp_fin_timeout). */
const FIN_TIMEOUT_SECONDS = 60;

const FIREWALL = 'A firewall dropped the connection after the first FIN and its acknowledgment (possible).';
const PATH_LOSES = 'The path loses the FIN, or each acknowledgment of it (possible).';
const HOST_GONE =
  'The host of {peer}, or the path to it, is gone (possible): then its other connections are not answered either.';

/** The second FIN is repeated because its acknowledgment does not arrive. */
export const lastAckStuck: Rule = {
  id: 'last-ack-stuck',
  family: 'teardown',
  severity: 'warning',
  summary:
    'The side that closed second repeats its FIN in LAST-ACK: the final acknowledgment does not arrive.',
  options: {
    minimumRetransmissions: MINIMUM_RETRANSMISSIONS,
    errorSeconds: {
      unit: 'seconds',
      default: 100,
      minimum: 1,
      maximum: 86_400,
      description:
        'After this long without an answer it is an error: RFC 9293 §3.8.3 asks to try for at least 100 s.',
    },
  },
  signs: ['fin-repeated'],
  needs: 'both',
  explains: [],
  related: ['fin-unacknowledged', 'fin-wait-2-timeout-late-fin'],
  citations: [cite.lastAckMeaning, cite.lastAckTimeout, cite.timeWaitReacknowledges, cite.orphanRetries],
  documentation: {
    meaning:
      'The side that closes second waits in LAST-ACK for its FIN to be acknowledged, and repeats it until then. If the last acknowledgment is lost, TIME-WAIT on the other side answers the repetition. If nothing answers, that side or the path is gone, and the connection lingers until the kernel gives up.',
    proof: [
      'Both FINs, and at least one repetition of the second.',
      'Its acknowledgment late, lost after the tap, or missing.',
    ],
    notThis: [
      'One repetition while the acknowledgment was only delayed.',
      'A reset in answer to the FIN: fin-wait-2-timeout-late-fin or rst-after-close-complete.',
    ],
    applicationSees:
      'Neither program notices: both have closed. {closer} keeps the connection in LAST-ACK for a while.',
    likelyCauses: [
      'The last acknowledgment was lost (likely when it came in the end).',
      'The other side’s FIN-WAIT-2 or TIME-WAIT had ended, or its host is gone (possible).',
      FIREWALL,
    ],
    nextSteps: [
      "On the host of {closer}: ss -tanpo state last-ack '( {filter} )', and sysctl net.ipv4.tcp_orphan_retries.",
      'Capture on the side of {peer}: does the FIN arrive, and does the answer leave?',
    ],
    example: { fixture: 'last-ack-stuck', capture: 'client' },
  },
  check: eachEndpoint((closer, peer, connection, { captureEnd, options }) => {
    const repeated = milestone(closer, 'fin-repeated');
    const sent = entered(closer, 'LAST-ACK');
    if (repeated === null || sent === null) return null;
    if (findReset(peer, ({ trigger }) => trigger?.kind === 'fin') !== null) return null;
    const covered = milestone(closer, 'fin-covered');
    const waited = entered(peer, 'FIN-WAIT-2');
    const peerWaitedSeconds = waited === null ? null : secondsBetween(waited.time, sent.time);
    const many = repeated.count >= options.minimumRetransmissions;
    const seconds = secondsBetween(sent.time, covered?.time ?? repeated.lastTime);
    let severity: Severity = many ? 'warning' : 'info';
    let outcome: string;
    let words: string;
    if (covered === null) {
      if (!many) return null;
      const waitedSeconds = secondsBetween(sent.time, captureEnd);
      if (lasted(connection, sent.frame, waitedSeconds, options.errorSeconds)) severity = 'error';
      outcome = 'never-acknowledged';
      words = 'and no acknowledgment came';
    } else if (repeated.lastFrame > covered.frame) {
      const since = secondsBetween(covered.time, repeated.lastTime);
      if (!lasted(connection, covered.frame, since, DELAYED_ACK_SECONDS) && !many) return null;
      outcome = 'acknowledgment-lost';
      words = `although frame ${covered.frame} acknowledges it: that acknowledgment was lost after it was captured`;
    } else {
      if (!many && !lasted(connection, sent.frame, seconds, DELAYED_ACK_SECONDS)) return null;
      outcome = 'acknowledged-late';
      words = `until frame ${covered.frame} acknowledged it, ${duration(seconds)} after it was first sent`;
    }
    return reportFinding(lastAckStuck, connection, {
      endpoint: closer.role,
      severity,
      confidence: gradedBy(connection, outcome === 'acknowledgment-lost' ? 'inferred' : 'observed'),
      title: `{closer} repeated its FIN {count} in LAST-ACK`,
      explanation: `{closer} sent the second FIN in frame {fin} and repeated it {count}, the last in frame {last}, ${words}.`,
      ...(covered === null && { likelyCauses: causesOfSilence(peer, connection, peerWaitedSeconds) }),
      frames: [sent.frame, repeated.frame, repeated.lastFrame, covered?.frame ?? null],
      from: sent.time,
      to: covered?.time ?? repeated.lastTime,
      facts: {
        repetitions: repeated.count,
        seconds: round(seconds),
        outcome,
        ...(covered === null &&
          peerWaitedSeconds !== null && { peerWaitedSeconds: round(peerWaitedSeconds) }),
      },
      words: {
        closer: nameOf(closer),
        peer: nameOf(peer),
        count: times(repeated.count),
        fin: sent.frame ?? '?',
        last: repeated.lastFrame,
        waited: duration(peerWaitedSeconds ?? 0),
        filter: ssFilter(closer, peer),
      },
    });
  }),
};

/** Why nothing answers the FIN of a side that its peer, in FIN-WAIT-2, had waited for. */
function causesOfSilence(
  peer: Endpoint,
  { vantage }: Connection,
  peerWaitedSeconds: number | null,
): readonly string[] {
  // Where the capture was taken at the host of the peer, the FIN came there and no answer left.
  const onTheWay = vantage.near === peer.role ? [FIREWALL] : [FIREWALL, PATH_LOSES, HOST_GONE];
  if (peerWaitedSeconds === null) return onTheWay;
  const isLong = peerWaitedSeconds >= FIN_TIMEOUT_SECONDS;
  const expired = `{peer} no longer waited for it, after {waited} in FIN-WAIT-2 (${isLong ? 'likely' : 'possible'}): Linux gives that up after tcp_fin_timeout, 60 s by default; and a firewall drops the FIN, or the reset that would answer it.`;
  return isLong ? [expired, ...onTheWay] : [...onTheWay, expired];
}
