import type { Mutator } from './mutator.js';

export const setOctets: Mutator = {
  name: 'set-octets',
  mutate(bytes, random) {
    const changed = bytes.slice();
    for (let octets = 1 + random.below(4); octets > 0; octets--)
      changed[random.below(changed.length)] = random.below(256);
    return changed;
  },
};
