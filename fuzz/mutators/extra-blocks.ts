import {
  type Block,
  blocksOf,
  blockWith,
  CUSTOM,
  DECRYPTION_SECRETS,
  INTERFACE_STATISTICS,
  JOURNAL,
  NAME_RESOLUTION,
} from '../formats/pcapng.js';
import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { joined } from '../octets.js';
import type { Mutator } from './mutator.js';

const TYPES = [NAME_RESOLUTION, INTERFACE_STATISTICS, JOURNAL, DECRYPTION_SECRETS, CUSTOM, 0x4000_0bad, 77];

/** Names, secrets, journals, statistics and blocks of no known kind between the others, of any content and size. */
export const extraBlocks: Mutator = {
  name: 'extra-blocks',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    if (blocks.length === 0) return bytes;
    for (let extras = 1 + random.below(5); extras > 0; extras--) {
      const place = 1 + random.below(blocks.length);
      const { littleEndian } = blocks[place - 1];
      const like: Block = { type: random.of(TYPES), littleEndian, bytes: new Uint8Array(0) };
      const text = new TextEncoder().encode(random.of(HOSTILE_TEXTS));
      const body = random.below(2) === 0 ? text : random.octets(random.below(80));
      blocks.splice(place, 0, blockWith(like, body));
    }
    return joined(blocks.map((block) => block.bytes));
  },
};
