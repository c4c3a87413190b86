import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

export const removeSome: Mutator = {
  name: 'remove-some',
  mutate(bytes, random) {
    const from = random.below(bytes.length + 1);
    return joined([bytes.subarray(0, from), bytes.subarray(from + 1 + random.below(64))]);
  },
};
