/** How long clients waited for answers before they ended the connection. */
import type { Connection, Endpoint, Moment } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { endsWithRequest, entered, findReset, milestone, missedSince } from '../evidence/evidence.js';
import { foreignReset } from '../evidence/reset-origin.js';
import { duration } from '../wording/wording.js';

/** A connection that its client ended, and for how long it had waited by then. */
export interface Wait {
  readonly id: number;
  readonly seconds: number;
  readonly asked: Timestamp;
  readonly ended: Timestamp;
  readonly byReset: boolean;
  /** The server's program had sent something before on this connection. */
  readonly wasServed: boolean;
  /** The last data did not come right behind data of the server: if it did, it may be no request. */
  readonly isRequest: boolean;
  /** Octets that the server had sent after the request by its numbers, and that never reached the capture; 0 for none. */
  readonly lostBytes: number;
  /** After how long an answer came all the same, which the client refused; null for none. */
  readonly answeredAfterSeconds: number | null;
  /** It came so late that the close did not bring it forth. */
  readonly isAnswerSure: boolean;
}

/** What a server says to the FIN of its client comes sooner than this: it is no answer to what came before. */
export const GOODBYE_SECONDS = 0.5;
/** A goodbye is no longer than this (octets): where other answers come late, what is longer is one, however soon. */
const LONGEST_GOODBYE = 128;

/** How long the client had waited when it ended the connection; null if it did not, or was not waiting. */
export function waitOf(connection: Connection): Wait | null {
  const { id, client, server, quality } = connection;
  if (quality.clockBackwards || quality.unseen !== null || client.unacknowledgedBytes > 0) return null;
  const asked = client.lastNewData;
  const end = endOf(client, server);
  if (asked === null || end === null || end.frame < asked.frame) return null;
  if (missedSince(server, asked.frame)) return null;
  if (end.byReset && foreignReset(connection, client, server) !== null) return null;
  return {
    id,
    seconds: secondsBetween(asked.time, end.time),
    asked: asked.time,
    ended: end.time,
    byReset: end.byReset,
    wasServed: server.payloadBytes > 0,
    isRequest: endsWithRequest(client, server),
    lostBytes: lostOf(server, asked),
    isAnswerSure: false,
    answeredAfterSeconds: null,
  };
}

/** Octets of `server` that only the number of an acknowledgment behind them shows, sent since `asked`. */
function lostOf(server: Endpoint, asked: Moment): number {
  const unseen = milestone(server, 'sent-unseen');
  return unseen !== null && unseen.frame > asked.frame ? unseen.value : 0;
}

/** The same where the server spoke after the client had closed; null if it had done so in time as well. */
export function lateWaitOf(connection: Connection): Wait | null {
  const { client, server } = connection;
  const wait = waitOf(connection);
  const late = milestone(server, 'data-after-peer-fin');
  if (wait === null || late === null || server.unacknowledgedBytes < late.value) return null;
  const { dataBefore = 0 } = late;
  if (dataBefore > (client.lastNewData?.frame ?? 0)) return null;
  const isAnswer = secondsBetween(wait.ended, late.time) >= GOODBYE_SECONDS;
  const mayBeAnswer = isAnswer || late.value > LONGEST_GOODBYE;
  return {
    ...wait,
    wasServed: dataBefore > 0,
    isRequest: isAnswer || dataBefore === 0,
    isAnswerSure: isAnswer,
    answeredAfterSeconds: mayBeAnswer ? secondsBetween(wait.asked, late.time) : null,
  };
}

/** The client had left when this data of the server came, and refused it. */
export function cameTooLate(client: Endpoint, server: Endpoint, data: Moment): boolean {
  if (client.resetsSent === 0) return false;
  const end = endOf(client, server);
  return end !== null && end.frame < data.frame;
}

/** The first FIN or reset of the connection, if it was the client's and answered nothing. */
export function endOf(
  client: Endpoint,
  server: Endpoint,
): { frame: number; time: Timestamp; byReset: boolean } | null {
  if (entered(server, 'FIN-WAIT-1') !== null) return null;
  const fin = entered(client, 'FIN-WAIT-1');
  if (fin !== null && fin.frame !== null) return { frame: fin.frame, time: fin.time, byReset: false };
  if (server.finSent || server.resetsSent > 0) return null;
  const reset = findReset(client, ({ verdict }) => verdict === 'accepted');
  if (reset === null || reset.reset.trigger !== null) return null;
  return { frame: reset.frame, time: reset.time, byReset: true };
}

/** Sorted times, from the least to the most of them: `2.5 s`, `2 s to 3.1 s`. */
export function range(seconds: readonly number[]): string {
  const least = duration(seconds[0]);
  const most = duration(seconds[seconds.length - 1]);
  return least === most ? least : `${least} to ${most}`;
}
