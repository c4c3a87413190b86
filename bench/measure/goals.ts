import type { ProfileName } from '../generator/profiles.js';
import { stepsOf, worstGrowth } from './growth.js';
import type { ProgramName } from './programs.js';
import { type CaptureResults, type Results, ratio, resultOf } from './results.js';

const FIXED_MEMORY = 70e6;
const MEMORY_PER_CONNECTION = 350;
const GROWTH_TOLERANCE = 1.15;

export interface Verdict {
  readonly goal: string;
  /** Null: not measured. */
  readonly met: boolean | null;
  readonly figure: string;
}

/** The goals that the project has set for itself, each with what was measured. */
export function judge({ captures, growth }: Results): Verdict[] {
  const packets = growth?.packets ?? [];
  const halfOpen = growth?.halfOpen ?? [];
  return [
    ...SPEED_GOALS.map((goal) => goal(captures)),
    ...captures.map(gzipCostsNothing),
    ...[...captures, ...packets, ...halfOpen].map(memoryIsBounded),
    growthIsLinear('packets', packets),
    growthIsLinear('half-open connections', halfOpen),
  ];
}

type SpeedGoal = (captures: readonly CaptureResults[]) => Verdict;

function fasterThan(other: ProgramName, profile: ProfileName, times: number): SpeedGoal {
  return (captures) => {
    const capture = captures.find(({ name }) => name === profile);
    const measured = ratio(capture, other, 'finwait');
    return verdict(`${profile}: at least ${times}× as fast as ${other}`, measured, (value) => value >= times);
  };
}

function timeOf(other: ProgramName, profile: ProfileName, times: number): SpeedGoal {
  return (captures) => {
    const capture = captures.find(({ name }) => name === profile);
    const measured = ratio(capture, 'finwait', other);
    return verdict(`${profile}: at most ${times}× the time of ${other}`, measured, (value) => value <= times);
  };
}

const SPEED_GOALS: readonly SpeedGoal[] = [
  fasterThan('tshark', 'mid', 20),
  fasterThan('tshark', 'conns', 15),
  fasterThan('tcptrace', 'mid', 2.5),
  fasterThan('tcptrace', 'conns', 8),
  timeOf('tcpdump', 'mid', 1.7),
  timeOf('tcpdump', 'conns', 5),
];

function gzipCostsNothing(capture: CaptureResults): Verdict {
  const compressed = resultOf(capture, 'finwait .gz');
  const plain = resultOf(capture, 'finwait');
  const gunzip = resultOf(capture, 'gzip -dc');
  const measured = compressed && plain && gunzip && compressed.seconds / (gunzip.seconds + plain.seconds);
  const goal = `${capture.name}: gzip input in at most the time of gzip -dc and the plain file together`;
  return verdict(goal, measured, (value) => value <= 1);
}

function memoryIsBounded(capture: CaptureResults): Verdict {
  const { peakOpen, peakUnfinished } = capture.facts;
  const limit = FIXED_MEMORY + MEMORY_PER_CONNECTION * peakOpen;
  const strictLimit = FIXED_MEMORY + MEMORY_PER_CONNECTION * peakUnfinished;
  const measured = resultOf(capture, 'finwait')?.peakBytes ?? undefined;
  const goal = `${capture.name}: at most ${megabytes(limit)} (${megabytes(strictLimit)} if TIME-WAIT did not count)`;
  return verdict(goal, measured, (value) => value <= limit, megabytes);
}

function growthIsLinear(what: string, captures: readonly CaptureResults[]): Verdict {
  const measured = worstGrowth(stepsOf(captures, 'finwait'));
  const goal = `${what}: a further packet costs at most ${GROWTH_TOLERANCE}× as much in large captures`;
  return verdict(goal, measured, (value) => value <= GROWTH_TOLERANCE);
}

function verdict(
  goal: string,
  measured: number | undefined,
  isMet: (value: number) => boolean,
  write: (value: number) => string = (value) => `${value.toFixed(2)}×`,
): Verdict {
  if (measured === undefined) return { goal, met: null, figure: '' };
  return { goal, met: isMet(measured), figure: write(measured) };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
