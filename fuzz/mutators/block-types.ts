import { BLOCK_TYPES, blocksOf } from '../formats/pcapng.js';
import { joined, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Gives blocks other types than their own. */
export const blockTypes: Mutator = {
  name: 'block-types',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    if (blocks.length === 0) return bytes;
    for (let changes = 1 + random.below(3); changes > 0; changes--) {
      const { bytes: block, littleEndian } = random.of(blocks);
      viewOf(block).setUint32(0, random.of(BLOCK_TYPES), littleEndian);
    }
    return joined(blocks.map((block) => block.bytes));
  },
};
