import type { Random } from '../random.js';

/** One way to spoil a capture. */
export interface Mutator {
  readonly name: string;
  /** Makes another input of `bytes`, which stay as they are; `other` lends parts. What is not of its kind comes back. */
  readonly mutate: (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;
}
