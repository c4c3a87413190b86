import { classicBytes, classicOf } from '../formats/classic.js';
import type { Mutator } from './mutator.js';

/** Drops, repeats, swaps and borrows whole records: valid captures of traffic that is not. */
export const shuffleRecords: Mutator = {
  name: 'shuffle-records',
  mutate(bytes, random, other) {
    const capture = classicOf(bytes);
    if (capture === null) return bytes;
    const { records } = capture;
    const foreign = classicOf(other)?.records ?? [];
    for (let changes = 1 + random.below(6); changes > 0 && records.length > 0; changes--) {
      const at = random.below(records.length);
      const kind = random.below(5);
      if (kind === 0) records.splice(at, 1);
      else if (kind === 1) records.splice(random.below(records.length + 1), 0, records[at]);
      else if (kind === 2) records.push(...records.splice(at, 1));
      else if (kind === 3 && foreign.length > 0) records.splice(at, 0, random.of(foreign));
      else records.reverse();
    }
    return classicBytes(capture);
  },
};
