import { blocksOf, INTERFACE_DESCRIPTION, SECTION_HEADER } from '../formats/pcapng.js';
import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Starts a new section between blocks, with the interfaces again or without; or puts one capture after another. */
export const severalSections: Mutator = {
  name: 'several-sections',
  mutate(bytes, random, other) {
    const blocks = blocksOf(bytes);
    if (blocks.length === 0) return bytes;
    if (random.below(4) === 0 && blocksOf(other).length > 0) return joined([bytes, other]);
    const section = blocks.find(({ type }) => type === SECTION_HEADER);
    const interfaces = blocks.filter(({ type }) => type === INTERFACE_DESCRIPTION).slice(0, 4);
    for (let sections = 1 + random.below(3); sections > 0 && section !== undefined; sections--) {
      const again = random.below(5) === 0 ? [] : interfaces;
      blocks.splice(1 + random.below(blocks.length), 0, section, ...again);
    }
    return joined(blocks.map((block) => block.bytes));
  },
};
