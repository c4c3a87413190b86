import type { Mutator } from './mutator.js';

export const flipBits: Mutator = {
  name: 'flip-bits',
  mutate(bytes, random) {
    const changed = bytes.slice();
    for (let flips = 1 + random.below(8); flips > 0; flips--)
      changed[random.below(changed.length)] ^= 1 << random.below(8);
    return changed;
  },
};
