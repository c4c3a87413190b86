/**
 * The kinds of writes after the peer's close: what the program that wrote was doing, how grave that is, and what it
 * lost.
 */
import type { Connection, Endpoint, Milestone, Transition } from '../../connections/connection.js';
import { secondsBetween } from '../../core/time.js';
import {
  acknowledgedAfterPeerFin,
  endedWithin,
  entered,
  hadClosed,
  lasted,
  milestone,
  type SeenReset,
} from '../evidence/evidence.js';
import { MAY_BE_TLS_ALERT, mayBeTlsAlert, SIZE_OF_TLS_ALERT } from '../evidence/tls-alert.js';
import { mayHaveTurnedAway } from '../evidence/turned-away.js';
import type { Severity } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { CLIENT_LEFT, stepOfTurnedAway, turnedAway, UNLESS_CLIENT_SHOULD_WAIT } from './host-fate.js';
import { count, duration } from './wording.js';

/** No answer comes sooner than this share of the handshake's round trip, as round trips vary a little. */
const MOST_OF_ROUND_TRIP = 0.75;
/** A closer that had sent something this short a time before has not closed an idle connection (seconds). */
const IDLE_SECONDS = 1;
/** Idle timeouts are no shorter (seconds). */
const SHORTEST_TIMEOUT = 2;

const GOODBYE =
  'A goodbye that {writer} sends when it sees the close, as SSH clients do (possible): then nothing is lost.';
/** A closer that closes sooner after its last data was hardly waiting for an answer (seconds). */
const SHORTEST_WAIT = 0.5;

export const NO_LOOK =
  'The program writes without checking for end of file first: no read or poll between the FIN and the write (likely).';
export const POOL =
  'A connection pool handed out a connection that the server had closed as idle: the server’s keep-alive timeout is shorter than the pool’s (possible).';
export const EARLY_ERROR =
  'The server closed after an error response without reading the rest of the request (possible).';
export const ENDED =
  'The process of {closer} ended or was killed, and its kernel closed for it (possible): the FIN looks the same, but its other connections end at the same moment.';

export const TRACE =
  'Run strace -f -e trace=%network,read,readv,write,writev -p PID: look for reads that return 0 and for EPIPE.';
export const SIGNAL =
  'Run grep SigIgn /proc/PID/status (bit 0x1000 is SIGPIPE), or look for MSG_NOSIGNAL in the code of {writer}.';
export const WATCH =
  'At {writer}: check whether it watches the connection while it works, so that it can stop when the client is gone.';

const GAVE_UP = 'The client gave up waiting: its timeout is shorter than the answer took (likely).';
const COMPARE =
  'Compare the client’s timeout with the time from its request to frame {data}, and find out what kept {writer} busy.';

/** What to look at if no pool lent the connection. */
export const OF_BUSY_CLIENT = [
  TRACE,
  SIGNAL,
  'At {closer}: find out why it closed, from its timeouts and its log at the time of frame {fin}.',
];

/** A kind of such writes. */
export interface Variant {
  readonly name:
    | 'immediate'
    | 'stale-pooled-connection'
    | 'late-answer'
    | 'streaming'
    | 'race'
    | 'turned-away'
    | 'half-closed'
    | 'farewell'
    | 'unasked';
  readonly severity: Severity;
  /** Names of the options that make it this kind. */
  readonly restsOn: readonly string[];
  /** What the writer did, to follow its name. */
  readonly title: string;
  readonly meaning: string;
  readonly likelyCauses: readonly string[];
  /** Given if the steps for the writer's role would lead elsewhere. */
  readonly nextSteps?: readonly string[];
}

/** A write after the close, and the reset that answered it. */
export interface Written {
  readonly connection: Connection;
  readonly writer: Endpoint;
  readonly closer: Endpoint;
  readonly data: Milestone;
  readonly entry: Transition;
  readonly reset: SeenReset;
  /** The acknowledgment of the FIN, if the writer sent it before the data, in a segment of its own. */
  readonly apart: Milestone | null;
  readonly before: SeenReset | null;
  /** Octets before the data that were not acknowledged either. */
  readonly missing: number;
  /** What the writer had sent before the data, and whether that is known to be nothing at all. */
  readonly bytesSent: number;
  readonly isFirst: boolean;
  readonly options: OptionValues;
}

