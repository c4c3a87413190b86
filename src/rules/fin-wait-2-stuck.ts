import type {
  Connection,
  Endpoint,
  Milestone,
  Moment,
  Reset,
  Transition,
} from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  acknowledgedAfterPeerFin,
  blockedByWindow,
  eachEndpoint,
  entered,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  lasted,
  lastMilestone,
  mayHaveClosedUnseen,
  milestone,
  missedSince,
  silentSince,
  unseenBefore,
} from './evidence/evidence.js';
import type { Citation, Confidence } from './finding.js';
import type { Rule } from './rule.js';
import { STUCK_SECONDS } from './thresholds.js';
import { OVER_BEFORE } from './wording/host-fate.js';
import { type Draft, reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round, ssFilter } from './wording/wording.js';

const OF_HOLDER = '{holder}: read has returned 0 or will, and write still succeeds.';
const OF_SHUTDOWN =
  '{closer}: its read blocks and its write fails with EPIPE and SIGPIPE, as it shut down its own side; nothing if it has called close() since.';
const NOT_CLOSING = 'The application of {holder} does not close: see close-wait-stuck (likely).';
/** The holder's FIN waits behind data that it may not send. */
const WINDOW_CLOSED =
  '{holder} may send neither data nor its FIN, as the window of {closer} is closed: see zero-window-stall (likely).';
const CAUSES = [
  NOT_CLOSING,
  'The host of {holder} was lost after it acknowledged the FIN (possible).',
  'A firewall or NAT dropped the half-closed connection, and the FIN of {holder} with it (possible).',
];
const LOOK_AT_HOLDER = 'On the host of {holder}, look for the socket in CLOSE-WAIT, as for close-wait-stuck.';
const LOOK_AT_CLOSER = "On the host of {closer}, run ss -tanpo state fin-wait-2 '( {filter} )'.";
/** If the other side has reset the connection, with a number that does not fit. */
const RESET_TAKEN =
  'The reset of {holder} ended the connection: no program owned the socket of {closer} any more, and Linux accepts any reset in the window then (likely).';
const RESET_MISSED =
  '{closer} did not accept the reset of {holder}, and what would have followed was lost: a challenge, or the answer to it (possible).';
/** If that number is outside of the window. */
const RESET_DROPPED =
  '{closer} dropped the reset of {holder} because of its number, and waits for a FIN that nobody will send (likely).';
/** If the reset came after what was no longer answered. */
const RESET_LOST =
  'The reset of {holder} did not arrive, just like what came before it (possible): then {closer} waits for a FIN that nobody will send.';
/** If its number looked right. */
const RESET_UNTAKEN =
  'The reset of {holder} did not arrive, or {closer} expected another number (possible): then {closer} waits for a FIN that nobody will send.';
/** If only shutdown() can have sent the FIN. The program may have called close() since, which no packet shows. */
const BY_SHUTDOWN = {
  applicationSees: `${OF_SHUTDOWN} ${OF_HOLDER}`,
  nextSteps: [
    LOOK_AT_HOLDER,
    `${LOOK_AT_CLOSER} A process, and timer:(keepalive,…) or no timer: its program waits as well, and a timeout of its own would end that. No process, and timer:(timewait,…): it has called close() since.`,
  ],
};

const CITATIONS = [
  cite.finWait2Meaning,
  cite.halfCloseAllowed,
  cite.finAckProcessing,
  cite.finTimeout,
  cite.finTimeoutViolates,
  cite.lingerTwo,
];
const RESET_CITATIONS = [cite.resetValidity, cite.challengeReset, cite.orphanTakesReset];

