import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

export const repeatSome: Mutator = {
  name: 'repeat-some',
  mutate(bytes, random) {
    const from = random.below(bytes.length + 1);
    const part = bytes.subarray(from, from + random.below(400));
    return joined([bytes.subarray(0, from), part, part, bytes.subarray(from)]);
  },
};
