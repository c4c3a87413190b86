import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { duration } from '../rules/wording/wording.js';
import { counted } from './text/words.js';

/** How the segments of all connections got through. */
export class Delivery {
  #segments = 0;
  #retransmissions = 0;
  /** The longest handshake, in seconds; null if none was timed. */
  #handshake: number | null = null;

  add({ client, server, vantage: { roundTripSeconds } }: Connection): void {
    this.#segments += client.segments + server.segments;
    this.#retransmissions += client.retransmissions + server.retransmissions;
    if (roundTripSeconds !== null) this.#handshake = Math.max(this.#handshake ?? 0, roundTripSeconds);
  }

  get text(): string {
    const [segments, again] = [this.#segments, this.#retransmissions];
    const some = again === 0 ? 'none' : grouped(again);
    const sentAgain = `${some} of ${counted(segments, 'segment')} ${again < 2 ? 'was' : 'were'} sent again`;
    return this.#handshake === null
      ? sentAgain
      : `${sentAgain}, and the slowest handshake took ${duration(this.#handshake)}`;
  }
}
