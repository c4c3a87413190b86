import type { Connection, Endpoint } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  entered,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  milestone,
  type SeenReset,
} from './evidence/evidence.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round } from './wording/wording.js';

const TO_AVOID_TIME_WAIT = 'The program aborts instead of closing, to avoid TIME-WAIT (possible).';
const NO_FIN_WAIT_2 =
  '{resetter} keeps no FIN-WAIT-2: TCP_LINGER2 below zero, as many sockets in TIME-WAIT as tcp_max_tw_buckets allows, or a stack that does without (possible).';
const FIN_WAIT_2_ENDED =
  '{resetter} no longer had the connection: a short tcp_fin_timeout or TCP_LINGER2, as many sockets in TIME-WAIT as tcp_max_tw_buckets allows, or a restart (possible).';
const ON_PATH =
  'A load balancer or NAT on the path had ended the connection and answers for {resetter} (possible): then TTL or MAC address of the reset differ.';
/** Why a side that had closed does not wait, by whether it can have waited for as long as a timeout takes. */
const NEVER_WAITED = [NO_FIN_WAIT_2, ON_PATH];
const NO_LONGER_WAITED = [FIN_WAIT_2_ENDED, ON_PATH];
const LATE_DUPLICATE = 'A late duplicate met a host that had forgotten the connection (possible).';

const OF_ANSWER = [cite.closedAnswersReset, cite.timeWaitSocket];
const OF_ABORT = [cite.resetAtAnyTime, cite.resetWhileClosing];
const ABORTED = { likelyCauses: [TO_AVOID_TIME_WAIT], citations: OF_ABORT };
const ABORTED_OR_ANSWERED = {
  likelyCauses: [TO_AVOID_TIME_WAIT, LATE_DUPLICATE],
  citations: [...OF_ABORT, cite.closedAnswersReset],
};
const ANSWERED_OR_ABORTED = {
  ...ABORTED_OR_ANSWERED,
  likelyCauses: [LATE_DUPLICATE, TO_AVOID_TIME_WAIT],
};
const SEEN_BY_CLOSED = 'Nothing: both programs had closed.';
const SEEN_BY_PEER =
  '{peer}: nothing if it called close(); if it only half-closed with shutdown() and waits for the end, its read fails with ECONNRESET instead of returning 0.';

/** tcp_fin_timeout and TCP_LINGER2 count in whole seconds. */
const SHORTEST_TIMEOUT = 1;

/** A reset when everything had been said already. */
export const rstAfterCloseComplete: Rule = {
  id: 'rst-after-close-complete',
  family: 'reset',
  severity: 'info',
  summary: 'A reset came after a side had closed, with nothing outstanding; nothing was lost.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: [],
  related: ['rst-in-time-wait', 'rst-active-abort'],
  citations: [...OF_ABORT, ...OF_ANSWER],
  documentation: {
    meaning:
      'Both sides had closed, or the resetting side had received the peer’s FIN with nothing outstanding. Browsers and load balancers end connections like this to save a TIME-WAIT, and late duplicates that meet a closed socket draw resets too. Nothing is lost. The same holds if a side that had closed, and whose FIN was acknowledged, answers the other’s FIN, or a repetition that brings nothing new, with a reset: it no longer waited for what might come.',
    proof: [
      'The peer’s FIN, which the resetting side is assumed to have had, and no octet of either side unacknowledged.',
      'A reset after that.',
      'Or a FIN from {resetter} that was acknowledged, and a reset without ACK in answer to the FIN of {peer}, to a repetition or to a keep-alive.',
    ],
    notThis: [
      'Unacknowledged data: undelivered-data-at-abort.',
      'A FIN so late that FIN-WAIT-2 had timed out: fin-wait-2-timeout-late-fin.',
      'New data after the close: rst-on-write-after-close.',
      'A reset whose acknowledgment does not cover the FIN: the two crossed, and rst-active-abort reports it.',
    ],
    applicationSees:
      'Nothing if both had closed. {peer}, if it only half-closed with shutdown() and waits for the end: its read fails with ECONNRESET instead of returning 0.',
    likelyCauses: [
      TO_AVOID_TIME_WAIT,
      inCase('Without an ACK bit', LATE_DUPLICATE),
      `If a side that had closed answers: ${NO_FIN_WAIT_2}`,
      `If it does so later: ${FIN_WAIT_2_ENDED}`,
      inCase('If a side that had closed answers', ON_PATH),
    ],
    nextSteps: ['Nothing, unless the same ports are reused at once: see time-wait-port-reuse.'],
    example: { fixture: 'client-abort-after-response', capture: 'client' },
  },
  check: eachEndpoint((resetter, peer, connection) => {
    if (resetter.resetsSent === 0) return null;
    if (resetter.unacknowledgedBytes > 0 || peer.unacknowledgedBytes > 0) return null;
    const gone = answerOfTheGone(resetter, peer);
    if (gone !== null) return notWaitedFor(resetter, peer, connection, gone);
    if (!peer.finSent) return null;
    // The reset itself may be the first segment to acknowledge the FIN.
    const known = milestone(peer, 'fin-covered')?.frame ?? entered(resetter, 'CLOSE-WAIT')?.frame ?? null;
    if (known === null) return null;
    const ownFin = milestone(resetter, 'fin-covered');
    if (resetter.finSent && ownFin === null && milestone(resetter, 'fin-repeated') !== null) return null;
    const reset = findReset(resetter, ({ trigger }, seen) => seen.frame > known && trigger?.kind !== 'data');
    if (reset === null) return null;
    const { hasAck, trigger } = reset.reset;
    // A reset may acknowledge any number: that it has an ACK bit says nothing of the FIN.
    const acknowledged = milestone(peer, 'fin-covered') !== null;
    return reportFinding(rstAfterCloseComplete, connection, {
      endpoint: resetter.role,
      confidence: gradedBy(connection, 'observed'),
      title: resetter.finSent
        ? '{resetter} sent RST after both sides had closed'
        : '{resetter} answered the peer’s close with RST; nothing was outstanding',
      explanation: `The FIN of {peer} is in frame {fin}. Every octet of both sides was acknowledged${acknowledged ? ', that FIN too' : ''}; the reset in frame {rst} changes nothing on the wire. Whether the programs had read it all is not visible.`,
      applicationSees: ownFin === null ? SEEN_BY_PEER : SEEN_BY_CLOSED,
      // An answer to an old segment has no ACK bit, unless that segment is a SYN.
      ...(hasAck && trigger?.kind !== 'syn'
        ? ABORTED
        : resetter.finSent
          ? ANSWERED_OR_ABORTED
          : ABORTED_OR_ANSWERED),
      frames: [finFrame(resetter), finFrame(peer), reset.frame],
      from: reset.time,
      to: reset.time,
      facts: { bothClosed: resetter.finSent },
      words: { resetter: nameOf(resetter), peer: nameOf(peer), fin: finFrameName(peer), rst: reset.frame },
    });
  }),
};

