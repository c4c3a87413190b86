import type { Connection, Endpoint, Moment } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { closeRaceOf } from './evidence/close-race.js';
import {
  challengedBefore,
  eachEndpoint,
  endedWithin,
  endsWithRequest,
  entered,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  isAbort,
  isReset,
  isUnheard,
  lastMilestone,
  mayAnswer,
  mayHaveSentData,
  milestone,
  missedSince,
  opened,
  type SeenReset,
  silentSince,
  wasDisproved,
} from './evidence/evidence.js';
import { marksAgainst } from './evidence/reset-origin.js';
import { MAY_BE_TLS_ALERT, mayBeTlsAlert } from './evidence/tls-alert.js';
import { mayHaveTurnedAway } from './evidence/turned-away.js';
import type { Severity } from './finding.js';
import type { Rule } from './rule.js';
import { QUEUE_FULL, stepOfTurnedAway, turnedAway } from './wording/host-fate.js';
import { inGeneral, type ProgramView, seenAt } from './wording/program-view.js';
import { type Draft, reportFinding } from './wording/report-finding.js';
import { count, duration, inCase, nameOf, round } from './wording/wording.js';

const LINGER = 'SO_LINGER with a time of 0 (possible): TcpExtTCPAbortOnData counts it.';
const PROGRAM =
  'The program gave up on a protocol error or a timeout of its own (possible): its log should say so.';
const CLOSED_UNREAD = 'close() with received data still unread (possible): TcpExtTCPAbortOnClose counts it.';
const KILLED_UNREAD =
  'The process was killed with unread data (possible): the service manager’s log shows it, and its other connections end at the same moment; TcpExtTCPAbortOnClose counts that as well.';
/** It aborted with close() or when it ended. */
const UNREAD = [CLOSED_UNREAD, LINGER, KILLED_UNREAD, PROGRAM];
const GAVE_UP = 'The client gave up waiting for an answer (likely): a timeout of its own, or its user left.';
/** Its last data came right behind data from the server. */
const MAY_HAVE_GIVEN_UP = GAVE_UP.replace('(likely)', '(possible)');
const SEND_TIMEOUT =
  'A send timeout of {aborter} expired, because {peer} read nothing (likely): the log of {aborter} should say so.';
const NEVER_ACCEPTED =
  'the listening socket was closed, or its program ended, before the connection was accepted (possible): the others in its queue are reset at the same moment, and only TcpOutRsts and TcpEstabResets count it.';
/** Closing at once leaves unread what the client sent meanwhile. */
const TURNED_AWAY = `${turnedAway('aborter')} (possible): then it was the first thing that it did.`;
const MEMORY =
  'The kernel was short of memory or had too many orphans (possible): TcpExtTCPAbortOnMemory counts it.';
const LINGER2 = 'TCP_LINGER2 below zero (possible): TcpExtTCPAbortOnData counts that.';
/** With too many orphans, Linux sends a reset of its own right after the FIN, not in answer to an acknowledgment. */
const NO_WAIT =
  'The stack does without FIN-WAIT-2, or a load balancer or NAT on the path had ended the connection and answers for {aborter} (possible): then TTL or MAC address of the reset may differ.';
const DEVICE =
  'a firewall, intrusion prevention system or load balancer on the path sent it (possible): then its TTL or MAC address may differ from that of other frames of {aborter}.';
const MISSED = 'it answers a segment that the capture missed, and the socket was gone (possible).';
const BARE_ABORT =
  'the program aborted on a system whose aborts have no ACK bit, as RFC 9293 §3.10.5 specifies (possible); Linux sets it.';

/** Named only if the TTL fits: systems that begin with 64 do not do so. */
const ENDED_ON_WINDOWS =
  'The process ended or was killed without closing its sockets, on Windows (possible): that may reset them even if nothing was unread; its other connections end at the same moment.';
const LARGEST_TTL_OF_OTHERS = 64;
const LARGEST_TTL_OF_WINDOWS = 128;

