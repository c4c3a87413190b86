import type { Endpoint } from '../../src/connections/connection.js';
import { STATES } from '../../src/tcp/states.js';
import { TRANSITIONS } from '../../src/tcp/transitions.js';

/**
 * What is wrong with an endpoint's timeline, or null: each step must be in the transition table, each frame
 * among the capture's `frames`, and the last state the final one.
 */
export function illegalStep(endpoint: Endpoint, frames: number): string | null {
  let state = 'CLOSED';
  for (const entry of endpoint.timeline) {
    if (entry.frame !== null && (entry.frame < 1 || entry.frame > frames))
      return `there is no frame ${entry.frame}`;
    if (entry.retractedBy !== null) continue;
    const row = TRANSITIONS.find(
      (candidate) =>
        STATES[candidate.to] === entry.state &&
        candidate.cause === entry.cause &&
        candidate.from.some((from) => STATES[from] === state),
    );
    if (row === undefined) return `${state} → ${entry.state} (${entry.cause})`;
    state = entry.state;
  }
  return endpoint.finalState === state ? null : `the final state is ${endpoint.finalState}, not ${state}`;
}