/** Which kind it is. */
export function variantOf(written: Written): Variant {
  const { connection, writer, data, reset, before, missing, options } = written;
  const closed: Transition | null = entered(writer, 'LAST-ACK');
  const goodbye: Omit<Variant, 'restsOn' | 'meaning'> = {
    name: 'farewell',
    severity: 'info',
    title: 'sent a last {written} after the peer’s close, answered with RST',
    likelyCauses: [
      'A goodbye that the protocol asks for, such as TLS close_notify or HTTP/2 GOAWAY, sent when the close was seen (likely).',
      'The rest of something that {closer} did not wait for (possible).',
    ],
    nextSteps: ['Nothing, if the bytes in frame {data} are such a goodbye.'],
  };
  if (
    before === null &&
    closed !== null &&
    data.value <= options.farewellBytes &&
    !timingOf(written).hadNotice &&
    (closed.frame === null || closed.frame <= reset.frame)
  ) {
    return {
      ...goodbye,
      restsOn: ['farewellBytes', 'promptSeconds'],
      meaning: `{writer} closed right after: this may be a goodbye such as TLS close_notify, which a TLS side has to send before it closes${missing === 0 ? ', and then no data was lost' : '; what was lost before it was no goodbye'}.`,
    };
  }
  if (before === null && mayBeTlsAlert(connection, writer, data.value))
    return { ...goodbye, restsOn: [], meaning: missing === 0 ? MAY_BE_TLS_ALERT : `${SIZE_OF_TLS_ALERT}.` };
  if (acknowledgedAfterPeerFin(writer) > 0) return ofHalfClosed(written);
  return writer.role === 'server' ? ofServer(written) : ofClient(written);
}

/** The closer went on reading after its FIN, then stopped: the writer may have seen nothing of that. */
function ofHalfClosed(written: Written): Variant {
  const isServer = written.writer.role === 'server';
  const accepted = count(acknowledgedAfterPeerFin(written.writer), 'byte');
  return {
    name: 'half-closed',
    severity: isServer ? 'warning' : 'error',
    restsOn: [],
    title: `went on writing to a peer that had half-closed and then accepted no more: {bytes} lost to RST`,
    meaning: `{closer} had acknowledged ${accepted} of that data after its FIN: it was still reading then, but had closed or ended when the rest came. ${lossOf(written)}`,
    likelyCauses: isServer
      ? [
          'The client ended or gave up while still receiving what it had half-closed for (possible).',
          CLIENT_LEFT[0],
        ]
      : ['{closer} ended or closed fully before it had read everything (possible).', ENDED],
    nextSteps: ['At {closer}: check its log at the time of frame {rst}, and its timeouts.', SIGNAL],
  };
}

function ofClient(written: Written): Variant {
  const { wasLate, hadNotice } = timingOf(written);
  if (!wasLate && wasTurnedAway(written)) return ofTurnedAway(written);
  if (wasLate) {
    return {
      name: 'stale-pooled-connection',
      severity: 'error',
      restsOn: ['immediateSeconds'],
      title: 'wrote to a connection that its peer had closed {delay} earlier: {bytes} lost to RST',
      meaning: `The connection had been dead for that long when it was used again, as when a pool hands out a connection without testing it. ${lossOf(written)}`,
      likelyCauses: [NO_LOOK, POOL, ENDED],
    };
  }
  if (hadNotice) {
    return {
      name: 'immediate',
      severity: 'error',
      restsOn: ['promptSeconds', 'immediateSeconds'],
      title: `${wroteAfterClose(written)}: {bytes} lost to RST`,
      meaning: lossOf(written),
      likelyCauses: wasInUse(written) ? [NO_LOOK, EARLY_ERROR, ENDED] : [NO_LOOK, EARLY_ERROR, POOL, ENDED],
      ...(wasInUse(written) && { nextSteps: OF_BUSY_CLIENT }),
    };
  }
  const idle = quietBefore(written);
  // A server that was being sent something was not idle.
  const wasIdle =
    idle !== null &&
    (written.data.dataBefore ?? 0) <= written.closer.lastNewData!.frame &&
    lasted(written.connection, written.closer.lastNewData!.frame, idle, SHORTEST_TIMEOUT);
  return {
    name: 'race',
    severity: 'warning',
    restsOn: ['promptSeconds'],
    title: 'wrote when its peer had just closed: {bytes} lost to RST',
    meaning: `The program may not yet have seen the close${wasIdle ? `, which came after {closer} had sent nothing for ${duration(idle)}` : ''}. ${lossOf(written)} Whether the peer would have wanted the bytes is unknown.`,
    likelyCauses: wasIdle
      ? [
          `The server’s idle timeout, of ${duration(idle)} or so, expired just as the client used the connection again (possible).`,
          EARLY_ERROR,
          ENDED,
          GOODBYE,
        ]
      : [
          'The server ended the connection on its own, after a timeout or when it was done, while the client was writing (possible).',
          EARLY_ERROR,
          ENDED,
          GOODBYE,
        ],
    nextSteps: [
      wasIdle
        ? 'If the connection was idle until then, make the client give up such connections some seconds before the server does; check the timeouts of {closer}, and its log at the time of frame {fin}.'
        : 'At {closer}: check its timeouts, and its log at the time of frame {fin}.',
      'Repeat what was lost only if that does no harm: the capture does not show what {closer} had acted on.',
      SIGNAL,
    ],
  };
}

