import { detectCompression } from '../../src/capture/detect.js';
import { COMPRESSIONS } from '../formats/compression.js';
import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Appends some MiB of zeros, which are records without content, to a capture, and compresses that. */
export const muchInLittle: Mutator = {
  name: 'much-in-little',
  mutate(bytes, random) {
    if (detectCompression(bytes.subarray(0, 16)) !== null) return bytes;
    const whole = joined([bytes, new Uint8Array((1 + random.below(4)) << 20)]);
    return random.of(Object.values(COMPRESSIONS))(whole, random);
  },
};
