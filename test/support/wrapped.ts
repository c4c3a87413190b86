import { readFileSync } from 'node:fs';
import { CaptureReader } from '../../src/capture/reader.js';
import { pcap } from './capture-builder.js';

/** What stands before an IP packet, and the link type of the capture. */
export interface Wrapping {
  readonly name: string;
  readonly linkType: number;
  /** @param version of IP; @param length of the packet; @param macs what the frame had, destination first */
  readonly header: (version: 4 | 6, length: number, macs?: readonly number[]) => readonly number[];
  /** The version of IP that it carries, if not both. */
  readonly only?: 4 | 6;
  /** Whether IP packets carry it between `TUNNEL_ENDS`. */
  readonly isTunnel?: boolean;
  /** What stands behind the packet. */
  readonly trailer?: readonly number[];
  /** Why Wireshark 4.0 does not read it of its own accord, or counts otherwise. */
  readonly notInWireshark?: string | undefined;
}

const be16 = (value: number): number[] => [value >> 8, value & 255];
const etherType = (version: 4 | 6): number[] => (version === 4 ? [0x08, 0x00] : [0x86, 0xdd]);
const pppNumber = (version: 4 | 6): number[] => (version === 4 ? [0x00, 0x21] : [0x00, 0x57]);
const MACS = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
/** Of manufacturers that Wireshark knows: by that it tells whether a pseudowire has a control word. */
const VENDORS_MACS = [0, 0x0c, 0x29, 1, 2, 3, 0, 0x50, 0x56, 4, 5, 6];
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

/** Ethernet with an 802.1Q tag, which keeps the addresses. */
export function inVlan(id: number): Wrapping {
  return {
    name: `VLAN ${id}`,
    linkType: 1,
    header: (version, _length, macs = MACS) => [...macs, 0x81, 0x00, ...be16(id), ...etherType(version)],
  };
}

/** What stands before the packet in what `build` makes of one. */
export function wrapping(build: (packet: Uint8Array) => Uint8Array): Wrapping {
  return {
    name: '',
    linkType: 1,
    header: (_version, length) => {
      const whole = build(new Uint8Array(length));
      return [...whole.subarray(0, whole.length - length)];
    },
  };
}

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

