import type { Mutator } from './mutator.js';

export const cut: Mutator = {
  name: 'cut',
  mutate: (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
};
