import { classicBytes, classicOf } from '../formats/classic.js';
import { EDGES, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

const LEAPS = [-1, 1, 60, 3600, -3600, 86_400 * 365];

/** Moves records in time: backwards, far ahead, to the limits of what a timestamp can say. */
export const changeTimes: Mutator = {
  name: 'change-times',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null) return bytes;
    const { records, littleEndian } = capture;
    for (let changes = 1 + random.below(6); changes > 0 && records.length > 0; changes--) {
      const view = viewOf(random.of(records));
      if (random.below(3) === 0) view.setUint32(0, random.of(EDGES), littleEndian);
      else view.setUint32(0, view.getUint32(0, littleEndian) + random.of(LEAPS), littleEndian);
      if (random.below(4) === 0) view.setUint32(4, random.of(EDGES), littleEndian);
    }
    return classicBytes(capture);
  },
};
