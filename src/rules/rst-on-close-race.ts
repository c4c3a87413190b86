import type { Connection, Endpoint, Transition } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { closeRaceOf, type LostData, lostDataOf } from './evidence/close-race.js';
import {
  eachEndpoint,
  entered,
  finFrameName,
  finFrame as finFrameOf,
  gradedBy,
  hadClosed,
  lasted,
  milestone,
} from './evidence/evidence.js';
import { MAY_BE_TLS_ALERT, mayBeTlsAlert } from './evidence/tls-alert.js';
import type { Rule } from './rule.js';
import { CLIENT_LEFT, UNLESS_CLIENT_SHOULD_WAIT } from './wording/host-fate.js';
import { inGeneral, type ProgramView, REFUSING_CLOSER, seenAt } from './wording/program-view.js';
import { type Draft, reportFinding } from './wording/report-finding.js';
import { count, duration, inCase, nameOf, round, times } from './wording/wording.js';

const LOST = [cite.resetTellsDataLoss];
/** The data may have been a request, which its server did not accept. */
const OF_REQUEST = [cite.httpResetErasesResponse, cite.httpRetry, ...LOST];
const OF_IDLE_REQUEST = [cite.httpIdleCloseRace, ...OF_REQUEST];

const IDLE_TIMEOUT =
  'The server’s idle timeout is shorter than the time the client keeps connections (possible).';
const LIFETIME =
  'The server ends connections at a certain age or after so many requests, or was being stopped (possible).';
const EARLY_ERROR =
  'The server closed after an early error response without reading the rest of the request (possible).';
const AFTER_ANSWER =
  'The server closes after its answer, as with Connection: close, yet the client used the connection again (possible): then the answer says so.';
const BOTH_CLOSED = [
  'Both sides were done, and what {sender} still sent was a goodbye of its protocol (likely).',
  '{sender} closed only its own direction, with shutdown(SHUT_WR), and waited for an answer (possible): then it got none.',
];
const ONLY_IF_IDEMPOTENT = 'Repeat the request only if it is idempotent.';
const STEPS_AFTER_IDLE = [
  'Compare the keep-alive timeouts: the client’s must be the shorter one.',
  ONLY_IF_IDEMPOTENT,
];
const STEPS_IN_FLIGHT = [
  'At {closer}: find out why it closed, from its log at the time of frame {fin}.',
  ONLY_IF_IDEMPOTENT,
];
const OF_BOTH = {
  likelyCauses: BOTH_CLOSED,
  nextSteps: ['Nothing, unless {sender} should have got an answer.'],
  citations: LOST,
};
const OF_CLIENT = { likelyCauses: CLIENT_LEFT, nextSteps: [UNLESS_CLIENT_SHOULD_WAIT], citations: LOST };
const OF_BUSY_SERVER = {
  likelyCauses: [EARLY_ERROR, LIFETIME],
  nextSteps: STEPS_IN_FLIGHT,
  citations: OF_REQUEST,
};
/** The data was sent after the previous answer had arrived: it belongs to another request. */
const OF_ANSWERED_SERVER = {
  likelyCauses: [AFTER_ANSWER, LIFETIME],
  nextSteps: STEPS_IN_FLIGHT,
  citations: OF_REQUEST,
};
/** The capture begins after whatever the server had sent: the connection may have been idle. */
const OF_UNHEARD_SERVER = {
  likelyCauses: [IDLE_TIMEOUT, EARLY_ERROR, LIFETIME],
  nextSteps: STEPS_IN_FLIGHT,
  citations: OF_IDLE_REQUEST,
};
const OF_IDLE_SERVER = {
  likelyCauses: [IDLE_TIMEOUT, LIFETIME],
  nextSteps: STEPS_AFTER_IDLE,
  citations: OF_IDLE_REQUEST,
};
const SENDER: ProgramView = {
  name: 'sender',
  open: 'read returns 0 if the FIN arrived before the reset, else it fails with ECONNRESET; the write had succeeded',
  read: 'returns 0 if the FIN of {closer} arrived before the reset, else it fails with ECONNRESET',
};
/** The same if the FIN of {closer} had not been accepted when the reset came. */
const UNAWARE: ProgramView = {
  name: 'sender',
  open: 'its write had succeeded, and its read fails with ECONNRESET, as no FIN had come, or not all before it had',
  read: 'fails with ECONNRESET, as no FIN had come, or not all before it had',
};
/** A server that has sent nothing for this long has answered what it was asked. */
const IDLE_SECONDS = 1;