/** One side closed and waits for a FIN that does not come. */
export const finWait2Stuck: Rule = {
  id: 'fin-wait-2-stuck',
  family: 'teardown',
  severity: 'warning',
  summary: 'An endpoint waits in FIN-WAIT-2: its FIN was acknowledged, but the peer never sends its own.',
  options: { stuckSeconds: STUCK_SECONDS },
  signs: ['unfinished'],
  needs: 'both',
  explains: [],
  related: ['close-wait-stuck', 'half-close', 'fin-wait-2-timeout-late-fin'],
  citations: [...CITATIONS, ...RESET_CITATIONS],
  documentation: {
    meaning:
      'The side that closed first had its FIN acknowledged and now waits in FIN-WAIT-2 for the other side’s FIN. The cause lies with the other side, whose application does not close (close-wait-stuck), or on the path. RFC 9293 gives this state no timer. A kernel ends it only if no program owns the socket any more: after close() Linux drops it silently at tcp_fin_timeout; after shutdown() it lasts as long as the program keeps the socket.',
    proof: [
      'A FIN of {closer}, and an acknowledgment of {holder} that covers it.',
      'No FIN from {holder}, and no sign that the capture lost one.',
      'No new data from {holder} for at least stuckSeconds, to the end of the capture.',
    ],
    notThis: [
      'A half-closed connection on which data still flows: half-close.',
      'A FIN that nobody acknowledged: fin-unacknowledged.',
      'A FIN of {holder} that {closer} did not acknowledge: last-ack-stuck.',
    ],
    applicationSees: `{closer}: after shutdown(SHUT_WR) its read blocks and its write fails with EPIPE and SIGPIPE; after close() nothing. ${OF_HOLDER}`,
    likelyCauses: [
      ...CAUSES,
      `If the window of {closer} is closed: ${WINDOW_CLOSED}`,
      inCase('If {holder} sent a reset with another number', RESET_TAKEN),
      inCase('If that number is outside of the window', RESET_DROPPED),
      inCase('If the reset came after what {closer} no longer answered', RESET_LOST),
    ],
    nextSteps: [
      LOOK_AT_HOLDER,
      `${LOOK_AT_CLOSER} No process, and timer:(timewait,…): an orphan that counts down after close(). A process, and timer:(keepalive,…) or no timer: a half-close by shutdown().`,
      'Check sysctl net.ipv4.tcp_fin_timeout',
    ],
    example: { fixture: 'fin-wait-2-held', capture: 'client' },
  },
  check: eachEndpoint((closer, holder, connection, { captureStart, captureEnd, options }) => {
    if (closer.finalState !== 'FIN-WAIT-2' || holder.finSent) return null;
    const entry = entered(closer, 'FIN-WAIT-2');
    const covered = milestone(closer, 'fin-covered');
    if (entry === null || covered === null || missedSince(holder, entry.frame)) return null;
    const data = milestone(holder, 'data-after-peer-fin');
    const last = data !== null && data.lastFrame > covered.frame ? data : null;
    const quietSeconds = secondsBetween(last?.lastTime ?? entry.time, captureEnd);
    if (!lasted(connection, last?.lastFrame ?? entry.frame, quietSeconds, options.stuckSeconds)) return null;
    const waitedSeconds = secondsBetween(entry.time, captureEnd);
    const probes = probesSince(closer, entry);
    const afterReset = doubtByReset(closer, holder, entry);
    const doubt =
      afterReset ??
      (mayHaveClosedUnseen(connection, holder, entry.time, captureStart, options.stuckSeconds)
        ? startedLate(connection)
        : null);
    const call = callUsed(connection, holder, probes, data);
    return reportFinding(finWait2Stuck, connection, {
      endpoint: closer.role,
      // The FIN was not repeated, so its acknowledgment arrived: else the FIN would have been sent again.
      likelyCauses: CAUSES,
      citations: CITATIONS,
      confidence: doubt === null ? gradedBy(connection, 'inferred') : 'possible',
      title: `{closer} ${doubt === null ? 'has' : 'may have'} waited in FIN-WAIT-2 for {waited}`,
      explanation: `{closer} sent its FIN in frame {fin}; {holder} acknowledged it in frame {ack} ${doubt?.words ?? 'and never sent its own.'} ${call.words}`,
      ...(call.confidence !== 'possible' && BY_SHUTDOWN),
      ...(doubt !== null && { severity: 'info', ...doubt.advice }),
      ...(probes !== null &&
        !silentSince(holder, lastOf(probes)) &&
        secondsBetween(probes.lastTime, captureEnd) < options.stuckSeconds && {
          likelyCauses: [NOT_CLOSING],
        }),
      ...(blockedByWindow(connection, holder) && { likelyCauses: [WINDOW_CLOSED] }),
      ...afterReset?.advice,
      frames: [finFrame(closer), covered.frame, data?.lastFrame ?? null, afterReset?.reset ?? null],
      from: entry.time,
      to: captureEnd,
      facts: {
        waitedSeconds: round(waitedSeconds),
        quietSeconds: round(quietSeconds),
        closedBy: call.name,
        closedByConfidence: call.confidence,
      },
      words: {
        closer: nameOf(closer),
        holder: nameOf(holder),
        waited: duration(waitedSeconds),
        fin: finFrameName(closer),
        ack: covered.frame,
        reset: afterReset?.reset ?? '?',
        filter: ssFilter(closer, holder),
      },
    });
  }),
};

