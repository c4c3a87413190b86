import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, endedWithin, entered, findReset, gradedBy, leftBy, opened } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { duration, nameOf, round } from './wording.js';

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
  related: ['rst-active-abort', 'accept-queue-overflow', 'syn-ack-unanswered'],
  citations: [cite.synReceivedReset, cite.resetAtAnyTime, cite.abortOnOverflow, cite.acceptQueueFull],
  documentation: {
    meaning:
      'The handshake got as far as the SYN-ACK, and then one side reset the connection without having sent anything. Load balancers and monitors test a port like this. A server that does it may have a full accept queue and be told to reset, or has closed its listener.',
    proof: ['A SYN and a SYN-ACK.', 'A reset of {resetter}, and no payload in either direction.'],
    notThis: [
      'A reset in answer to the SYN: connection-refused.',
      'A reset after data: rst-active-abort.',
      'A SYN to a 4-tuple that was still open: half-open-syn-challenge.',
    ],
    applicationSees:
      '{resetter}: its own action. {other}: if accept or connect had returned, the next read fails with ECONNRESET.',
    likelyCauses: [
      'A health check or a port scan, if the client resets (likely).',
      'A full accept queue with tcp_abort_on_overflow, or a listener that was closed with connections waiting, if the server resets (possible).',
    ],
    nextSteps: [
      'If it comes at regular intervals from one address, it is a health check.',
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
    const complete = opened(connection.client);
    // An open connection that was given up only after long idling was not a mere handshake.
    const seconds = secondsBetween(answered.time, reset.time);
    if (complete && !endedWithin(connection, answered.frame, seconds, 10)) return null;
    const before = entered(resetter, 'ESTABLISHED');
    const after = before === null ? null : leftBy(resetter, before);
    return reportFinding(handshakeAborted, connection, {
      endpoint: resetter.role,
      severity: resetter.role === 'server' ? 'warning' : 'info',
      confidence: gradedBy(connection, 'observed'),
      title: `{resetter} reset the connection {time} after the SYN-ACK, before any data`,
      explanation: `The SYN-ACK is frame {answer}, the reset of {resetter} frame {rst}; ${complete ? 'the handshake was complete' : 'the handshake was never completed'} and no data was sent.`,
      frames: [answered.frame, reset.frame],
      from: answered.time,
      to: after?.time ?? reset.time,
      facts: { seconds: round(seconds), handshakeComplete: complete },
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
