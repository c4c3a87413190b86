import { classicBytes, classicOf, RECORD_HEADER } from '../formats/classic.js';
import { EDGES, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

const TELLING = [0, 1, 2, 4, 5, 0x10, 0x11, 0x12, 0x14, 0x18, 0x45, 0x60, 0xf0, 0xff];

/** Changes TCP or IP header fields in records, at the places where an Ethernet frame has them. */
export const changeHeader: Mutator = {
  name: 'change-header',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null) return bytes;
    const { records } = capture;
    for (let changes = 1 + random.below(6); changes > 0 && records.length > 0; changes--) {
      const record = random.of(records);
      // Type field, IPv4 or IPv6 header, TCP header with its options.
      const at = RECORD_HEADER + 12 + random.below(70);
      if (at + 4 > record.length) continue;
      const kind = random.below(4);
      if (kind === 0) record[at] = random.of(TELLING);
      else if (kind === 1) viewOf(record).setUint16(at, random.of(EDGES) & 0xffff);
      else if (kind === 2) viewOf(record).setUint32(at, random.of(EDGES));
      else record[at] = (record[at] + random.of([1, 255])) & 255;
    }
    return classicBytes(capture);
  },
};