/** One side closed while data from the other was on its way, and discarded it. */
export const rstOnCloseRace: Rule = {
  id: 'rst-on-close-race',
  family: 'reset',
  severity: 'warning',
  summary:
    'A side closed without receiving data that its peer had sent or still sent, and answered it with a reset.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: ['undelivered-data-at-abort', 'rst-active-abort'],
  related: ['rst-on-write-after-close', 'undelivered-data-at-abort', 'fin-unacknowledged'],
  citations: [...OF_IDLE_REQUEST, cite.closeNotify, cite.retransmission, cite.finRetransmitted],
  documentation: {
    meaning:
      'Data and FIN crossed: the sender could not know that the other side had closed, and the data met a closed socket. Whether the peer acted on it is unknown. The usual case is a request on an idle persistent connection at the moment the server closes it. Data much older than the FIN was not in flight but had been lost long before, and data that comes much later shows that the FIN did not arrive.',
    proof: [
      'A FIN from {closer}, and data from {sender} whose acknowledgment does not cover it.',
      'A reset from {closer} that answers this data, or one without ACK after it, and no acknowledgment of the data.',
    ],
    notThis: [
      'Data sent when the FIN was already known: rst-on-write-after-close.',
      'Data that was acknowledged before the close.',
      'Data from a side that had closed as well, before it could know of the other FIN: it stays info.',
      'A client that closes in the middle of a response it no longer wants: it stays info.',
      'A goodbye of the size of a TLS alert such as close_notify: it stays info.',
    ],
    applicationSees: `${inGeneral(SENDER)} ${REFUSING_CLOSER}`,
    likelyCauses: [
      IDLE_TIMEOUT,
      EARLY_ERROR,
      inCase('If the data was sent after an answer', AFTER_ANSWER),
      'If a client closed: it had all it wanted, or left (possible).',
      'If the data had been lost before, or the FIN did not arrive: the path loses segments (likely).',
    ],
    nextSteps: STEPS_AFTER_IDLE,
    example: { fixture: 'rst-on-close-race', capture: 'client' },
  },
  check: eachEndpoint((sender, closer, connection) => {
    const race = closeRaceOf(sender, closer);
    const fin = entered(closer, 'FIN-WAIT-1') ?? entered(closer, 'LAST-ACK');
    if (race === null || fin === null) return null;
    const { reset, finFrame, dataFrame } = race;
    const lost = lostDataOf(connection, sender, fin, race);
    const idle = lost.kind === 'in-flight' ? idleBeforeClose(connection, sender, closer, fin) : null;
    const alert = mayBeTlsAlert(connection, sender, sender.unacknowledgedBytes);
    const finMissed = lost.finMissed || isBehindGap(sender, closer);
    // It had closed as well: what it still sent was a goodbye, or it did not wait for the answer.
    const bothClosed = lost.kind === 'in-flight' && hadClosed(sender, race.finFrame);
    return reportFinding(rstOnCloseRace, connection, {
      endpoint: closer.role,
      ...(alert || bothClosed || closer.role === 'client' ? { severity: 'info' } : {}),
      confidence: gradedBy(connection, lost.kind === 'in-flight' ? 'observed' : 'inferred'),
      ...accountOf(lost, closer, {
        idle,
        alert,
        bothClosed,
        unheard: connection.rolesKnownBy === 'guess' && closer.lastNewData === null,
        answered: wasAnswered(connection, sender, closer, fin, lost),
      }),
      applicationSees: `${seenAt(sender, closer, finMissed ? UNAWARE : SENDER, reset.frame)} ${REFUSING_CLOSER}`,
      frames: [
        bothClosed ? finFrameOf(sender) : null,
        finFrame,
        lost.kind === 'long-lost' ? (sender.lastNewData?.frame ?? null) : null,
        dataFrame,
        reset.frame,
      ],
      from: fin.time,
      to: reset.time,
      facts: {
        kind: idle === null ? KINDS[lost.kind] : 'keep-alive-race',
        lostBytes: sender.unacknowledgedBytes,
        ...(lost.kind === 'long-lost' && { sentBeforeCloseSeconds: round(lost.secondsBeforeFin) }),
        ...(lost.kind === 'unaware' && { sentAfterCloseSeconds: round(-lost.secondsBeforeFin) }),
        ...(lost.kind !== 'in-flight' && { transmissions: lost.copies }),
        ...(idle !== null && { idleBeforeCloseSeconds: round(idle) }),
        ...(bothClosed && { bothClosed }),
        ...(alert && { mayBeTlsAlert: true }),
      },
      words: {
        closer: nameOf(closer),
        sender: nameOf(sender),
        were: sender.unacknowledgedBytes === 1 ? 'was' : 'were',
        bytes: count(sender.unacknowledgedBytes, 'byte'),
        fin: finFrameName(closer),
        ownFin: finFrameName(sender),
        finAgain: times(milestone(closer, 'fin-repeated')?.count ?? 0),
        data: dataFrame ?? '?',
        copies: times(lost.copies),
        rst: reset.frame,
        apart: duration(Math.abs(lost.secondsBeforeFin)),
        idle: duration(idle ?? 0),
      },
    });
  }),
};

