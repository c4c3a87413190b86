import { BLOCK_HEADER, BLOCK_TRAILER, type Block, blocksOf } from '../formats/pcapng.js';
import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Reverses the words of blocks: of their frames, of a whole section header, or only of its magic number. */
export const flipByteOrder: Mutator = {
  name: 'flip-byte-order',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    if (blocks.length === 0) return bytes;
    const kind = random.below(3);
    const chosen = kind === 0 ? [blocks[0]] : kind === 1 ? blocks : [random.of(blocks)];
    for (const block of chosen) flip(block, random.below(3) !== 0);
    return joined(blocks.map((block) => block.bytes));
  },
};

/** Reverses the words of a block's fields, and those that frame it if `isWhole`. */
function flip({ bytes }: Block, isWhole: boolean): void {
  const fields = Math.min(bytes.length - BLOCK_TRAILER, BLOCK_HEADER + 20);
  for (let at = BLOCK_HEADER; at + 4 <= fields; at += 4) bytes.subarray(at, at + 4).reverse();
  if (!isWhole) return;
  for (const at of [0, 4, bytes.length - BLOCK_TRAILER]) bytes.subarray(at, at + 4).reverse();
}
