import type { Endpoint, Transition } from '../../connections/connection.js';

/** A transition, and the frame beside which it is drawn; null if no frame shows it. */
export interface PlacedTransition {
  readonly entry: Transition;
  readonly at: number | null;
}

/**
 * Each transition at its frame, or at the frame of a state that it follows if that is later: a FIN captured before the
 * FIN that its receiver had already sent leads to CLOSING only from the FIN-WAIT-1 that is captured after it.
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
