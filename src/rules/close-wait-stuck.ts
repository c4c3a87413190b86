import type { Connection, Endpoint, Milestone, Transition } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  blockedByWindow,
  eachEndpoint,
  entered,
  finCoveredFrame,
  findReset,
  finFrame,
  firstSent,
  gradedBy,
  isHeld,
  lasted,
  lastMilestone,
  latest,
  leftBy,
  mayHaveClosedUnseen,
  milestone,
  missedSince,
  unseenBefore,
} from './evidence/evidence.js';
import type { Finding, Severity } from './finding.js';
import type { Rule, RuleContext } from './rule.js';
import { ERROR_SECONDS, STUCK_SECONDS } from './thresholds.js';
import { OVER_BEFORE } from './wording/host-fate.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, inCase, nameOf, round, ssFilter } from './wording/wording.js';

const NOT_CLOSED =
  'Its code does not close the socket after read returned 0, or after an exception (possible).';
const NEVER_LOOKS =
  'A connection pool keeps the connection and never checks whether the peer has closed it (possible).';
const BLOCKED =
  'The worker that owns the socket is blocked elsewhere, so nothing reads the end of file (possible).';
const COPIED =
  'A forked or executed child holds a copy of the descriptor, so close() in one process sends no FIN (possible).';
const STOPPED = 'The process is stopped, by a debugger or a signal (possible).';
const SLOW_ANSWER = 'A half-close on purpose, with a very slow answer (possible).';
const WAITS =
  'Its FIN waits behind the unacknowledged data (possible): then Send-Q shows that data, and the socket may already be in LAST-ACK.';

/** Pools keep what their program has opened. */
const CAUSES = {
  client: [NEVER_LOOKS, NOT_CLOSED, BLOCKED, COPIED, STOPPED, SLOW_ANSWER],
  server: [NOT_CLOSED, BLOCKED, COPIED, STOPPED, SLOW_ANSWER, NEVER_LOOKS],
};
/**
 * Its receive buffer was full when it was last heard. It may have read everything since: after a FIN, Linux announces
 * no new window.
 */
const CAUSES_UNREAD = [BLOCKED, STOPPED, NOT_CLOSED, COPIED, NEVER_LOOKS, SLOW_ANSWER];
const CAUSES_OF_UNSEEN_START = {
  client: [OVER_BEFORE, ...CAUSES.client],
  server: [OVER_BEFORE, ...CAUSES.server],
};
const CAUSES_OF_WAITING = {
  client: [WAITS, ...CAUSES.client],
  server: [WAITS, ...CAUSES.server],
};
/** It closed in the end, or its process ended. */
const CAUSES_OF_LATE = [
  'The worker that owns the socket was blocked elsewhere until then, or its process was stopped (possible).',
  'A connection pool checks its connections only at long intervals, or at the next use (possible).',
  'The process, or a child that held a copy of the descriptor, ended then, and its kernel closed for it (possible): its other connections end at the same moment.',
];
/** It had sent nothing more: no answer, and nobody used the connection when it was closed. */
const COLLECTED =
  'The program had lost the handle without closing it, and its garbage collector closed it (possible): then its log has nothing for that moment, and other lost sockets close with it.';
const FIND =
  "On the host of {holder}, run ss -tanpo state close-wait '( {filter} )'. Recv-Q 1: only the FIN is unread; the program has not read since, though poll may have reported it. 0: a read took the FIN, as end of file or along with the last data, and the program kept the descriptor. More: data is unread as well.";
/** LAST-ACK is the state of a socket whose FIN waits behind data. */
const FIND_WAITING =
  "On the host of {holder}, run ss -tanpo '( {filter} )'. LAST-ACK: its program has closed, and the FIN waits behind what Send-Q counts. CLOSE-WAIT: it has not closed.";
const DESCRIPTORS =
  'Run lsof -nP -a -i TCP -s TCP:CLOSE_WAIT, and compare ls /proc/PID/fd | wc -l with grep open /proc/PID/limits.';
const STEPS_OF_WAITING = [FIND_WAITING, 'Capture at {closer}: does the data of {holder} arrive there?'];
const SEEN_LATE =
  '{holder}: read returned 0 all that time, or would have, and write would have succeeded. {closer}: nothing if it called close(); a read that blocked until the end if it called shutdown(SHUT_WR).';