const LOOK = 'Look for SO_LINGER in the code, and check the log of {aborter} at that time.';

interface Advice extends Required<Pick<Draft, 'nextSteps' | 'citations'>> {
  /** Causes of an abort if nothing more is known of it; the others, if something is. */
  readonly plain: readonly string[];
  readonly gaveUp: readonly string[];
  readonly mayHaveGivenUp: readonly string[];
  readonly neverAccepted: readonly string[];
  readonly hardlyUnaccepted: readonly string[];
  readonly stalled: readonly string[];
  readonly ofDevice: readonly string[];
}

/** `own`: what the program may have done, most likely first. */
function adviceOn(own: readonly string[], counters: string, citations: Advice['citations']): Advice {
  return {
    plain: [...own, MEMORY],
    gaveUp: [GAVE_UP, ...own, MEMORY],
    mayHaveGivenUp: [MAY_HAVE_GIVEN_UP, ...own, MEMORY],
    neverAccepted: [sentence(NEVER_ACCEPTED), ...own, MEMORY],
    hardlyUnaccepted: [...own, sentence(NEVER_ACCEPTED), MEMORY],
    stalled: [SEND_TIMEOUT, ...own, MEMORY],
    ofDevice: [sentence(DEVICE), ...own],
    nextSteps: [`On the host of {aborter}, run nstat -az ${counters}.`, LOOK],
    citations,
  };
}

const ABORT_AFTER_DATA = [
  cite.twoWaysToEnd,
  cite.resetTellsDataLoss,
  cite.abortFlushes,
  cite.resetOnPendingData,
  cite.lingerOption,
  cite.unreadDataCounter,
  cite.halfDuplexClose,
  cite.halfDuplexCloseOfHosts,
  cite.abortCommand,
  cite.normalOrAborted,
  cite.lingerCounter,
];
/** Data of the peer may have been unread. */
const AFTER_DATA = adviceOn(
  UNREAD,
  'TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpExtTCPAbortOnMemory',
  ABORT_AFTER_DATA,
);
/** It had sent more after all of the peer's data, so it hardly left any unread. */
const AFTER_ANSWER = adviceOn(
  [LINGER, PROGRAM, CLOSED_UNREAD, KILLED_UNREAD],
  'TcpExtTCPAbortOnData TcpExtTCPAbortOnClose TcpExtTCPAbortOnMemory',
  ABORT_AFTER_DATA,
);
/** The peer had sent no data. */
const WITHOUT_DATA = adviceOn([LINGER, PROGRAM], 'TcpExtTCPAbortOnData TcpExtTCPAbortOnMemory', [
  cite.twoWaysToEnd,
  cite.abortFlushes,
  cite.lingerOption,
  cite.abortCommand,
  cite.normalOrAborted,
  cite.lingerCounter,
]);
const NO_FIN_WAIT_2: Pick<Draft, 'likelyCauses' | 'nextSteps' | 'citations'> = {
  likelyCauses: [LINGER2, NO_WAIT],
  nextSteps: [
    'On the host of {aborter}, run nstat -az TcpExtTCPAbortOnData.',
    'Look for TCP_LINGER2 in the code of {aborter}.',
  ],
  citations: [cite.twoWaysToEnd, cite.normalOrAborted, cite.lingerTwoBelowZero],
};
const BARE = [sentence(DEVICE), sentence(MISSED), sentence(BARE_ABORT)];

/** It had sent its SYN-ACK and nothing else. */
const BARE_UNACCEPTED = [QUEUE_FULL, ...BARE];
const OF_UNACCEPTED: Required<Kind>['ofAnother'] = {
  nextSteps: [
    'On the host of {aborter}, run nstat -az TcpExtListenOverflows, sysctl net.ipv4.tcp_abort_on_overflow, and ss -ltn for the queue of its port.',
    'Compare TTL and MAC address of the reset with those of the SYN-ACK.',
  ],
  citations: [cite.abortOnOverflow, cite.acceptQueueFull, cite.abortFlushes, cite.closedAnswersReset],
};

