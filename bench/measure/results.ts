import { cpus, totalmem } from 'node:os';
import type { CaptureFacts } from '../generator/capture.js';
import type { ProgramName } from './programs.js';
import type { Result, Rounds } from './rounds.js';

/** The programs' figures on one capture. */
export interface CaptureResults extends Rounds {
  readonly name: string;
  readonly facts: CaptureFacts;
}

/** Captures of the same kind, smallest first. */
export interface GrowthResults {
  readonly packets: readonly CaptureResults[];
  readonly halfOpen: readonly CaptureResults[];
}

/** What `--save` writes and `--compare` reads. */
export interface Results {
  readonly machine: { readonly processors: number; readonly memoryBytes: number; readonly node: string };
  readonly runs: number;
  readonly captures: readonly CaptureResults[];
  readonly growth: GrowthResults | null;
}

export function describeMachine(): Results['machine'] {
  return { processors: cpus().length, memoryBytes: totalmem(), node: process.version };
}

export function resultOf(capture: CaptureResults | undefined, program: ProgramName): Result | undefined {
  return capture?.results.find((result) => result.program === program);
}

/** How many times as long as `other` did `program` take? */
export function ratio(
  capture: CaptureResults | undefined,
  program: ProgramName,
  other: ProgramName,
): number | undefined {
  const one = resultOf(capture, program);
  const two = resultOf(capture, other);
  return one && two && one.seconds / two.seconds;
}
