import type { Connection, Endpoint, Transition } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { findReset, finFrame, firstSent, lasted, milestone, type SeenReset } from './evidence.js';

/** Data that was on its way when its receiver closed. */
export interface CloseRace {
  readonly reset: SeenReset;
  readonly finFrame: number;
  /** Data that the reset answers, or the last that met the closed socket. */
  readonly dataFrame: number | null;
}

/** When the data was sent that met the closed socket. */
export interface LostData {
  /** `in-flight`: about when its receiver closed; `long-lost`: long before that; `unaware`: long after it. */
  readonly kind: 'in-flight' | 'long-lost' | 'unaware';
  /** From the data to the FIN, less than 0 if the data came later. */
  readonly secondsBeforeFin: number;
  /** Copies of it in the capture. */
  readonly copies: number;
  /** What drew the reset still did not know of the FIN, which should have arrived long before. */
  readonly finMissed: boolean;
}

/** Longer than data and FIN take to pass each other, unless two round trips take longer still (seconds). */
const LONGEST_CROSSING = 1;

/**
 * How the data of `race` and the FIN lie in time. Data that was on its way when its receiver closed had left within
 * about a round trip of the FIN; older data had been lost before, and newer data was sent because the FIN had not
 * arrived.
 */
export function lostDataOf(
  connection: Connection,
  sender: Endpoint,
  fin: Transition,
  race: CloseRace,
): LostData {
  const data = firstCopy(sender, race);
  if (data === null) return { kind: 'in-flight', secondsBeforeFin: 0, copies: 1, finMissed: false };
  const { first, copies } = data;
  const secondsBeforeFin = secondsBetween(first, fin.time);
  const limit = Math.max(LONGEST_CROSSING, 2 * (connection.vantage.roundTripSeconds ?? 0));
  const took = (seconds: number) => lasted(connection, null, seconds, limit);
  const kind = took(secondsBeforeFin) ? 'long-lost' : took(-secondsBeforeFin) ? 'unaware' : 'in-flight';
  const { trigger } = race.reset.reset;
  const finMissed =
    trigger !== null &&
    !trigger.knewFin &&
    took(secondsBetween(fin.time, race.reset.time) - trigger.reactionSeconds);
  return { kind, secondsBeforeFin, copies, finMissed };
}

/**
 * When the data that was lost was first seen, and how often. If it was sent again before the FIN, it is at least as
 * old as that run; data below numbers that had been used may not be captured before then.
 */
function firstCopy(
  sender: Endpoint,
  { finFrame: fin, dataFrame }: CloseRace,
): { first: Timestamp; copies: number } | null {
  const { lastNewData: newest } = sender;
  const runs = sender.milestones.filter(({ kind }) => kind === 'retransmission-run');
  const early = runs.find(({ frame }) => frame < fin && (newest === null || newest.frame <= frame));
  const since = (first: Timestamp) =>
    runs.reduce((sum, { time, count }) => (secondsBetween(first, time) > 0 ? sum + count : sum), 1);
  if (early !== undefined) return { first: firstSent(early), copies: since(firstSent(early)) };
  if (newest !== null && (dataFrame === null || dataFrame <= newest.frame))
    return { first: newest.time, copies: since(newest.time) };
  const late = runs.find(({ lastFrame }) => dataFrame !== null && lastFrame >= dataFrame);
  return late === undefined ? null : { first: late.time, copies: late.count };
}

/**
 * The reset with which `closer`, having sent its FIN, refused data that `sender` had sent without knowing of it.
 * Each of several segments in flight draws a reset, and if the FIN was acknowledged meanwhile, nothing shows which of
 * them a reset answers; but if none of the data was sent later than that, all of it was lost by the close.
 */
export function closeRaceOf(sender: Endpoint, closer: Endpoint): CloseRace | null {
  if (closer.resetsSent === 0 || !closer.finSent || sender.unacknowledgedBytes === 0) return null;
  const fin = finFrame(closer);
  if (fin === null) return null;
  const reset =
    findReset(
      closer,
      ({ trigger }, seen) =>
        trigger !== null && trigger.payloadBytes > 0 && !trigger.knewFin && seen.frame > fin,
    ) ?? resetOfAll(sender, closer, fin);
  if (reset === null) return null;
  const { trigger } = reset.reset;
  // Data that knew of the FIN repeats data that did not.
  const answersData = trigger !== null && trigger.payloadBytes > 0 && !trigger.knewFin;
  return {
    reset,
    finFrame: fin,
    dataFrame: answersData ? trigger.frame : (sender.lastNewData?.frame ?? null),
  };
}

function resetOfAll(sender: Endpoint, closer: Endpoint, fin: number): SeenReset | null {
  const data = sender.lastNewData;
  if (data === null || milestone(sender, 'data-after-peer-fin') !== null) return null;
  return findReset(
    closer,
    ({ verdict, hasAck }, seen) =>
      verdict === 'accepted' && !hasAck && seen.frame > fin && seen.frame > data.frame,
  );
}
