import { CAPTURED_LENGTH, classicBytes, classicOf, RECORD_HEADER } from '../formats/classic.js';
import { viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Cuts frames at a length, as a snaplen does: from the middle of a link header to that of the payload. */
export const snaplen: Mutator = {
  name: 'snaplen',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null) return bytes;
    const { records, littleEndian } = capture;
    const limit = random.below(120);
    const share = 1 + random.below(3);
    for (const [place, record] of records.entries()) {
      if (record.length <= RECORD_HEADER + limit || random.below(share) !== 0) continue;
      records[place] = record.slice(0, RECORD_HEADER + limit);
      viewOf(records[place]).setUint32(CAPTURED_LENGTH, limit, littleEndian);
    }
    return classicBytes(capture);
  },
};
