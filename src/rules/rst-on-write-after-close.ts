import {
  type Connection,
  type Endpoint,
  type Milestone,
  peerOf,
  type Transition,
} from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  endedWithin,
  entered,
  findReset,
  finFrame,
  gradedBy,
  lasted,
  milestone,
  type SeenReset,
} from './evidence.js';
import type { Severity } from './finding.js';
import { reportFinding } from './report-finding.js';
import type { OptionValues, Rule } from './rule.js';
import { MAY_BE_TLS_ALERT, mayBeTlsAlert } from './tls-alert.js';
import { count, duration, nameOf, round } from './wording.js';

/** A program went on writing after its peer had closed, and the peer's host reset the connection. */
export const rstOnWriteAfterClose: Rule = {
  id: 'rst-on-write-after-close',
  family: 'reset',
  severity: 'error',
  summary: 'Data written after the peer’s FIN was answered with a reset: the bytes are lost.',
  options: {
    promptSeconds: {
      unit: 'seconds',
      default: 0.1,
      minimum: 0,
      maximum: 3600,
      description:
        'A write this soon after the FIN had arrived was under way in the program before it could see the close: a race, as when data and FIN cross on the path.',
    },
    immediateSeconds: {
      unit: 'seconds',
      default: 1,
      minimum: 0,
      maximum: 3600,
      description:
        'A write this soon after the FIN is that of a busy program that does not look for it; a later one is the reuse of a connection that had long been closed or, by a server, as a late answer.',
    },
    streamingBytes: {
      unit: 'bytes',
      default: 14_600,
      minimum: 1,
      maximum: 2 ** 40,
      description:
        'A server that had sent this much before the FIN was streaming a response to a client that went away: about ten full segments.',
    },
    farewellBytes: {
      unit: 'bytes',
      default: 128,
      minimum: 0,
      maximum: 65_535,
      description:
        'Up to this much, followed at once by the writer’s own FIN, counts as a goodbye: an HTTP/2 GOAWAY and a TLS close_notify take up to 122 octets. Then no data of the application was lost.',
    },
    reactionSeconds: {
      unit: 'seconds',
      default: 1,
      minimum: 0.001,
      maximum: 60,
      description:
        'How soon after the data a reset must follow to count as its answer, if its number does not name the data: with the ACK bit, or with the number of the FIN.',
    },
  },
  ordered: ['promptSeconds', 'immediateSeconds'],
  signs: ['data-after-peer-fin'],
  needs: 'both',
  explains: [
    'close-wait-stuck',
    'fin-wait-2-timeout-late-fin',
    'rst-active-abort',
    'undelivered-data-at-abort',
  ],
  related: ['half-close', 'rst-on-close-race', 'fin-wait-2-timeout-late-fin', 'endpoint-mass-close'],
  citations: [
    cite.resetTellsDataLoss,
    cite.halfDuplexClose,
    cite.dataToNoConnection,
    cite.resetForUnknown,
    cite.closedAnswersReset,
    cite.normalOrAborted,
    cite.halfDuplexCloseOfHosts,
    cite.neverClosedServer,
    cite.httpWatchForClose,
    cite.httpResetErasesResponse,
    cite.closeNotify,
    cite.writeEpipe,
    cite.sendNoSignal,
    cite.posixWriteEpipe,
    cite.resetInCloseWait,
    cite.resetOnFinNumber,
    cite.dataAfterReceiveShutdown,
  ],
  documentation: {
    meaning:
      'The peer closed and its FIN was acknowledged, so the kernel of {writer} knew that the other side had finished; its program wrote all the same. A socket that is closed, or shut down in both directions, cannot deliver what arrives, so its host answers with RST. The first write had already returned success: the program learns of the loss at its next call at the earliest, and may die of SIGPIPE.',
    proof: [
      'A FIN of {closer}, and its acknowledgment by {writer}.',
      'New payload of {writer} in a segment whose own acknowledgment covers that FIN: it was not merely in flight.',
      'A reset of {closer} that answers that data, and no acknowledgment for it.',
    ],
    notThis: [
      'Data that was sent before the FIN arrived: rst-on-close-race.',
      'Data that the closing side acknowledged: half-close.',
      'A reset that answers the late FIN and not data: fin-wait-2-timeout-late-fin.',
      'A reset after both FINs were through: rst-after-close-complete.',
      'A server whose client has just left, as browsers and players do at any time in the middle of a response: within promptSeconds it stays info if the client had got something before. Later its program had time to see the close; with a long response that is a warning.',
      'A goodbye right before the writer’s own FIN, or of the size of a TLS alert such as close_notify: it stays info.',
    ],
    applicationSees:
      '{writer} (on Linux): read returns 0 before and after the reset; the first write returned success; the next one raises SIGPIPE, which ends a process that does not ignore it, or fails with EPIPE. SO_ERROR is EPIPE if asked in between. Data queued before the FIN is still readable. {closer}: nothing; it has closed its socket, or shut down both directions.',
    likelyCauses: [
      'The program writes without looking for the end of file first: no read or poll between the FIN and the write (likely).',
      'A connection pool handed out a connection that the server had closed when idle: its keep-alive timeout is shorter than the pool’s (possible).',
      'The server closed after an error response without reading the rest of the request (possible).',
      'The process of {closer} ended or was killed, and its kernel closed for it (possible): the FIN is the same, but its other connections end in the same moment.',
      'The client went away in the middle of the response, or before it came (possible).',
    ],
    nextSteps: [
      'At {writer}: does the pool test a connection before it lends it, and drop it before the server’s keep-alive timeout?',
      'strace -f -e trace=%network,read,readv,write,writev -p PID, looking for reads that return 0 and for EPIPE.',
      'grep SigIgn /proc/PID/status (bit 0x1000 is SIGPIPE), or MSG_NOSIGNAL in the code.',
      'At {closer}: its keep-alive timeout, its log at the time of frame {fin}, and nstat -az TcpOutRsts TcpExtTCPAbortOnData.',
    ],
    example: { fixture: 'rst-on-write-after-close', capture: 'client' },
  },
  check: eachEndpoint((writer, closer, connection, { options }) => {
    const data = milestone(writer, 'data-after-peer-fin');
    if (data === null || closer.resetsSent === 0) return null;
    const entry = entered(writer, 'CLOSE-WAIT');
    const lostBytes = Math.min(writer.unacknowledgedBytes, data.value);
    if (entry === null || lostBytes === 0) return null;
    const reset = resetOfData(connection, closer, data, lostBytes === data.value, options);
    if (reset === null) return null;
    const { trigger, hasAck } = reset.reset;
    const isCertain = trigger !== null || hasAck;
    const delaySeconds = secondsBetween(entry.time, data.time);
    const variant = variantOf(writer, connection, data, entry, reset, options);
    return reportFinding(rstOnWriteAfterClose, connection, {
      endpoint: writer.role,
      severity: variant.severity,
      confidence: isCertain && variant.name !== 'farewell' ? gradedBy(connection, 'inferred') : 'possible',
      title: `{writer} ${variant.title}`,
      explanation: `{closer} sent its FIN in frame {fin}; {writer} acknowledged it and wrote {bytes} in frame {data}, {delay} later. {closer} answered with RST in frame {rst}. ${variant.meaning}`,
      frames: [
        finFrame(closer),
        entry.frame,
        milestone(closer, 'fin-covered')?.frame ?? null,
        data.frame,
        trigger?.frame ?? null,
        reset.frame,
      ],
      from: entry.time,
      to: reset.time,
      ...(variant.likelyCauses === undefined ? {} : { likelyCauses: variant.likelyCauses }),
      ...(variant.nextSteps === undefined ? {} : { nextSteps: variant.nextSteps }),
      facts: {
        lostBytes,
        delaySeconds: round(delaySeconds),
        segmentsAfterFin: data.count,
        bytesBeforeFin: bytesBefore(writer, data),
        variant: variant.name,
      },
      limits: limitsOf(variant.restsOn, options),
      words: {
        writer: nameOf(writer),
        closer: nameOf(closer),
        bytes: count(lostBytes, 'byte'),
        delay: duration(delaySeconds),
        fin: finFrame(closer) ?? '?',
        data: data.frame,
        rst: reset.frame,
      },
    });
  }),
};

