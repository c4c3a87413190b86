/** What tunnels over IP lead to, and what is no tunnel although it looks like one. */
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/core/addresses.js';
import { Decoder, MAX_LAYERS } from '../../src/decode/decoder.js';
import {
  FRAGMENT,
  ICMP_ERROR,
  MALFORMED,
  NESTED_TOO_DEEP,
  NOT_IP,
  NOT_TCP,
  SEGMENT,
  TRUNCATED,
} from '../../src/decode/verdict.js';
import { analyzeBytes } from '../support/analyze-bytes.js';
import { pcap } from '../support/capture-builder.js';
import {
  concat,
  ethernet,
  type FrameFields,
  frameOf,
  icmp,
  ipv4,
  ipv6,
  tcp,
  u16,
  udp,
  vlanTag,
  zeros,
} from '../support/packet-builder.js';
import { WRAPPINGS, type Wrapping } from '../support/wrapped.js';

const GRE = 47;
const UDP = 17;
const ICMP = 1;
const IP_IN_IP = 4;
const PAYLOAD = zeros(100);
const INSIDE = { source: '192.0.2.1', destination: '192.0.2.2', ttl: 33, id: 4711, flagsAndOffset: 0 };
const inside = ipv4(tcp({ payload: PAYLOAD }), INSIDE);
const plainGre = concat(u16(0), u16(0x0800), inside);
const vxlan = concat([8, 0, 0, 0, 0, 0, 42, 0], ethernet(inside));
const tunnels = WRAPPINGS.filter(({ isTunnel }) => isTunnel === true);

function decode(bytes: Uint8Array, fields: FrameFields = {}) {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, fields));
  return { verdict, segment: decoder.segment, error: decoder.icmpError };
}

function wrapped({ header, linkType, only }: Wrapping) {
  const packet = only === 6 ? ipv6(tcp({ payload: PAYLOAD }), { hopLimit: 33 }) : inside;
  return {
    bytes: concat(header(only ?? 4, packet.length), packet),
    fields: { linkType },
    version: only ?? 4,
  };
}

const sourceOf = ({ source0, source1, source2, source3 }: Decoder['segment']) =>
  formatAddress(source0, source1, source2, source3);

describe.each(tunnels)('$name', (tunnel) => {
  it('leaves the innermost IP header’s facts', () => {
    const { bytes, fields, version } = wrapped(tunnel);
    const { verdict, segment } = decode(bytes, fields);
    expect(verdict).toBe(SEGMENT);
    expect(sourceOf(segment)).toBe(version === 6 ? '2001:db8::1' : INSIDE.source);
    expect(segment).toMatchObject(
      version === 6
        ? { ttl: 33, ipId: -1, dontFragment: 1 }
        : { ttl: INSIDE.ttl, ipId: INSIDE.id, dontFragment: 0 },
    );
  });

  it('keeps the true length of a payload that the snaplen cut', () => {
    const { bytes, fields } = wrapped(tunnel);
    const { verdict, segment } = decode(bytes, { ...fields, capturedLength: bytes.length - 90 });
    expect(verdict).toBe(SEGMENT);
    expect(segment).toMatchObject({ payloadLength: 100, payloadCaptured: 10 });
  });

  it('is skipped where the snaplen or the packet itself ends before TCP', () => {
    const { bytes, fields } = wrapped(tunnel);
    const headers = bytes.length - PAYLOAD.length;
    for (let length = 0; length < headers; length++) {
      const cut = decode(bytes, { ...fields, capturedLength: length }).verdict;
      expect([TRUNCATED, NOT_TCP], `cut at ${length}`).toContain(cut);
      const short = decode(bytes.subarray(0, length), fields).verdict;
      expect([TRUNCATED, MALFORMED, NOT_TCP], `ending at ${length}`).toContain(short);
    }
  });
});

