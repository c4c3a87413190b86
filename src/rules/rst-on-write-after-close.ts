import type { Connection, Endpoint, Milestone } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  endedWithin,
  entered,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  hadClosed,
  milestone,
  type SeenReset,
} from './evidence/evidence.js';
import type { OptionValues, Rule } from './rule.js';
import { turnedAway } from './wording/host-fate.js';
import { inGeneral, type ProgramView, REFUSING_CLOSER, seenAt } from './wording/program-view.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, inCase, nameOf, round } from './wording/wording.js';
import {
  EARLY_ERROR,
  ENDED,
  NO_LOOK,
  OF_BUSY_CLIENT,
  POOL,
  SIGNAL,
  TRACE,
  variantOf,
  WATCH,
} from './wording/write-after-close.js';

const WRITER: ProgramView = {
  name: 'writer',
  open: '(on Linux) read returns 0 before and after the reset; the first write returned success; the next one raises SIGPIPE, which ends a process that does not ignore it, or fails with EPIPE. SO_ERROR is EPIPE if queried in between. Data queued before the FIN is still readable',
  read: 'returns 0',
};

const OF_CLIENT = [
  'At {writer}: check whether the pool tests a connection before handing it out, and drops it before the server’s keep-alive timeout.',
  TRACE,
  SIGNAL,
  'At {closer}: check its keep-alive timeout, its log at the time of frame {fin}, and nstat -az TcpOutRsts TcpExtTCPAbortOnData.',
];
const OF_SERVER = [WATCH, ...OF_BUSY_CLIENT];

const OF_LOSS = [
  cite.resetTellsDataLoss,
  cite.halfDuplexClose,
  cite.dataToNoConnection,
  cite.resetForUnknown,
  cite.closedAnswersReset,
  cite.normalOrAborted,
  cite.halfDuplexCloseOfHosts,
  cite.neverClosedServer,
  cite.resetOnFinNumber,
  cite.dataAfterReceiveShutdown,
];
/** For a program that has not closed its own side. */
const OF_OPEN = [cite.writeEpipe, cite.sendNoSignal, cite.posixWriteEpipe, cite.resetInCloseWait];
/** By the role of the writer, if what was lost was no goodbye. */
const OF_ROLE = {
  client: [...OF_LOSS, cite.httpWatchForClose, cite.httpResetErasesResponse],
  server: [...OF_LOSS, cite.httpWatchForClose],
};
const OF_OPEN_ROLE = {
  client: [...OF_ROLE.client, ...OF_OPEN],
  server: [...OF_ROLE.server, ...OF_OPEN],
};
const OF_FAREWELL = [cite.closeNotify, ...OF_LOSS];

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
        'A write this soon after the FIN arrived was under way before the program could see the close: a race, as when data and FIN cross on the path.',
    },
    immediateSeconds: {
      unit: 'seconds',
      default: 1,
      minimum: 0,
      maximum: 3600,
      description:
        'A write this soon after the FIN comes from a busy program that does not look for it; a later one reuses a connection that had long been closed or, from a server, is a late answer.',
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
        'Up to this much, within promptSeconds of the close and followed at once by the writer’s own FIN, counts as a goodbye: an HTTP/2 GOAWAY and a TLS close_notify take up to 122 octets. Then no data of the application was lost.',
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
  citations: [...OF_OPEN_ROLE.client, cite.closeNotify],
  documentation: {
    meaning:
      'The peer closed and its FIN was acknowledged, so the kernel of {writer} knew that the other side had finished, yet its program wrote. A socket that is closed, or shut down in both directions, cannot deliver what arrives, so its host answers with RST. The first write had already returned success: the program learns of the loss at its next call at the earliest, and may die of SIGPIPE.',
    proof: [
      'A FIN from {closer}, and its acknowledgment by {writer}.',
      'New payload from {writer} in a segment whose own acknowledgment covers that FIN: it was not merely in flight.',
      'A reset from {closer} that answers that data, and no acknowledgment of it.',
    ],
    notThis: [
      'Data that was sent before the FIN arrived: rst-on-close-race.',
      'Data that the closing side acknowledged: half-close. If it accepted some and reset the rest, it had half-closed first, and the finding says so.',
      'A reset that answers the late FIN and not data: fin-wait-2-timeout-late-fin.',
      'A reset after both FINs were through: rst-after-close-complete.',
      'A server whose client has just left, as browsers and players do at any point of a response: within promptSeconds it stays info if the client had received something before. Later, the server’s program had time to see the close: a warning if the response was long, or if the client cannot have waited for an answer.',
      'The tail of what the writer was sending when the FIN came, if a reset had already answered an earlier part: it was in the send buffer.',
      'A server’s first words to a client that connects and closes without sending anything, as health checks do: it stays info.',
      'A goodbye right after the close and right before the writer’s own FIN, or of the size of a TLS alert such as close_notify: it stays info.',
    ],
    applicationSees: `${inGeneral(WRITER)} ${REFUSING_CLOSER}`,
    likelyCauses: [
      NO_LOOK,
      POOL,
      EARLY_ERROR,
      ENDED,
      inCase('If a server had closed right after the handshake', `${turnedAway('closer')} (likely).`),
      'If a server wrote: its client went away in the middle of the response, or before it came (possible).',
    ],
    nextSteps: OF_CLIENT,
    example: { fixture: 'rst-on-write-after-close', capture: 'client' },
  },
  check: eachEndpoint((writer, closer, connection, { options }) => {
    const data = milestone(writer, 'data-after-peer-fin');
    if (data === null || closer.resetsSent === 0) return null;
    const entry = entered(writer, 'CLOSE-WAIT');
    const lostAfterFin = Math.min(writer.unacknowledgedBytes, data.value);
    if (entry === null || lostAfterFin === 0) return null;
    const reset = resetOfData(connection, closer, data, lostAfterFin === data.value, options);
    if (reset === null) return null;
    const { trigger, hasAck } = reset.reset;
    const isCertain = trigger !== null || hasAck;
    const before = lastRefused(closer, data);
    const lostBytes = writer.unacknowledgedBytes;
    const missing = lostBytes - lostAfterFin;
    const covered = milestone(closer, 'fin-covered');
    const apart = covered !== null && covered.frame < data.frame ? covered : null;
    const delaySeconds = secondsBetween((apart ?? entry).time, data.time);
    const bytesSent = Math.max(0, writer.payloadBytes - data.value);
    const isFirst = bytesSent === 0 && !connection.quality.midstream;
    // The segment that brought the FIN, or what was missing before it, if the FIN was not accepted at once.
    const arrived = entry.frame === finFrame(closer) ? null : entry.frame;
    const variant = variantOf({
      connection,
      writer,
      closer,
      data,
      entry,
      reset,
      apart,
      before,
      bytesSent,
      isFirst,
      missing,
      options,
    });
    const steps = writer.role === 'server' ? OF_SERVER : OF_CLIENT;
    return reportFinding(rstOnWriteAfterClose, connection, {
      endpoint: writer.role,
      severity: variant.severity,
      confidence: isCertain && variant.name !== 'farewell' ? gradedBy(connection, 'inferred') : 'possible',
      title: `{writer} ${variant.title}`,
      explanation: `{closer} sent its FIN in frame {fin}${arrived === null ? '' : ', which {writer} accepted with frame {arrived}'}; {writer} acknowledged it${apart === null ? ' with' : ' in frame {covered}, and wrote'} ${writtenIn(data)}, {delay} ${apart === null ? (arrived === null ? 'after the FIN' : 'after that') : 'later'}. {closer} answered with RST in frame {rst}.${earlierLoss(before, missing)} ${variant.meaning}`,
      applicationSees: `${seenAt(writer, closer, WRITER, reset.frame)} ${REFUSING_CLOSER}`,
      frames: [
        finFrame(closer),
        entry.frame,
        covered?.frame ?? null,
        before?.frame ?? null,
        data.frame,
        trigger?.frame ?? null,
        reset.frame,
      ],
      from: entry.time,
      to: reset.time,
      likelyCauses: variant.likelyCauses,
      citations:
        variant.name === 'farewell'
          ? OF_FAREWELL
          : (hadClosed(writer, reset.frame) ? OF_ROLE : OF_OPEN_ROLE)[writer.role],
      nextSteps: variant.nextSteps ?? steps,
      facts: {
        lostBytes,
        delaySeconds: round(delaySeconds),
        segmentsAfterFin: data.count,
        bytesBeforeFin: bytesSent,
        variant: variant.name,
      },
      limits: limitsOf(variant.restsOn, options),
      words: {
        writer: nameOf(writer),
        closer: nameOf(closer),
        bytes: count(lostBytes, 'byte'),
        written: count(variant.name === 'half-closed' ? data.value : lostAfterFin, 'byte'),
        delay: duration(delaySeconds),
        fin: finFrameName(closer),
        arrived: arrived ?? '?',
        missing: count(missing, 'byte'),
        covered: apart?.frame ?? '?',
        data: data.frame,
        lastData: data.lastFrame,
        rst: reset.frame,
      },
    });
  }),
};