/** The server ended the connection as soon as it had accepted it, before the client sent anything. */
function wasTurnedAway(written: Written): boolean {
  const { connection, closer, isFirst } = written;
  return isFirst && mayHaveTurnedAway(connection, closer, closeOf(written).time);
}

function ofTurnedAway(written: Written): Variant {
  const { payloadBytes, lastNewData } = written.closer;
  const said =
    lastNewData === null
      ? ''
      : `, and had sent ${count(payloadBytes, 'byte')} by frame ${lastNewData.frame}, which may say why`;
  return {
    name: 'turned-away',
    severity: 'warning',
    restsOn: ['immediateSeconds'],
    title: 'wrote to a server that had closed right after accepting it: {bytes} lost to RST',
    meaning: `{closer} had closed before it could have received any request${said}. ${lossOf(written)}`,
    likelyCauses: [`${turnedAway('closer')} (likely).`, ENDED, NO_LOOK],
    nextSteps: [stepOfTurnedAway('closer'), SIGNAL],
  };
}

function ofServer(written: Written): Variant {
  const { closer, bytesSent, isFirst, options } = written;
  const { wasLate, hadNotice } = timingOf(written);
  if (isFirst && closer.payloadBytes === 0) {
    return {
      name: 'unasked',
      severity: 'info',
      restsOn: [],
      title: 'wrote to a client that had connected and closed without sending anything: {bytes} lost to RST',
      meaning: 'Nobody was waiting for this data.',
      likelyCauses: [
        'A health check or port scan, which connects and closes (likely): it comes at regular intervals, or to many ports.',
        'A client that ended at once (possible).',
      ],
      nextSteps: ['Nothing, if {closer} is a load balancer, a monitor or a kubelet.', SIGNAL],
    };
  }
  const waited = waitOf(written);
  // Whether it had asked for something before makes giving up no worse.
  const left = isFirst || waited !== null || cannotHaveWaited(written);
  if (wasLate) {
    return {
      name: 'late-answer',
      severity: left ? 'warning' : 'error',
      restsOn: ['immediateSeconds'],
      title: 'wrote {delay} after its client had closed: {bytes} lost to RST',
      meaning: `The client had not waited for this data. ${lossOf(written)}`,
      likelyCauses: [
        GAVE_UP,
        'The client ended or was stopped while the server was working (possible).',
        'The server keeps connections without checking for end of file, and used this one again (possible).',
      ],
      nextSteps: [COMPARE, WATCH],
    };
  }
  if (!hadNotice) {
    return {
      name: 'race',
      restsOn: ['promptSeconds'],
      severity: isFirst ? 'warning' : 'info',
      title: 'wrote when its client had just closed: {bytes} lost to RST',
      meaning: `The client ${waited === null ? 'did not wait' : `had waited ${duration(waited)}`} for ${isFirst ? 'any answer' : 'this data'}${hasClosed(written) ? '.' : '; the server’s next write raises SIGPIPE or fails with EPIPE.'}`,
      likelyCauses: CLIENT_LEFT,
      nextSteps: [UNLESS_CLIENT_SHOULD_WAIT, SIGNAL],
    };
  }
  if (bytesSent >= options.streamingBytes) {
    return {
      name: 'streaming',
      severity: 'warning',
      restsOn: ['promptSeconds', 'immediateSeconds', 'streamingBytes'],
      title: 'was still sending when its client closed: {bytes} lost to RST',
      meaning: `The client went away in the middle of the response, and the server’s program had time to see that${hasClosed(written) ? '.' : '; its next write raises SIGPIPE or fails with EPIPE.'}`,
      likelyCauses: CLIENT_LEFT,
    };
  }
  if (waited !== null) {
    return {
      name: 'immediate',
      severity: 'warning',
      restsOn: ['promptSeconds', 'immediateSeconds'],
      title: `answered a client that had waited for ${duration(waited)} and closed {delay} earlier: {bytes} lost to RST`,
      meaning: lossOf(written),
      likelyCauses: [GAVE_UP, 'The client ended, or its user left (possible).'],
      nextSteps: [COMPARE, WATCH],
    };
  }
  return {
    name: 'immediate',
    severity: left ? 'warning' : 'error',
    restsOn: ['promptSeconds', 'immediateSeconds'],
    title: left
      ? `${cannotHaveWaited(written) ? 'answered a client that had closed without waiting' : 'wrote {delay} after its client had closed'}: {bytes} lost to RST`
      : `${wroteAfterClose(written)}: {bytes} lost to RST`,
    meaning: lossOf(written),
    likelyCauses: left
      ? CLIENT_LEFT
      : [
          'The server writes without checking for end of file first: no read or poll between the FIN and the write (likely).',
          ...CLIENT_LEFT,
        ],
  };
}