function udp(port: number, header: readonly number[], length: number, source = 0xc001): number[] {
  return [...be16(source), ...be16(port), ...be16(8 + header.length + length), 0, 0, ...header];
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
  source?: number,
): Wrapping {
  return overIp(
    name,
    17,
    (version, length) => udp(port, header(version, length), length, source),
    notInWireshark,
  );
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
  overUdp('VXLAN without the flag for its network', 4789, (version) => [
    0,
    0,
    0,
    0,
    ...VNI,
    ...inner(version),
  ]),
  overUdp('VXLAN-GPE', 4790, (version) => [0x0c, 0, 0, version === 4 ? 1 : 2, ...VNI]),
  overUdp('VXLAN-GPE with Ethernet', 4790, (version) => [0x0c, 0, 0, 3, ...VNI, ...inner(version)]),
  overUdp('VXLAN-GPE without flags', 4790, (version) => [0, 0, 0, version === 4 ? 1 : 2, ...VNI]),
  ...[2152, 1701].map((source) =>
    overUdp(
      `VXLAN from the port ${source} of another tunnel`,
      4789,
      (version) => [8, 0, 0, 0, ...VNI, ...inner(version)],
      undefined,
      source,
    ),
  ),
  overUdp('Geneve', 6081, (version) => [0, 0, 0x65, 0x58, ...VNI, ...inner(version)]),
  overUdp('Geneve with options and without Ethernet', 6081, (version) => [
    ...[3, 0x40, ...etherType(version), ...VNI],
    ...[1, 2, 0x80, 1, 0, 0, 0, 1, 1, 2, 3, 0],
  ]),
  overUdp('L2TP', 1701, (version) => [0, 2, 0, 7, 0, 9, 0xff, 0x03, ...pppNumber(version)]),
  overUdp('L2TP with a length, and PPP without framing', 1701, (version, length) => [
    ...[0x40, 2, ...be16(length + 10), 0, 7, 0, 9],
    ...pppNumber(version),
  ]),
  overUdp('L2TP with all that there may be', 1701, (version, length) => [
    ...[0x4b, 2, ...be16(length + 21), 0, 7, 0, 9, 0, 1, 0, 0, 0, 3, 0xff, 0xff, 0xff],
    ...[0xff, 0x03, ...pppNumber(version)],
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
const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const le16 = (value: number): number[] => be16(value).reverse();
const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value & 0xffff)];
const le32 = (value: number): number[] => be32(value).reverse();
const FCS = [0xde, 0xad, 0xbe, 0xef];
const llc = (version: 4 | 6): number[] => [...SNAP, ...etherType(version)];
const A = [2, 0, 0, 0, 0, 1];
const B = [2, 0, 0, 0, 0, 2];
const C = [2, 0, 0, 0, 0, 3];
const D = [2, 0, 0, 0, 0, 4];

/** Frame control and what follows it up to the body: to a station (2), from it (1), or between access points (3). */
export function ieee80211Header(kind: number, flags: number, ...rest: readonly number[]): number[] {
  const fourth = (flags & 3) === 3 ? D : [];
  return [kind, flags, 0, 0, ...A, ...B, ...C, 0x10, 0, ...fourth, ...rest];
}

const DATA = 0x08;
const QOS_DATA = 0x88;
const QOS = [0, 0];
const prismHeader = (u32: (value: number) => number[]): number[] => [
  ...u32(0x44),
  ...u32(144),
  ...[0x77, 0x6c, 0x61, 0x6e, 0x30],
  ...zeros(131),
];
const avsHeader = [...be32(0x80211001), ...be32(64), ...zeros(56)];
const pktapHeader = (linkType: number, length = 108): number[] => [
  ...le32(length),
  ...le32(1),
  ...le32(linkType),
  ...[0x65, 0x6e, 0x30],
  ...zeros(length - 15),
];
const ppiHeader = (linkType: number, fields: readonly number[]): number[] => [
  0,
  1,
  ...le16(8 + fields.length),
  ...le32(linkType),
  ...fields,
];
const ppiCommon = [...le16(2), ...le16(20), ...zeros(8), ...le16(1), ...zeros(10)];

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
  {
    name: 'Cisco HDLC as PPP',
    linkType: 9,
    header: (version) => [0x8f, 0, ...etherType(version)],
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
  ...[
    { name: 'Ethernet in an MPLS pseudowire', word: [0, 0, 0, 0] },
    { name: 'Ethernet in an MPLS pseudowire that counts', word: [0, 0, 0x81, 0x00] },
    { name: 'Ethernet in an MPLS pseudowire without control word', word: [] },
  ].map(({ name, word }) => ({
    name,
    linkType: 1,
    header: (version: 4 | 6) => [
      ...[...MACS, 0x88, 0x47, ...LABELS, ...word],
      ...[...VENDORS_MACS, ...etherType(version)],
    ],
  })),
  {
    name: 'FabricPath',
    linkType: 1,
    header: (version) => [...MACS, 0x89, 0x03, 0x00, 0x60, ...MACS, ...etherType(version)],
    trailer: FCS,
  },
  {
    name: 'FabricPath with a VLAN before and behind it',
    linkType: 1,
    header: (version) => [
      ...[...MACS, 0x81, 0x00, 0, 5, 0x89, 0x03, 0x00, 0x60],
      ...[...MACS, 0x81, 0x00, 0, 5, ...etherType(version)],
    ],
    trailer: FCS,
  },
  ...TUNNELS,
  {
    name: 'Token Ring',
    linkType: 6,
    header: (version) => [0x10, 0x40, ...MACS, ...llc(version)],
  },
  {
    name: 'Token Ring with a route',
    linkType: 6,
    header: (version) => [0x10, 0x40, ...A, 0x82, ...B.slice(1), 0x06, 0x30, 0, 1, 0, 2, ...llc(version)],
  },
  {
    name: 'SLIP',
    linkType: 8,
    header: () => [1, 0x45, ...zeros(14)],
    notInWireshark: 'it knows the link type, but does not look into it',
  },
  {
    name: 'ARCNET of BSD, RFC 1201',
    linkType: 7,
    header: (version) => [1, 2, version === 4 ? 0xd4 : 0xc4, 0, 0, 9],
  },
  {
    name: 'ARCNET of BSD, an exception frame',
    linkType: 7,
    header: (version) => [
      1,
      2,
      version === 4 ? 0xd4 : 0xc4,
      0xff,
      0,
      0,
      version === 4 ? 0xd4 : 0xc4,
      0,
      0,
      9,
    ],
  },
  {
    name: 'ARCNET of BSD, the first part of several, which are joined',
    linkType: 7,
    header: (version) => [1, 2, version === 4 ? 0xd4 : 0xc4, 3, 0, 9],
  },
  {
    name: 'ARCNET of Linux, RFC 1201',
    linkType: 129,
    header: (version) => [1, 2, 0, 0, version === 4 ? 0xd4 : 0xc4, 0, 0, 9],
  },
  {
    name: 'ARCNET of Linux, RFC 1051 where it can',
    linkType: 129,
    header: (version) => (version === 4 ? [1, 2, 0, 0, 0xf0] : [1, 2, 0, 0, 0xc4, 0, 0, 9]),
  },
  { name: 'ATM with LLC', linkType: 100, header: llc },
  {
    name: '802.11 to an access point',
    linkType: 105,
    header: (version) => [...ieee80211Header(DATA, 1), ...llc(version)],
  },
  {
    name: '802.11 with QoS from an access point',
    linkType: 105,
    header: (version) => [...ieee80211Header(QOS_DATA, 2, ...QOS), ...llc(version)],
  },
  {
    name: '802.11 with four addresses, QoS and HT control',
    linkType: 105,
    header: (version) => [...ieee80211Header(QOS_DATA, 0x83, ...QOS, ...zeros(4)), ...llc(version)],
  },
  {
    name: '802.11 in a mesh',
    linkType: 105,
    header: (version) => [
      ...ieee80211Header(QOS_DATA, 3, 0, 1),
      ...[1, 31, ...le32(77), ...A],
      ...llc(version),
    ],
  },
  {
    name: 'an 802.11 A-MSDU of one',
    linkType: 105,
    header: (version, length) => [
      ...ieee80211Header(QOS_DATA, 2, 0x80, 0),
      ...[...A, ...B, ...be16(length + 8)],
      ...llc(version),
    ],
  },
  {
    name: 'radiotap without fields',
    linkType: 127,
    header: (version) => [0, 0, 8, 0, 0, 0, 0, 0, ...ieee80211Header(DATA, 1), ...llc(version)],
  },
  {
    name: 'radiotap with a chain, time, flags, padding and FCS',
    linkType: 127,
    header: (version) => [
      // Four words that tell the fields, the first field at a multiple of eight, one in each of the others.
      ...[0, 0, ...le16(36), ...le32(0xa000_0003), ...le32(0xa000_0020), ...le32(0xa000_0020), ...le32(0x20)],
      ...[...zeros(4), ...zeros(8), 0x30, 0, 0, 0],
      ...ieee80211Header(QOS_DATA, 1, ...QOS, 0, 0),
      ...llc(version),
    ],
    trailer: FCS,
  },
  {
    name: 'radiotap with flags alone, and FCS',
    linkType: 127,
    header: (version) => [
      ...[0, 0, ...le16(9), ...le32(2), 0x10],
      ...ieee80211Header(QOS_DATA, 2, ...QOS),
      ...llc(version),
    ],
    trailer: FCS,
  },
  {
    name: 'Prism, little-endian',
    linkType: 119,
    header: (version) => [...prismHeader(le32), ...ieee80211Header(DATA, 2), ...llc(version)],
  },
  {
    name: 'Prism, big-endian',
    linkType: 119,
    header: (version) => [...prismHeader(be32), ...ieee80211Header(DATA, 2), ...llc(version)],
  },
  {
    name: 'AVS as Prism',
    linkType: 119,
    header: (version) => [...avsHeader, ...ieee80211Header(DATA, 2), ...llc(version)],
  },
  {
    name: 'AVS',
    linkType: 163,
    header: (version) => [...avsHeader, ...ieee80211Header(QOS_DATA, 2, ...QOS), ...llc(version)],
  },
  {
    name: 'PPI with 802.11 and FCS',
    linkType: 192,
    header: (version) => [
      ...ppiHeader(105, [...le16(29_999), ...le16(4), 1, 2, 3, 4, ...ppiCommon]),
      ...ieee80211Header(QOS_DATA, 2, ...QOS),
      ...llc(version),
    ],
    trailer: FCS,
  },
  {
    name: 'PPI with Ethernet',
    linkType: 192,
    header: (version) => [...ppiHeader(1, []), ...MACS, ...etherType(version)],
  },
  {
    name: 'PKTAP with Ethernet',
    linkType: 258,
    header: (version) => [...pktapHeader(1), ...MACS, ...etherType(version)],
  },
  { name: 'PKTAP with a longer header and raw IP', linkType: 258, header: () => pktapHeader(101, 156) },
  {
    name: 'PKTAP as USER2',
    linkType: 149,
    header: (version) => [...pktapHeader(0), version === 4 ? 2 : 30, 0, 0, 0],
    notInWireshark: 'it wants to be told what users’ link types hold',
  },
  {
    name: 'Juniper Ethernet',
    linkType: 178,
    header: (version) => [0x4d, 0x47, 0x43, 1, ...MACS, ...etherType(version)],
  },
  {
    name: 'Juniper Ethernet with extensions',
    linkType: 178,
    header: (version) => [0x4d, 0x47, 0x43, 0x80, 0, 6, 1, 1, 7, 4, 1, 9, ...MACS, ...etherType(version)],
  },
  {
    name: 'Juniper Ethernet whose link header is missing',
    linkType: 178,
    header: (version) => [0x4d, 0x47, 0x43, 3, ...le32(version === 4 ? 2 : 6)],
  },
  {
    name: 'Juniper Ethernet without Juniper’s header',
    linkType: 178,
    header: (version) => [...MACS, ...etherType(version)],
  },
  {
    name: 'IP over Fibre Channel',
    linkType: 122,
    header: (version) => [0x10, 0, ...A, 0x10, 0, ...B, ...llc(version)],
  },
  {
    name: 'IP over FireWire',
    linkType: 138,
    header: (version) => [...A, 0, 1, ...B, 0, 1, ...etherType(version)],
  },
  {
    name: 'IP over InfiniBand',
    linkType: 242,
    header: (version) => [...zeros(20), 0, 0, 2, 1, ...zeros(16), ...etherType(version), 0, 0],
  },
  {
    name: 'InfiniBand datagrams',
    linkType: 247,
    header: (version, length) => [
      ...[0x70, 0x02, 0, 3, ...be16((length + 32 + 4) >> 2), 0, 4],
      ...[0x64, 0x40, 0xff, 0xff, 0, 0, 1, 2, 0, 0, 0, 9],
      ...[0, 0, 0x0b, 0x1b, 0, 0, 0, 0x48],
      ...[...etherType(version), 0, 0],
    ],
    trailer: [1, 2, 3, 4, 5, 6],
    notInWireshark: 'it does not know the link type',
  },
  {
    name: 'InfiniBand datagrams with a global route',
    linkType: 247,
    header: (version, length) => [
      ...[0x70, 0x03, 0, 3, ...be16((length + 72 + 4) >> 2), 0, 4],
      ...[0x60, 0, 0, 0, ...be16(length + 24 + 4), 0x1b, 64, ...zeros(15), 1, ...zeros(15), 2],
      ...[0x64, 0x40, 0xff, 0xff, 0, 0, 1, 2, 0, 0, 0, 9],
      ...[0, 0, 0x0b, 0x1b, 0, 0, 0, 0x48],
      ...[...etherType(version), 0, 0],
    ],
    trailer: [1, 2, 3, 4, 5, 6],
    notInWireshark: 'it does not know the link type',
  },
  {
    name: 'packet filter log',
    linkType: 117,
    header: (version) => [61, version === 4 ? 2 : 24, 0, 0, 0x65, 0x6d, 0x30, ...zeros(57)],
  },
  {
    name: 'Frame Relay',
    linkType: 107,
    header: (version) => [0x18, 0x41, 0x03, version === 4 ? 0xcc : 0x8e],
    notInWireshark: 'it leaves out the number behind the first stream over Frame Relay',
  },
  {
    name: 'Frame Relay with SNAP',
    linkType: 107,
    header: (version) => [0x18, 0x41, 0x03, 0x00, 0x80, 0, 0, 0, ...etherType(version)],
    notInWireshark: 'it leaves out the number behind the first stream over Frame Relay',
  },
  {
    name: 'Frame Relay as Cisco has it',
    linkType: 107,
    header: (version) => [0x18, 0x41, ...etherType(version)],
    notInWireshark: 'it leaves out the number behind the first stream over Frame Relay',
  },
  {
    name: 'PPP with a direction',
    linkType: 204,
    header: (version) => [1, 0xff, 0x03, ...pppNumber(version)],
  },
  {
    name: 'Cisco HDLC as PPP with a direction',
    linkType: 204,
    header: (version) => [0, 0x0f, 0, ...etherType(version)],
  },
  {
    name: 'Cisco HDLC with a direction',
    linkType: 205,
    header: (version) => [0, 0x0f, 0, ...etherType(version)],
    notInWireshark: 'it does not know the link type',
  },
  {
    name: 'Frame Relay with a direction',
    linkType: 206,
    header: (version) => [1, 0x18, 0x41, 0x03, version === 4 ? 0xcc : 0x8e],
    notInWireshark: 'it does not know the link type',
  },
  {
    name: 'MPLS without Ethernet',
    linkType: 219,
    header: () => LABELS,
    notInWireshark: 'it does not know the link type',
  },
  {
    name: 'Solaris ipnet',
    linkType: 226,
    header: (version, length) => [1, version === 4 ? 2 : 26, 0, 0, ...be32(length), ...zeros(16)],
  },
];

/**
 * The IP packets of an Ethernet capture, wrapped otherwise, with their times; each once in every wrapping if
 * there are several, which must be of one link type.
 */
export function wrappedCapture(path: string, ...wrappings: readonly Wrapping[]): Uint8Array {
  const frames: { data: Uint8Array; time: bigint }[] = [];
  const reader = new CaptureReader(({ bytes, offset, capturedLength, view, seconds, nanoseconds }) => {
    const type = view.getUint16(offset + 12);
    const packet = bytes.slice(offset + 14, offset + capturedLength);
    if (type !== 0x0800 && type !== 0x86dd) return;
    const macs = [...bytes.slice(offset, offset + 12)];
    for (const { header, trailer = [] } of wrappings) {
      const before = header(type === 0x0800 ? 4 : 6, packet.length, macs);
      frames.push({
        data: Uint8Array.of(...before, ...packet, ...trailer),
        time: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
      });
    }
  });
  reader.push(readFileSync(path));
  reader.end();
  return pcap(frames, { linkType: wrappings[0].linkType });
}
