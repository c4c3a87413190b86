import type { Connection, Endpoint, Moment } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { secondsBetween } from '../core/time.js';
import { entered } from '../rules/evidence/evidence.js';
import { duration } from '../rules/wording/wording.js';
import { counted } from './text/words.js';

/** Whoever waits longer than this for an answer may notice (seconds). */
const NOTICEABLE = 0.5;

/** A TLS server says goodbye this long before it closes, at most (seconds). */
const GOODBYE_SECONDS = 0.1;

/** Its last word may be no answer: it closed right behind it, and no short data shows that it was not TLS. */
function mayEndWithGoodbye(server: Endpoint, said: Moment): boolean {
  const fin = entered(server, 'FIN-WAIT-1');
  if (fin === null || server.lastShortIsNoTls) return false;
  return Math.abs(secondsBetween(said.time, fin.time)) <= GOODBYE_SECONDS;
}

/** How the segments of all connections got through. */
export class Delivery {
  #segments = 0;
  #retransmissions = 0;
  /** The longest handshake, in seconds; null if none was timed. */
  #handshake: number | null = null;
  /** The longest that the last word of a server came after that of its client, in seconds, and on which connection. */
  #answer = { seconds: 0, connection: 0 };

  add({ id, client, server, quality, vantage: { roundTripSeconds } }: Connection): void {
    this.#segments += client.segments + server.segments;
    this.#retransmissions += client.retransmissions + server.retransmissions;
    if (roundTripSeconds !== null) this.#handshake = Math.max(this.#handshake ?? 0, roundTripSeconds);
    if (client.lastNewData === null || server.lastNewData === null || quality.clockBackwards) return;
    if (mayEndWithGoodbye(server, server.lastNewData)) return;
    const seconds = secondsBetween(client.lastNewData.time, server.lastNewData.time);
    if (seconds > this.#answer.seconds) this.#answer = { seconds, connection: id };
  }

  get text(): string {
    const [segments, again] = [this.#segments, this.#retransmissions];
    const some = again === 0 ? 'none' : grouped(again);
    const sentAgain = `${some} of ${counted(segments, 'segment')} ${again < 2 ? 'was' : 'were'} sent again`;
    const handshake =
      this.#handshake === null ? '' : `, and the slowest handshake took ${duration(this.#handshake)}`;
    const { seconds, connection } = this.#answer;
    const answer =
      seconds < NOTICEABLE
        ? ''
        : `; a server’s last word came up to ${duration(seconds)} after its client’s (connection ${connection})`;
    return `${sentAgain}${handshake}${answer}`;
  }
}
