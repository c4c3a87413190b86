import { LINK_LAYERS } from '../../src/decode/link/registry.js';
import { classicBytes, classicOf, setLinkType } from '../formats/classic.js';
import { blocksOf, INTERFACE_DESCRIPTION } from '../formats/pcapng.js';
import { EDGES, joined, viewOf } from '../octets.js';
import type { Random } from '../random.js';
import type { Mutator } from './mutator.js';

/** Says that frames are of another kind of link: one of those that are decoded, now and then any. */
export const changeLinkType: Mutator = {
  name: 'change-link-type',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture !== null) {
      // Sometimes with the bits that stand for a frame check sequence.
      setLinkType(capture, linkType(random) + (random.below(8) === 0 ? 0x2400_0000 : 0));
      return classicBytes(capture);
    }
    const blocks = blocksOf(bytes);
    for (const { type, littleEndian, bytes: block } of blocks) {
      if (type === INTERFACE_DESCRIPTION && block.length >= 12 && random.below(2) === 0)
        viewOf(block).setUint16(8, linkType(random), littleEndian);
    }
    return blocks.length === 0 ? bytes : joined(blocks.map((block) => block.bytes));
  },
};

function linkType(random: Random): number {
  return random.below(10) === 0 ? random.of(EDGES) & 0xffff : random.of(LINK_LAYERS).linkType;
}
