import type { Connection, Endpoint, Milestone, Moment } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, findReset, gradedBy, lasted, milestone } from './evidence/evidence.js';
import type { Severity } from './finding.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { type Draft, reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round, ssFilter, times } from './wording/wording.js';

/** An acknowledgment delayed this long is normal, and one repetition of the FIN in that time too. */
const DELAYED_ACK_SECONDS = 0.25;

/** An answer to the last repetition of the FIN follows within this. */
const ANSWER_SECONDS = 1;

/** Linux holds no FIN-WAIT-2 for longer unless configured to (tcp_fin_timeout). */
const FIN_TIMEOUT_SECONDS = 60;

const ACK_LOST = 'The acknowledgment was lost on its way (likely): a repetition of the FIN drew another.';
const FIN_LOST = 'The FIN was lost on its way (possible): then a capture at {peer} lacks it.';
const LATE =
  'The host of {peer} was slow to answer (possible): then all of its answers are late at that time.';
const LOST_BEHIND =
  'The path between the capture point and {closer} lost the acknowledgment (likely): then it loses other segments of {peer} as well.';
const DROPPED_AT_CLOSER =
  'A firewall in front of {closer}, or on its host, drops it (possible): its counters show it.';
const LOOK =
  "On the host of {closer}, run ss -tanpo state last-ack '( {filter} )', and sysctl net.ipv4.tcp_orphan_retries, where 0 stands for 8.";
const CAPTURE_AT_PEER = 'Capture on the side of {peer}: does the FIN arrive, and does the answer leave?';
const ANY_CITATIONS = [cite.lastAckMeaning, cite.finRetransmitted, cite.lastAckTimeout];
const ACKNOWLEDGED_CITATIONS = [...ANY_CITATIONS, cite.timeWaitReacknowledges];
/** Its acknowledgment came in the end. */
const CAME_LATE = {
  likelyCauses: [ACK_LOST, FIN_LOST, LATE],
  nextSteps: [
    'Nothing, unless it happens often: then a capture at {peer} shows whether FIN or acknowledgment is lost.',
  ],
  citations: ACKNOWLEDGED_CITATIONS,
};
/** The same if the capture was taken nearer to the peer: any loss was on the rest of the path. */
const LEFT_LATE = {
  likelyCauses: [
    LATE,
    'The FIN, or the answer to it, was lost between the capture point and {peer} (possible): then a capture on its host shows it.',
  ],
  nextSteps: ['Nothing, unless it happens often: then find out what keeps the host of {peer} busy.'],
  citations: ACKNOWLEDGED_CITATIONS,
};
/** A reset came instead: the answer is not from TIME-WAIT, which would have acknowledged the FIN. */
const RESET_AT_LAST = {
  likelyCauses: [FIN_LOST, 'An earlier answer to the FIN was lost on its way (possible).', LATE],
  nextSteps: CAME_LATE.nextSteps,
  citations: ANY_CITATIONS,
};
/** So many acknowledgments in a row are lost by chance only if nearly nothing gets through. */
const MANY_LOST = 3;
const ALL_LOST_BEHIND = LOST_BEHIND.replace('the acknowledgment (likely)', 'each of them (possible)');
const ALL_DROPPED_AT_CLOSER = DROPPED_AT_CLOSER.replace('drops it (possible)', 'drops them (likely)');
/** Its acknowledgment was captured on its way. */
const CAPTURED = {
  likelyCauses: [LOST_BEHIND, DROPPED_AT_CLOSER],
  nextSteps: ['Capture at {closer}: does the acknowledgment arrive?', LOOK],
  citations: ACKNOWLEDGED_CITATIONS,
};
/** The same if the capture was taken at the host of the closer. */
const CAPTURED_AT_CLOSER = {
  likelyCauses: [DROPPED_AT_CLOSER, LOST_BEHIND],
  nextSteps: ['Check the firewall rules on the host of {closer}: nft list ruleset, iptables -vnL.', LOOK],
  citations: ACKNOWLEDGED_CITATIONS,
};

const FIREWALL = 'A firewall dropped the connection after the first FIN and its acknowledgment (possible).';
const PATH_LOSES = 'The path loses the FIN, or each acknowledgment of it (possible).';
const HOST_GONE =
  'The host of {peer}, or the path to it, is gone (possible): then its other connections are not answered either.';

