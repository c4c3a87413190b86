import { classicBytes, classicOf } from '../formats/classic.js';
import { viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

const SILENCES = [1, 2, 30, 61, 130, 3600, 7300, 100_000];

/** Puts silence between records, in order: clocks stay right, and whatever takes long happens. */
export const stretchTimes: Mutator = {
  name: 'stretch-times',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null || capture.records.length === 0) return bytes;
    const { records, littleEndian } = capture;
    const gaps = Array.from({ length: 1 + random.below(3) }, () => ({
      before: random.below(records.length),
      seconds: random.of(SILENCES),
    }));
    for (const [place, record] of records.entries()) {
      const view = viewOf(record);
      const later = gaps.reduce((sum, gap) => sum + (place >= gap.before ? gap.seconds : 0), 0);
      view.setUint32(0, view.getUint32(0, littleEndian) + later, littleEndian);
    }
    return classicBytes(capture);
  },
};
