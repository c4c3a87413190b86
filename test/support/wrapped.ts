import { readFileSync } from 'node:fs';
import { CaptureReader } from '../../src/capture/reader.js';
import { pcap } from './capture-builder.js';

/** What stands before an IP packet, and the link type of the capture. */
export interface Wrapping {
  readonly name: string;
  readonly linkType: number;
  /** @param version of IP; @param length of the packet */
  readonly header: (version: 4 | 6, length: number) => readonly number[];
  /** The version of IP that it carries, if not both. */
  readonly only?: 4 | 6;
  /** Whether IP packets carry it between `TUNNEL_ENDS`. */
  readonly isTunnel?: boolean;
  /** Why Wireshark 4.0 does not read it of its own accord. */
  readonly notInWireshark?: string | undefined;
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

const ETHERNET = [...MACS, 0x08, 0x00];
/** The addresses of tunnels' ends, which stand in no recorded capture. */
export const TUNNEL_ENDS = [
  [203, 0, 113, 77],
  [203, 0, 113, 88],
] as const;
const TUNNEL_ENDS6 = [77, 88].map((last) => [0x20, 0x01, 0x0d, 0xb8, ...new Array<number>(11).fill(0), last]);

/** An IPv4 header before what begins with `header` and goes on for `length` octets. */
function outer(protocol: number, header: readonly number[], length: number): number[] {
  const total = be16(20 + header.length + length);
  return [0x45, 0, ...total, 0x77, 0x77, 0, 0, 7, protocol, 0, 0, ...TUNNEL_ENDS.flat(), ...header];
}

function outer6(protocol: number, header: readonly number[], length: number): number[] {
  return [0x60, 0, 0, 0, ...be16(header.length + length), protocol, 7, ...TUNNEL_ENDS6.flat(), ...header];
}

function udp(port: number, header: readonly number[], length: number): number[] {
  return [0xc0, 0x01, ...be16(port), ...be16(8 + header.length + length), 0, 0, ...header];
}

/** A tunnel between the hosts of `TUNNEL_ENDS`, over Ethernet, announced by the protocol number. */
function overIp(
  name: string,
  protocol: number,
  header: (version: 4 | 6, length: number) => readonly number[],
  notInWireshark?: string,
): Wrapping {
  return {
    name,
    linkType: 1,
    isTunnel: true,
    header: (version, length) => [...ETHERNET, ...outer(protocol, header(version, length), length)],
    notInWireshark,
  };
}

/** The same, announced by a UDP port. */
function overUdp(
  name: string,
  port: number,
  header: (version: 4 | 6, length: number) => readonly number[],
  notInWireshark?: string,
): Wrapping {
  return overIp(name, 17, (version, length) => udp(port, header(version, length), length), notInWireshark);
}

const inner = (version: 4 | 6): number[] => [...MACS, ...etherType(version)];
const VNI = [0, 0, 42, 0];
/** Type III of ERSPAN without its flags: version, VLAN and session, timestamp, security group. */
const ERSPAN_3 = [0x20, 5, 0, 1, 1, 2, 3, 4, 0, 0];
const gtp = (flags: number, header: readonly number[], length: number): number[] => [
  flags,
  255,
  ...be16(header.length + length),
  0,
  0,
  0,
  9,
  ...header,
];
const pptp = (flags: readonly number[], numbers: readonly number[]) => (version: 4 | 6, length: number) => [
  ...flags,
  0x88,
  0x0b,
  ...be16(length + 4),
  0,
  7,
  ...numbers,
  0xff,
  0x03,
  ...pppNumber(version),
];
const AUTHENTICATION = [0, 1, 3, 2, 97, 98, 99, 100, 101, ...new Array<number>(9).fill(1)];
const ORIGIN = [0, 0, 0x3f, 0xfe, 0x34, 0xff, 0x8e, 0xb2];

/** Tunnels over IP. */
const TUNNELS: readonly Wrapping[] = [
  overIp('GRE', 47, (version) => [0, 0, ...etherType(version)]),
  overIp('GRE with checksum, key and sequence number', 47, (version) => [
    0xb0,
    0,
    ...etherType(version),
    ...new Array<number>(12).fill(7),
  ]),
  {
    name: 'GRE over IPv6',
    linkType: 229,
    isTunnel: true,
    header: (version, length) => outer6(47, [0, 0, ...etherType(version)], length),
  },
  overIp('Ethernet in GRE (NVGRE)', 47, (version) => [0x20, 0, 0x65, 0x58, ...VNI, ...inner(version)]),
  overIp('MPLS in GRE', 47, () => [0, 0, 0x88, 0x47, ...LABELS]),
  overIp('PPTP', 47, pptp([0x30, 0x01], [0, 0, 0, 1])),
  overIp('PPTP with an acknowledgment', 47, pptp([0x30, 0x81], [0, 0, 0, 1, 0, 0, 0, 1])),
  { ...overIp('WCCP, version 1', 47, () => [0, 0, 0x88, 0x3e]), only: 4 },
  overIp('WCCP, version 2', 47, () => [0, 0, 0x88, 0x3e, 0, 0, 0, 0]),
  overIp('ERSPAN type I', 47, (version) => [0, 0, 0x88, 0xbe, ...inner(version)]),
  overIp('ERSPAN type II', 47, (version) => [
    ...[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0, 1, 0, 0, 0, 9],
    ...inner(version),
  ]),
  overIp('ERSPAN type III', 47, (version) => [
    ...[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, ...ERSPAN_3, 0x80, 0],
    ...inner(version),
  ]),
  overIp('ERSPAN type III with a platform’s header', 47, (version) => [
    ...[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, ...ERSPAN_3, 0x80, 1, 0x0c, 0, 0, 1, 0, 0, 0, 1],
    ...inner(version),
  ]),
  overIp(
    'IP packets in ERSPAN type III',
    47,
    () => [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, ...ERSPAN_3, 0x08, 0],
    'it looks into Ethernet frames only',
  ),
  overUdp('GRE in UDP', 4754, (version) => [0, 0, ...etherType(version)]),
  overUdp('MPLS in UDP', 6635, () => LABELS),
  overIp('MPLS in IP', 137, () => LABELS),
  overUdp('VXLAN', 4789, (version) => [8, 0, 0, 0, ...VNI, ...inner(version)]),
  overUdp('VXLAN with a VLAN inside', 4789, (version) => [
    ...[8, 0, 0, 0, ...VNI, ...MACS, 0x81, 0, 0, 5],
    ...etherType(version),
  ]),
  overUdp('VXLAN-GPE', 4790, (version) => [0x0c, 0, 0, version === 4 ? 1 : 2, ...VNI]),
  overUdp('VXLAN-GPE with Ethernet', 4790, (version) => [0x0c, 0, 0, 3, ...VNI, ...inner(version)]),
  overUdp('Geneve', 6081, (version) => [0, 0, 0x65, 0x58, ...VNI, ...inner(version)]),
  overUdp('Geneve with options and without Ethernet', 6081, (version) => [
    ...[3, 0x40, ...etherType(version), ...VNI],
    ...[1, 2, 0x80, 1, 0, 0, 0, 1, 1, 2, 3, 0],
  ]),
  overUdp('GTP-U', 2152, (_version, length) => gtp(0x30, [], length)),
  overUdp('GTP-U with a sequence number', 2152, (_version, length) => gtp(0x32, [0, 7, 0, 0], length)),
  overUdp('GTP-U with extension headers', 2152, (_version, length) =>
    gtp(0x34, [0, 0, 0, 0x85, 1, 0, 5, 0x40, 2, 0, 0, 0, 0, 0, 0, 0], length),
  ),
  {
    name: 'IP in IP',
    linkType: 101,
    isTunnel: true,
    header: (version, length) => outer(version === 4 ? 4 : 41, [], length),
  },
  {
    name: 'IP in IPv6',
    linkType: 101,
    isTunnel: true,
    header: (version, length) => outer6(version === 4 ? 4 : 41, [], length),
  },
  ...[
    overUdp('Teredo', 3544, () => []),
    overUdp('Teredo with an origin', 3544, () => ORIGIN),
    overUdp('Teredo with an authentication and an origin', 3544, () => [...AUTHENTICATION, ...ORIGIN]),
  ].map((wrapping) => ({ ...wrapping, only: 6 as const })),
  overIp('EtherIP', 97, (version) => [0x30, 0, ...inner(version)]),
  {
    name: 'VXLAN in GRE in IP, below a VLAN',
    linkType: 1,
    isTunnel: true,
    header: (version, length) => {
      const overlay = outer(17, udp(4789, [8, 0, 0, 0, ...VNI, ...inner(version)], length), length);
      return [...MACS, 0x81, 0, 0, 5, 8, 0, ...outer(4, outer(47, [0, 0, 8, 0, ...overlay], length), length)];
    },
  },
];

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
  ...TUNNELS,
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