const STEPS_OF_SILENCE = [LOOK, CAPTURE_AT_PEER];
const STEPS_AT_PEER = [
  'Check the firewall rules on the host of {peer}, and its log: what drops the FIN?',
  CAPTURE_AT_PEER,
  LOOK,
];
const CITATIONS_OF_SILENCE = [...ANY_CITATIONS, cite.orphanRetries];

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
  citations: [...ANY_CITATIONS, cite.timeWaitReacknowledges, cite.orphanRetries],
  documentation: {
    meaning:
      'The side that closes second waits in LAST-ACK for its FIN to be acknowledged, and repeats it until then. If the last acknowledgment is lost, TIME-WAIT on the other side answers the repetition. If nothing answers, that side or the path is gone, and the connection lingers until the kernel gives up.',
    proof: [
      'Both FINs, and at least one repetition of the second.',
      'The acknowledgment of that FIN late, lost after the tap, or missing.',
    ],
    notThis: [
      'One repetition while the acknowledgment was only delayed.',
      'A reset in answer to the FIN: fin-wait-2-timeout-late-fin or rst-after-close-complete.',
    ],
    applicationSees:
      'Neither program notices: both have closed. {closer} keeps the connection in LAST-ACK for a while.',
    likelyCauses: [
      inCase('If the acknowledgment came in the end', ACK_LOST),
      inCase('If it had been captured', LOST_BEHIND),
      'If none came: the other side’s FIN-WAIT-2 had ended, and what would answer the FIN was dropped (possible).',
      inCase('If none came', FIREWALL),
      inCase('If none came', PATH_LOSES),
      inCase('If none came', HOST_GONE),
    ],
    nextSteps: [LOOK, CAPTURE_AT_PEER],
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
    const reset = covered === null ? resetBehind(repeated, peer) : null;
    const seconds = secondsBetween(sent.time, (covered ?? reset)?.time ?? repeated.lastTime);
    let severity: Severity = many ? 'warning' : 'info';
    const lostInARow = closer.timeline.filter(
      ({ cause, retractedBy }) => cause === 'received ACK of FIN' && retractedBy !== null,
    ).length;
    let outcome: Outcome;
    let words: string;
    if (reset !== null) {
      if (!many && !lasted(connection, sent.frame, seconds, DELAYED_ACK_SECONDS)) return null;
      outcome = 'reset';
      words = `until the reset in frame ${reset.frame} ended it, ${duration(seconds)} after it was first sent`;
    } else if (covered === null) {
      if (!many) return null;
      const waitedSeconds = secondsBetween(sent.time, captureEnd);
      if (lasted(connection, sent.frame, waitedSeconds, options.errorSeconds)) severity = 'error';
      outcome = 'never-acknowledged';
      words = 'and no acknowledgment came';
    } else if (repeated.lastFrame > covered.frame) {
      const since = secondsBetween(covered.time, repeated.lastTime);
      if (!lasted(connection, covered.frame, since, DELAYED_ACK_SECONDS) && !many) return null;
      outcome = 'acknowledgment-lost';
      words = `although frame ${covered.frame} acknowledges it: ${lostInARow < 2 ? 'that acknowledgment was lost after it was captured' : `${lostInARow} acknowledgments in a row were lost after they were captured`}`;
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
      ...accountOf(outcome, closer, peer, connection, peerWaitedSeconds, lostInARow),
      frames: [sent.frame, repeated.frame, repeated.lastFrame, (covered ?? reset)?.frame ?? null],
      from: sent.time,
      to: (covered ?? reset)?.time ?? repeated.lastTime,
      facts: {
        repetitions: repeated.count,
        seconds: round(seconds),
        outcome,
        ...(outcome === 'acknowledgment-lost' && { lostInARow }),
        ...(outcome === 'never-acknowledged' &&
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

type Outcome = 'never-acknowledged' | 'acknowledged-late' | 'acknowledgment-lost' | 'reset';

/** An accepted reset that follows the last repetition like an answer: some stacks form theirs as a live socket does. */
function resetBehind(repeated: Milestone, peer: Endpoint): Moment | null {
  return findReset(
    peer,
    ({ verdict }, { frame, time }) =>
      verdict === 'accepted' &&
      frame > repeated.lastFrame &&
      secondsBetween(repeated.lastTime, time) < ANSWER_SECONDS,
  );
}

/** The texts by what became of the acknowledgment, and by where the capture was taken. */
function accountOf(
  outcome: Outcome,
  closer: Endpoint,
  peer: Endpoint,
  connection: Connection,
  peerWaitedSeconds: number | null,
  lostInARow: number,
): Pick<Draft, 'likelyCauses' | 'nextSteps' | 'citations'> {
  const { near } = connection.vantage;
  if (outcome === 'reset')
    return near === peer.role ? { ...LEFT_LATE, citations: ANY_CITATIONS } : RESET_AT_LAST;
  if (outcome === 'acknowledged-late') return near === peer.role ? LEFT_LATE : CAME_LATE;
  if (outcome === 'acknowledgment-lost') {
    if (near === closer.role) return CAPTURED_AT_CLOSER;
    return lostInARow < MANY_LOST
      ? CAPTURED
      : { ...CAPTURED, likelyCauses: [ALL_DROPPED_AT_CLOSER, ALL_LOST_BEHIND] };
  }
  return {
    likelyCauses: causesOfSilence(peer, connection, peerWaitedSeconds),
    nextSteps: near === peer.role ? STEPS_AT_PEER : STEPS_OF_SILENCE,
    citations: CITATIONS_OF_SILENCE,
  };
}

/** Why nothing answers the FIN of a side that its peer, in FIN-WAIT-2, had waited for. */
function causesOfSilence(
  peer: Endpoint,
  { vantage }: Connection,
  peerWaitedSeconds: number | null,
): readonly string[] {
  // The nearer to the peer the FIN was captured, the less of the path is left to lose it.
  const onTheWay =
    vantage.near === peer.role ? [FIREWALL, HOST_GONE, PATH_LOSES] : [FIREWALL, PATH_LOSES, HOST_GONE];
  if (peerWaitedSeconds === null) return onTheWay;
  const isLong = peerWaitedSeconds >= FIN_TIMEOUT_SECONDS;
  const expired = `{peer} no longer waited for the FIN, after {waited} in FIN-WAIT-2 (${isLong ? 'likely' : 'possible'}): Linux gives that up after tcp_fin_timeout, 60 s by default, and a firewall drops the FIN, or the reset that would answer it.`;
  return isLong ? [expired, ...onTheWay] : [...onTheWay, expired];
}