const NO_LIMITS = {};
/** A client that leaves sooner after its last data was hardly waiting for an answer (seconds). */
const SHORTEST_WAIT = 0.5;
/** No answer comes sooner than this share of the handshake's round trip, as round trips vary a little. */
const MOST_OF_ROUND_TRIP = 0.75;

const PEER: ProgramView = {
  name: 'peer',
  open: 'after queued data, its read fails with ECONNRESET once and then returns 0; if it writes first, that write fails with ECONNRESET, the next with EPIPE and SIGPIPE',
  read: 'returns what is queued, then fails with ECONNRESET once and then returns 0',
};
/** The same if {aborter} had sent its FIN before. */
const AFTER_FIN: ProgramView = {
  name: 'peer',
  open: 'if the FIN had reached it, its read returns what is queued and then 0, and its write fails with EPIPE and SIGPIPE; if not, it gets ECONNRESET',
  read: 'returns 0 if the FIN of {aborter} had reached it, else it fails with ECONNRESET',
};

/** A live socket was aborted: the reset answers nothing, and the connection had not ended. */
export const rstActiveAbort: Rule = {
  id: 'rst-active-abort',
  family: 'reset',
  severity: 'warning',
  summary: 'An endpoint aborted an open connection with a reset of its own.',
  options: {
    recentRoundTrips: {
      unit: 'count',
      default: 2,
      minimum: 0,
      maximum: 1000,
      description:
        'Data captured at most this many round trips before the abort, that had arrived by then and was not answered, was probably unread; unread data alone turns a close into an abort. Of two round trips, one may be the way to the capture point and back.',
    },
  },
  signs: ['reset'],
  needs: 'both',
  explains: [],
  related: [
    'undelivered-data-at-abort',
    'answer-timeout',
    'handshake-aborted',
    'keepalive-unanswered',
    'endpoint-mass-close',
    'rst-carries-data',
  ],
  citations: [
    ...ABORT_AFTER_DATA,
    cite.lingerTwoBelowZero,
    cite.closedAnswersReset,
    cite.middleboxPolicy,
    cite.abortOnOverflow,
    cite.acceptQueueFull,
  ],
  documentation: {
    meaning:
      'A reset that answers no segment, with the numbers of a live socket, is an abort: the program closed with data unread, closed with SO_LINGER 0, or was killed with data unread, on Windows perhaps even with none. All of these look the same. RFC 9293 allows such a reset without the ACK bit, but Linux sets it: a reset without it may answer a segment that the capture missed, or come from a device on the path, and is reported only as a reset in {aborter}’s name. Whatever the other side had sent and nobody had read is lost, and so is what the aborting side had not yet sent.',
    proof: [
      'A reset from {aborter} that the other side accepted, and that answers no segment; or one in answer to a segment, within 0.2 s of another segment from {aborter}, which had not closed.',
      'The connection was open: data had flowed, and the two FINs were not both through.',
    ],
    notThis: [
      'A reset right after the handshake, before any data: handshake-aborted.',
      'A reset that is all the capture holds of the connection, or comes first in it.',
      'A reset after everything was closed: rst-after-close-complete.',
      'A reset that answers data after a close, or data that crossed it: rst-on-write-after-close, rst-on-close-race.',
      'A reset from a host that lost the connection: rst-half-open-discovered.',
      'A reset after unanswered keep-alives: keepalive-unanswered.',
      'A client that leaves with nothing outstanding, in the middle of a response, or right behind what it sent, as health checks do: it stays info.',
      'An abort after the other side’s close, when that side accepted nothing more either: it stays info.',
      'An abort before the other side’s FIN arrived, with all data acknowledged: it stays info.',
      'Many such info findings, however many in a minute: recurring-finding counts only what is at least a warning.',
    ],
    applicationSees: `{aborter}: its own action. After a FIN from {aborter}, the read of {peer} returns 0 and its write fails with EPIPE. ${inGeneral(PEER)}`,
    likelyCauses: [
      ...UNREAD,
      inCase('If a client had waited for an answer', GAVE_UP),
      inCase('If the other side’s receive window was closed', SEND_TIMEOUT),
      `On a server that had sent no data: ${NEVER_ACCEPTED}`,
      inCase('If a server aborted right after the handshake', TURNED_AWAY),
      MEMORY,
      inCase('If the TTL is between 65 and 128', ENDED_ON_WINDOWS),
      `If it answers the acknowledgment of its own FIN: ${LINGER2}`,
      inCase('If it answers the acknowledgment of its own FIN', NO_WAIT),
      inCase('Without an ACK bit, from a server that had sent only its SYN-ACK', QUEUE_FULL),
      `Without an ACK bit, or with marks of another sender: ${DEVICE}`,
      `Without an ACK bit: ${MISSED}`,
      `Without an ACK bit: ${BARE_ABORT}`,
    ],
    nextSteps: [
      'On the host of {aborter}, run nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpExtTCPAbortOnMemory; also TcpExtTCPAbortOnLinger, if shutdown() had sent its FIN before and TCP_LINGER2 is below zero.',
      LOOK,
    ],
    example: { fixture: 'killed-unread-data', capture: 'client' },
  },
  check: eachEndpoint((aborter, peer, connection, { options }) => {
    const reset = abortBy(aborter, peer, connection);
    if (reset === null) return null;
    const crossed = peer.finSent && !hasTakenFin(aborter, peer);
    if (allArrived(aborter, peer) && peer.finSent && !crossed) return null;
    // The answer to a challenge only repeats what the first reset had said: the first one shows why.
    const challenged = challengedBefore(aborter, peer, reset);
    const abort = challenged ?? reset;
    const kind = kindOf(connection, aborter, peer, abort, options.recentRoundTrips);
    const afterFin = finFrame(aborter) !== null;
    const goodbye = goodbyeAfterFin(connection, aborter, peer);
    const certain = kind.ofAnother === undefined && abort.reset.trigger === null && !isUnheard(aborter);
    return reportFinding(rstActiveAbort, connection, {
      endpoint: aborter.role,
      severity: severityOf(aborter, peer, abort, connection),
      confidence: gradedBy(connection, certain ? 'inferred' : 'possible'),
      title:
        kind.ofAnother === undefined
          ? `{aborter} aborted the connection${afterFin ? ' after its own FIN' : ''}`
          : 'A reset in the name of {aborter} ended the open connection',
      explanation: `The reset of {aborter} in frame {abort} ${occasionOf(abort)}.${kind.words}${goodbye === 0 ? '' : ` {peer} had sent ${count(goodbye, 'byte')} after that FIN. ${MAY_BE_TLS_ALERT}`}${challenged === null ? '' : CHALLENGED}${crossed && reset.reset.trigger?.kind !== 'fin' ? FIN_CROSSED : ''}`,
      applicationSees: `${seenAt(peer, aborter, afterFin ? AFTER_FIN : PEER, reset.frame)} {aborter}: ${kind.ofAnother === undefined ? 'its own action.' : SEEN_IF_OF_ANOTHER}`,
      ...adviceFor(kind, aborter, peer, abort, connection),
      ...kind.ofAnother,
      frames: [
        finFrame(aborter),
        peer.lastNewData?.frame ?? null,
        crossed ? finFrame(peer) : null,
        abort.frame,
        challenged === null ? null : (reset.reset.trigger?.frame ?? null),
        reset.frame,
      ],
      from: abort.time,
      to: reset.time,
      facts: {
        kind: kind.name,
        afterOwnFin: afterFin,
        unacknowledgedBytesOfPeer: peer.unacknowledgedBytes,
        unacknowledgedBytes: aborter.unacknowledgedBytes,
        sinceLastDataSeconds: kind.sinceDataSeconds,
      },
      limits: kind.name === 'unread-data-likely' ? options : NO_LIMITS,
      words: {
        aborter: nameOf(aborter),
        peer: nameOf(peer),
        fin: finFrameName(peer),
        abort: abort.frame,
        challenge: reset.reset.trigger?.frame ?? '?',
        rst: reset.frame,
      },
    });
  }),
};