const KINDS = {
  'in-flight': 'data-in-flight',
  'long-lost': 'lost-before-close',
  unaware: 'fin-not-arrived',
} as const;

type Account = Pick<Draft, 'title' | 'explanation' | 'likelyCauses' | 'nextSteps' | 'citations'>;

/** The FIN of `closer` follows octets that its peer never received: nobody could read to the end. */
function isBehindGap(sender: Endpoint, closer: Endpoint): boolean {
  const wasTaken = sender.timeline.some(
    ({ cause, retractedBy }) => cause === 'received FIN' && retractedBy === null,
  );
  return !wasTaken && closer.tcpAnalysis.lostSegment > 0;
}

interface Circumstances {
  readonly idle: number | null;
  readonly alert: boolean;
  /** The sender's own FIN came before that of the closer, which had not received it by then. */
  readonly bothClosed: boolean;
  /** The capture began after the handshake, and has no data of the closer. */
  readonly unheard: boolean;
  /** The data left long enough after the closer's last data to be no part of what that answers. */
  readonly answered: boolean;
}

/** What is said of the data, by when it was sent. */
function accountOf(lost: LostData, closer: Endpoint, circumstances: Circumstances): Account {
  const { idle, alert, bothClosed, unheard, answered } = circumstances;
  const ofAlert = alert ? ` ${MAY_BE_TLS_ALERT}` : '';
  const alertCitations = alert ? [cite.closeNotify] : [];
  if (lost.kind === 'long-lost') {
    return {
      title: '{bytes} from {sender} never arrived: {closer} closed {apart} after they were first sent',
      explanation: `{sender} had sent them {apart} before the FIN of {closer} in frame {fin}, {copies} in all, the last time in frame {data}, and no acknowledgment covers them: they were not in flight when {closer} closed, but had been lost before. RST in frame {rst} followed.${ofAlert}`,
      likelyCauses: [
        'The path loses what {sender} sends (likely): then other connections between these two lose segments at that time as well.',
        'A firewall or NAT on the path silently dropped the connection, or these segments (possible).',
        '{closer} closed because nothing came: a timeout of its own (possible).',
      ],
      nextSteps: [
        'Capture at {closer}: do the segments of {sender} arrive there?',
        'Check the timeouts of {closer}, and its log at the time of frame {fin}.',
      ],
      citations: [cite.resetTellsDataLoss, ...alertCitations, cite.retransmission],
    };
  }
  if (lost.kind === 'unaware') {
    const again = milestone(closer, 'fin-repeated') === null ? '' : ' and sent it again {finAgain}';
    return {
      title: '{closer} had closed {apart} before {bytes} from {sender} came: its FIN had not arrived',
      explanation: `{closer} sent its FIN in frame {fin}${again}. The data in frame {data}, first captured {apart} after that, does not acknowledge it: {sender} had not received the FIN, or what came before it, and could not know of the close. The socket was gone: RST in frame {rst} followed, and no acknowledgment of the data.${ofAlert}`,
      likelyCauses: [
        'The path loses what {closer} sends, or a firewall on it drops the FIN (likely).',
        'The host of {sender} processes nothing of what arrives, as when it is overloaded (possible).',
      ],
      nextSteps: [
        'Capture at {sender}: does the FIN of {closer} arrive there?',
        'Check whether {closer} gets answers on other connections at that time.',
      ],
      citations: [cite.resetTellsDataLoss, ...alertCitations, cite.finRetransmitted],
    };
  }
  const { likelyCauses, nextSteps, citations } = bothClosed
    ? OF_BOTH
    : closer.role === 'client'
      ? OF_CLIENT
      : idle !== null
        ? OF_IDLE_SERVER
        : unheard
          ? OF_UNHEARD_SERVER
          : answered
            ? OF_ANSWERED_SERVER
            : OF_BUSY_SERVER;
  return {
    title: bothClosed
      ? '{closer} and {sender} closed at the same time: {bytes} from {sender} {were} in flight, and {closer} reset the connection'
      : '{closer} closed while {bytes} from {sender} {were} in flight, and reset the connection',
    explanation: `${bothClosed ? '{sender} sent its FIN in frame {ownFin}, before it had received that of {closer}. ' : ''}{closer} sent its FIN in frame {fin}. The data in frame {data} does not acknowledge that; RST in frame {rst} followed, and no acknowledgment of the data.${idle === null ? '' : ` The last data of {closer} had come {idle} before its FIN: a request that meets the end of an idle persistent connection looks like this.`}${ofAlert}`,
    likelyCauses,
    nextSteps,
    citations: alert ? [...citations, cite.closeNotify] : citations,
  };
}

