import { MUTATORS } from './mutators/index.js';
import type { Random } from './random.js';

export interface Mutated {
  readonly input: Uint8Array;
  /** Names of the mutators that made it. */
  readonly by: readonly string[];
}

/** How many mutators are tried for each change: most know one format, and leave others as they are. */
const TRIES = 4;
/** Larger inputs are slow, and show nothing that smaller ones do not. */
const LARGEST = 200_000;

/** An input made from `bytes` by one to three mutators; `other` lends parts. */
export function mutated(bytes: Uint8Array, other: Uint8Array, random: Random): Mutated {
  let input = bytes;
  const by: string[] = [];
  for (let times = 1 + random.below(3); times > 0 && input.length > 0; times--) {
    for (let tries = TRIES; tries > 0; tries--) {
      const { name, mutate } = random.of(MUTATORS);
      const changed = mutate(input, random, other);
      if (changed === input || changed.length > LARGEST) continue;
      input = changed;
      by.push(name);
      break;
    }
  }
  return { input, by };
}