const CHALLENGED =
  ' It was not exact: data before it may have been lost or overtaken. {peer} challenged it in frame {challenge}, and got an exact one in frame {rst}, which ended the connection.';
const FIN_CROSSED =
  ' The FIN of {peer} in frame {fin} had not reached {aborter} by then, as far as the capture shows.';
const SEEN_IF_OF_ANOTHER =
  'its own action if it sent the reset; if it did not, nothing until it sends again or is reset as well.';

/** The reset with which the endpoint aborted a connection that was in use, as far as the capture shows. */
function abortBy(aborter: Endpoint, peer: Endpoint, connection: Connection): SeenReset | null {
  if (aborter.resetsSent === 0 || !opened(aborter)) return null;
  if (aborter.payloadBytes === 0 && peer.payloadBytes === 0) return null;
  const first = findReset(aborter, () => true);
  const reset = findReset(aborter, (sent, seen) => {
    const { verdict, trigger, hasAck } = sent;
    if (verdict !== 'accepted') return false;
    if (trigger === null || isAbort(connection, aborter, sent)) return true;
    // However late the answer to a challenge comes, the first reset came before.
    if (isReset(seen) && challengedBefore(aborter, peer, seen) !== null) return true;
    // In answer to the acknowledgment of its own FIN, it may be an abort as well (TCP_LINGER2 < 0).
    return (
      !hasAck &&
      trigger.kind === 'ack' &&
      trigger.knewFin &&
      !peer.finSent &&
      seen.frame === first?.frame &&
      !refusedData(aborter)
    );
  });
  if (reset === null || diedOfKeepAlive(aborter, peer) || wasDisproved(aborter, reset)) return null;
  if (mayAnswer(reset, peer)) return null;
  // Nothing of the connection was seen before: whether it was open, and what the reset answers, is unknown.
  if (reset.frame === connection.firstFrame) return null;
  if (!reset.reset.hasAck && closeRaceOf(peer, aborter) !== null) return null;
  return reset;
}

