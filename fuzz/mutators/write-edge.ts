import { EDGES, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Writes a number at which counting goes wrong, anywhere. */
export const writeEdge: Mutator = {
  name: 'write-edge',
  mutate(bytes, random) {
    if (bytes.length < 8) return bytes;
    const changed = bytes.slice();
    const view = viewOf(changed);
    const at = random.below(changed.length - 4);
    const edge = random.of(EDGES);
    if (random.below(2) === 0) view.setUint32(at, edge, random.below(2) === 0);
    else view.setUint16(at, edge & 0xffff, random.below(2) === 0);
    return changed;
  },
};
