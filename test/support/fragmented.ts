import { readFileSync } from 'node:fs';
import { CaptureReader } from '../../src/capture/reader.js';
import { type BuiltFrame, pcap } from './capture-builder.js';
import type { Duplicated } from './duplicated.js';
import { concat, u8, u16, u32 } from './packet-builder.js';

export interface Fragmentation {
  readonly name: string;
  /** Octets of a fragment, a multiple of 8; Infinity leaves packets whole. */
  readonly size: number;
  /** The order in which the fragments of a datagram are captured, from the one in which they follow each other. */
  readonly order?: <T>(fragments: readonly T[]) => readonly T[];
}

const ETHERNET_HEADER = 14;
const IPV6_HEADER = 40;
const FRAGMENT_HEADER = 44;
const MORE = 0x2000;

export const FRAGMENTATIONS: readonly Fragmentation[] = [
  { name: 'in units', size: 8 },
  { name: 'of 24 octets', size: 24 },
  { name: 'of 256 octets, the last first', size: 256, order: (fragments) => fragments.toReversed() },
  {
    name: 'of 16 octets, every second one first',
    size: 16,
    order: (fragments) => [
      ...fragments.filter((_, place) => place % 2 === 1),
      ...fragments.filter((_, place) => place % 2 === 0),
    ],
  },
  {
    name: 'of 32 octets, each but the last twice',
    size: 32,
    order: (fragments) =>
      fragments.flatMap((each, place) => (place < fragments.length - 1 ? [each, each] : [each])),
  },
];

/** An IPv4 or IPv6 packet in fragments of at most `size` octets of what it carries. */
export function fragmentsOf(packet: Uint8Array, size: number): Uint8Array[] {
  const isV4 = packet[0] >> 4 === 4;
  const identification = isV4 ? u16At(packet, 4) : sumOf(packet);
  const header = isV4 ? (packet[0] & 0x0f) * 4 : IPV6_HEADER;
  const content = packet.subarray(header);
  const fragments: Uint8Array[] = [];
  for (let offset = 0; offset < content.length; offset += size) {
    const part = content.subarray(offset, offset + size);
    const isLast = offset + size >= content.length;
    const fragment = isV4
      ? concat(packet.subarray(0, header), part)
      : concat(
          packet.subarray(0, header),
          u8(packet[6]),
          u8(0),
          u16(offset | (isLast ? 0 : 1)),
          u32(identification),
          part,
        );
    const view = new DataView(fragment.buffer);
    if (isV4) {
      view.setUint16(2, fragment.length);
      view.setUint16(6, (offset / 8) | (isLast ? 0 : MORE));
    } else {
      view.setUint16(4, fragment.length - IPV6_HEADER);
      view.setUint8(6, FRAGMENT_HEADER);
    }
    fragments.push(fragment);
  }
  return fragments;
}

/** An Ethernet capture whose IP packets were sent in fragments, all captured at the same time. */
export function fragmentedCapture(path: string, { size, order }: Fragmentation): Duplicated {
  const frames: BuiltFrame[] = [];
  const numbers: number[] = [];
  const reader = new CaptureReader((frame) => {
    const { number, bytes, offset, capturedLength, view } = frame;
    const data = bytes.slice(offset, offset + capturedLength);
    const time = BigInt(frame.seconds) * 1_000_000_000n + BigInt(frame.nanoseconds);
    const type = view.getUint16(offset + 12);
    const isIp = type === 0x0800 || type === 0x86dd;
    const packet = isIp ? withoutPadding(data.subarray(ETHERNET_HEADER)) : data;
    const parts = isIp && size < Infinity ? fragmentsOf(packet, size) : [packet];
    for (const part of order?.(parts) ?? parts) {
      frames.push({ data: isIp ? concat(data.subarray(0, ETHERNET_HEADER), part) : part, time });
      numbers.push(number);
    }
  });
  reader.push(readFileSync(path));
  reader.end();
  return { bytes: pcap(frames, { nanoseconds: true }), numbers };
}

/** Without what the link layer added; IPv4 as it must be to be sent in fragments: with an identification. */
function withoutPadding(packet: Uint8Array): Uint8Array {
  const isV4 = packet[0] >> 4 === 4;
  const whole = packet.slice(0, isV4 ? u16At(packet, 2) : IPV6_HEADER + u16At(packet, 4));
  if (isV4) {
    whole.fill(0, 6, 8);
    if (u16At(whole, 4) === 0) whole.set(u16(1 + sumOf(whole)), 4);
  }
  return whole;
}

function u16At(packet: Uint8Array, at: number): number {
  return (packet[at] << 8) | packet[at + 1];
}

/** The same for packets that are the same. */
function sumOf(packet: Uint8Array): number {
  return packet.reduce((sum, octet) => (sum * 31 + octet) % 0xfff1, 0);
}
