import { readFileSync } from 'node:fs';
import { CaptureReader } from '../../src/capture/reader.js';
import { enhancedPacket, interfaceDescription, join, sectionHeader } from './capture-builder.js';

/** A frame of an Ethernet capture, or of another into which it was turned. */
interface Octets {
  readonly data: Uint8Array;
  readonly linkType: number;
}

interface Seen extends Octets {
  readonly time: bigint;
  /** Octets that the snaplen cut. */
  readonly cut: number;
  readonly number: number;
  readonly from: number;
}

/** A way in which captures come to hold every frame more than once. */
export interface Duplication {
  readonly name: string;
  /** Nanoseconds after which each of the copies follows. */
  readonly delays: readonly number[];
  /** What the frame is for the first interface, 0, and for those that the copies come from. */
  readonly seen?: (frame: Octets, from: number) => Octets;
  /** Frames have no Ethernet addresses, or those of both sides of a router: nothing shows who sent them. */
  readonly hidesSenders?: true;
}

const SECOND = 1_000_000_000n;
const MICROSECOND = 1_000;
const MILLISECOND = 1_000_000;
const ETHERNET_HEADER = 14;

const packetOf = ({ data }: Octets): Uint8Array => data.subarray(ETHERNET_HEADER);
const isTagged = (data: Uint8Array): boolean => data[12] === 0x81;
const isIpv6 = (packet: Uint8Array): boolean => packet[0] >> 4 === 6;

/** Linux cooked, of a packet that comes in, or goes out of the next interface. */
function cooked(frame: Octets, from: number): Octets {
  const kind = from === 0 ? 0 : 4;
  const before = [0, kind, 0, 1, 0, 6, 2, 0, 0, 0, 0, from, 0, 0, ...frame.data.subarray(12, 14)];
  return { data: Uint8Array.of(...before, ...packetOf(frame)), linkType: 113 };
}

function cooked2(frame: Octets, from: number): Octets {
  const kind = from === 0 ? 0 : 4;
  const before = [
    ...frame.data.subarray(12, 14),
    0,
    0,
    0,
    0,
    0,
    from,
    0,
    1,
    kind,
    6,
    2,
    0,
    0,
    0,
    0,
    from,
    0,
    0,
  ];
  return { data: Uint8Array.of(...before, ...packetOf(frame)), linkType: 276 };
}

/** Behind a router: other hardware addresses, one hop less to live, in a VLAN. */
function routed(frame: Octets, from: number): Octets {
  if (from === 0) return frame;
  const data = Uint8Array.of(
    ...[2, 0, 0, 0, 7, 1, 2, 0, 0, 0, 7, 2],
    ...[0x81, 0, 0, 5],
    ...frame.data.subarray(12),
  );
  const packet = data.subarray(ETHERNET_HEADER + (isTagged(frame.data) ? 8 : 4));
  packet[isIpv6(packet) ? 7 : 8] -= from;
  return { data, linkType: 1 };
}

export const DUPLICATIONS: readonly Duplication[] = [
  { name: 'each right behind the frame', delays: [0] },
  { name: 'after 20 microseconds', delays: [20 * MICROSECOND] },
  { name: 'after a millisecond, in bursts', delays: [MILLISECOND] },
  { name: 'after four milliseconds, in bursts', delays: [4 * MILLISECOND] },
  { name: 'on all interfaces, cooked', delays: [30 * MICROSECOND], seen: cooked, hidesSenders: true },
  {
    name: 'on all interfaces of a bridge, cooked (v2)',
    delays: [10 * MICROSECOND, 15 * MICROSECOND],
    seen: cooked2,
    hidesSenders: true,
  },
  {
    name: 'on interfaces of several link types',
    delays: [100 * MICROSECOND],
    seen: (frame, from) => (from === 0 ? frame : { data: packetOf(frame), linkType: 101 }),
  },
  { name: 'on both sides of a router', delays: [200 * MICROSECOND], seen: routed, hidesSenders: true },
];

export interface Duplicated {
  readonly bytes: Uint8Array;
  /** The number that each frame has in the plain capture. */
  readonly numbers: readonly number[];
}

/** What `duplication` copies: an Ethernet capture with its IP packets as `alter` makes them, each once. */
export function plainCapture(
  path: string,
  { hidesSenders }: Duplication,
  alter?: (packet: Uint8Array) => void,
): Duplicated {
  const seen = hidesSenders === true ? { seen: withoutSender } : {};
  return duplicatedCapture(path, { name: 'plain', delays: [], ...seen }, alter);
}

function withoutSender({ data, linkType }: Octets): Octets {
  return { data: data.slice().fill(0, 6, 12), linkType };
}

/** The same capture with copies. */
export function duplicatedCapture(
  path: string,
  { delays, seen }: Duplication,
  alter?: (packet: Uint8Array) => void,
): Duplicated {
  const frames: Seen[] = [];
  const reader = new CaptureReader((frame) => {
    const { number, bytes, offset, capturedLength, originalLength, linkType } = frame;
    const data = bytes.slice(offset, offset + capturedLength);
    alter?.(data.subarray(ETHERNET_HEADER));
    const time = BigInt(frame.seconds) * SECOND + BigInt(frame.nanoseconds);
    const cut = originalLength - capturedLength;
    for (const [from, delay] of [0, ...delays].entries()) {
      const octets = seen?.({ data, linkType }, from) ?? { data, linkType };
      frames.push({ ...octets, time: time + BigInt(delay), cut, number, from });
    }
  });
  reader.push(readFileSync(path));
  reader.end();
  frames.sort((a, b) => Number(a.time - b.time));
  const linkTypes = [0, ...delays].map((_, from) => frames.find((frame) => frame.from === from)!.linkType);
  // Plain or not, a capture ends at the same time, with a frame that is of no connection.
  const last = frames[frames.length - 1];
  const end = { data: new Uint8Array(60), time: (last.time / SECOND + 2n) * SECOND, number: last.number + 1 };
  frames.push({ ...last, ...end, cut: 0 });
  return {
    bytes: join(
      sectionHeader(),
      ...linkTypes.map((linkType) => interfaceDescription(linkType, [[9, [9]]])),
      ...frames.map(({ data, time, from, cut }) =>
        enhancedPacket(data, time, from, true, [], data.length + cut),
      ),
    ),
    numbers: frames.map(({ number }) => number),
  };
}
