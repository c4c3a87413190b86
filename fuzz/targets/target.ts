import type { Random } from '../random.js';

/** One way of using the engine. */
export interface Target {
  readonly name: string;
  /**
   * Uses the engine on an input, and throws if an invariant does not hold. The answer names what the engine
   * did, in words.
   *
   * @param random the same for the same input, so that it can be run again
   */
  readonly run: (input: Uint8Array, random: Random) => ReadonlySet<string> | Promise<ReadonlySet<string>>;
}
