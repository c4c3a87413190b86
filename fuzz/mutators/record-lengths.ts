import { CAPTURED_LENGTH, classicBytes, classicOf, ORIGINAL_LENGTH } from '../formats/classic.js';
import { EDGES, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Lies about how long a frame was, in the capture or on the wire. */
export const recordLengths: Mutator = {
  name: 'record-lengths',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null) return bytes;
    const { records, littleEndian } = capture;
    for (let changes = 1 + random.below(3); changes > 0 && records.length > 0; changes--) {
      const at = random.of([CAPTURED_LENGTH, ORIGINAL_LENGTH, ORIGINAL_LENGTH]);
      const view = viewOf(random.of(records));
      const near = view.getUint32(at, littleEndian) + random.below(9) - 4;
      view.setUint32(at, random.below(2) === 0 ? random.of(EDGES) : near, littleEndian);
    }
    return classicBytes(capture);
  },
};