describe('UDP', () => {
  it('is a tunnel by either port', () => {
    expect(decode(ethernet(ipv4(udp(vxlan, 50000, 4789), { protocol: UDP }))).verdict).toBe(SEGMENT);
    expect(decode(ethernet(ipv4(udp(vxlan, 4789, 50000), { protocol: UDP }))).verdict).toBe(SEGMENT);
    expect(decode(ethernet(ipv6(udp(vxlan, 9000, 4789), { nextHeader: UDP }), 0x86dd)).verdict).toBe(SEGMENT);
  });

  it('is the tunnel of the other port, where the header is none of the first one’s', () => {
    const verdictOf = (datagram: Uint8Array) => decode(ethernet(ipv4(datagram, { protocol: UDP }))).verdict;
    for (const port of [1701, 2152]) {
      expect(verdictOf(udp(vxlan, port, 4789))).toBe(SEGMENT);
      expect(verdictOf(udp(vxlan, 4789, port))).toBe(SEGMENT);
      expect(verdictOf(udp(vxlan, port, 50000))).toBe(NOT_TCP);
      expect(verdictOf(udp(vxlan, port, port))).toBe(NOT_TCP);
    }
    // Messages of the first port's protocol that carry no packet; what Teredo and GRE get is theirs, whatever it is.
    const others = [
      ['an echo of GTP', 2152, [0x32, 1]],
      ['GTP of version 2', 2152, [0x48, 200]],
      ['a control message of L2TP', 1701, [0xc8, 2]],
      ['L2TP of version 3', 1701, [0, 3]],
      ['Teredo', 3544, [8, 0]],
      ['GRE', 4754, [8, 0]],
    ] as const;
    for (const [name, port, start] of others)
      expect(verdictOf(udp(concat(start, vxlan.slice(2)), port, 4789)), name).not.toBe(SEGMENT);
    const unknown = [0, 8, 15, 38, 63, 71, 95, 106, 122, 130, 239, 242, 253];
    for (const type of unknown)
      expect(verdictOf(udp(concat([0x30, type], vxlan.slice(2)), 2152, 4789)), `${type}`).toBe(SEGMENT);
  });

  it('is passed where a length of 0 says that it is still to be cut', () => {
    const datagram = udp(vxlan, 50000, 4789);
    datagram.set([0, 0], 4);
    expect(decode(ethernet(ipv4(datagram, { protocol: UDP }))).segment.payloadLength).toBe(100);
    datagram.set([0, 7], 4);
    expect(decode(ethernet(ipv4(datagram, { protocol: UDP }))).verdict).toBe(MALFORMED);
  });

  it('is VXLAN on the port of its extension, where no protocol is named', () => {
    expect(decode(ethernet(ipv4(udp(vxlan, 50000, 4790), { protocol: UDP }))).verdict).toBe(SEGMENT);
  });

  const l2tp = (...octets: number[]) => udp(concat(octets, [0xff, 3, 0, 0x21], inside), 1701, 1701);
  const gtp = (...octets: number[]) => udp(concat(octets, inside), 2152, 2152);
  it.each([
    ['another port', udp(vxlan, 50000, 8472), NOT_TCP],
    ['a cut header', udp([], 50000, 4789).subarray(0, 7), NOT_TCP],
    ['VXLAN with ARP', udp(concat([8, ...zeros(7)], ethernet(zeros(28), 0x0806)), 50000, 4789), NOT_IP],
    ['VXLAN-GPE with a service header', udp(concat([0x0c, 0, 0, 4], zeros(4), inside), 1, 4790), NOT_IP],
    ['VXLAN-GPE with protocol 0', udp(concat([0x0c, 0, 0, 0], zeros(4), inside), 1, 4790), NOT_IP],
    ['Geneve of another version', udp(concat([0x40, 0, 8, 0], zeros(4), inside), 50000, 6081), NOT_TCP],
    ['a control message of L2TP', l2tp(0xc8, 2, 0, 100, 0, 7, 0, 0, 0, 1, 0, 1), NOT_TCP],
    ['L2TP of version 3', l2tp(0, 3, 0, 0, 0, 0, 0, 9), NOT_TCP],
    ['L2F, L2TP’s ancestor on the same port', l2tp(0, 1, 0, 0, 0, 0, 0, 9), NOT_TCP],
    ['L2TP without a message', udp([0, 2, 0, 7, 0, 9], 1701, 1701), MALFORMED],
    ['L2TP with a length before its header’s end', l2tp(0x40, 2, 0, 7, 0, 7, 0, 9), MALFORMED],
    ['L2TP with an offset behind its end', l2tp(2, 2, 0, 7, 0, 9, 0xff, 0xff), MALFORMED],
    ['L2TP with what is not IP', udp([0, 2, 0, 7, 0, 9, 0xff, 3, 0xc0, 0x21, 1, 2], 1701, 1701), NOT_IP],
    ['an echo of GTP-U', gtp(0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0), NOT_TCP],
    ['GTP of another version', gtp(0x48, 255, 0, 120, 0, 0, 0, 0), NOT_TCP],
    ['a message of GTP′', gtp(0x20, 255, 0, 120, 0, 0, 0, 0), NOT_TCP],
    ['GTP-U with what is not IP', udp([0x30, 255, 0, 4, 0, 0, 0, 1, 0x80, 1, 2, 3], 2152, 2152), NOT_IP],
    ['an extension of GTP-U without length', gtp(0x34, 255, 0, 160, 0, 0, 0, 1, 0, 0, 0, 0xc0, 0), MALFORMED],
    [
      'more extensions of GTP-U than there are',
      gtp(0x34, 255, 1, 200, 0, 0, 0, 1, 0, 0, 0, 0xc0, ...new Array(20).fill([1, 0, 0, 0xc0]).flat()),
      MALFORMED,
    ],
    ['a bubble of Teredo', udp(ipv6([], { nextHeader: 59 }), 3544, 3544), NOT_TCP],
    ['IPv4 on the port of Teredo', udp(inside, 3544, 3544), NOT_TCP],
  ])('is no TCP as %s', (_name, datagram, verdict) => {
    expect(decode(ethernet(ipv4(datagram, { protocol: UDP }))).verdict).toBe(verdict);
  });
});

