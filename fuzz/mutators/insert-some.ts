import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

export const insertSome: Mutator = {
  name: 'insert-some',
  mutate(bytes, random) {
    const at = random.below(bytes.length + 1);
    const extra = random.octets(1 + random.below(64));
    return joined([bytes.subarray(0, at), extra, bytes.subarray(at)]);
  },
};