/** The connection is over: nothing is left of it to look at. */
const STEPS_OF_LATE = [
  'Find out what the program at {holder} did between frames {ack} and {left}: check its log, and the slowest of its own calls.',
  'Check whether other connections are held now, on the host of {holder}: ss -tanpo state close-wait.',
];
const CITATIONS = [
  cite.closeWaitMeaning,
  cite.remoteCloseNeedsLocalClose,
  cite.closeInCloseWait,
  cite.finProcessing,
  cite.recvReturnsZero,
  cite.closeLastReference,
  cite.httpWatchForClose,
  cite.finTimeout,
];

/** The peer closed, and the application on this side does not follow. */
export const closeWaitStuck: Rule = {
  id: 'close-wait-stuck',
  family: 'teardown',
  severity: 'warning',
  summary: 'An endpoint stays in CLOSE-WAIT: its application does not close after the peer has closed.',
  options: { stuckSeconds: STUCK_SECONDS, errorSeconds: ERROR_SECONDS },
  ordered: ['stuckSeconds', 'errorSeconds'],
  signs: 'always',
  needs: 'both',
  explains: ['fin-wait-2-stuck'],
  related: ['fin-wait-2-stuck', 'half-close', 'half-close-stalled', 'close-wait-pileup'],
  citations: [...CITATIONS, cite.neverClosedServer],
  documentation: {
    meaning:
      'One side sent its FIN and the other side’s kernel acknowledged it, so the other side is in CLOSE-WAIT. Only its own application can end that state, by closing the socket; no timer does. A socket that stays there holds a descriptor and memory. The peer has either forgotten the connection by now, so that anything sent later is reset, or waits in FIN-WAIT-2 without end. Enough such sockets exhaust the process’s file descriptors.',
    proof: [
      'A FIN of the peer, and a later segment of {holder} that acknowledges it.',
      'No FIN and no reset from {holder} since, and no sign that the capture lost one.',
      'No new data from {holder} for at least stuckSeconds, to the end of the capture, to a reset of the peer, or to its own late close, which is only info unless that took errorSeconds.',
    ],
    notThis: [
      'A capture that ends less than stuckSeconds after the FIN: capture-ended-early lists it.',
      'A half-closed connection on which data still flows: half-close.',
      'A FIN that was captured but never acknowledged: fin-unacknowledged.',
      'A FIN of {holder} that is itself unacknowledged: last-ack-stuck.',
      'An idle keep-alive connection: neither side closed, and both are ESTABLISHED.',
      'A capture that starts inside the connection, or resumes inside it after a pause, less than stuckSeconds before the FIN, and holds no data from {holder}: the FIN of {holder} may have come before, so it stays info.',
      'A holder that cannot send because the peer’s window is closed: zero-window-stall.',
      'A holder that still waits for its data to be acknowledged, and may hold back its FIN until then: it stays info, and time spent sending data again does not count.',
    ],
    applicationSees:
      '{holder}: read has returned 0 or will, poll shows IN and RDHUP, and write still succeeds. {closer}: nothing if it called close(); a blocked read if it called shutdown(SHUT_WR).',
    likelyCauses: [
      ...CAUSES.server,
      inCase('If data is unacknowledged', WAITS),
      inCase('If the capture starts, or resumes after a pause, shortly before the FIN', OVER_BEFORE),
      ...CAUSES_OF_LATE.map((cause) => inCase('If it closed in the end', cause)),
      inCase('If it closed in the end and had sent nothing more', COLLECTED),
    ],
    nextSteps: [
      FIND,
      DESCRIPTORS,
      'Take a stack dump of the owner, and run pgrep -P PID to find children that hold the descriptor.',
      'No sysctl ends CLOSE-WAIT; tcp_keepalive_* helps only sockets that set SO_KEEPALIVE.',
    ],
    example: { fixture: 'close-wait-stuck', capture: 'server' },
  },
  check: eachEndpoint((holder, closer, connection, context) => {
    // The whole connection is shorter than the limit: by far the commonest case, and cheap to check.
    if (secondsBetween(connection.start, context.captureEnd) < context.options.stuckSeconds) return null;
    const entry = entered(holder, 'CLOSE-WAIT');
    if (!isHeld(holder, entry) || missedSince(holder, entry.frame)) return null;
    const left = leftBy(holder, entry);
    return left === null
      ? stillHeld(holder, closer, entry, connection, context)
      : heldLong(holder, closer, entry, left, connection, context);
  }),
};

