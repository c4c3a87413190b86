import type { Endpoint, Transition } from '../../connections/connection.js';

/** A transition, and the frame beside which it is drawn; null if no frame shows it. */
export interface PlacedTransition {
  readonly entry: Transition;
  readonly at: number | null;
}

/**
 * Each transition by its frame, or by the frame of a state that it follows, where that is later: a FIN that was captured
 * before the FIN that its receiver had sent by then makes CLOSING only of the FIN-WAIT-1 that is captured behind it.
 */
export function placeTransitions({ timeline }: Endpoint): readonly PlacedTransition[] {
  let reached = 0;
  return timeline.map((entry) => {
    if (entry.frame === null) return { entry, at: null };
    const at = Math.max(entry.frame, reached);
    if (entry.retractedBy === null) reached = at;
    return { entry, at };
  });
}
