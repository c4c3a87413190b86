import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { areSwapped, eachEndpoint, entered, findReset, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { inGeneral, type ProgramView, seenAt } from './wording/program-view.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round, times } from './wording/wording.js';

/** No stack repeats its SYN-ACK sooner on its own; RFC 6298 §2 begins with a second (seconds). */
const SHORTEST_TIMEOUT = 0.2;

const CLIENT: ProgramView = {
  name: 'client',
  open: 'connect and write succeed, then its read hangs, or fails with ECONNRESET',
  read: 'hangs, or fails with ECONNRESET',
};
const RESET_CLIENT: ProgramView = {
  name: 'client',
  open: 'connect and write succeeded, and its read failed with ECONNRESET in the end',
  read: 'failed with ECONNRESET in the end',
};
const WAITING_CLIENT: ProgramView = {
  name: 'client',
  open: 'connect and write succeeded, and its read hangs until the connection is accepted or given up',
  read: 'hangs until the connection is accepted or given up',
};
/** The client has sent data, for which TCP_DEFER_ACCEPT would have waited. */
const CITATIONS = [
  cite.synReceivedAck,
  cite.listenBacklog,
  cite.acceptQueueFull,
  cite.abortOnOverflow,
  cite.queueLimit,
];
const FULL = [
  'The server’s program does not call accept fast enough, or hangs (likely).',
  'The listen backlog, or net.core.somaxconn, is too small for bursts (possible).',
];
const FULL_OR_LOST = [...FULL, 'The client’s segments are lost on the way (possible).'];
/** For a capture taken near the server: the client's segments came that far. */
const FULL_OR_DROPPED = [
  ...FULL,
  'A firewall on the host of {server}, or right before it, drops the client’s segments (possible): its counters show it.',
];
const OF_SERVER = '{server}: accept does not return this connection.';

/** The server repeats its SYN-ACK although the client has completed the handshake and sends data. */
export const acceptQueueOverflow: Rule = {
  id: 'accept-queue-overflow',
  family: 'handshake',
  severity: 'warning',
  summary:
    'A server repeated its SYN-ACK to a client that already sent data: its accept queue is probably full.',
  options: {},
  signs: ['syn-ack-repeated'],
  needs: 'both',
  explains: ['rst-half-open-discovered', 'undelivered-data-at-abort'],
  related: ['syn-ack-unanswered', 'syn-unanswered', 'handshake-aborted'],
  citations: [...CITATIONS, cite.deferAccept],
  documentation: {
    meaning:
      'When the queue of connections waiting for accept is full, Linux drops the last ACK of the handshake. The client believes it is connected and sends its request; the server stays in SYN-RECEIVED, repeats its SYN-ACK, and in the end forgets the connection and resets it.',
    proof: [
      'Data from {client} that acknowledges the SYN-ACK.',
      'The SYN-ACK of {server}, repeated after that.',
    ],
    notThis: [
      'A SYN-ACK repeated when the client had sent only its ACK: the ACK may have been lost, and TCP_DEFER_ACCEPT waits for data.',
      'A SYN-ACK that left before the data arrived, or a late copy of one.',
      'Loss between the tap and the server: far from the server, the finding is only possible.',
    ],
    applicationSees: `${inGeneral(CLIENT)} ${OF_SERVER}`,
    likelyCauses: FULL_OR_LOST,
    nextSteps: [
      "On the host of {server}, run ss -ltn 'sport = :{port}', and compare Recv-Q with Send-Q.",
      'Run nstat -az TcpExtListenOverflows TcpExtListenDrops; sysctl net.core.somaxconn net.ipv4.tcp_abort_on_overflow',
    ],
    example: { fixture: 'accept-queue-overflow', capture: 'server' },
  },
  check: eachEndpoint((server, client, connection) => {
    const repeated = milestone(server, 'syn-ack-repeated');
    const data = client.lastNewData;
    if (repeated === null || data === null || data.frame > repeated.lastFrame) return null;
    // A server that has sent data had accepted the connection: this SYN-ACK belongs to the next one.
    if (server.lastNewData !== null && server.lastNewData.frame < repeated.frame) return null;
    if (areSwapped(data, { frame: repeated.lastFrame, time: repeated.lastTime })) return null;
    const near = connection.vantage.near === server.role;
    const seconds = secondsBetween(data.time, repeated.lastTime);
    // Elsewhere than at the server, a SYN-ACK that left before the data arrived looks the same.
    if (!near && seconds < SHORTEST_TIMEOUT) return null;
    const answered = entered(server, 'SYN-RECEIVED');
    const reset = findReset(server, ({ hasAck }) => !hasAck);
    return reportFinding(acceptQueueOverflow, connection, {
      endpoint: server.role,
      confidence: near ? 'inferred' : 'possible',
      title:
        '{server} repeated its SYN-ACK although {client} had sent data: its accept queue is probably full',
      explanation: `The client’s data in frame {data} acknowledges the SYN-ACK, yet {server} sent the SYN-ACK again, ${repeated.count === 1 ? '{time} later in frame {last}' : '{count} in all, the last {time} later in frame {last}'}.${reset === null ? '' : ` In the end it reset the connection in frame ${reset.frame}.`}${near ? '' : ' The capture was not taken at the server, so the client’s segments may have been lost after passing the tap.'}`,
      applicationSees: `${seenAt(client, server, reset === null ? WAITING_CLIENT : RESET_CLIENT)} ${OF_SERVER}`,
      ...(near && { likelyCauses: FULL_OR_DROPPED }),
      citations: CITATIONS,
      frames: [answered?.frame ?? null, data.frame, repeated.frame, repeated.lastFrame, reset?.frame ?? null],
      from: repeated.time,
      to: reset?.time ?? repeated.lastTime,
      facts: {
        repetitions: repeated.count,
        seconds: round(seconds),
        unacknowledgedBytes: client.unacknowledgedBytes,
        reset: reset !== null,
      },
      words: {
        server: nameOf(server),
        client: nameOf(client),
        port: server.port,
        data: data.frame,
        count: times(repeated.count),
        time: duration(seconds),
        last: repeated.lastFrame,
      },
    });
  }),
};
