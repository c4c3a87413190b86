import { hashOf } from './octets.js';
import { Random } from './random.js';
import type { Target } from './targets/target.js';

/** An input that takes longer than this has run into something that grows too fast (milliseconds). */
const TOO_LONG = 10_000;
/** No input may make the process grow by more than this (octets): what it holds is bounded, whatever the input says. */
const TOO_MUCH = 400 << 20;

/** What one input did. */
export interface Examined {
  /** Its behaviour in words, to tell new behaviour from old. */
  readonly behaviour: ReadonlySet<string>;
  readonly milliseconds: number;
}

/** Uses the engine on an input in one way, and throws if an invariant does not hold. */
export async function examine(input: Uint8Array, target: Target): Promise<Examined> {
  const largest = largestSize();
  const started = performance.now();
  const found = await target.run(input, new Random(hashOf(input)));
  const milliseconds = performance.now() - started;
  if (milliseconds > TOO_LONG) throw new Error(`it took ${milliseconds.toFixed(0)} ms`);
  const grown = largestSize() - largest;
  if (grown > TOO_MUCH) throw new Error(`it took ${grown >> 20} MiB of memory`);
  return { behaviour: new Set([...found].map((words) => `${target.name}: ${words}`)), milliseconds };
}

/** The most that this process ever had in memory, in octets. */
function largestSize(): number {
  return process.resourceUsage().maxRSS * 1024;
}
