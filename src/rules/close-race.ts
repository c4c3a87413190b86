import type { Endpoint } from '../connections/connection.js';
import { findReset, finFrame, milestone, type SeenReset } from './evidence.js';

/** Data that was on its way when its receiver closed. */
export interface CloseRace {
  readonly reset: SeenReset;
  readonly finFrame: number;
  /** Data that the reset answers, or the last that met the closed socket. */
  readonly dataFrame: number | null;
}

/**
 * The reset with which `closer`, having sent its FIN, refused data that `sender` had sent without knowing of it.
 * Of several segments in flight each draws a reset, and which of them one answers cannot be told when the FIN
 * was acknowledged meanwhile; but if none of the data was sent later than that, all of it was lost by the close.
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
  // What knew of the FIN repeats what had not.
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
