import { BLOCK_TRAILER, blocksOf } from '../formats/pcapng.js';
import { EDGES, joined, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Lies about the length of a block: before it, after it, or in both places. */
export const blockLengths: Mutator = {
  name: 'block-lengths',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    if (blocks.length === 0) return bytes;
    const { bytes: block, littleEndian } = random.of(blocks);
    const view = viewOf(block);
    const near = (block.length + random.of([-8, -4, -1, 1, 4, 8, 12, 64])) >>> 0;
    const length = random.below(3) === 0 ? random.of(EDGES) : near;
    const places = random.below(3);
    if (places !== 1) view.setUint32(4, length, littleEndian);
    if (places !== 0) view.setUint32(block.length - BLOCK_TRAILER, length, littleEndian);
    return joined(blocks.map((each) => each.bytes));
  },
};