/** Each side has acknowledged all that the other sent. */
function allArrived(one: Endpoint, other: Endpoint): boolean {
  return one.unacknowledgedBytes === 0 && other.unacknowledgedBytes === 0;
}

/** `endpoint` is assumed to have had the FIN of `peer` before it sent a reset. */
function hasTakenFin(endpoint: Endpoint, peer: Endpoint): boolean {
  return (
    milestone(peer, 'fin-covered') !== null ||
    AFTER_PEER_FIN.some((state) => entered(endpoint, state) !== null)
  );
}

const AFTER_PEER_FIN = ['CLOSE-WAIT', 'CLOSING', 'TIME-WAIT'] as const;

/** A client may leave as it likes: with all it asked for, or in the middle of a response it no longer wants. */
function severityOf(aborter: Endpoint, peer: Endpoint, reset: SeenReset, connection: Connection): Severity {
  // All that a side threw away or left behind was a goodbye.
  if (mayBeTlsAlert(connection, peer, peer.unacknowledgedBytes) && peer.finSent) return 'info';
  // Each had all of the other's data, and the peer closed at the same moment.
  if (peer.finSent && allArrived(aborter, peer)) return 'info';
  // The peer had closed, and did not half-close only: it refused what came after.
  if (peer.finSent && peer.unacknowledgedBytes === 0 && refusedData(peer)) return 'info';
  if (goodbyeAfterFin(connection, aborter, peer) > 0) return 'info';
  if (aborter.role === 'server') return 'warning';
  if (mayBeTlsAlert(connection, aborter, aborter.unacknowledgedBytes)) return 'info';
  // It did not even wait for what it had just sent.
  if (aborter.lastNewData !== null && leftAtOnce(aborter.lastNewData, reset, connection)) return 'info';
  return allArrived(aborter, peer) || peer.unacknowledgedBytes > 0 ? 'info' : 'warning';
}

