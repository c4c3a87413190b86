import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { secondsBetween } from '../core/time.js';
import { duration } from '../rules/wording/wording.js';
import { counted } from './text/words.js';

/** Whoever waits longer than this for an answer may notice (seconds). */
const NOTICEABLE = 0.5;

/** How the segments of all connections got through. */
export class Delivery {
  #segments = 0;
  #retransmissions = 0;
  /** The longest handshake, in seconds; null if none was timed. */
  #handshake: number | null = null;
  /** The longest that the last word of a server came after that of its client, in seconds, and on which connection. */
  #answer = { seconds: 0, connection: 0 };

  add({ id, client, server, vantage: { roundTripSeconds } }: Connection): void {
    this.#segments += client.segments + server.segments;
    this.#retransmissions += client.retransmissions + server.retransmissions;
    if (roundTripSeconds !== null) this.#handshake = Math.max(this.#handshake ?? 0, roundTripSeconds);
    if (client.lastNewData === null || server.lastNewData === null) return;
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