/** The reset that answers the data; `allLost`: none of the data was acknowledged, so nobody was reading. */
function resetOfData(
  connection: Connection,
  closer: Endpoint,
  data: Milestone,
  allLost: boolean,
  options: OptionValues,
): SeenReset | null {
  return findReset(closer, ({ verdict, trigger }, seen) => {
    if (verdict !== 'accepted') return false;
    if (trigger?.knewFin && trigger.payloadBytes > 0) return true;
    // Right behind the data comes the writer's FIN, or the reset has a form that does not name what it answers: that of
    // an abort, or the number of the closer's FIN, which Linux accepts as well.
    if (trigger !== null && !trigger.knewFin) return false;
    const sinceData = secondsBetween(data.lastTime, seen.time);
    const isReaction = endedWithin(connection, data.lastFrame, sinceData, options.reactionSeconds);
    return allLost && data.lastFrame < seen.frame && isReaction;
  });
}

interface Variant {
  readonly name: 'immediate' | 'stale-pooled-connection' | 'late-answer' | 'streaming' | 'race' | 'farewell';
  readonly severity: Severity;
  /** Names of the options that make it this one. */
  readonly restsOn: readonly string[];
  /** What the writer did, after its name. */
  readonly title: string;
  readonly meaning: string;
  /** Where those of the rule would point elsewhere. */
  readonly likelyCauses?: readonly string[];
  readonly nextSteps?: readonly string[];
}

