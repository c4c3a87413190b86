import type { Role } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { isOfOtherHost } from './evidence/distance.js';
import {
  eachEndpoint,
  endedWithin,
  entered,
  findReset,
  gradedBy,
  leftBy,
  opened,
} from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { QUEUE_FULL } from './wording/host-fate.js';
import { type Draft, reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round } from './wording/wording.js';

type Account = Required<Pick<Draft, 'applicationSees' | 'likelyCauses' | 'nextSteps' | 'citations'>>;

const GIVEN_UP =
  'A connect that was given up before the SYN-ACK came, by a timeout or because another address answered first (possible).';
const IS_REGULAR =
  'If it comes at regular intervals from one address, it is a health check: recurring-finding names it.';
const WHICH_PROGRAM = 'On the host of {resetter}, find out which program connects, and with which timeout.';

/** The client completed the handshake. */
const BY_CLIENT: Account = {
  applicationSees:
    '{resetter}: its own action. {other}: once accept has returned the connection, its read fails with ECONNRESET.',
  likelyCauses: [
    'A health check or a port scan, which completes the handshake and then resets (likely).',
    'A program that was done, or gave up, before it had anything to send (possible): its log should say so.',
  ],
  nextSteps: [IS_REGULAR, WHICH_PROGRAM],
  citations: [cite.resetAtAnyTime],
};
/** Its reset is the first to acknowledge the SYN-ACK, or answers nothing. */
const BY_CONNECTING_CLIENT: Account = {
  applicationSees: '{resetter}: its own action. {other}: nothing, accept never returns this connection.',
  likelyCauses: ['A health check or a scan, which resets once it has the SYN-ACK (likely).', GIVEN_UP],
  nextSteps: [IS_REGULAR, WHICH_PROGRAM],
  citations: [cite.synReceivedReset, cite.resetAtAnyTime],
};
/** The client answered the SYN-ACK with a reset, and never acknowledged it. */
const HALF_OPEN: Account = {
  applicationSees:
    '{other}: nothing, accept never returns this connection. {resetter}: no program has this connection; if one called connect, it gave up before the SYN-ACK came.',
  likelyCauses: [
    'A half-open scan or probe, which sends SYNs of its own making and learns from the SYN-ACK that the port is open (possible): then there are many of these, to many ports or hosts.',
    GIVEN_UP,
    'A SYN that {resetter} never sent, because its address was forged, or an old copy of a SYN (possible).',
  ],
  nextSteps: [
    'Look at the other connections of {resetter}: many ports or hosts in turn mean a scan.',
    WHICH_PROGRAM,
  ],
  citations: [cite.oldDuplicateSyn, cite.resetForUnknown, cite.synReceivedReset],
};

const NEVER_ACCEPTED =
  'The listening socket was closed, or its program ended, before the connection was accepted (possible): the others in its queue are reset at the same moment.';
const ACCEPTED =
  'The program accepted the connection and aborted it, as a proxy does when it cannot reach the server behind it (possible): its log should say so.';
const IN_FRONT =
  'A load balancer or SYN proxy in front of {resetter} answered the SYN, but could not hand the connection on (possible): its log should say so.';
const NO_ACKNOWLEDGMENT =
  'The acknowledgment of the SYN-ACK did not arrive, and {resetter} gave up, as some stacks do with a reset (possible).';
const QUEUE_STEP =
  'On the host of {resetter}, run nstat -az TcpExtListenOverflows; sysctl net.ipv4.tcp_abort_on_overflow';
const SERVER_LOG =
  'Check the log of the program at {resetter}, and of its service manager, at the time of frame {rst}.';
const OF_SERVER =
  '{other}: connect had succeeded, and its next read or write fails with ECONNRESET. {resetter}: its own action if accept had returned the connection, else nothing.';

/**
 * The server's reset has no ACK bit, like an answer to an acknowledgment, captured or not: its socket may never have
 * existed.
 */
const BY_REFUSING_SERVER: Account = {
  applicationSees: OF_SERVER,
  likelyCauses: [QUEUE_FULL, NEVER_ACCEPTED, ACCEPTED, IN_FRONT],
  nextSteps: [QUEUE_STEP, SERVER_LOG],
  citations: [cite.resetAtAnyTime, cite.abortOnOverflow, cite.acceptQueueFull],
};
/** Its reset looks like that of a live socket being aborted. */
const BY_SERVER: Account = {
  applicationSees: OF_SERVER,
  likelyCauses: [ACCEPTED, NEVER_ACCEPTED, IN_FRONT],
  nextSteps: [SERVER_LOG],
  citations: [cite.resetAtAnyTime],
};
/** No captured segment had acknowledged its SYN-ACK. */
const BY_WAITING_SERVER: Account = {
  applicationSees:
    '{other}: if it had the SYN-ACK, its connect succeeded, and its next read or write fails with ECONNRESET; if not, its connect keeps waiting, or fails. {resetter}: nothing, accept never returns this connection.',
  likelyCauses: [NO_ACKNOWLEDGMENT, NEVER_ACCEPTED, IN_FRONT],
  nextSteps: ['Capture at {other}: does the SYN-ACK arrive, and is it acknowledged?', SERVER_LOG],
  citations: [cite.synReceivedAck, cite.resetAtAnyTime],
};
/** The same without an ACK bit: it may answer an acknowledgment that the capture missed. */
const BY_ANSWERING_SERVER: Account = {
  applicationSees: OF_SERVER,
  likelyCauses: [NO_ACKNOWLEDGMENT, QUEUE_FULL, NEVER_ACCEPTED, IN_FRONT],
  nextSteps: [...BY_WAITING_SERVER.nextSteps, QUEUE_STEP],
  citations: [cite.synReceivedAck, ...BY_REFUSING_SERVER.citations],
};

