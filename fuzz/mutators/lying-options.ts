import { BLOCK_HEADER, blocksOf, blockWith, bodyOf, option, optionsOf } from '../formats/pcapng.js';
import { EDGES, joined, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Options that are read or left out somewhere, and some unknown ones. */
const CODES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 2988, 2989, 19_372, 0x8000, 0xffff];

/** Options of any code and content, some of which lie about their length. */
export const lyingOptions: Mutator = {
  name: 'lying-options',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    for (let changes = 1 + random.below(4); changes > 0 && blocks.length > 0; changes--) {
      const place = random.below(blocks.length);
      const block = blocks[place];
      const start = optionsOf(block);
      if (start === null || start > block.bytes.length - 4) continue;
      const options = Array.from({ length: 1 + random.below(4) }, () => {
        const made = option(random.of(CODES), random.octets(random.below(20)), block.littleEndian);
        if (random.below(2) === 0)
          viewOf(made).setUint16(2, random.of([...EDGES, 3, 5, 8, 9]) & 0xffff, block.littleEndian);
        return made;
      });
      const body = bodyOf(block);
      const before = body.subarray(0, start - BLOCK_HEADER);
      const rest = random.below(2) === 0 ? body.subarray(start - BLOCK_HEADER) : new Uint8Array(0);
      blocks[place] = blockWith(block, joined([before, ...options, rest]));
    }
    return blocks.length === 0 ? bytes : joined(blocks.map((block) => block.bytes));
  },
};