/** The data was sent two round trips or more after the last data of the closer, which its sender had by then. */
function wasAnswered(
  connection: Connection,
  sender: Endpoint,
  closer: Endpoint,
  fin: Transition,
  { secondsBeforeFin }: LostData,
): boolean {
  const answer = closer.lastNewData;
  const { roundTripSeconds } = connection.vantage;
  if (answer === null || roundTripSeconds === null) return false;
  if (sender.lastNewData === null || sender.lastNewData.frame < answer.frame) return false;
  const pause = secondsBetween(answer.time, fin.time) - secondsBeforeFin;
  return lasted(connection, answer.frame, pause, 2 * roundTripSeconds);
}

/**
 * How long the server had sent no data when it closed, having answered this client before; null if that was no
 * idle connection: the data then belongs to what was going on.
 */
function idleBeforeClose(
  connection: Connection,
  sender: Endpoint,
  closer: Endpoint,
  fin: Transition,
): number | null {
  const answer = closer.lastNewData;
  const hasAsked = sender.payloadBytes > sender.unacknowledgedBytes;
  if (closer.role === 'client' || answer === null || !hasAsked) return null;
  const idle = secondsBetween(answer.time, fin.time);
  return lasted(connection, answer.frame, idle, IDLE_SECONDS) ? idle : null;
}
