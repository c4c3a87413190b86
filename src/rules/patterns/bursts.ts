/** When a host ended its connections: all at one moment, at two, or each in its own time. */
import type { Connection } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { entered, milestone } from '../evidence/evidence.js';
import { mayBeTlsAlert } from '../evidence/tls-alert.js';
import type { Finding } from '../finding.js';
import { idleBeforeRace } from './races.js';

/** A connection of a service, in seconds after an origin that all spans of one question share. */
export interface Span {
  readonly id: number;
  readonly port: number;
  readonly start: number;
  readonly end: number;
  /** When the server ended it, before the client did; null if it did not. */
  readonly closed: number | null;
  /** Its last response did not end it: it had lasted or been quiet for long, or its client was speaking. */
  readonly isSettled: boolean;
  /** Its client had sent the last data before: a request that nobody answered, if it was one. */
  readonly isUnanswered: boolean;
  /** How long nothing new had been sent when the server ended it; null where that is not known. */
  readonly idle: number | null;
  readonly reset: boolean;
  /** Octets of the client that were not acknowledged when the server reset it, by its findings. */
  readonly lostBytes: number;
}

/** Ends close together, in the order of time. */
export interface Burst {
  readonly spans: readonly Span[];
  readonly from: number;
  readonly to: number;
}

/** Bursts that end nearly everything, and how many connections were open when they began. */
export interface Sweep {
  readonly bursts: readonly Burst[];
  readonly open: number;
}

export interface SweepLimits {
  readonly minimumMembers: number;
  readonly clusterSeconds: number;
  readonly minimumShare: number;
}

/** A connection that lasted this long, or was quiet for that long after data, does not end with its last response. */
const SETTLED_SECONDS = 2;
const QUIET_SECONDS = 0.25;
/**
 * How long a service manager waits between asking processes to end and killing the rest: some seconds, and
 * systemd no more than 90 unless it is told to.
 */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 95;

/** The connection as a span; null if it says nothing about its host, as it came and went on its own. */
export function spanOf(connection: Connection, findings: readonly Finding[], origin: Timestamp): Span | null {
  const lasted = secondsBetween(connection.start, connection.end);
  const closing = lasted < QUIET_SECONDS ? null : closingOf(connection);
  const idle = closing === null ? null : (idleBeforeRace(findings) ?? idleBefore(connection, closing.time));
  const isQuiet = closing !== null && isQuietBefore(connection, closing.time, idle) && hasData(connection);
  const waited = closing === null ? null : unansweredFor(connection, closing.time);
  const wasInUse = waited !== null && waited > -QUIET_SECONDS;
  if (lasted < SETTLED_SECONDS && !isQuiet && !wasInUse) return null;
  const start = secondsBetween(origin, connection.start);
  const closed = closing === null ? null : secondsBetween(origin, closing.time);
  return {
    id: connection.id,
    port: connection.server.port,
    start,
    end: secondsBetween(origin, connection.end),
    closed,
    isSettled: isQuiet || wasInUse || (closed !== null && closed - start >= SETTLED_SECONDS),
    isUnanswered: waited !== null && waited >= 0,
    idle,
    reset: closing?.reset ?? false,
    lostBytes: closing?.reset === true ? lostBytes(connection, findings) : 0,
  };
}

/** 0 if the finding is only info: then it is known why nothing was lost, or it is unknown by whom. */
function lostBytes({ client }: Connection, findings: readonly Finding[]): number {
  const isLoss = findings.some(
    ({ rule, endpoint, severity }) =>
      rule === 'undelivered-data-at-abort' && endpoint === 'client' && severity !== 'info',
  );
  return isLoss ? client.unacknowledgedBytes : 0;
}

/** How and when the server ended the connection, if it was the one to do so. */
function closingOf({ client, server }: Connection): { time: Timestamp; reset: boolean } | null {
  if (!server.finSent && server.resetsSent === 0) return null;
  const fin = entered(server, 'FIN-WAIT-1');
  if (fin !== null) return { time: fin.time, reset: false };
  if (entered(client, 'FIN-WAIT-1') !== null) return null;
  const seen = milestone(server, 'reset');
  const isAbort = seen?.reset?.hasAck === true && seen.reset.verdict === 'accepted';
  return isAbort ? { time: seen.time, reset: true } : null;
}

/**
 * For how long the client had had the last word when the server closed, in seconds: negative if it spoke after the
 * close, other than with a TLS goodbye; null if the server had the last word.
 */
function unansweredFor(connection: Connection, closed: Timestamp): number | null {
  const { client, server } = connection;
  if (client.lastNewData === null) return null;
  if (server.lastNewData !== null && client.lastNewData.frame < server.lastNewData.frame) return null;
  const afterClose = milestone(client, 'data-after-peer-fin');
  if (afterClose !== null && mayBeTlsAlert(connection, client, afterClose.value)) return null;
  return secondsBetween(client.lastNewData.time, closed);
}

