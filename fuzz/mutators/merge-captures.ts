import { classicBytes, classicOf, linkTypeOf } from '../formats/classic.js';
import { viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

/** The frames of two captures side by side, as if both had begun at the same time: several connections at once. */
export const mergeCaptures: Mutator = {
  name: 'merge-captures',
  mutate(bytes, random, other) {
    const capture = classicOf(bytes);
    const second = classicOf(other);
    if (capture === null || second === null || linkTypeOf(capture) !== linkTypeOf(second)) return bytes;
    const { littleEndian, records } = capture;
    if (second.littleEndian !== littleEndian || records.length === 0 || second.records.length === 0)
      return bytes;
    const secondsOf = (record: Uint8Array): number => viewOf(record).getUint32(0, littleEndian);
    const shift = secondsOf(records[0]) - secondsOf(second.records[0]) + random.below(3);
    for (const record of second.records) viewOf(record).setUint32(0, secondsOf(record) + shift, littleEndian);
    const timeOf = (record: Uint8Array): number =>
      secondsOf(record) * 1e9 + viewOf(record).getUint32(4, littleEndian);
    const merged = [...records, ...second.records].sort((a, b) => timeOf(a) - timeOf(b));
    return classicBytes({ ...capture, records: merged });
  },
};
