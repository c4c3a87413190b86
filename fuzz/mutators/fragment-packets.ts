import { fragmentsOf } from '../../test/support/fragmented.js';
import { classicBytes, classicOf, dataOf, linkTypeOf, recordWith } from '../formats/classic.js';
import { joined, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

const ETHERNET = 1;
const ETHERNET_HEADER = 14;
const SIZES = [8, 16, 24, 64, 256];

/** Sends packets in fragments that come in any order, twice, not at all, or overlap. */
export const fragmentPackets: Mutator = {
  name: 'fragment-packets',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null || linkTypeOf(capture) !== ETHERNET) return bytes;
    const { littleEndian } = capture;
    const size = random.of(SIZES);
    const share = 1 + random.below(3);
    const records = capture.records.flatMap((record) => {
      const data = dataOf(record);
      if (random.below(share) !== 0 || !canBeCut(data)) return [record];
      const parts = fragmentsOf(data.slice(ETHERNET_HEADER), size).map((part) =>
        recordWith(record, joined([data.subarray(0, ETHERNET_HEADER), part]), littleEndian),
      );
      // A packet that carries nothing has no fragments.
      if (parts.length === 0) return [record];
      const kind = random.below(6);
      if (kind === 0) parts.reverse();
      else if (kind === 1) parts.splice(random.below(parts.length), 1);
      else if (kind === 2) parts.push(random.of(parts));
      else if (kind === 3) moved(random.of(parts), random.of([1, 0xffff, 2]));
      else if (kind === 4) return random.shuffled(parts);
      return parts;
    });
    return classicBytes({ ...capture, records });
  },
};

/** Only whole headers can be: the rest is up to other mutators. */
function canBeCut(frame: Uint8Array): boolean {
  if (frame.length < ETHERNET_HEADER + 40) return false;
  const type = viewOf(frame).getUint16(12);
  const version = frame[ETHERNET_HEADER] >> 4;
  return (type === 0x0800 && version === 4) || (type === 0x86dd && version === 6);
}

/** Adds to the fragment offset of IPv4, so that the fragment overlaps another part, or leaves a gap. */
function moved(record: Uint8Array, by: number): void {
  const at = record.length - dataOf(record).length + ETHERNET_HEADER + 6;
  const view = viewOf(record);
  view.setUint16(at, (view.getUint16(at) + by) & 0xffff);
}