/** If later data hides when the client had last spoken, what the server had sent must do. */
function isQuietBefore({ server }: Connection, closed: Timestamp, idle: number | null): boolean {
  if (idle !== null) return idle >= QUIET_SECONDS;
  return server.lastNewData !== null && secondsBetween(server.lastNewData.time, closed) >= QUIET_SECONDS;
}

function hasData({ client, server }: Connection): boolean {
  return client.lastNewData !== null || server.lastNewData !== null;
}

function idleBefore({ client, server, start }: Connection, time: Timestamp): number | null {
  const ofClient = secondsBetween(client.lastNewData?.time ?? start, time);
  const ofServer = secondsBetween(server.lastNewData?.time ?? start, time);
  const idle = Math.min(ofClient, ofServer);
  // Data that came later hides when the last data before the close came.
  return idle < 0 ? null : idle;
}

/**
 * The sweeps that these connections show, in the order of time. `isSweep` judges what the times alone cannot.
 */
export function sweepsOf(
  spans: readonly Span[],
  limits: SweepLimits,
  isSweep: (sweep: Sweep) => boolean,
): readonly Sweep[] {
  const ended = spans.filter(({ closed, isSettled }) => closed !== null && isSettled);
  ended.sort((a, b) => a.closed! - b.closed!);
  const search = (stretch: readonly Span[]): readonly Sweep[] => {
    const largest = largestBurst(stretch, limits.clusterSeconds);
    if (largest === null || largest.spans.length < limits.minimumMembers) return [];
    const both = withOther(stretch, largest, limits.clusterSeconds);
    const sweep = (both === null ? [[largest]] : [both, [largest]])
      .map((bursts) => ({ bursts, open: openAt(spans, bursts) }))
      .find((each) => isNearlyAll(each, limits) && !each.bursts.some(isByTimer) && isSweep(each));
    // What is left would make a sweep of the last of several workers that are replaced one after another.
    if (sweep === undefined) return [];
    const { from } = sweep.bursts[0];
    const { to } = sweep.bursts.at(-1)!;
    const before = search(stretch.filter(({ closed }) => closed! < from));
    return [...before, sweep, ...search(stretch.filter(({ closed }) => closed! > to))];
  };
  return search(ended);
}

function isNearlyAll(sweep: Sweep, { minimumShare }: SweepLimits): boolean {
  return membersOf(sweep).length >= minimumShare * sweep.open;
}

export function membersOf({ bursts }: Sweep): readonly Span[] {
  return bursts.flatMap(({ spans }) => spans);
}

function largestBurst(ended: readonly Span[], seconds: number): Burst | null {
  let from = 0;
  let best: readonly [number, number] = [0, 0];
  for (let i = 0; i < ended.length; i++) {
    while (ended[i].closed! - ended[from].closed! > seconds) from++;
    if (i + 1 - from > best[1] - best[0]) best = [from, i + 1];
  }
  const spans = ended.slice(...best);
  if (spans.length === 0) return null;
  return { spans, from: spans[0].closed!, to: spans.at(-1)!.closed! };
}

/** The largest burst and another one some seconds away, with no other end between them; null if there is none. */
function withOther(ended: readonly Span[], burst: Burst, seconds: number): readonly Burst[] | null {
  const isApart = ({ closed }: Span): boolean => {
    const wait = Math.max(burst.from - closed!, closed! - burst.to);
    return wait >= SHORTEST_WAIT && wait <= LONGEST_WAIT;
  };
  const other = largestBurst(ended.filter(isApart), seconds);
  if (other === null || other.spans.length < 2) return null;
  const bursts = [burst, other].sort((a, b) => a.from - b.from);
  const [first, second] = bursts;
  const within = ended.filter(({ closed }) => closed! >= first.from && closed! <= second.to).length;
  return within === burst.spans.length + other.spans.length ? bursts : null;
}

/** The idle times at the ends were more alike than the ends themselves: timers did that. */
function isByTimer({ spans, from, to }: Burst): boolean {
  const idle = spans.flatMap((span) => (span.idle === null ? [] : [span.idle]));
  if (idle.length < 2) return false;
  return Math.max(...idle) - Math.min(...idle) < to - from;
}

/** The members, and what was open from before the first burst until after the last. */
function openAt(spans: readonly Span[], bursts: readonly Burst[]): number {
  const from = bursts[0].from;
  const to = bursts.at(-1)!.to;
  const members = bursts.reduce((sum, burst) => sum + burst.spans.length, 0);
  const isLeft = ({ start, end, closed }: Span): boolean =>
    start < from && end > to && (closed === null || closed > to);
  return members + spans.filter(isLeft).length;
}
