import {
  BLOCK_HEADER,
  blocksOf,
  blockWith,
  bodyOf,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  option,
} from '../formats/pcapng.js';
import { EDGES, joined, viewOf } from '../octets.js';
import type { Random } from '../random.js';
import type { Mutator } from './mutator.js';

const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_ENDTIME = 3;
const RESOLUTIONS = [0, 1, 3, 6, 9, 10, 15, 19, 20, 127, 0x80, 0x81, 0x80 | 20, 0x80 | 32, 0x80 | 64, 0xff];

/** Resolutions and offsets of time, the ends of captures, and frames at the ends of time. */
export const timeResolution: Mutator = {
  name: 'time-resolution',
  mutate(bytes, random) {
    const blocks = blocksOf(bytes);
    for (const [place, block] of blocks.entries()) {
      const { type, littleEndian } = block;
      if (type === INTERFACE_DESCRIPTION && random.below(2) === 0) {
        const options = [option(IF_TSRESOL, Uint8Array.of(random.of(RESOLUTIONS)), littleEndian)];
        if (random.below(2) === 0) options.push(option(IF_TSOFFSET, eightOctets(random), littleEndian));
        const body = bodyOf(block);
        const head = 16 - BLOCK_HEADER;
        if (body.length >= head)
          blocks[place] = blockWith(block, joined([body.subarray(0, head), ...options, body.subarray(head)]));
      } else if (type === INTERFACE_STATISTICS && random.below(2) === 0) {
        const head = bodyOf(block).slice(0, 12);
        const end = option(ISB_ENDTIME, eightOctets(random), littleEndian);
        blocks[place] = blockWith(block, joined([head, end]));
      } else if (type === ENHANCED_PACKET && block.bytes.length >= 32 && random.below(12) === 0) {
        const view = viewOf(block.bytes);
        const high = view.getUint32(12, littleEndian);
        view.setUint32(12, random.below(2) === 0 ? random.of(EDGES) : high + 1, littleEndian);
        if (random.below(2) === 0) view.setUint32(16, random.of(EDGES), littleEndian);
      }
    }
    return blocks.length === 0 ? bytes : joined(blocks.map((block) => block.bytes));
  },
};

function eightOctets(random: Random): Uint8Array {
  const octets = new Uint8Array(8);
  const view = viewOf(octets);
  view.setUint32(0, random.of(EDGES));
  view.setUint32(4, random.of(EDGES));
  return octets;
}