/** A connection was opened and reset before a single octet was sent. */
export const handshakeAborted: Rule = {
  id: 'handshake-aborted',
  family: 'handshake',
  severity: 'info',
  summary: 'A connection was reset during or right after its handshake, before any data.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: ['rst-active-abort'],
  related: ['rst-active-abort', 'accept-queue-overflow', 'syn-ack-unanswered', 'recurring-finding'],
  citations: [
    cite.synReceivedReset,
    cite.synReceivedAck,
    cite.resetAtAnyTime,
    cite.abortOnOverflow,
    cite.acceptQueueFull,
    cite.oldDuplicateSyn,
    cite.resetForUnknown,
  ],
  documentation: {
    meaning:
      'The handshake got as far as the SYN-ACK, and then one side reset the connection without having sent anything. Load balancers and monitors test ports this way. A client that answers the SYN-ACK with a reset, without ever acknowledging it, has no such connection: a half-open scan, a connect given up meanwhile, or a SYN that was not its own. A server that resets may have a full accept queue and be configured to do so, or has closed its listener.',
    proof: ['A SYN and a SYN-ACK.', 'A reset from {resetter}, and no payload in either direction.'],
    notThis: [
      'A reset in answer to the SYN: connection-refused.',
      'A reset after data: rst-active-abort.',
      'A reset from another host that has the same address, by its MAC address: rst-half-open-discovered.',
      'A SYN to a 4-tuple that was still open: half-open-syn-challenge.',
    ],
    applicationSees:
      '{resetter}: its own action, if a program had the connection. {other}: if accept or connect had returned, its next read fails with ECONNRESET.',
    likelyCauses: [
      ...BY_CLIENT.likelyCauses.map((cause) => inCase('If the client resets', cause)),
      ...HALF_OPEN.likelyCauses.map((cause) =>
        inCase('If the client answers the SYN-ACK with a reset', cause),
      ),
      ...BY_REFUSING_SERVER.likelyCauses.map((cause) => inCase('If the server resets', cause)),
      inCase('If the server resets before the handshake is complete', NO_ACKNOWLEDGMENT),
    ],
    nextSteps: [IS_REGULAR, WHICH_PROGRAM, inCase('If the server resets', QUEUE_STEP)],
    example: { fixture: 'health-check', capture: 'server' },
  },
  check: eachEndpoint((resetter, other, connection) => {
    if (resetter.resetsSent === 0 || resetter.payloadBytes > 0 || other.payloadBytes > 0) return null;
    if (resetter.finSent || other.finSent || connection.quality.midstream) return null;
    const answered = entered(connection.server, 'SYN-RECEIVED');
    if (answered === null) return null;
    const reset = findReset(resetter, ({ verdict }) => verdict === 'accepted');
    if (reset === null) return null;
    // The SYN-ACK alone advances the client's timeline; only its acknowledgment advances the server's.
    const complete = opened(connection.client) && opened(connection.server);
    // An open connection that was given up only after long idling was not a mere handshake.
    const seconds = secondsBetween(answered.time, reset.time);
    if (complete && !endedWithin(connection, answered.frame, seconds, 10)) return null;
    const { hasAck, trigger } = reset.reset;
    // Another host, which never had the connection, answered: rst-half-open-discovered.
    if (complete && trigger !== null && isOfOtherHost(resetter, reset.reset)) return null;
    const isHalfOpen = !complete && resetter.role === 'client' && !hasAck && trigger?.kind === 'syn-ack';
    const before = entered(resetter, 'ESTABLISHED');
    const after = before === null ? null : leftBy(resetter, before);
    return reportFinding(handshakeAborted, connection, {
      endpoint: resetter.role,
      severity: resetter.role === 'server' ? 'warning' : 'info',
      confidence: gradedBy(connection, 'observed'),
      title: isHalfOpen
        ? '{resetter} answered the SYN-ACK with a reset: the handshake was never completed'
        : '{resetter} reset the connection {time} after the SYN-ACK, before any data',
      explanation: `The SYN-ACK is in frame {answer}, the reset of {resetter} in frame {rst}${isHalfOpen ? ', {time} later' : ''}; ${complete ? 'the handshake was complete' : 'the handshake was never completed'} and no data was sent.${isHalfOpen ? ' No acknowledgment of the SYN-ACK came before, and the reset looks like that of a host that knows no such connection.' : ''}`,
      ...(isHalfOpen ? HALF_OPEN : accountOf(resetter.role, complete, hasAck)),
      frames: [answered.frame, reset.frame],
      from: answered.time,
      to: after?.time ?? reset.time,
      facts: { seconds: round(seconds), handshakeComplete: complete, halfOpen: isHalfOpen },
      words: {
        resetter: nameOf(resetter),
        other: nameOf(other),
        time: duration(seconds),
        answer: answered.frame ?? '?',
        rst: reset.frame,
      },
    });
  }),
};

/** The texts for a reset other than a half-open client's, by its sender, its form and how far the handshake had got. */
function accountOf(resetter: Role, complete: boolean, hasAck: boolean): Account {
  if (resetter === 'client') return complete ? BY_CLIENT : BY_CONNECTING_CLIENT;
  if (!complete) return hasAck ? BY_WAITING_SERVER : BY_ANSWERING_SERVER;
  return hasAck ? BY_SERVER : BY_REFUSING_SERVER;
}