/** The data and the frames that carry it. */
function writtenIn({ count: segments }: Milestone): string {
  return segments === 1 ? '{written} in frame {data}' : '{written} from frame {data} to frame {lastData}';
}

/** What was lost of earlier data. */
function earlierLoss(before: SeenReset | null, missing: number): string {
  if (before !== null)
    return ' What {writer} had sent before that, without knowing of the FIN, met the closed socket as well: {bytes} in all are lost.';
  return missing === 0
    ? ''
    : ' The {missing} before them went unacknowledged as well: {bytes} in all are lost.';
}

/** The last reset before `data` that answered data sent without knowing of the FIN: the writer was busy sending. */
function lastRefused(closer: Endpoint, data: Milestone): SeenReset | null {
  let last: SeenReset | null = null;
  findReset(closer, ({ trigger }, seen) => {
    if (trigger !== null && trigger.payloadBytes > 0 && !trigger.knewFin && seen.frame < data.frame)
      last = seen as SeenReset;
    return false;
  });
  return last;
}

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
    // The writer's FIN comes right behind the data, or the reset's form does not name what it answers: that of an
    // abort, or the number of the closer's FIN, which Linux accepts as well.
    if (trigger !== null && !trigger.knewFin) return false;
    const sinceData = secondsBetween(data.lastTime, seen.time);
    const isReaction = endedWithin(connection, data.lastFrame, sinceData, options.reactionSeconds);
    return allLost && data.lastFrame < seen.frame && isReaction;
  });
}

function limitsOf(names: readonly string[], options: OptionValues): OptionValues {
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}
