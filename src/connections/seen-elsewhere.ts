import { secondsBetween, type Timestamp } from '../core/time.js';
import type { Connection } from './connection.js';

/** Connections that are remembered: some 200 octets each. */
const MOST_REMEMBERED = 1 << 16;
/** Those on the same ports: each is compared with all of them. */
const MOST_ON_PORTS = 16;

/** How far the clocks of capturing hosts may be apart, and how soon a port may be used again at the earliest. */
const APART_SECONDS = 60;

interface Seen {
  readonly capture: number;
  readonly start: Timestamp;
  readonly end: Timestamp;
}

/**
 * Connections that several captures hold: taken at both ends, at two points of the path, or given twice. Each capture
 * reports its own connections, but totals over all captures must count such a connection once.
 */
export class SeenElsewhere {
  readonly #seen = new Map<string, Seen[]>();
  #remembered = 0;

  /** Remembers the connection; returns whether an earlier capture has one of the same endpoints at that time. */
  add({ capture, client, server, start, end, networkPath }: Connection): boolean {
    // Who is the client is a guess if no SYN was captured.
    const ends = [client, server].map(({ address, port }) => `${address} ${port}`).sort();
    const key = [...ends, networkPath ?? ''].join(' ');
    const known = this.#seen.get(key) ?? [];
    const isKnown = known.some(
      (other) =>
        other.capture !== capture &&
        secondsBetween(other.end, start) <= APART_SECONDS &&
        secondsBetween(end, other.start) <= APART_SECONDS,
    );
    if (!isKnown && known.length < MOST_ON_PORTS && this.#remembered < MOST_REMEMBERED) {
      this.#remembered++;
      this.#seen.set(key, [...known, { capture, start, end }]);
    }
    return isKnown;
  }
}
