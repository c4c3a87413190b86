import { blocksOf } from '../formats/pcapng.js';
import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Drops, repeats, moves and borrows whole blocks: sections within sections, frames before their interface. */
export const shuffleBlocks: Mutator = {
  name: 'shuffle-blocks',
  mutate(bytes, random, other) {
    const blocks = blocksOf(bytes);
    if (blocks.length === 0) return bytes;
    const foreign = blocksOf(other);
    for (let changes = 1 + random.below(6); changes > 0 && blocks.length > 1; changes--) {
      const at = random.below(blocks.length);
      const to = 1 + random.below(blocks.length);
      const kind = random.below(4);
      if (kind === 0) blocks.splice(at, 1);
      else if (kind === 1) blocks.splice(to, 0, blocks[at]);
      else if (kind === 2) blocks.splice(to, 0, ...blocks.splice(at, 1));
      else if (foreign.length > 0) blocks.splice(to, 0, random.of(foreign));
    }
    return joined(blocks.map((block) => block.bytes));
  },
};
