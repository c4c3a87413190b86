import type { Connection, Endpoint, Milestone } from '../../connections/connection.js';
import { secondsBetween } from '../../core/time.js';
import { clockDoubt, lastMilestone, unanswered } from './evidence.js';

/** Probes of a closed window that got no answer. */
export interface UnansweredProbes {
  readonly run: Milestone;
  readonly count: number;
}

/** The probes of `sender`'s last run that `receiver` left unanswered; null if they are fewer than `minimum`. */
export function unansweredProbes(
  connection: Connection,
  sender: Endpoint,
  receiver: Endpoint,
  minimum: number,
): UnansweredProbes | null {
  const run = lastMilestone(sender, 'window-probe');
  if (run === null) return null;
  const count = unanswered(run, receiver);
  if (count < minimum) return null;
  // Linux answers at most one probe in 500 ms.
  const seconds = secondsBetween(run.time, run.lastTime);
  if (seconds - clockDoubt(connection, run.frame) <= 0.5 * (run.count - 1)) return null;
  return { run, count };
}
