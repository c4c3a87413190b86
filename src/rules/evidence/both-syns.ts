/** What the capture shows of two SYNs, neither of which acknowledges the other. */
import type { Connection, Milestone, Moment } from '../../connections/connection.js';
import { secondsBetween } from '../../core/time.js';
import { areSwapped, clockDoubt, entered, isProven, lastMilestone, milestone } from './evidence.js';

/** A SYN that comes after less than this share of a round trip cannot answer one. */
const TOO_SOON = 0.8;

export interface BothSyns {
  /** The client's SYN, the last one before the server's. */
  readonly first: Moment;
  /** The server's. */
  readonly second: Milestone;
  readonly apartSeconds: number;
  /** From the capture to the server and back, by what came later in the handshake; null if that did not end. */
  readonly roundTripSeconds: number | null;
  /**
   * `met`: the server's own SYN-ACK shows that the client's SYN met it in SYN-SENT. `too-soon`: its SYN came before
   * the client's can have been there. `answers`: it came late enough, and no SYN-ACK of the server followed.
   */
  readonly verdict: 'met' | 'too-soon' | 'answers' | 'unknown';
}

/** The two SYNs; null if the server sent none. */
export function bothSyns(connection: Connection): BothSyns | null {
  const { client, server } = connection;
  const second = milestone(server, 'second-syn');
  const opening = entered(client, 'SYN-SENT');
  if (second === null || opening === null || opening.frame === null) return null;
  const again = lastMilestone(client, 'syn-repeated');
  // If there are several repetitions, only the first and the last are known.
  const first =
    again === null || again.frame > second.frame
      ? { frame: opening.frame, time: opening.time }
      : again.lastFrame < second.frame
        ? { frame: again.lastFrame, time: again.lastTime }
        : { frame: again.frame, time: again.time };
  const apartSeconds = secondsBetween(first.time, second.time);
  const roundTripSeconds = roundTrip(connection);
  const known = { first, second, apartSeconds, roundTripSeconds };
  if (isProven(entered(server, 'SYN-RECEIVED'))) return { ...known, verdict: 'met' };
  const isOrdered = !areSwapped(first, second) && clockDoubt(connection, first.frame) === 0;
  if (roundTripSeconds === null || !isOrdered) return { ...known, verdict: 'unknown' };
  return { ...known, verdict: apartSeconds < roundTripSeconds * TOO_SOON ? 'too-soon' : 'answers' };
}

/** From the client's SYN-ACK, which opens the server, to the server's acknowledgment of it, which opens the client. */
function roundTrip({ client, server }: Connection): number | null {
  const there = entered(server, 'ESTABLISHED');
  const back = entered(client, 'ESTABLISHED');
  if (there?.frame == null || back?.frame == null || back.frame <= there.frame) return null;
  const seconds = secondsBetween(there.time, back.time);
  return seconds > 0 ? seconds : null;
}
