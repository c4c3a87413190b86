import { classicBytes, classicOf, dataOf, linkTypeOf, recordWith } from '../formats/classic.js';
import { joined, viewOf } from '../octets.js';
import type { Random } from '../random.js';
import type { Mutator } from './mutator.js';

const ETHERNET = 1;
const TYPE = 12;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLANS = [0x8100, 0x88a8, 0x9100];
/** Extension headers: hop-by-hop, routing, destination options, mobility, authentication. */
const EXTENSIONS = [0, 43, 60, 135, 51];

/** Tags, labels, IPv6 extension headers and IPv4 options, few of them or more than any decoder follows. */
export const nestDeeply: Mutator = {
  name: 'nest-deeply',
  mutate(bytes, random) {
    const capture = classicOf(bytes);
    if (capture === null || linkTypeOf(capture) !== ETHERNET) return bytes;
    const { records, littleEndian } = capture;
    const depth = random.of([1, 2, 3, 8, 15, 17, 40]);
    const share = 1 + random.below(3);
    for (const [place, record] of records.entries()) {
      const frame = dataOf(record);
      if (frame.length < TYPE + 2 + 20 || random.below(share) !== 0) continue;
      records[place] = recordWith(record, nested(frame, depth, random), littleEndian);
    }
    return classicBytes(capture);
  },
};

function nested(frame: Uint8Array, depth: number, random: Random): Uint8Array {
  const type = viewOf(frame).getUint16(TYPE);
  const [addresses, packet] = [frame.subarray(0, TYPE), frame.subarray(TYPE + 2)];
  if (type === IPV6 && packet.length >= 40 && random.below(2) === 0)
    return joined([frame.subarray(0, TYPE + 2), withExtensions(packet, depth, random)]);
  if (type === IPV4 && random.below(3) === 0) {
    // Options of any content; the header's length may claim more of them than there are.
    const words = 1 + random.below(10);
    const longer = joined([packet.subarray(0, 20), random.octets(4 * words), packet.subarray(20)]);
    longer[0] = 0x40 | (5 + words + (random.below(4) === 0 ? 1 : 0));
    viewOf(longer).setUint16(2, longer.length);
    return joined([frame.subarray(0, TYPE + 2), longer]);
  }
  if (random.below(3) === 0) {
    const labels = Array.from({ length: depth }, (_, label) =>
      Uint8Array.of(0, 1, label === depth - 1 ? 1 : 0, 64),
    );
    return joined([addresses, Uint8Array.of(0x88, 0x47), ...labels, packet]);
  }
  const tags = Array.from({ length: depth }, () => {
    const vlan = random.of(VLANS);
    return Uint8Array.of(vlan >> 8, vlan & 255, random.below(16), random.below(4));
  });
  return joined([addresses, ...tags, frame.subarray(TYPE)]);
}

function withExtensions(packet: Uint8Array, depth: number, random: Random): Uint8Array {
  const types = Array.from({ length: depth }, () => random.of(EXTENSIONS));
  const headers = types.map((type, place) => {
    const next = types[place + 1] ?? packet[6];
    // Of 8 octets each, or 12 for authentication; now and then one lies.
    const length = type === 51 ? 1 : random.below(20) === 0 ? random.below(256) : 0;
    return joined([Uint8Array.of(next, length), random.octets(type === 51 ? 10 : 6)]);
  });
  const whole = joined([packet.subarray(0, 40), ...headers, packet.subarray(40)]);
  whole[6] = types[0];
  viewOf(whole).setUint16(4, whole.length - 40);
  return whole;
}
