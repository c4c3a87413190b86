import { WRAPPINGS, type Wrapping } from '../../test/support/wrapped.js';
import { classicBytes, classicOf, dataOf, linkTypeOf, recordWith, setLinkType } from '../formats/classic.js';
import { joined, viewOf } from '../octets.js';
import type { Mutator } from './mutator.js';

const ETHERNET = 1;
const ETHERNET_HEADER = 14;
/** Those that can carry others, and so be carried. */
const NESTING = WRAPPINGS.filter(({ linkType, only }) => linkType === ETHERNET && only === undefined);

/** Puts the packets of Ethernet frames into other link layers, tunnels and tunnels within tunnels. */
export const wrapPackets: Mutator = {
  name: 'wrap-packets',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null || linkTypeOf(capture) !== ETHERNET) return bytes;
    const { records, littleEndian } = capture;
    const inner = Array.from({ length: random.below(4) }, () => random.of(NESTING));
    const outermost = random.of(random.below(2) === 0 ? NESTING : WRAPPINGS);
    const share = outermost.linkType === ETHERNET ? 1 + random.below(2) : 1;
    for (const [place, record] of records.entries()) {
      if (random.below(share) !== 0) continue;
      let data = dataOf(record);
      for (const wrapping of inner) data = wrapped(data, wrapping) ?? data;
      const whole = wrapped(data, outermost);
      if (whole !== null) records[place] = recordWith(record, whole, littleEndian);
    }
    setLinkType(capture, outermost.linkType);
    return classicBytes(capture);
  },
};

/** Another frame around what an Ethernet frame carries; null if that is not IP. */
function wrapped(frame: Uint8Array, { header, trailer = [] }: Wrapping): Uint8Array | null {
  if (frame.length < ETHERNET_HEADER) return null;
  const type = viewOf(frame).getUint16(12);
  if (type !== 0x0800 && type !== 0x86dd) return null;
  const packet = frame.subarray(ETHERNET_HEADER);
  const before = header(type === 0x0800 ? 4 : 6, packet.length);
  return joined([Uint8Array.from(before), packet, Uint8Array.from(trailer)]);
}
