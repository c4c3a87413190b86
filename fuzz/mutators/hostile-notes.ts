import { BLOCK_HEADER, blocksOf, blockWith, bodyOf, option, optionsOf } from '../formats/pcapng.js';
import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { joined } from '../octets.js';
import type { Random } from '../random.js';
import type { Mutator } from './mutator.js';

/** Options for comments, names, descriptions, programs: in all blocks, whatever they mean there. */
const CODES = [1, 1, 2, 3, 4, 12, 15];

/** Texts that steer terminals, browsers, spreadsheets and ticket systems, wherever a pcapng capture can hold text. */
export const hostileNotes: Mutator = {
  name: 'hostile-notes',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    for (let changes = 1 + random.below(8); changes > 0 && blocks.length > 0; changes--) {
      // The first blocks are those of sections and interfaces.
      const place = random.below(random.below(2) === 0 ? Math.min(4, blocks.length) : blocks.length);
      const block = blocks[place];
      const start = optionsOf(block);
      if (start === null || start > block.bytes.length - 4) continue;
      const body = bodyOf(block);
      const note = option(random.of(CODES), textOf(random), block.littleEndian);
      const at = start - BLOCK_HEADER;
      blocks[place] = blockWith(block, joined([body.subarray(0, at), note, body.subarray(at)]));
    }
    return blocks.length === 0 ? bytes : joined(blocks.map((block) => block.bytes));
  },
};

/** One of them or several, sometimes very long, sometimes cut within a character. */
function textOf(random: Random): Uint8Array {
  const texts = Array.from({ length: 1 + random.below(3) }, () => random.of(HOSTILE_TEXTS));
  const octets = new TextEncoder().encode(texts.join('').repeat(random.below(10) === 0 ? 30 : 1));
  return random.below(4) === 0 ? octets.subarray(0, random.below(octets.length)) : octets;
}
