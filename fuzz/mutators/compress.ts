import { detectCompression } from '../../src/capture/detect.js';
import { COMPRESSIONS } from '../formats/compression.js';
import type { Mutator } from './mutator.js';

/** The whole input compressed, in one piece or several. What is already compressed stays. */
export const compress: Mutator = {
  name: 'compress',
  mutate: (bytes, random) =>
    detectCompression(bytes.subarray(0, 16)) === null
      ? random.of(Object.values(COMPRESSIONS))(bytes, random)
      : bytes,
};
