import { icmp, ipv4, ipv6 } from '../../test/support/packet-builder.js';
import { classicBytes, classicOf, dataOf, linkTypeOf, recordWith } from '../formats/classic.js';
import { joined, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

const ETHERNET = 1;
const ETHERNET_HEADER = 14;
/** Unreachable of several kinds, source quench, redirect, time exceeded, parameter problem, and no error at all. */
const ICMP = [
  [3, 0],
  [3, 1],
  [3, 3],
  [3, 4],
  [3, 13],
  [4, 0],
  [5, 1],
  [11, 0],
  [12, 0],
  [8, 0],
  [0, 0],
];
const ICMPV6 = [
  [1, 0],
  [1, 4],
  [2, 0],
  [3, 0],
  [4, 1],
  [128, 0],
  [137, 0],
];

/** Puts ICMP errors that quote a packet, whole or cut, in its place or after it. */
export const quoteInIcmp: Mutator = {
  name: 'quote-in-icmp',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null || linkTypeOf(capture) !== ETHERNET) return bytes;
    const { records, littleEndian } = capture;
    for (let errors = 1 + random.below(4); errors > 0 && records.length > 0; errors--) {
      const at = random.below(records.length);
      const record = records[at];
      const frame = dataOf(record);
      if (frame.length < ETHERNET_HEADER + 20) continue;
      const isV6 = viewOf(frame).getUint16(12) === 0x86dd;
      const packet = frame.subarray(ETHERNET_HEADER);
      const quoted = packet.subarray(0, random.of([packet.length, 28, 48, 20 + random.below(60)]));
      const [type, code] = random.of(isV6 ? ICMPV6 : ICMP);
      const message = icmp(type, code, quoted);
      const error = isV6 ? ipv6(message, { nextHeader: 58 }) : ipv4(message, { protocol: 1 });
      const whole = joined([frame.subarray(0, ETHERNET_HEADER), error]);
      records.splice(at, random.below(3) === 0 ? 1 : 0, recordWith(record, whole, littleEndian));
    }
    return classicBytes(capture);
  },
};
