import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/decode/decoder.js';
import { ICMP_ERROR, SEGMENT } from '../../src/decode/verdict.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { FrameRewriter } from '../../src/extract/frame-rewriter.js';
import {
  address,
  authenticationHeader,
  concat,
  ethernet,
  extensionHeader,
  type FrameFields,
  familyHeader,
  fragmentHeader,
  frameOf,
  icmp,
  ipv4,
  ipv6,
  linuxSll,
  linuxSll2,
  option,
  redirect6,
  snap,
  tcp,
  vlanTag,
} from '../support/packet-builder.js';
import { TUNNEL_ENDS, WRAPPINGS, type Wrapping } from '../support/wrapped.js';

const SECRET = new TextEncoder().encode('password=hunter2!');
/** What is left of it: the 1 says that it was no TLS record. */
const BLANKED = [...SECRET].map((_, at) => (at === 0 ? 1 : 0));
const IPV6 = 0x86dd;

/** The octets of a frame without its payload. */
function stripped(bytes: Uint8Array, fields: FrameFields = {}): Uint8Array {
  const original = frameOf(bytes, fields);
  const before = original.bytes.slice();
  const frame = new FrameRewriter({ stripPayload: true, addresses: null }).rewrite(original);
  expect(original.bytes, 'the reader still needs the original').toEqual(before);
  if (frame === null) throw new Error('refused');
  expect(frame).toMatchObject({
    number: original.number,
    seconds: original.seconds,
    nanoseconds: original.nanoseconds,
    capturedLength: original.capturedLength,
    originalLength: original.originalLength,
  });
  return frame.bytes.slice(frame.offset, frame.offset + frame.capturedLength);
}