function variantOf(
  writer: Endpoint,
  connection: Connection,
  data: Milestone,
  entry: Transition,
  reset: SeenReset,
  options: OptionValues,
): Variant {
  const delaySeconds = secondsBetween(entry.time, data.time);
  const wasLate = lasted(connection, entry.frame, delaySeconds, options.immediateSeconds);
  const noticeSeconds = noticeOf(connection, peerOf(connection, writer), data, delaySeconds);
  const hadNotice = lasted(connection, entry.frame, noticeSeconds, options.promptSeconds);
  const closed: Transition | null = entered(writer, 'LAST-ACK');
  if (
    closed !== null &&
    data.value <= options.farewellBytes &&
    (closed.frame === null || closed.frame <= reset.frame)
  ) {
    return {
      name: 'farewell',
      severity: 'info',
      restsOn: ['farewellBytes'],
      title: 'sent a last {bytes} after the peer’s close, answered with RST',
      meaning:
        'It closed right after: this may be a goodbye such as TLS close_notify, which has to come before a TLS side closes, and then no data was lost.',
    };
  }
  if (mayBeTlsAlert(connection, writer, data.value)) {
    return {
      name: 'farewell',
      severity: 'info',
      restsOn: [],
      title: 'sent a last {bytes} after the peer’s close, answered with RST',
      meaning: MAY_BE_TLS_ALERT,
    };
  }
  if (wasLate && writer.role === 'server') {
    return {
      name: 'late-answer',
      severity: 'error',
      restsOn: ['immediateSeconds'],
      title: 'wrote {delay} after its client had closed: {bytes} lost to RST',
      meaning:
        'The client had not waited for it. The write returned success, the bytes are lost, and the next write raises SIGPIPE or EPIPE.',
      likelyCauses: [
        'The client gave up waiting: its timeout is shorter than the answer took (likely).',
        'The client ended or was stopped while the server was at work (possible).',
        'The server holds connections without looking for the end of file, and used this one again (possible).',
      ],
      nextSteps: [
        'Compare the client’s timeout with the time from its request to frame {data}, and look for what kept {writer} busy.',
        'At {writer}: does it watch the connection while it works, so that it can stop when the client has gone?',
      ],
    };
  }
  if (wasLate) {
    return {
      name: 'stale-pooled-connection',
      severity: 'error',
      restsOn: ['immediateSeconds'],
      title: 'wrote to a connection that its peer had closed {delay} before: {bytes} lost to RST',
      meaning:
        'The connection had been dead for that long when it was used again, as when a pool hands out a connection without testing it. The write returned success, the bytes are lost, and the next write raises SIGPIPE or EPIPE.',
    };
  }
  if (!hadNotice) {
    return racing(writer, bytesBefore(writer, data) === 0 && !connection.quality.midstream);
  }
  if (writer.role === 'server' && bytesBefore(writer, data) >= options.streamingBytes) {
    return {
      name: 'streaming',
      severity: 'warning',
      restsOn: ['promptSeconds', 'immediateSeconds', 'streamingBytes'],
      title: 'was still sending when its client closed: {bytes} lost to RST',
      meaning:
        'The client went away in the middle of the response, and the server’s program had time to see that; its next write raises SIGPIPE or EPIPE.',
    };
  }
  return {
    name: 'immediate',
    severity: 'error',
    restsOn: ['promptSeconds', 'immediateSeconds'],
    title: 'kept writing after its peer had closed: {bytes} lost to RST',
    meaning: 'The write returned success, the bytes are lost, and the next write raises SIGPIPE or EPIPE.',
  };
}

/**
 * Seconds for which the writer's host had the FIN when the data came. Its acknowledgment and its data are both its
 * own, so that the way to the tap cancels out; where one segment is both, only the round trip can be allowed for.
 */
function noticeOf(connection: Connection, closer: Endpoint, data: Milestone, delaySeconds: number): number {
  const covered = milestone(closer, 'fin-covered');
  if (covered !== null && covered.frame < data.frame) return secondsBetween(covered.time, data.time);
  return delaySeconds - (connection.vantage.roundTripSeconds ?? 0);
}

/** The write was under way when the FIN came. `firstWords`: the writer had not sent anything before. */
function racing(writer: Endpoint, firstWords: boolean): Variant {
  if (writer.role === 'client') {
    return {
      name: 'race',
      severity: 'warning',
      restsOn: ['promptSeconds'],
      title: 'wrote when its peer had just closed: {bytes} lost to RST',
      meaning:
        'The program had hardly time to see the close. The write returned success, and whether the peer would have wanted the bytes is unknown.',
    };
  }
  return {
    name: 'race',
    restsOn: ['promptSeconds'],
    severity: firstWords ? 'warning' : 'info',
    title: 'wrote when its client had just closed: {bytes} lost to RST',
    meaning: `The client did not wait for ${firstWords ? 'any answer' : 'it'}; the server’s next write raises SIGPIPE or EPIPE.`,
    likelyCauses: [
      'The client had all it wanted, or its user left (possible).',
      'The client closes after its request without waiting for the answer (possible).',
      'The client ended or was killed (possible).',
    ],
  };
}

function limitsOf(names: readonly string[], options: OptionValues): OptionValues {
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}

function bytesBefore(writer: Endpoint, data: Milestone): number {
  return Math.max(0, writer.payloadBytes - data.value);
}