describe('an MPLS pseudowire', () => {
  const frameBehind = (word: readonly number[], frame: Uint8Array) =>
    ethernet(concat([0, 1, 1, 64], word, frame), 0x8847);
  const tagged = (bytes: Uint8Array, id: number) => ethernet(vlanTag(bytes, 0x0800, id), 0x8100);

  it.each([
    ['without control word', [], false],
    ['with a control word', [0, 0, 0, 0], false],
    ['with a control word that counts', [0, 0, 0x12, 0x34], false],
    ['with a control word whose reserved bits are set', [0x0f, 0xff, 0, 7], false],
    ['without control word, for a tagged frame', [], true],
    ['with a control word, for a tagged frame', [0, 0, 0, 9], true],
  ])('%s leads to the packet inside', (_name, word, isTagged) => {
    const frame = isTagged ? tagged(inside, 5) : ethernet(inside);
    expect(decode(frameBehind(word, frame)).verdict).toBe(SEGMENT);
  });

  it('without control word still names the VLAN in it', () => {
    const decoder = new Decoder(['vlan']);
    const domains = [5, 6].map((id) => {
      expect(decoder.decode(frameOf(frameBehind([], tagged(inside, id))))).toBe(SEGMENT);
      return decoder.segment.domain;
    });
    expect(domains[0]).not.toBe(domains[1]);
  });

  it('is no TCP where neither reading is Ethernet with IP', () => {
    expect(decode(frameBehind([], ethernet(zeros(28), 0x0806))).verdict).not.toBe(SEGMENT);
    expect(decode(frameBehind([0, 0, 0, 0], ethernet(zeros(28), 0x0806))).verdict).toBe(NOT_IP);
    // An associated channel, which is no packet of the pseudowire (RFC 4385 §5).
    expect(decode(frameBehind([0x10, 0, 0, 0x21], ethernet(inside))).verdict).toBe(NOT_IP);
  });
});

