import { readFileSync } from 'node:fs';
import { CaptureReader } from '../../src/capture/reader.js';
import { pcap } from './capture-builder.js';

/** What stands before an IP packet, and the link type of the capture. */
export interface Wrapping {
  readonly name: string;
  readonly linkType: number;
  /** @param version of IP; @param length of the packet */
  readonly header: (version: 4 | 6, length: number) => readonly number[];
  /** Why Wireshark 4.0 does not read it of its own accord. */
  readonly notInWireshark?: string;
}

const be16 = (value: number): number[] => [value >> 8, value & 255];
const etherType = (version: 4 | 6): number[] => (version === 4 ? [0x08, 0x00] : [0x86, 0xdd]);
const pppNumber = (version: 4 | 6): number[] => (version === 4 ? [0x00, 0x21] : [0x00, 0x57]);
const MACS = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
const SNAP = [0xaa, 0xaa, 0x03, 0, 0, 0];
/** Label 16 and, at the bottom of the stack, label 17; time to live 64. */
const LABELS = [0x00, 0x01, 0x00, 64, 0x00, 0x01, 0x11, 64];
const pppoe = (version: 4 | 6, length: number): number[] => [
  0x11,
  0,
  0,
  7,
  ...be16(length + 2),
  ...pppNumber(version),
];
const nflog = (isLittle: boolean) => (version: 4 | 6, length: number) => {
  const u16 = (value: number): number[] => (isLittle ? [value & 255, value >> 8] : be16(value));
  // A packet header attribute and a prefix of five octets, padded, come before the payload.
  const before = [...u16(8), ...u16(1), 0x08, 0, 1, 0, ...u16(9), ...u16(10), 116, 99, 112, 58, 0, 0, 0, 0];
  return [version === 4 ? 2 : 10, 0, 0, 5, ...before, ...u16(length + 4), ...u16(9)];
};

/** The ways in which frames carry IP, beyond plain Ethernet. */
export const WRAPPINGS: readonly Wrapping[] = [
  { name: 'PPP', linkType: 9, header: pppNumber },
  {
    name: 'PPP with address and control',
    linkType: 9,
    header: (version) => [0xff, 0x03, ...pppNumber(version)],
  },
  { name: 'PPP with a short protocol field', linkType: 9, header: (version) => [pppNumber(version)[1]] },
  {
    name: 'PPP in HDLC-like framing',
    linkType: 50,
    header: (version) => [0xff, 0x03, ...pppNumber(version)],
  },
  {
    name: 'Cisco HDLC as PPP in HDLC-like framing',
    linkType: 50,
    header: (version) => [0x0f, 0, ...etherType(version)],
  },
  { name: 'PPP over Ethernet, without Ethernet', linkType: 51, header: pppoe },
  { name: 'Cisco HDLC', linkType: 104, header: (version) => [0x0f, 0, ...etherType(version)] },
  { name: 'FDDI', linkType: 10, header: (version) => [0x54, ...MACS, ...SNAP, ...etherType(version)] },
  { name: 'netfilter log, little-endian', linkType: 239, header: nflog(true) },
  {
    name: 'netfilter log, big-endian',
    linkType: 239,
    header: nflog(false),
    notInWireshark: 'it reads attributes in the order of the machine it runs on',
  },
  {
    name: 'OpenBSD enc',
    linkType: 109,
    header: (version) => [version === 4 ? 2 : 24, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0],
  },
  {
    name: 'a PPPoE session',
    linkType: 1,
    header: (version, length) => [...MACS, 0x88, 0x64, ...pppoe(version, length)],
  },
  { name: 'MPLS', linkType: 1, header: () => [...MACS, 0x88, 0x47, ...LABELS] },
  {
    name: 'MPLS below a VLAN',
    linkType: 1,
    header: () => [...MACS, 0x81, 0x00, 0, 5, 0x88, 0x47, ...LABELS],
  },
  {
    name: 'Ethernet in an MPLS pseudowire',
    linkType: 1,
    header: (version) => [...MACS, 0x88, 0x47, ...LABELS, 0, 0, 0, 0, ...MACS, ...etherType(version)],
    notInWireshark: 'it wants to be told which labels are those of pseudowires',
  },
];

/** The IP packets of an Ethernet capture, wrapped otherwise, with their times. */
export function wrappedCapture(path: string, { linkType, header }: Wrapping): Uint8Array {
  const frames: { data: Uint8Array; time: bigint }[] = [];
  const reader = new CaptureReader(({ bytes, offset, capturedLength, view, seconds, nanoseconds }) => {
    const type = view.getUint16(offset + 12);
    const packet = bytes.slice(offset + 14, offset + capturedLength);
    if (type !== 0x0800 && type !== 0x86dd) return;
    const before = header(type === 0x0800 ? 4 : 6, packet.length);
    frames.push({
      data: Uint8Array.of(...before, ...packet),
      time: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
    });
  });
  reader.push(readFileSync(path));
  reader.end();
  return pcap(frames, { linkType });
}
