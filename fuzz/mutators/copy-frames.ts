import { classicBytes, classicOf } from '../formats/classic.js';
import { viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** Microseconds until the copy. */
const DELAYS = [0, 0, 10, 900, 3000, 15_000];

/** Every frame or some of them twice, as a mirror port or several interfaces capture them, at times a hop apart. */
export const copyFrames: Mutator = {
  name: 'copy-frames',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null) return bytes;
    const { littleEndian } = capture;
    const delay = random.of(DELAYS);
    const share = 1 + random.below(3);
    // The time to live of an IPv4 packet in Ethernet: after the record's header, the frame's, and eight octets.
    const hop = random.below(3) === 0 ? 16 + 14 + 8 : null;
    const records = capture.records.flatMap((record) => {
      if (random.below(share) !== 0) return [record];
      const copy = record.slice();
      const view = viewOf(copy);
      const fraction = view.getUint32(4, littleEndian) + delay;
      view.setUint32(4, fraction % 1_000_000, littleEndian);
      view.setUint32(0, view.getUint32(0, littleEndian) + Math.floor(fraction / 1_000_000), littleEndian);
      if (hop !== null && hop < copy.length) copy[hop]--;
      return [record, copy];
    });
    return classicBytes({ ...capture, records });
  },
};