function leftAtOnce(data: Moment, reset: SeenReset, connection: Connection): boolean {
  const since = secondsBetween(data.time, reset.time);
  return endedWithin(connection, Math.min(data.frame, reset.frame), since, SHORTEST_WAIT);
}

/** Octets of a TLS alert that are all that `peer` sent after the FIN of `aborter`; 0 if there was more, or none. */
function goodbyeAfterFin(connection: Connection, aborter: Endpoint, peer: Endpoint): number {
  const sent = milestone(peer, 'data-after-peer-fin');
  if (sent === null || aborter.unacknowledgedBytes > 0) return 0;
  return mayBeTlsAlert(connection, peer, sent.value) ? sent.value : 0;
}

function occasionOf({ reset: { trigger } }: SeenReset): string {
  if (trigger === null) return 'answers no segment of the capture';
  if (trigger.knewFin) return 'answers the acknowledgment of its own FIN';
  return `answers frame ${trigger.frame}, which came ${duration(trigger.idleSeconds)} after the last segment from {aborter}: too soon for a host that has lost the connection`;
}

const WITHOUT_REASON: ReadonlySet<Kind['name']> = new Set(['unread-data-likely', 'reason-unknown']);

interface Kind {
  readonly name:
    | 'unread-data-likely'
    | 'no-fin-wait-2'
    | 'sender-unknown'
    | 'never-accepted'
    | 'answer-missing'
    | 'peer-not-reading'
    | 'reason-unknown';
  /** What the explanation says of it. */
  readonly words: string;
  /** From the last data of the peer to the reset; 0 if there is none before that. */
  readonly sinceDataSeconds: number;
  /** What is said otherwise if somebody else may have sent the reset. */
  readonly ofAnother?: Pick<Draft, 'nextSteps' | 'citations'>;
}

const OF_ANOTHER: Required<Kind>['ofAnother'] = {
  nextSteps: [
    'Compare TTL and MAC address of the reset with those of other frames of {aborter}.',
    'Capture at {aborter}: a reset that never left there was made on the way.',
    'Check the logs of the firewalls and load balancers on the path.',
  ],
  citations: [cite.abortFlushes, cite.closedAnswersReset, cite.normalOrAborted, cite.middleboxPolicy],
};