function stillHeld(
  holder: Endpoint,
  closer: Endpoint,
  entry: Transition,
  connection: Connection,
  context: RuleContext,
): Finding | null {
  const { captureStart, captureEnd, options } = context;
  const lastData = lastDataAfter(holder, entry);
  // A FIN waits behind data that is sent again: the congestion window may leave room for no more.
  const waits = holder.unacknowledgedBytes > 0;
  const repeated = waits ? null : lastRepeatedAfter(holder, entry);
  const busy = repeated !== null && repeated.lastFrame > (lastData?.lastFrame ?? 0) ? repeated : lastData;
  const quietSeconds = secondsBetween(busy?.lastTime ?? entry.time, captureEnd);
  const wasQuietFor = (limit: number): boolean =>
    lasted(connection, busy?.lastFrame ?? entry.frame, quietSeconds, limit);
  if (!wasQuietFor(options.stuckSeconds) || blockedByWindow(connection, holder)) return null;
  const heldSeconds = secondsBetween(entry.time, captureEnd);
  const mayBeOver = mayHaveClosedUnseen(connection, holder, entry.time, captureStart, options.stuckSeconds);
  const isDoubtful = waits || mayBeOver;
  const after =
    lastData === null
      ? '{holder} has sent no data since.'
      : `{holder} last sent new data ${duration(secondsBetween(lastData.lastTime, captureEnd))} ago, after ${count(lastData.value, 'byte')} in the open direction.`;
  return reportFinding(closeWaitStuck, connection, {
    endpoint: holder.role,
    severity: isDoubtful ? 'info' : wasQuietFor(options.errorSeconds) ? 'error' : 'warning',
    confidence: isDoubtful ? 'possible' : gradedBy(connection, 'inferred'),
    title: mayBeOver
      ? '{holder} may have stayed in CLOSE-WAIT for {held}'
      : '{holder} has stayed in CLOSE-WAIT for {held}',
    explanation: `{closer} sent its FIN in frame {fin} and {holder} acknowledged it in frame {ack}. ${after}${holder.windowClosed ? ' Its own receive window was closed in its last segment: it had not read what came before.' : ''} ${waits ? `${count(holder.unacknowledgedBytes, 'byte')} that it had sent ${holder.unacknowledgedBytes === 1 ? 'is' : 'are'} not acknowledged, and its FIN may wait behind them: the capture does not show whether the application of {holder} has closed its side.` : mayBeOver ? `${unseenBefore(connection)} and holds no data from {holder}: its own FIN may have come before, and then the connection is over.` : 'TCP sends the second FIN only when the application closes, so the application of {holder} has not closed its side.'}`,
    likelyCauses: waits
      ? CAUSES_OF_WAITING[holder.role]
      : mayBeOver
        ? CAUSES_OF_UNSEEN_START[holder.role]
        : holder.windowClosed
          ? CAUSES_UNREAD
          : CAUSES[holder.role],
    ...(waits && { nextSteps: STEPS_OF_WAITING }),
    citations: CITATIONS,
    frames: [finFrame(closer), entry.frame, finCoveredFrame(closer), lastData?.lastFrame ?? null],
    from: entry.time,
    to: captureEnd,
    facts: {
      heldSeconds: round(heldSeconds),
      quietSeconds: round(quietSeconds),
      bytesAfterFin: lastData?.value ?? 0,
      stillHeld: true,
      kind: waits
        ? 'unacknowledged-data'
        : mayBeOver
          ? 'unseen-start'
          : holder.windowClosed
            ? 'unread-data'
            : lastData === null
              ? 'no-data-after-fin'
              : 'data-then-stall',
    },
    words: words(holder, closer, entry, heldSeconds),
  });
}