describe('IP', () => {
  it.each([
    ['GRE with source routes', GRE, concat([0x40, 0, 8, 0], zeros(4), inside), NOT_TCP],
    ['GRE of another version', GRE, concat([0, 2, 8, 0], inside), NOT_TCP],
    ['a keep-alive of GRE', GRE, [0, 0, 0, 0], NOT_IP],
    ['an acknowledgment of PPTP', GRE, [0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 7, 0, 0, 0, 1], NOT_TCP],
    [
      'PPTP with what is encrypted',
      GRE,
      [0x30, 1, 0x88, 0x0b, 0, 4, 0, 7, 0, 0, 0, 1, 0, 0xfd, 1, 2],
      NOT_IP,
    ],
    ['ERSPAN of another version', GRE, concat([0x10, 0, 0x22, 0xeb], zeros(4), [0x70], zeros(40)), NOT_TCP],
    ['EtherIP of another version', 97, concat([0x20, 0], ethernet(inside)), NOT_TCP],
    ['a protocol that is no tunnel', 50, inside, NOT_TCP],
    ['IPv4 announced as IPv6', 41, inside, MALFORMED],
  ])('leads to no TCP by %s', (_name, protocol, payload, verdict) => {
    expect(decode(ethernet(ipv4(payload, { protocol }))).verdict).toBe(verdict);
  });

  it('in fragments is one, whatever it carries', () => {
    const start = plainGre.subarray(0, 40);
    expect(decode(ethernet(ipv4(start, { protocol: GRE, flagsAndOffset: 0x2000 }))).verdict).toBe(FRAGMENT);
    const fragmentInside = ipv4(tcp({ payload: [1, 2, 3, 4] }), { flagsAndOffset: 0x2000 });
    expect(decode(ethernet(ipv4(fragmentInside, { protocol: IP_IN_IP }))).verdict).toBe(FRAGMENT);
  });

  it('is followed as deep as layers may be stacked, and no further', () => {
    const stacked = (count: number) => {
      let packet = inside;
      for (let i = 1; i < count; i++) packet = ipv4(packet, { protocol: IP_IN_IP });
      return ethernet(packet);
    };
    expect(decode(stacked(MAX_LAYERS)).verdict).toBe(SEGMENT);
    expect(decode(stacked(MAX_LAYERS + 1)).verdict).toBe(NESTED_TOO_DEEP);
    expect(decode(stacked(100)).verdict).toBe(NESTED_TOO_DEEP);
  });

  it('is counted together with other layers', () => {
    const nested = (count: number) => {
      let frame = ethernet(inside);
      for (let i = 0; i < count; i++) {
        const overlay = concat([8, ...zeros(7)], frame);
        frame = ethernet(ipv4(udp(overlay, 50000, 4789), { protocol: UDP }));
      }
      return frame;
    };
    expect(decode(nested(MAX_LAYERS - 1)).verdict).toBe(SEGMENT);
    expect(decode(nested(MAX_LAYERS)).verdict).toBe(NESTED_TOO_DEEP);
  });
});

describe('an ICMP error about a tunnel’s packet', () => {
  const about = (quoted: Uint8Array) => ethernet(ipv4(icmp(3, 4, quoted), { protocol: ICMP }));
  const captureOf = (frames: readonly Uint8Array[]) =>
    pcap(frames.map((data, i) => ({ data, time: BigInt(i) * 1_000_000n })));
  const quotations = [
    { name: 'GRE', quoted: ipv4(plainGre, { protocol: GRE }) },
    { name: 'VXLAN', quoted: ipv4(udp(vxlan, 50000, 4789), { protocol: UDP }) },
    { name: 'IP in IP', quoted: ipv4(inside, { protocol: IP_IN_IP }) },
    { name: 'an ICMP error', quoted: ipv4(icmp(3, 1, inside), { protocol: ICMP }) },
  ];

  it.each(quotations)('quotes the segment in $name, and says that it is not about that', ({ quoted }) => {
    const { verdict, error } = decode(about(quoted));
    expect(verdict).toBe(ICMP_ERROR);
    expect(error).toMatchObject({ isDirect: 0, sourcePort: 40000, hasHeader: 1 });
    expect(decode(about(quoted.subarray(0, 28))).verdict).not.toBe(ICMP_ERROR);
  });

  it.each(quotations)('is nothing that befell the connection in $name', ({ quoted }) => {
    const frames = [ethernet(ipv4(tcp({ flags: 2 }), INSIDE)), about(quoted)];
    const { connections, findings } = analyzeBytes(captureOf(frames));
    const without = analyzeBytes(captureOf(frames.slice(0, 1)));
    expect(connections).toHaveLength(1);
    expect(connections[0].client.milestones).toEqual(without.connections[0].client.milestones);
    expect(findings.map(({ rule }) => rule)).toEqual(without.findings.map(({ rule }) => rule));
  });

  it('takes a number, as Wireshark gives it one', () => {
    const other = ethernet(ipv4(tcp({ flags: 2, sourcePort: 40001 })));
    expect(
      analyzeBytes(captureOf([about(quotations[0].quoted), other])).connections.map(({ id }) => id),
    ).toEqual([1]);
  });

  it('is about the segment if the error itself came through the tunnel', () => {
    const error = ipv4(icmp(3, 1, inside), { protocol: ICMP, source: '10.9.9.9' });
    const frame = ethernet(ipv4(concat(u16(0), u16(0x0800), error), { protocol: GRE }));
    const { verdict, error: told } = decode(frame);
    expect(verdict).toBe(ICMP_ERROR);
    expect(told.isDirect).toBe(1);
    expect(formatAddress(told.reporter0, told.reporter1, told.reporter2, told.reporter3)).toBe('10.9.9.9');
  });
});
