import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, endedWithin, entered, findReset, gradedBy, leftBy, opened } from './evidence.js';
import type { Citation } from './finding.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { duration, nameOf, round } from './wording.js';

/** What is said of a client that answers the SYN-ACK with a reset, and never acknowledged it. */
const HALF_OPEN = {
  applicationSees:
    '{other}: nothing, accept never returns this connection. {resetter}: no program has a connection of it; if one called connect, it gave up before the SYN-ACK came.',
  likelyCauses: [
    'A half-open scan or probe, which sends SYNs of its own making and learns from the SYN-ACK that the port is open (possible): then there are many, and to many ports or hosts.',
    'A connect that was given up before the SYN-ACK came, by a timeout or because another address answered first (possible).',
    'A SYN that {resetter} never sent, as its address was forged, or an old copy of one (possible).',
  ],
  nextSteps: [
    'Look at the other connections of {resetter}: many ports or hosts in turn are a scan.',
    'On the host of {resetter}: which program connects, and with which timeout?',
  ],
  citations: [cite.oldDuplicateSyn, cite.resetForUnknown, cite.synReceivedReset] satisfies Citation[],
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
    cite.resetAtAnyTime,
    cite.abortOnOverflow,
    cite.acceptQueueFull,
    cite.oldDuplicateSyn,
    cite.resetForUnknown,
  ],
  documentation: {
    meaning:
      'The handshake got as far as the SYN-ACK, and then one side reset the connection without having sent anything. Load balancers and monitors test a port like this. A client that answers the SYN-ACK with a reset, without ever acknowledging it, has no such connection: a half-open scan, a connect given up meanwhile, or a SYN that was not its own. A server that does it may have a full accept queue and be told to reset, or has closed its listener.',
    proof: ['A SYN and a SYN-ACK.', 'A reset of {resetter}, and no payload in either direction.'],
    notThis: [
      'A reset in answer to the SYN: connection-refused.',
      'A reset after data: rst-active-abort.',
      'A SYN to a 4-tuple that was still open: half-open-syn-challenge.',
    ],
    applicationSees:
      '{resetter}: its own action. {other}: if accept or connect had returned, the next read fails with ECONNRESET.',
    likelyCauses: [
      'A health check or a port scan, if the client completes the handshake and resets (likely).',
      'A half-open scan, a connect that was given up, or a forged or old SYN, if the client answers the SYN-ACK with a reset (possible).',
      'A full accept queue with tcp_abort_on_overflow, or a listener that was closed with connections waiting, if the server resets (possible).',
    ],
    nextSteps: [
      'If it comes at regular intervals from one address, it is a health check: recurring-finding names it.',
      'If the server resets: nstat -az TcpExtListenOverflows; sysctl net.ipv4.tcp_abort_on_overflow',
    ],
    example: { fixture: 'health-check', capture: 'server' },
  },
  check: eachEndpoint((resetter, other, connection) => {
    if (resetter.resetsSent === 0 || resetter.payloadBytes > 0 || other.payloadBytes > 0) return null;
    if (resetter.finSent || other.finSent || connection.quality.midstream) return null;
    const answered = entered(connection.server, 'SYN-RECEIVED');
    if (answered === null) return null;
    const reset = findReset(resetter, ({ verdict }) => verdict === 'accepted');
    if (reset === null) return null;
    // The SYN-ACK alone lets the client's timeline go on; the acknowledgment of it takes the server's along.
    const complete = opened(connection.client) && opened(connection.server);
    // An open connection that was given up only after long idling was not a mere handshake.
    const seconds = secondsBetween(answered.time, reset.time);
    if (complete && !endedWithin(connection, answered.frame, seconds, 10)) return null;
    const { hasAck, trigger } = reset.reset;
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
      explanation: `The SYN-ACK is frame {answer}, the reset of {resetter} frame {rst}${isHalfOpen ? ', {time} later' : ''}; ${complete ? 'the handshake was complete' : 'the handshake was never completed'} and no data was sent.${isHalfOpen ? ' No acknowledgment of the SYN-ACK came before, and the reset has the form of a host that knows no such connection.' : ''}`,
      ...(isHalfOpen && HALF_OPEN),
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
