import { blocksOf, interfaceOf } from '../formats/pcapng.js';
import { EDGES, joined, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Lets frames and statistics belong to another interface, or to one that does not exist. */
export const interfaceIds: Mutator = {
  name: 'interface-ids',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    for (let changes = 1 + random.below(4); changes > 0 && blocks.length > 0; changes--) {
      const block = random.of(blocks);
      const place = interfaceOf(block);
      if (place === null || block.bytes.length < 16) continue;
      const id = random.below(3) === 0 ? random.of(EDGES) : random.below(4);
      const view = viewOf(block.bytes);
      if (place.octets === 4) view.setUint32(place.at, id, block.littleEndian);
      else view.setUint16(place.at, id & 0xffff, block.littleEndian);
    }
    return blocks.length === 0 ? bytes : joined(blocks.map((block) => block.bytes));
  },
};