function kindOf(
  connection: Connection,
  aborter: Endpoint,
  peer: Endpoint,
  reset: SeenReset,
  recentRoundTrips: number,
): Kind {
  const data = peer.lastNewData;
  const { near, roundTripSeconds } = connection.vantage;
  // What its reset does not acknowledge may still have been on its way, unless the capture was taken at its host.
  const hadArrived = peer.unacknowledgedBytes === 0 || near === aborter.role;
  const onOwnFin = reset.reset.trigger?.knewFin === true;
  const { payloadBytes } = reset.reset;
  const carried = payloadBytes > 0 ? ` The ${count(payloadBytes, 'byte')} that it carried may say why.` : '';
  const sinceDataSeconds =
    data === null || data.frame > reset.frame ? 0 : round(secondsBetween(data.time, reset.time));
  if (marksAgainst(connection, aborter, peer, reset) !== null) {
    const words = ' It has marks of another sender.';
    return { name: 'sender-unknown', words, sinceDataSeconds, ofAnother: OF_ANOTHER };
  }
  if (onOwnFin) {
    return {
      name: 'no-fin-wait-2',
      words:
        ' {aborter} does not wait for the peer’s FIN: Linux behaves like this if TCP_LINGER2 is below zero.',
      sinceDataSeconds,
    };
  }
  const { hasAck, trigger } = reset.reset;
  if (!hasAck && trigger !== null && carried === '' && hasOnlyAnsweredSyn(aborter, connection)) {
    const words =
      ' It has no ACK bit, and {aborter} had sent nothing but its SYN-ACK: Linux resets like this, if configured to, when the accept queue is full. A device on the path may have sent it as well.';
    return { name: 'never-accepted', words, sinceDataSeconds, ofAnother: OF_UNACCEPTED };
  }
  if (!reset.reset.hasAck) {
    const unknown =
      carried === ''
        ? 'the capture does not show who sent it, or why.'
        : `the capture does not show who sent it.${carried}`;
    const words = ` It has no ACK bit, which Linux sets when it aborts a live socket: ${unknown}`;
    return { name: 'sender-unknown', words, sinceDataSeconds, ofAnother: OF_ANOTHER };
  }
  const live = ' It looks like a live socket being aborted.';
  if (
    aborter.windowClosed ||
    (data !== null &&
      data.frame < reset.frame &&
      hadArrived &&
      !wentOnSince(aborter, data, connection) &&
      roundTripSeconds !== null &&
      endedWithin(connection, data.frame, sinceDataSeconds, recentRoundTrips * roundTripSeconds))
  ) {
    const last = aborter.windowClosed
      ? 'its receive window was closed'
      : `the last data of {peer} had come ${duration(sinceDataSeconds)} before`;
    return {
      name: 'unread-data-likely',
      words: `${live} {aborter} probably had unread data: ${last}.${peer.unacknowledgedBytes > 0 ? ` ${count(peer.unacknowledgedBytes, 'byte')} of {peer} had not even been acknowledged.` : ''}`,
      sinceDataSeconds,
    };
  }
  const closedWindow = peer.windowClosed ? lastMilestone(peer, 'zero-window') : null;
  if (closedWindow !== null && closedWindow.frame < reset.frame && carried === '') {
    const closedFor = duration(secondsBetween(closedWindow.time, reset.time));
    const words = `${live} {peer} had not read what {aborter} sent: its receive window had been closed since frame ${closedWindow.frame}, ${closedFor} before.`;
    return { name: 'peer-not-reading', words, sinceDataSeconds };
  }
  const waited = waitedForAnswer(aborter, peer, reset);
  if (waited >= SHORTEST_WAIT && carried === '') {
    const words = `${live} The last data from {aborter}, sent ${duration(waited)} before, had been acknowledged but not answered.`;
    return { name: 'answer-missing', words, sinceDataSeconds };
  }
  const why = carried === '' ? ' The capture does not show why.' : carried;
  return { name: 'reason-unknown', words: `${live}${why}`, sinceDataSeconds };
}

/** How long the client had waited for an answer to its last data, in seconds; 0 if it was waiting for none. */
function waitedForAnswer(aborter: Endpoint, peer: Endpoint, reset: SeenReset): number {
  const asked = aborter.lastNewData;
  if (aborter.role === 'server' || asked === null || aborter.unacknowledgedBytes > 0) return 0;
  if (peer.lastNewData !== null && peer.lastNewData.frame > asked.frame) return 0;
  if (missedSince(peer, asked.frame)) return 0;
  return secondsBetween(asked.time, reset.time);
}

/** `endpoint` sent more once it had this data of its peer: it need not have left the data unread. */
function wentOnSince({ role, lastNewData }: Endpoint, data: Moment, { vantage }: Connection): boolean {
  if (lastNewData === null || lastNewData.frame < data.frame) return false;
  // In a capture taken elsewhere, what crossed the data looks the same.
  const { near, roundTripSeconds } = vantage;
  const since = secondsBetween(data.time, lastNewData.time);
  return near === role || (roundTripSeconds !== null && since >= MOST_OF_ROUND_TRIP * roundTripSeconds);
}

