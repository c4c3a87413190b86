import { ACK, FIN, PSH, RST, SYN } from '../../src/decode/segment.js';
import { type BuiltFrame, pcap } from './capture-builder.js';
import { ethernet, icmp, ipv4, tcp } from './packet-builder.js';
import { randomFrom } from './random-conversations.js';

const START = 1_700_000_000_000_000_000n;
/** From segment to segment, in microseconds: clocks may stand still and run backwards. */
const GAPS = [0, 1, 100, 1000, 2900, 3000, 9000, 19_999, 50_000, 3_000_000, -1, -2000, -40_000];

/** No SYN with RST: that is a reset to finwait, and a SYN to Wireshark. */
const FLAGS = [
  ...[SYN, SYN, SYN, SYN | ACK, SYN | ACK, ACK, ACK, PSH | ACK, FIN | ACK, FIN | ACK, RST, RST | ACK],
  ...[0, FIN, SYN | FIN, SYN | FIN | ACK, SYN | RST | ACK, FIN | RST | ACK],
];

/**
 * A capture of short exchanges on `count` 4-tuples, whose segments have little to do with each other: all that
 * a connection's number, its completeness and marks depend on, in any order. A router's errors quote some.
 */
export function randomStreams(seed: number, count: number): Uint8Array {
  const random = randomFrom(seed);
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)];
  const frames: BuiltFrame[] = [];

  for (let number = 0; number < count; number++) {
    let now = pick(0n, START, START);
    for (let left = pick(1, 1, 2, 2, 3, 4, 6, 9); left > 0; left--) {
      const x = pick(0, 0, 1);
      const flags = pick(...FLAGS);
      const segment = tcp({
        sourcePort: x === 0 ? 30_000 + number : 80,
        destinationPort: x === 0 ? 80 : 30_000 + number,
        sequence: pick(1000, 1000, 1001, 1001, 1002, 2000),
        acknowledgment: (flags & ACK) !== 0 ? pick(1001, 1001, 1002, 2001) : 0,
        flags,
        window: pick(0, 4, 1000, 1000),
        // No acknowledgment covers a SYN with its data, which Wireshark, if it comes first, takes for another SYN's.
        payload: new Uint8Array((flags & (SYN | ACK)) === SYN ? pick(0, 4) : pick(0, 0, 1, 4)),
      });
      const [source, destination] = x === 0 ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
      const id = 1 + (frames.length % 65_000);
      const packet = ipv4(segment, { source, destination, id });
      // Wireshark takes a quoted SYN for one that may open the 4-tuple again, finwait does not.
      const isQuoted = (flags & SYN) === 0 && random() < 0.15;
      const quotation = ipv4(icmp(3, 1, packet), {
        source: '10.0.0.9',
        destination: source,
        protocol: 1,
        id,
      });
      now += BigInt(pick(...GAPS)) * 1000n;
      frames.push({ data: ethernet(isQuoted ? quotation : packet), time: now > 0n ? now : 0n });
    }
  }
  return pcap(frames);
}
