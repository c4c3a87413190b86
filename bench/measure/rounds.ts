import { closeSync, openSync, readSync } from 'node:fs';
import { type Measurement, measure, ProgramFailed } from './process.js';
import type { Program, ProgramName } from './programs.js';

export interface Result extends Measurement {
  readonly program: ProgramName;
  /** The runs' range as a share of their median. */
  readonly spread: number;
}

export interface Failure {
  readonly program: ProgramName;
  readonly reason: string;
}

export interface Rounds {
  readonly results: readonly Result[];
  readonly failures: readonly Failure[];
}

/**
 * Runs the programs in turn, `runs` times, and takes each one's medians: whatever else the machine does
 * meanwhile then affects all of them alike.
 */
export async function alternate(
  programs: readonly Program[],
  capture: string,
  runs: number,
  progress: (message: string) => void,
): Promise<Rounds> {
  const measured = new Map<ProgramName, Measurement[]>();
  const failures: Failure[] = programs.flatMap(({ name, missing }) =>
    missing === null ? [] : [{ program: name, reason: missing }],
  );
  warm(capture);
  for (let run = 1; run <= runs; run++) {
    for (const { name, command } of programs) {
      if (failures.some((failure) => failure.program === name)) continue;
      try {
        const measurement = await measure(command(capture));
        measured.set(name, [...(measured.get(name) ?? []), measurement]);
        progress(`run ${run} of ${runs}: ${name} ${measurement.seconds.toFixed(2)} s`);
      } catch (error) {
        if (!(error instanceof ProgramFailed)) throw error;
        failures.push({ program: name, reason: error.message });
        measured.delete(name);
      }
    }
  }
  return { results: [...measured].map(([program, all]) => summarize(program, all)), failures };
}

function summarize(program: ProgramName, runs: readonly Measurement[]): Result {
  const seconds = runs.map((run) => run.seconds);
  const middle = median(seconds);
  return {
    program,
    seconds: middle,
    userSeconds: medianOfKnown(runs.map((run) => run.userSeconds)),
    peakBytes: medianOfKnown(runs.map((run) => run.peakBytes)),
    spread: (Math.max(...seconds) - Math.min(...seconds)) / middle,
  };
}

function medianOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? median(known) : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Reads the file once, so that the first program does not wait for the disk for the others. */
function warm(path: string): void {
  const descriptor = openSync(path, 'r');
  const buffer = new Uint8Array(1 << 20);
  while (readSync(descriptor, buffer) > 0);
  closeSync(descriptor);
}
