import type { ProgramName } from './programs.js';
import { type CaptureResults, resultOf } from './results.js';

/** The cost of what one capture has beyond the one before it. */
export interface Step {
  readonly from: CaptureResults;
  readonly to: CaptureResults;
  /** Microseconds for each further packet. */
  readonly perPacket: number;
}

/**
 * What each further packet costs from size to size. Starting up and compiling cost the same at any size and
 * drop out; with linear growth the steps are all alike.
 */
export function stepsOf(captures: readonly CaptureResults[], program: ProgramName): Step[] {
  const steps: Step[] = [];
  for (let i = 1; i < captures.length; i++) {
    const from = captures[i - 1]!;
    const to = captures[i]!;
    const before = resultOf(from, program);
    const after = resultOf(to, program);
    if (before === undefined || after === undefined) continue;
    const packets = to.facts.packets - from.facts.packets;
    steps.push({ from, to, perPacket: ((after.seconds - before.seconds) * 1e6) / packets });
  }
  return steps;
}

/** The most expensive later step as a multiple of the first; undefined if there are not two. */
export function worstGrowth(steps: readonly Step[]): number | undefined {
  const [first, ...later] = steps;
  if (first === undefined || later.length === 0) return undefined;
  return Math.max(...later.map((step) => step.perPacket)) / first.perPacket;
}