/** It did close or abort in the end. */
function heldLong(
  holder: Endpoint,
  closer: Endpoint,
  entry: Transition,
  left: Transition,
  connection: Connection,
  context: RuleContext,
): Finding | null {
  const { options } = context;
  const lastData = lastDataAfter(holder, entry);
  const quietSeconds = longestQuiet(holder, entry, left);
  const wasQuietFor = (limit: number): boolean => lasted(connection, entry.frame, quietSeconds, limit);
  if (!wasQuietFor(options.stuckSeconds) || milestone(holder, 'window-probe') !== null) return null;
  const heldSeconds = secondsBetween(entry.time, left.time);
  const reset = findReset(
    closer,
    ({ trigger, verdict }) =>
      (trigger?.kind === 'fin' || trigger?.kind === 'data') &&
      trigger.knewFin &&
      (verdict === 'accepted' || verdict === 'no-connection'),
  );
  const what = reset?.reset.trigger?.kind === 'data' ? 'data' : 'FIN';
  // A FIN that is refused loses nothing, if all before it has arrived.
  const isHarmless = what === 'FIN' && holder.unacknowledgedBytes === 0;
  // That somebody else ended the wait makes it no shorter.
  const closed = hasEnded(left);
  const severity: Severity =
    (reset !== null && !isHarmless) || (!closed && wasQuietFor(options.errorSeconds))
      ? 'error'
      : reset !== null || !closed || wasQuietFor(options.errorSeconds)
        ? 'warning'
        : 'info';
  const end = endOf(left);
  const harm =
    reset === null
      ? ''
      : ` By then {closer} had forgotten the connection: the late ${what} was answered with a reset in frame {rst}.`;
  return reportFinding(closeWaitStuck, connection, {
    endpoint: holder.role,
    severity,
    confidence: gradedBy(connection, 'inferred'),
    title:
      reset === null
        ? `{holder} stayed in CLOSE-WAIT for {held} until ${end}`
        : `{holder} stayed in CLOSE-WAIT for {held}, and its late ${what} was reset`,
    explanation: `{closer} sent its FIN in frame {fin} and {holder} acknowledged it in frame {ack}. The application of {holder} left its side open for {held}, until ${end}.${harm}`,
    applicationSees: SEEN_LATE,
    likelyCauses: !closed
      ? CAUSES[holder.role]
      : lastData === null
        ? [...CAUSES_OF_LATE, COLLECTED]
        : [...CAUSES_OF_LATE, SLOW_ANSWER],
    nextSteps: STEPS_OF_LATE,
    citations: CITATIONS,
    frames: [finFrame(closer), entry.frame, finCoveredFrame(closer), left.frame, reset?.frame ?? null],
    from: entry.time,
    to: left.time,
    facts: {
      heldSeconds: round(heldSeconds),
      quietSeconds: round(quietSeconds),
      bytesAfterFin: lastData?.value ?? 0,
      stillHeld: false,
      kind: reset === null ? 'closed-late' : 'closed-too-late',
    },
    words: {
      ...words(holder, closer, entry, heldSeconds),
      left: left.frame ?? '?',
      rst: reset?.frame ?? '',
    },
  });
}

/** Its program ended the wait, or its kernel did so for it. */
export function hasEnded({ state, cause }: Transition): boolean {
  return state === 'LAST-ACK' || cause.startsWith('sent RST');
}

/** What ended the wait, as a clause. */
function endOf(left: Transition): string {
  if (left.state === 'LAST-ACK') return 'it closed';
  if (left.cause.startsWith('sent RST')) return 'it aborted with a reset';
  return left.cause === 'received RST' ? '{closer} reset the connection' : 'the port pair was used anew';
}

function lastDataAfter(holder: Endpoint, entry: Transition) {
  const data = milestone(holder, 'data-after-peer-fin');
  return data !== null && (entry.frame === null || data.lastFrame >= entry.frame) ? data : null;
}

function lastRepeatedAfter(holder: Endpoint, entry: Transition): Milestone | null {
  const run = lastMilestone(holder, 'retransmission-run');
  return run !== null && (entry.frame === null || run.lastFrame >= entry.frame) ? run : null;
}

/**
 * The longest time, in seconds, for which it neither sent data nor waited for what it had sent to be acknowledged:
 * before its first data after the FIN, or after the last, as far as is known.
 */
function longestQuiet(holder: Endpoint, entry: Transition, left: Transition): number {
  const sent = holder.milestones
    .filter(({ kind }) => kind === 'retransmission-run' || kind === 'data-after-peer-fin')
    .filter(
      ({ frame, lastFrame }) =>
        (entry.frame === null || lastFrame >= entry.frame) && (left.frame === null || frame <= left.frame),
    )
    .sort((a, b) => a.frame - b.frame);
  let quietSince = entry.time;
  let longest = 0;
  for (const run of sent) {
    const from = run.kind === 'retransmission-run' ? firstSent(run) : run.time;
    longest = Math.max(longest, secondsBetween(quietSince, from));
    quietSince = latest(quietSince, run.lastTime);
  }
  // What was never acknowledged may have held its FIN back to the end.
  if (holder.unacknowledgedBytes > 0 && sent.length > 0) return longest;
  return Math.max(longest, secondsBetween(quietSince, left.time));
}

function words(holder: Endpoint, closer: Endpoint, entry: Transition, heldSeconds: number) {
  return {
    holder: nameOf(holder),
    closer: nameOf(closer),
    held: duration(heldSeconds),
    fin: finFrame(closer) ?? entry.frame ?? '?',
    ack: finCoveredFrame(closer) ?? entry.confirmedBy ?? '?',
    filter: ssFilter(holder, closer),
  };
}