function wroteAfterClose({ data }: Written): string {
  return `${data.count > 1 ? 'kept writing' : 'wrote {delay}'} after its peer had closed`;
}

/**
 * Whether the writer's host had had the FIN for long when the data came. It sends both the acknowledgment and the data,
 * so the delay to the tap cancels out; if one segment is both, only the round trip can be allowed for. What follows
 * data that crossed the FIN on the way was waiting in the send buffer.
 */
function timingOf({ connection, data, entry, apart, before, options }: Written): {
  wasLate: boolean;
  hadNotice: boolean;
} {
  const roundTrip = apart === null ? (connection.vantage.roundTripSeconds ?? 0) : 0;
  const since = apart ?? entry;
  const known = secondsBetween(since.time, data.time) - roundTrip;
  const paused = before === null ? known : Math.min(known, secondsBetween(before.time, data.time));
  return {
    wasLate: lasted(connection, since.frame, paused, options.immediateSeconds),
    hadNotice: lasted(connection, since.frame, paused, options.promptSeconds),
  };
}

/**
 * The client closed without waiting for an answer to the last data it had sent: within a round trip of sending it; or
 * before it had arrived, which shows in the FIN behind it having to wait for it at the server.
 */
function cannotHaveWaited(written: Written): boolean {
  const { connection, closer } = written;
  const { roundTripSeconds } = connection.vantage;
  const asked = closer.lastNewData;
  if (roundTripSeconds === null || asked === null) return false;
  const close = closeOf(written);
  const afterRequest = secondsBetween(asked.time, close.time);
  if (endedWithin(connection, asked.frame, afterRequest, MOST_OF_ROUND_TRIP * roundTripSeconds)) return true;
  const covered = milestone(closer, 'fin-covered');
  const again = milestone(closer, 'fin-repeated');
  if (covered === null || closer.retransmissions === 0 || (again !== null && again.frame < covered.frame))
    return false;
  return lasted(connection, close.frame, secondsBetween(close.time, covered.time), 2 * roundTripSeconds);
}

/** The closer had sent something right before its FIN: it did not close because the connection was idle. */
function wasInUse(written: Written): boolean {
  const quiet = quietBefore(written);
  return (
    quiet !== null && endedWithin(written.connection, written.closer.lastNewData!.frame, quiet, IDLE_SECONDS)
  );
}

/** Seconds for which the closer had sent nothing new when it closed; null if it never sent anything. */
function quietBefore(written: Written): number | null {
  const { lastNewData } = written.closer;
  return lastNewData === null ? null : secondsBetween(lastNewData.time, closeOf(written).time);
}

/** When the closer closed, which may be long before the writer accepted the FIN. */
function closeOf({ closer, entry }: Written): Transition {
  return entered(closer, 'FIN-WAIT-1') ?? entry;
}

/** Seconds for which the closer had waited for an answer; null if it had one, or hardly waited. */
function waitOf(written: Written): number | null {
  const { connection, closer, data } = written;
  const asked = closer.lastNewData;
  const quiet = quietBefore(written);
  if (asked === null || quiet === null || (data.dataBefore ?? 0) > asked.frame) return null;
  return lasted(connection, asked.frame, quiet, SHORTEST_WAIT) ? quiet : null;
}

function hasClosed({ writer, reset }: Written): boolean {
  return hadClosed(writer, reset.frame);
}

function lossOf(written: Written): string {
  return hasClosed(written)
    ? 'The write returned success, and the bytes are lost; {writer}’s own FIN came before the reset, so no later call need report that to its program.'
    : 'The write returned success, the bytes are lost, and the next write raises SIGPIPE or fails with EPIPE.';
}