/**
 * The reset of a side whose own FIN had been acknowledged, in answer to the peer's FIN, which it never acknowledged,
 * or to a segment with nothing new.
 */
function answerOfTheGone(resetter: Endpoint, peer: Endpoint): SeenReset | null {
  const closed = milestone(resetter, 'fin-covered');
  if (closed === null || milestone(peer, 'fin-covered') !== null) return null;
  return findReset(
    resetter,
    ({ verdict, hasAck, trigger }, seen) =>
      verdict === 'accepted' &&
      !hasAck &&
      trigger?.knewFin === true &&
      trigger.kind in ANSWERED &&
      seen.frame > closed.frame,
  );
}

const ANSWERED = {
  fin: 'its FIN',
  data: 'data that it had sent before',
  'keep-alive': 'a keep-alive',
} as const;

function notWaitedFor(resetter: Endpoint, peer: Endpoint, connection: Connection, reset: SeenReset): Finding {
  const trigger = reset.reset.trigger!;
  const closed = milestone(resetter, 'fin-covered');
  const waitedSeconds = closed === null ? 0 : secondsBetween(closed.time, reset.time);
  const what = ANSWERED[trigger.kind as keyof typeof ANSWERED];
  return reportFinding(rstAfterCloseComplete, connection, {
    endpoint: resetter.role,
    confidence: gradedBy(connection, 'observed'),
    title: peer.finSent
      ? '{resetter} had closed, and answered the peer’s FIN with RST'
      : '{resetter} had closed, and sent RST in answer to a segment with nothing new',
    explanation: `The FIN of {resetter} in frame {ownFin} was acknowledged. {peer} sent ${what} in frame {trigger}, ${trigger.idleSeconds < 0.001 ? 'right' : '{idle}'} after the last segment of {resetter}, and got RST in frame {rst}: {resetter} no longer had a connection that waited for it. Every octet of both sides had been acknowledged, so none was lost.${peer.finSent ? '' : ' {peer} had not closed its side; it can send nothing more.'}`,
    applicationSees: peer.finSent
      ? SEEN_BY_CLOSED
      : '{peer}: its read returns 0 as before; its next write fails with EPIPE and SIGPIPE. {resetter}: nothing.',
    likelyCauses: waitedSeconds < SHORTEST_TIMEOUT ? NEVER_WAITED : NO_LONGER_WAITED,
    citations: OF_ANSWER,
    nextSteps: [
      'On the host of {resetter}, run sysctl net.ipv4.tcp_fin_timeout net.ipv4.tcp_max_tw_buckets; nstat -az TcpExtTCPTimeWaitOverflow TcpExtTCPAbortOnData',
      'Nothing more, unless it is unexpected that {resetter} had closed.',
    ],
    frames: [finFrame(resetter), closed?.frame ?? null, trigger.frame, reset.frame],
    from: reset.time,
    to: reset.time,
    facts: { bothClosed: peer.finSent, answered: trigger.kind, idleSeconds: round(trigger.idleSeconds) },
    words: {
      resetter: nameOf(resetter),
      peer: nameOf(peer),
      ownFin: finFrameName(resetter),
      idle: duration(trigger.idleSeconds),
      trigger: trigger.frame,
      rst: reset.frame,
    },
  });
}