/** Why it may no longer be waiting. */
interface Doubt {
  /** Continues the sentence on the other side's acknowledgment. */
  readonly words: string;
  readonly advice: Pick<Draft, 'likelyCauses' | 'applicationSees' | 'nextSteps' | 'citations'>;
  /** The frame of the reset on which it rests. */
  readonly reset: number | null;
}

interface Fate {
  /** Continues the sentence after the frame of the reset. */
  readonly words: string;
  readonly likelyCauses: readonly string[];
  readonly citations: readonly Citation[];
}

function startedLate(connection: Connection): Doubt {
  return {
    words: `and sent nothing more. ${unseenBefore(connection)} and holds no data from {holder}: its own FIN may have come before, and then the connection is over.`,
    advice: { likelyCauses: [OVER_BEFORE, NOT_CLOSING.replace('(likely)', '(possible)')] },
    reset: null,
  };
}

/** The other side has reset the connection since, and the waiting side is not seen to have accepted that. */
function doubtByReset(closer: Endpoint, holder: Endpoint, entry: Transition): Doubt | null {
  const reset = findReset(holder, (_reset, { frame }) => entry.frame === null || frame > entry.frame);
  if (holder.finalState !== 'CLOSED' || reset === null) return null;
  const { words, likelyCauses, citations } = fateOf(
    reset.reset.verdict,
    milestone(closer, 'challenge-ack') !== null,
  );
  return {
    words: `and reset the connection in frame {reset}, ${words}`,
    advice: {
      likelyCauses,
      applicationSees:
        '{closer}: nothing after close(); after shutdown(SHUT_WR) its read blocks, or fails with ECONNRESET once a reset is accepted. {holder}: nothing, as its program has given up the connection.',
      nextSteps: [LOOK_AT_CLOSER],
      citations: [...CITATIONS, ...citations],
    },
    reset: reset.frame,
  };
}

/** What became of the reset at the side that waits. */
function fateOf(verdict: Reset['verdict'], isChallenged: boolean): Fate {
  if (verdict === 'undelivered')
    return {
      words: 'after what {closer} no longer answered.',
      likelyCauses: [RESET_LOST],
      citations: [],
    };
  // It looked right, but was retracted.
  if (verdict === 'accepted')
    return {
      words: 'which {closer} did not accept: it went on.',
      likelyCauses: [RESET_UNTAKEN],
      citations: [],
    };
  const unexpected = 'with a number that {closer} was not seen to expect.';
  if (isChallenged)
    return {
      words: `${unexpected} The reset was challenged, and the answer to that is missing.`,
      likelyCauses: [RESET_MISSED],
      citations: [cite.challengeReset],
    };
  if (verdict === 'out-of-window')
    return {
      words: `${unexpected} The number is outside of the window, so the reset is ignored there.`,
      likelyCauses: [RESET_DROPPED],
      citations: [cite.resetValidity],
    };
  return {
    words: `${unexpected} Linux challenges such a reset if a program still owns the socket; no challenge was captured.`,
    likelyCauses: [RESET_TAKEN, RESET_MISSED],
    citations: [cite.challengeReset, cite.orphanTakesReset],
  };
}

/** The keep-alives that it sent while it waited. */
function probesSince(closer: Endpoint, { frame }: Transition): Milestone | null {
  const probes = lastMilestone(closer, 'keep-alive');
  return probes !== null && frame !== null && probes.lastFrame > frame ? probes : null;
}

function lastOf({ lastFrame, lastTime }: Milestone): Moment {
  return { frame: lastFrame, time: lastTime };
}

/** Which call sent the FIN, as far as what followed shows. */
function callUsed(
  connection: Connection,
  holder: Endpoint,
  probes: Milestone | null,
  data: Milestone | null,
): { name: string; confidence: Confidence; words: string } {
  if (data !== null && acknowledgedAfterPeerFin(holder) > 0) {
    return {
      name: 'shutdown',
      confidence: gradedBy(connection, 'inferred'),
      words:
        '{closer} still accepted data after its FIN, so it half-closed with shutdown(SHUT_WR), and waits without limit unless it has called close() since.',
    };
  }
  if (probes !== null) {
    return {
      name: 'shutdown',
      confidence: 'possible',
      words:
        '{closer} still probes the connection, which Linux does not do for a socket that no program owns: it may have used shutdown().',
    };
  }
  return {
    name: 'unknown',
    confidence: 'possible',
    words:
      'The capture cannot tell close() from shutdown(): after close() Linux drops this state at tcp_fin_timeout, 60 s by default, without a packet; after shutdown() it waits without limit.',
  };
}
