import type { Random } from '../random.js';

/** One way to corrupt a capture. */
export interface Mutator {
  readonly name: string;
  /** Makes another input of `bytes`, which stay as they are; `other` lends parts. Other input comes back as it is. */
  readonly mutate: (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;
}