/** The one's complement sum of 16-bit words, folded: 0xffff over whatever has its right checksum in it. */
function sum(...parts: readonly (Uint8Array | readonly number[])[]): number {
  let total = 0;
  for (const part of parts) {
    for (const [i, octet] of part.entries()) total += i % 2 === 0 ? octet << 8 : octet;
  }
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

const segment = tcp({ payload: SECRET, options: option.timestamps(1, 2) });

describe('a frame without its payload', () => {
  it.each([
    ['Ethernet', 1, ethernet(ipv4(segment))],
    ['802.1Q', 1, ethernet(vlanTag(vlanTag(ipv4(segment)), 0x8100), 0x88a8)],
    ['SNAP', 1, ethernet(snap(ipv4(segment)), 8 + ipv4(segment).length)],
    ['SLL', 113, linuxSll(ipv4(segment))],
    ['SLL2', 276, linuxSll2(ipv4(segment))],
    ['BSD loopback', 0, familyHeader(ipv4(segment), 2)],
    ['OpenBSD loopback', 108, familyHeader(ipv4(segment), 2, false)],
    ['no link layer', 101, ipv4(segment)],
    ['IPv4 options', 101, ipv4(segment, { options: [1, 1, 1, 0] })],
    ['IPv6', 1, ethernet(ipv6(segment), IPV6)],
    ['extension headers', 1, ethernet(ipv6(extensionHeader(segment), { nextHeader: 60 }), IPV6)],
    ['an atomic fragment', 1, ethernet(ipv6(fragmentHeader(segment, 0), { nextHeader: 44 }), IPV6)],
    ['an Authentication Header', 1, ethernet(ipv4(authenticationHeader(segment), { protocol: 51 }))],
  ])('keeps headers and lengths under %s', (_name, linkType, bytes) => {
    const result = stripped(bytes, { linkType });
    const headers = bytes.length - SECRET.length;
    expect([...result.subarray(headers)]).toEqual(BLANKED);
    const unequal = [...bytes.keys()].filter((at) => at < headers && result[at] !== bytes[at]);
    // Nothing but the two checksums, which the test's packets leave at 0.
    expect(unequal.length).toBeGreaterThan(0);
    for (const at of unequal) expect(bytes[at]).toBe(0);
    const segments = [bytes, result].map((octets) => {
      const decoder = new Decoder();
      expect(decoder.decode(frameOf(octets, { linkType }))).toBe(SEGMENT);
      return decoder.segment;
    });
    expect(segments[1]).toEqual(segments[0]);
  });

  it('has right checksums in IPv4 and TCP', () => {
    const result = stripped(ethernet(ipv4(segment)));
    const header = result.subarray(14, 34);
    const rest = result.subarray(34);
    expect(sum(header)).toBe(0xffff);
    expect(sum(header.subarray(12, 20), [0, 6, 0, rest.length], rest)).toBe(0xffff);
  });

  it('has the right checksum in TCP over IPv6', () => {
    const result = stripped(ethernet(ipv6(segment), IPV6));
    const rest = result.subarray(54);
    expect(sum(result.subarray(22, 54), [0, rest.length, 0, 6], rest)).toBe(0xffff);
  });

  it('has the same checksum whether the snaplen cut it or not: what is missing counts as zeroes', () => {
    const bytes = ethernet(ipv4(tcp({ payload: new Uint8Array(100).fill(7) })));
    const whole = stripped(bytes);
    const cut = stripped(bytes, { capturedLength: bytes.length - 9 });
    expect(cut).toEqual(whole.subarray(0, -9));
  });

  it('has no checksum where the snaplen cut the header: nobody can know it', () => {
    const bytes = ethernet(ipv4(segment));
    const cut = stripped(bytes, { capturedLength: 14 + 20 + 24 });
    expect([...cut.subarray(50, 52)]).toEqual([0, 0]);
  });

  it('has no checksum in fragments, and only zeroes in those that are not the first', () => {
    const first = stripped(ethernet(ipv4(segment.subarray(0, 40), { flagsAndOffset: 0x2000 })));
    expect([...first.subarray(50, 52)]).toEqual([0, 0]);
    expect(first.subarray(34, 50)).toEqual(segment.subarray(0, 16));
    expect([...first.subarray(66)]).toEqual(new Array(8).fill(0));
    const next = stripped(ethernet(ipv4(segment.subarray(40), { flagsAndOffset: 8 })));
    expect([...next.subarray(34)]).toEqual(new Array(segment.length - 40).fill(0));
    expect(sum(next.subarray(14, 34))).toBe(0xffff);
  });

  it('is none where a later fragment may hold a part of the header: its numbers would be zeroes', () => {
    const frame = (offset: number) =>
      frameOf(ethernet(ipv4(segment.subarray(8 * offset), { flagsAndOffset: offset })));
    const rewriter = new FrameRewriter({ stripPayload: true, addresses: null });
    expect([1, 2, 7].map((offset) => rewriter.rewrite(frame(offset)))).toEqual([null, null, null]);
    expect(rewriter.rewrite(frame(8))).not.toBeNull();
  });

  it('has zeroes for padding, in which anything may stand', () => {
    const bytes = concat(ethernet(ipv4(tcp())), SECRET);
    expect([...stripped(bytes).subarray(-SECRET.length)]).toEqual([...SECRET].map(() => 0));
  });

  it('keeps a segment that was still to be cut by the network card', () => {
    const bytes = ethernet(ipv4(segment, { totalLength: 0 }));
    expect([...stripped(bytes).subarray(-SECRET.length)]).toEqual(BLANKED);
  });

  it('keeps what a short TLS record shows, and no more', () => {
    for (const [record, kept] of [
      [[21, 3, 3, 0, 2, 2, 48], 7],
      [[23, 3, 3, 0, 4, 9, 9, 9, 9], 5],
    ] as const) {
      const left = stripped(ethernet(ipv4(tcp({ payload: Uint8Array.from(record) })))).subarray(
        -record.length,
      );
      expect([...left]).toEqual(record.map((octet, at) => (at < kept ? octet : 0)));
    }
  });

  it.each([
    { family: 'ICMP', bytes: ethernet(ipv4(icmp(3, 1, ipv4(segment)), { protocol: 1 })), start: 34 },
    {
      family: 'ICMPv6',
      bytes: ethernet(ipv6(icmp(1, 4, ipv6(segment)), { nextHeader: 58 }), IPV6),
      start: 54,
    },
  ])('has no payload in what an $family error quotes, and right checksums', ({ bytes, start }) => {
    const result = stripped(bytes);
    expect([...result.subarray(-SECRET.length)]).toEqual(BLANKED);
    const message = result.subarray(start);
    const pseudo = start === 34 ? [] : [...result.subarray(22, 54), 0, message.length, 0, 58];
    expect(sum(pseudo, message)).toBe(0xffff);
    const decoder = new Decoder();
    expect(decoder.decode(frameOf(result))).toBe(ICMP_ERROR);
    const quoted = message.subarray(8);
    const alone = stripped(
      ethernet(start === 34 ? ipv4(segment) : ipv6(segment), start === 34 ? 0x0800 : IPV6),
    );
    expect(quoted, 'as the segment itself would be').toEqual(alone.subarray(14));
  });

  it('has no payload in what an ICMPv6 redirect quotes, and is one afterwards', () => {
    const message = redirect6(ipv6(segment), ['fe80::1', '2001:db8::2'], [2, 0, 0, 0, 0, 1]);
    const result = stripped(ethernet(ipv6(message, { nextHeader: 58 }), IPV6));
    expect(Buffer.from(result).includes('hunter2')).toBe(false);
    expect(sum([...result.subarray(22, 54), 0, message.length, 0, 58], result.subarray(54))).toBe(0xffff);
    expect(new Decoder().decode(frameOf(result))).toBe(ICMP_ERROR);
  });

  it('no longer announces the extensions of an ICMP error, nor has them', () => {
    const quoted = concat(ipv4(tcp()), new Uint8Array(128 - 40));
    const message = icmp(11, 0, concat(quoted, SECRET));
    message[5] = 32;
    const result = stripped(ethernet(ipv4(message, { protocol: 1 })));
    expect(result[14 + 20 + 5]).toBe(0);
    expect([...result.subarray(-SECRET.length)]).toEqual([...SECRET].map(() => 0));
  });

  it('keeps the eight octets of TCP that the shortest quotations have', () => {
    const quoted = ipv4(tcp({ payload: SECRET })).subarray(0, 28);
    const result = stripped(ethernet(ipv4(icmp(3, 3, quoted), { protocol: 1 })));
    expect(result.subarray(-8)).toEqual(quoted.subarray(20));
  });
});

describe('a frame that is not known in every layer', () => {
  it.each([
    ['another link type', 147, ethernet(ipv4(segment))],
    ['another EtherType', 1, ethernet(ipv4(segment), 0x8864)],
    ['another protocol', 1, ethernet(ipv4(segment, { protocol: 50 }))],
    ['another extension header', 1, ethernet(ipv6(segment, { nextHeader: 50 }), IPV6)],
    ['an IP header that is cut', 1, ethernet(ipv4(segment)).subarray(0, 30)],
  ])('is refused: %s', (_name, linkType, bytes) => {
    const rewriter = new FrameRewriter({ stripPayload: true, addresses: null });
    expect(rewriter.rewrite(frameOf(bytes, { linkType }))).toBeNull();
  });
});

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const HOSTS = ['198.51.100.77', '203.0.113.88'];
const HOSTS6 = ['2001:db8:1234:5678:9abc:def0:1357:2468', '2001:db8:8765:4321:fedc:ba98:7654:3210'];
const MACS = [
  [2, 0, 0, 0, 0, 2],
  [2, 0, 0, 0, 0, 1],
];

function anonymous(bytes: Uint8Array, fields: FrameFields = {}, stripPayload = true): Uint8Array | null {
  const addresses = new Anonymizer(KEY);
  const frame = new FrameRewriter({ stripPayload, addresses }).rewrite(frameOf(bytes, fields));
  return frame === null ? null : frame.bytes.slice(frame.offset, frame.offset + frame.capturedLength);
}

/** Whether any part of an address is left that names it: IPv4 whole, IPv6 any half of it, hardware whole. */
function leaks(octets: Uint8Array): string[] {
  const text = Buffer.from(octets).toString('hex');
  const parts = [
    ...HOSTS.map(address),
    ...HOSTS6.map(address).flatMap((host) => [host.slice(0, 8), host.slice(8)]),
    ...MACS,
  ];
  return parts.map((part) => Buffer.from(part).toString('hex')).filter((part) => text.includes(part));
}

const both = [...address(HOSTS[0]), ...address(HOSTS6[1])];
const ends = { source: HOSTS[0], destination: HOSTS[1] };
const ends6 = { source: HOSTS6[0], destination: HOSTS6[1] };
const everything = tcp({
  payload: both,
  options: [30, 2 + 6, 0x30, 1, ...address(HOSTS[1]), 254, 10, 0x12, 0x34, 0, 80, ...address(HOSTS[0])],
});
const plain = tcp({ options: option.timestamps(7, 8) });

/** An extension header of `type`-specific octets that hold an IPv6 address. */
function holding(payload: Uint8Array, nextHeader: number): Uint8Array {
  return concat([nextHeader, 2, 4, 1, 0, 0, 0, 0], address(HOSTS6[0]), payload);
}

describe('an anonymized frame', () => {
  it.each([
    ['Ethernet', 1, ethernet(ipv4(plain, ends))],
    ['802.1Q', 1, ethernet(vlanTag(ipv4(plain, ends)), 0x8100)],
    ['SLL', 113, linuxSll(ipv4(plain, ends))],
    ['SLL2', 276, linuxSll2(ipv4(plain, ends))],
    ['SLL of a tunnel, whose hardware address is of IP', 113, sllOfTunnel(ipv4(plain, ends))],
    ['no link layer', 101, ipv4(plain, ends)],
    ['IPv6', 1, ethernet(ipv6(plain, ends6), IPV6)],
    ['IPv4 in IPv6 addresses', 1, ethernet(ipv6(plain, { source: '::ffff:c633:644d' }), IPV6)],
    [
      'record route',
      101,
      ipv4(plain, { ...ends, options: [7, 11, 12, ...address(HOSTS[0]), ...address(HOSTS[1]), 0] }),
    ],
    ['a routing header', 229, ipv6(holding(plain, 6), { ...ends6, nextHeader: 43 })],
    ['a home address', 229, ipv6(holding(plain, 6), { ...ends6, nextHeader: 60 })],
    ['TCP options and payload', 1, ethernet(ipv4(everything, ends))],
    ['padding', 1, concat(ethernet(ipv4(plain, ends)), both)],
    ['a later fragment', 1, ethernet(ipv4(Uint8Array.from(both), { ...ends, flagsAndOffset: 8 }))],
    ['an ICMP error', 1, ethernet(ipv4(icmp(3, 1, ipv4(everything, ends)), { ...ends, protocol: 1 }))],
    ['an ICMPv6 error', 229, ipv6(icmp(1, 1, ipv6(everything, ends6)), { ...ends6, nextHeader: 58 })],
    ['a redirect', 101, ipv4(redirect(ipv4(plain, ends)), { ...ends, protocol: 1 })],
    [
      'an ICMPv6 redirect',
      229,
      ipv6(redirect6(ipv6(everything, ends6), HOSTS6, MACS[0]), { ...ends6, nextHeader: 58 }),
    ],
    [
      'an ICMPv6 redirect that quotes nothing',
      229,
      ipv6(redirect6(ipv6(everything, ends6), HOSTS6, MACS[0]).subarray(0, 50), { ...ends6, nextHeader: 58 }),
    ],
    [
      'what follows a quotation',
      101,
      ipv4(icmp(3, 1, concat(ipv4(plain, ends), both)), { ...ends, protocol: 1 }),
    ],
    [
      'a quoted fragment',
      101,
      ipv4(icmp(3, 1, ipv4(Uint8Array.from(both), { ...ends, flagsAndOffset: 8 })), { ...ends, protocol: 1 }),
    ],
    [
      'a quotation of something else',
      101,
      ipv4(icmp(3, 1, ipv4(Uint8Array.from(both), { ...ends, protocol: 17 })), { ...ends, protocol: 1 }),
    ],
    ['a cut quotation', 101, ipv4(icmp(3, 1, ipv4(plain, ends).subarray(0, 19)), { ...ends, protocol: 1 })],
  ])('names nobody: %s', (_name, linkType, bytes) => {
    expect(leaks(bytes).length).toBeGreaterThan(0);
    const result = anonymous(bytes, { linkType });
    expect(result).toHaveLength(bytes.length);
    expect(leaks(result!)).toEqual([]);
  });

  it.each([
    ethernet(ipv4(icmp(3, 1, ipv4(everything, ends)), { ...ends, protocol: 1 })),
    ethernet(ipv6(redirect6(ipv6(everything, ends6), HOSTS6, MACS[0]), { ...ends6, nextHeader: 58 }), IPV6),
  ])('names nobody wherever the snaplen cuts it', (bytes) => {
    for (let capturedLength = 0; capturedLength <= bytes.length; capturedLength++) {
      const result = anonymous(bytes, { capturedLength });
      if (result !== null) expect(leaks(result)).toEqual([]);
    }
  });

  it('keeps what the analysis needs', () => {
    const decode = (bytes: Uint8Array) => {
      const decoder = new Decoder();
      expect(decoder.decode(frameOf(bytes))).toBe(SEGMENT);
      const { source3, destination3, linkSource, ...rest } = decoder.segment;
      return rest;
    };
    const options = [
      ...option.maximumSegmentSize(1460),
      ...option.sackPermitted,
      ...option.windowScale(7),
      ...option.nop,
      ...option.timestamps(7, 8),
    ];
    const bytes = ethernet(ipv4(tcp({ options, flags: 2 }), ends));
    const withCookie = ethernet(ipv4(tcp({ options: option.fastOpen([1, 2, 3, 4]), flags: 2 }), ends));
    expect(decode(anonymous(bytes)!)).toEqual(decode(bytes));
    expect(decode(anonymous(withCookie)!)).toEqual(decode(withCookie));
    expect(Buffer.from(anonymous(withCookie)!).toString('hex')).not.toContain('01020304');
  });

  it('keeps it visible which frames one network card sent', () => {
    const frame = ethernet(ipv4(segment, ends));
    const sourceOf = (bytes: Uint8Array) => {
      const decoder = new Decoder();
      decoder.decode(frameOf(anonymous(bytes)!));
      return decoder.segment.linkSource;
    };
    expect(sourceOf(frame.slice())).toBe(sourceOf(frame));
    expect(sourceOf(frame.with(11, 9))).not.toBe(sourceOf(frame));
  });

  it('keeps payload if it is told to, with the right checksum', () => {
    const bytes = ethernet(ipv4(segment, ends));
    const result = anonymous(bytes, {}, false)!;
    expect(result.subarray(-SECRET.length)).toEqual(SECRET);
    const rest = result.subarray(34);
    expect(sum(result.subarray(26, 34), [0, 6, 0, rest.length], rest)).toBe(0xffff);
    const cut = anonymous(bytes, { capturedLength: bytes.length - 1 }, false)!;
    expect([...cut.subarray(50, 52)]).toEqual([0, 0]);
  });

  it('is never more than the octets it was made of, nor a fault, whatever they are', () => {
    const seeds = [
      ethernet(ipv4(everything, ends)),
      ethernet(ipv6(holding(everything, 6), { ...ends6, nextHeader: 43 }), IPV6),
      ethernet(ipv4(icmp(3, 1, ipv4(everything, ends)), { ...ends, protocol: 1 })),
      ethernet(ipv6(redirect6(ipv6(everything, ends6), HOSTS6, MACS[0]), { ...ends6, nextHeader: 58 }), IPV6),
    ];
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }),
        fc.nat(200),
      )
      .map(([seed, changes, length]) => {
        const bytes = seed.slice(0, Math.max(1, length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(mutated, (bytes) => {
        const result = anonymous(bytes, { originalLength: bytes.length });
        if (result !== null) expect(result).toHaveLength(bytes.length);
      }),
      { numRuns: 300 },
    );
  });
});

function sllOfTunnel(payload: Uint8Array): Uint8Array {
  const bytes = linuxSll(payload);
  bytes.set([3, 0, 0, 4, ...address(HOSTS[0])], 2);
  return bytes;
}

function redirect(quoted: Uint8Array): Uint8Array {
  const message = icmp(5, 1, quoted);
  message.set(address(HOSTS[0]), 4);
  return message;
}

describe('a tunnel', () => {
  const tunnels = WRAPPINGS.filter(({ isTunnel }) => isTunnel === true);
  const inside = (wrapping: Wrapping) =>
    wrapping.only === 6 ? ipv6(everything, ends6) : ipv4(everything, ends);
  const through = (wrapping: Wrapping) => {
    const packet = inside(wrapping);
    return concat(wrapping.header(wrapping.only ?? 4, packet.length), packet);
  };

  it.each(tunnels)('is refused, also where only payload goes: $name', (wrapping) => {
    const bytes = through(wrapping);
    const fields = { linkType: wrapping.linkType };
    expect(new Decoder().decode(frameOf(bytes, fields))).toBe(SEGMENT);
    expect(anonymous(bytes, fields)).toBeNull();
    expect(
      new FrameRewriter({ stripPayload: true, addresses: null }).rewrite(frameOf(bytes, fields)),
    ).toBeNull();
  });

  it.each(tunnels)('names nobody where an ICMP error quotes it: $name', (wrapping) => {
    const frame = through(wrapping);
    const quoted = wrapping.linkType === 1 ? frame.subarray(frame[12] === 0x81 ? 18 : 14) : frame;
    const bytes =
      quoted[0] >> 4 === 4
        ? ipv4(icmp(3, 4, quoted), { protocol: 1 })
        : ipv6(icmp(1, 0, quoted), { nextHeader: 58 });
    expect(new Decoder().decode(frameOf(bytes, { linkType: 101 }))).toBe(ICMP_ERROR);
    const result = anonymous(bytes, { linkType: 101 })!;
    expect(leaks(bytes).length).toBeGreaterThan(0);
    expect(leaks(result)).toEqual([]);
    for (const end of TUNNEL_ENDS) expect(Buffer.from(result).includes(Buffer.from(end))).toBe(false);
  });
});
