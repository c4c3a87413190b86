import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

/** The start of one capture with the end of another. */
export const splice: Mutator = {
  name: 'splice',
  mutate: (bytes, random, other) =>
    joined([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]),
};