/** The same for all that the peer had sent, as far as the capture has it: most likely none of it was left unread. */
function wentOnSinceAll(aborter: Endpoint, peer: Endpoint, connection: Connection): boolean {
  const data = peer.lastNewData;
  if (data === null || aborter.windowClosed || peer.unacknowledgedBytes > 0) return false;
  return wentOnSince(aborter, data, connection) && !missedSince(peer, aborter.lastNewData!.frame);
}

function adviceFor(
  { name }: Kind,
  aborter: Endpoint,
  peer: Endpoint,
  abort: SeenReset,
  connection: Connection,
): Pick<Draft, 'likelyCauses' | 'nextSteps' | 'citations'> {
  if (name === 'no-fin-wait-2') return NO_FIN_WAIT_2;
  // What it sent then was no answer: it may have left unread whatever came before that.
  const mayHaveRefused = WITHOUT_REASON.has(name) && mayHaveTurnedAway(connection, aborter, abort.time);
  const advice = !mayHaveSentData(connection, peer)
    ? WITHOUT_DATA
    : wentOnSinceAll(aborter, peer, connection) && !mayHaveRefused
      ? AFTER_ANSWER
      : AFTER_DATA;
  const [first, ...others] = causesOf(name, advice, aborter, peer, abort.reset.hasAck);
  const causes = mayHaveRefused ? [first, TURNED_AWAY, ...others] : [first, ...others];
  const { citations } = advice;
  const nextSteps = mayHaveRefused ? [stepOfTurnedAway('aborter'), ...advice.nextSteps] : advice.nextSteps;
  const likelyCauses =
    name !== 'sender-unknown' && name !== 'never-accepted' && mayBeWindows(aborter)
      ? [...causes, ENDED_ON_WINDOWS]
      : causes;
  return { likelyCauses, nextSteps, citations };
}

function causesOf(
  name: Kind['name'],
  advice: Advice,
  aborter: Endpoint,
  peer: Endpoint,
  hasAck: boolean,
): readonly string[] {
  if (name === 'never-accepted') return BARE_UNACCEPTED;
  if (name === 'sender-unknown') return hasAck ? advice.ofDevice : BARE;
  if (name === 'answer-missing')
    return endsWithRequest(aborter, peer) ? advice.gaveUp : advice.mayHaveGivenUp;
  if (name === 'peer-not-reading') return advice.stalled;
  // No kernel sends data or a FIN on a connection that no program has.
  const mayBeUnaccepted = aborter.role === 'server' && aborter.payloadBytes === 0 && !aborter.finSent;
  if (!mayBeUnaccepted) return advice.plain;
  // What comes right behind data looks like a program's answer to it.
  return name === 'unread-data-likely' ? advice.hardlyUnaccepted : advice.neverAccepted;
}

/** A server that has not even acknowledged data: its program may never have had the connection. */
function hasOnlyAnsweredSyn(aborter: Endpoint, { quality }: Connection): boolean {
  if (aborter.role === 'client' || aborter.payloadBytes > 0) return false;
  if (quality.midstream || quality.lostSegments > 0) return false;
  const synAcks = 1 + (milestone(aborter, 'syn-ack-repeated')?.count ?? 0);
  return aborter.segments - aborter.resetsSent <= synAcks;
}

/** Windows begins with a TTL of 128, and a path takes fewer than 64 off it. */
function mayBeWindows({ ttl }: Endpoint): boolean {
  return ttl !== null && ttl > LARGEST_TTL_OF_OTHERS && ttl <= LARGEST_TTL_OF_WINDOWS;
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

/** It had answered data as a closed socket does: whatever came later met the same. */
function refusedData(endpoint: Endpoint): boolean {
  return findReset(endpoint, ({ trigger }) => trigger !== null && trigger.payloadBytes > 0) !== null;
}

function diedOfKeepAlive(aborter: Endpoint, peer: Endpoint): boolean {
  const probes = milestone(aborter, 'keep-alive');
  return probes !== null && silentSince(peer, probes);
}
