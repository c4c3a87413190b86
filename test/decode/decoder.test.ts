import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/core/addresses.js';
import { Decoder } from '../../src/decode/decoder.js';
import {
  FRAGMENT,
  ICMP_ERROR,
  MALFORMED,
  NOT_IP,
  NOT_TCP,
  SEGMENT,
  TRUNCATED,
  UNSUPPORTED_LINK_TYPE,
} from '../../src/decode/verdict.js';
import {
  address,
  authenticationHeader,
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
  snap,
  tcp,
  vlanTag,
  zeros,
} from '../support/packet-builder.js';

const HTTP = new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n');
const SEGMENT_BYTES = tcp({ payload: HTTP });
const ICMP = 1;
const ICMPV6 = 58;

function decode(bytes: Uint8Array, fields: FrameFields = {}) {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, fields));
  return { verdict, segment: decoder.segment, error: decoder.icmpError, counts: decoder.counts };
}

describe('link layers', () => {
  it.each([
    ['Ethernet', ethernet(ipv4(SEGMENT_BYTES)), 1],
    ['Ethernet with IPv6', ethernet(ipv6(SEGMENT_BYTES), 0x86dd), 1],
    ['802.1Q', ethernet(vlanTag(ipv4(SEGMENT_BYTES)), 0x8100), 1],
    ['802.1ad around 802.1Q', ethernet(vlanTag(vlanTag(ipv4(SEGMENT_BYTES)), 0x8100), 0x88a8), 1],
    ['802.3 with LLC and SNAP', ethernet(snap(ipv4(SEGMENT_BYTES)), 8 + 20 + SEGMENT_BYTES.length), 1],
    ['LINUX_SLL', linuxSll(ipv4(SEGMENT_BYTES)), 113],
    ['LINUX_SLL2', linuxSll2(ipv6(SEGMENT_BYTES), 0x86dd), 276],
    ['RAW', ipv4(SEGMENT_BYTES), 101],
    ['RAW with IPv6', ipv6(SEGMENT_BYTES), 101],
    ['RAW as 12', ipv4(SEGMENT_BYTES), 12],
    ['RAW as 14', ipv6(SEGMENT_BYTES), 14],
    ['IPV4', ipv4(SEGMENT_BYTES), 228],
    ['IPV6', ipv6(SEGMENT_BYTES), 229],
    ['NULL, little-endian', familyHeader(ipv4(SEGMENT_BYTES), 2), 0],
    ['NULL, big-endian', familyHeader(ipv4(SEGMENT_BYTES), 2, false), 0],
    ['NULL with IPv6 of macOS', familyHeader(ipv6(SEGMENT_BYTES), 30), 0],
    ['NULL with IPv6 of FreeBSD', familyHeader(ipv6(SEGMENT_BYTES), 28), 0],
    ['LOOP', familyHeader(ipv6(SEGMENT_BYTES), 24, false), 108],
  ])('%s', (_name, bytes, linkType) => {
    const { verdict, segment } = decode(bytes, { linkType });
    expect(verdict).toBe(SEGMENT);
    expect(segment).toMatchObject({ sourcePort: 40000, destinationPort: 8080, payloadLength: HTTP.length });
  });

  it('tells Ethernet addresses apart, and knows none elsewhere', () => {
    const decoder = new Decoder();
    const frame = ethernet(ipv4(SEGMENT_BYTES));
    const sourceOf = (bytes: Uint8Array, linkType = 1) => {
      decoder.decode(frameOf(bytes, { linkType }));
      return decoder.segment.linkSource;
    };
    const own = sourceOf(frame);
    expect(own).not.toBe(0);
    for (let octet = 0; octet < 12; octet++)
      expect(sourceOf(frame.with(octet, frame[octet] ^ 0x80)) === own).toBe(octet < 6);
    expect(sourceOf(linuxSll(ipv4(SEGMENT_BYTES)), 113)).toBe(0);
  });

  it('says which it cannot decode, and what carries no IP', () => {
    expect(decode(ipv4(SEGMENT_BYTES), { linkType: 147 }).verdict).toBe(UNSUPPORTED_LINK_TYPE);
    expect(decode(ethernet(zeros(46) as unknown as Uint8Array, 0x0806)).verdict).toBe(NOT_IP);
  });
});

describe('IPv4', () => {
  it('gives addresses, TTL and identification', () => {
    const { segment } = decode(ethernet(ipv4(SEGMENT_BYTES, { source: '192.0.2.1', ttl: 57, id: 4711 })));
    expect(formatAddress(segment.source0, segment.source1, segment.source2, segment.source3)).toBe(
      '192.0.2.1',
    );
    expect(segment).toMatchObject({ ttl: 57, ipId: 4711, dontFragment: 1, frame: 1 });
  });

  it('steps over options', () => {
    expect(decode(ethernet(ipv4(SEGMENT_BYTES, { options: zeros(8) }))).segment.payloadLength).toBe(
      HTTP.length,
    );
  });

  it('does not take padding for payload', () => {
    const bare = ipv4(tcp());
    expect(decode(ethernet(Uint8Array.from([...bare, ...zeros(6)]))).segment.payloadLength).toBe(0);
  });

  it('takes the frame’s length where a total length of 0 says that it was offloaded', () => {
    expect(decode(ethernet(ipv4(SEGMENT_BYTES, { totalLength: 0 }))).segment.payloadLength).toBe(HTTP.length);
  });

  it('keeps the true length of a frame that the snaplen cut', () => {
    const bytes = ethernet(ipv4(SEGMENT_BYTES));
    const { verdict, segment } = decode(bytes, { capturedLength: 14 + 20 + 20 + 5 });
    expect(verdict).toBe(SEGMENT);
    expect(segment).toMatchObject({ payloadLength: HTTP.length, payloadCaptured: 5 });
  });

  it('takes segments whose checksums are wrong, or left to the network card', () => {
    const bytes = ethernet(ipv4(SEGMENT_BYTES));
    for (const at of [14 + 10, 14 + 20 + 16]) bytes.set([0xde, 0xad], at);
    const { verdict, segment } = decode(bytes);
    expect(verdict).toBe(SEGMENT);
    expect(segment).toEqual(decode(ethernet(ipv4(SEGMENT_BYTES))).segment);
  });

  it.each([
    ['a cut TCP header', { capturedLength: 14 + 20 + 19 }, {}, TRUNCATED],
    ['a later fragment', {}, { flagsAndOffset: 0x0010 }, FRAGMENT],
    ['another protocol', {}, { protocol: 17 }, NOT_TCP],
    ['a header length below 5', {}, { headerLength: 4 }, MALFORMED],
    ['a total length below the headers', {}, { totalLength: 30 }, MALFORMED],
  ])('skips %s', (_name, frame, fields, verdict) => {
    const result = decode(ethernet(ipv4(SEGMENT_BYTES, fields)), frame);
    expect(result.verdict).toBe(verdict);
    expect(result.counts[verdict]).toBe(1);
  });
});

describe('IPv6', () => {
  it.each([
    ['hop-by-hop options', extensionHeader(SEGMENT_BYTES), 0],
    ['a long routing header', extensionHeader(SEGMENT_BYTES, 6, 3), 43],
    ['destination options', extensionHeader(SEGMENT_BYTES), 60],
    ['an authentication header', authenticationHeader(SEGMENT_BYTES), 51],
    ['several of them', extensionHeader(extensionHeader(SEGMENT_BYTES), 60), 0],
  ])('steps over %s', (_name, payload, nextHeader) => {
    const { verdict, segment } = decode(ethernet(ipv6(payload, { nextHeader }), 0x86dd));
    expect(verdict).toBe(SEGMENT);
    expect(segment).toMatchObject({ payloadLength: HTTP.length, ipId: -1, dontFragment: 1 });
  });

  it('skips fragments, and chains that never end', () => {
    expect(
      decode(ethernet(ipv6(fragmentHeader(SEGMENT_BYTES.subarray(0, 24), 1), { nextHeader: 44 }), 0x86dd))
        .verdict,
    ).toBe(FRAGMENT);
    let chain = SEGMENT_BYTES;
    for (let i = 0; i < 200; i++) chain = extensionHeader(chain, i === 0 ? 6 : 60);
    expect(decode(ethernet(ipv6(chain, { nextHeader: 60 }), 0x86dd)).verdict).not.toBe(SEGMENT);
  });
});

describe('TCP', () => {
  it('reads every option', () => {
    const options = [
      ...option.maximumSegmentSize(1460),
      ...option.sackPermitted,
      ...option.timestamps(7, 9),
      ...option.nop,
      ...option.windowScale(7),
      ...option.fastOpen([1, 2, 3, 4]),
      ...option.multipath(0, 1),
    ];
    const { segment } = decode(ethernet(ipv4(tcp({ flags: 2, options, sequence: 0xfffffff0 }))));
    expect(segment).toMatchObject({
      maximumSegmentSize: 1460,
      sackPermitted: 1,
      hasTimestamps: 1,
      timestampValue: 7,
      timestampEcho: 9,
      windowScale: 7,
      fastOpenCookieLength: 4,
      multipath: 1,
      optionsIncomplete: 0,
      sequence: -16,
    });
  });

  it('reads SACK blocks, and forgets them with the next segment', () => {
    const decoder = new Decoder();
    decoder.decode(frameOf(ethernet(ipv4(tcp({ options: option.sack(1, 2, 3, 4) })))));
    expect(decoder.segment.sackBlocks).toBe(2);
    expect([...decoder.segment.sackEdges.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    decoder.decode(frameOf(ethernet(ipv4(tcp()))));
    expect(decoder.segment).toMatchObject({
      sackBlocks: 0,
      hasTimestamps: 0,
      maximumSegmentSize: -1,
      windowScale: -1,
    });
  });

  it.each([
    ['a length of 0', [2, 0, 5, 5]],
    ['a length of 1', [3, 1, 0, 0]],
    ['a length beyond the header', [8, 40, 0, 0]],
  ])('stops at an option with %s', (_name, options) => {
    const { verdict, segment } = decode(ethernet(ipv4(tcp({ options }))));
    expect(verdict).toBe(SEGMENT);
    expect(segment.optionsIncomplete).toBe(1);
  });

  it('limits the window scale to 14 (RFC 7323 §2.3)', () => {
    expect(
      decode(ethernet(ipv4(tcp({ flags: 2, options: option.windowScale(200) })))).segment.windowScale,
    ).toBe(14);
  });

  it('refuses a data offset below 5 or beyond the packet', () => {
    expect(decode(ethernet(ipv4(tcp({ dataOffset: 4 })))).verdict).toBe(MALFORMED);
    expect(decode(ethernet(ipv4(tcp({ dataOffset: 15 })))).verdict).toBe(MALFORMED);
  });
});

describe('a TCP header that is no segment’s', () => {
  const header = { sequence: 77, acknowledgment: 78, flags: 0x12, payload: zeros(10) };
  const read = (fields: Parameters<typeof tcp>[0], octets = 30) => {
    const decoder = new Decoder();
    const bytes = ethernet(ipv6(tcp({ ...header, ...fields }), { source: '2001:db8::7' }), 0x86dd);
    const verdict = decoder.decode(frameOf(bytes, { capturedLength: 14 + 40 + octets }));
    return { verdict, header: decoder.brokenHeader, count: decoder.brokenHeaders };
  };

  it.each([
    ['too short', { dataOffset: 4 }, 30, MALFORMED, { payloadLength: 14 }],
    ['without length', { dataOffset: 0 }, 30, MALFORMED, { payloadLength: 30 }],
    ['longer than its datagram', { dataOffset: 15 }, 30, MALFORMED, { payloadLength: -30 }],
    ['cut by the snaplen', {}, 16, TRUNCATED, { payloadLength: 10 }],
    ['cut, and longer than its datagram', { dataOffset: 15 }, 19, TRUNCATED, { payloadLength: -30 }],
  ])('tells who sends to whom, if it is %s', (_name, fields, octets, verdict, expected) => {
    const told = read(fields, octets);
    expect(told).toMatchObject({ verdict, count: 1 });
    expect(told.header).toMatchObject({
      sourcePort: 40000,
      destinationPort: 8080,
      sequence: 77,
      acknowledgment: 78,
      flags: 0x12,
      ...expected,
    });
    const { source0, source1, source2, source3 } = told.header;
    expect(formatAddress(source0, source1, source2, source3)).toBe('2001:db8::7');
  });

  it('tells nothing where less than ports to window was captured, and where a segment’s is whole', () => {
    for (let octets = 0; octets < 16; octets++) expect(read({}, octets).count).toBe(0);
    for (let octets = 16; octets < 20; octets++) expect(read({}, octets).count).toBe(1);
    for (let octets = 20; octets <= 30; octets++) expect(read({}, octets).count).toBe(0);
  });
});

describe('ICMP errors that quote TCP', () => {
  it('are no segments: they name the router, the packet and the error', () => {
    const quoted = ipv4(tcp({ sequence: 77 })).subarray(0, 28);
    const bytes = ethernet(
      ipv4(icmp(3, 1, quoted), { source: '10.9.9.9', destination: '10.0.0.1', protocol: ICMP }),
    );
    const { verdict, error } = decode(bytes);
    expect(verdict).toBe(ICMP_ERROR);
    expect(error).toMatchObject({
      version: 4,
      type: 3,
      code: 1,
      sourcePort: 40000,
      sequence: 77,
      hasHeader: 0,
      flags: -1,
    });
    expect(formatAddress(error.reporter0, error.reporter1, error.reporter2, error.reporter3)).toBe(
      '10.9.9.9',
    );
    expect(error.source3 >>> 24).toBe(10);
  });

  it.each([
    [3, 4, 1400],
    [3, 4, 0],
    [3, 1, 0],
    [11, 4, 0],
  ])('of type %d, code %d tell the next link’s MTU where there is one: %d', (type, code, mtu) => {
    const quoted = ipv4(tcp()).subarray(0, 28);
    // The upper half is unused; errors of other kinds may have anything there.
    const packet = ipv4(
      icmp(type, code, quoted, (0xbeef << 16) | (mtu || (code === 4 && type === 3 ? 0 : 1500))),
      {
        protocol: ICMP,
      },
    );
    expect(decode(ethernet(packet)).error.mtu).toBe(mtu);
  });

  it.each([
    [2, 0, 1280],
    [2, 0, 0xffff_ffff],
    [1, 0, 0],
  ])('of ICMPv6 type %d, code %d tell it in 32 bits: %d', (type, code, mtu) => {
    const packet = ipv6(icmp(type, code, ipv6(tcp()), mtu || 1500), { nextHeader: ICMPV6 });
    expect(decode(ethernet(packet, 0x86dd)).error.mtu).toBe(mtu);
  });

  it('tell whether the header was quoted up to its window', () => {
    const about = (octets: number) =>
      ethernet(
        ipv6(icmp(1, 0, ipv6(tcp({ flags: 2 })).subarray(0, 40 + octets)), { nextHeader: ICMPV6 }),
        0x86dd,
      );
    expect(decode(about(20)).error).toMatchObject({ version: 6, hasHeader: 1, flags: 2 });
    expect(decode(about(16)).error).toMatchObject({ hasHeader: 1, flags: 2 });
    expect(decode(about(15)).error).toMatchObject({ hasHeader: 0, flags: 2 });
  });

  it('need eight octets of it, and an error message', () => {
    const short = ethernet(ipv4(icmp(3, 1, ipv4(tcp()).subarray(0, 27)), { protocol: ICMP }));
    expect(decode(short).verdict).not.toBe(ICMP_ERROR);
    expect(decode(ethernet(ipv4(icmp(8, 0, ipv4(tcp())), { protocol: ICMP }))).verdict).toBe(NOT_TCP);
  });
});

describe('addresses', () => {
  it.each(['2001:db8::1', '::1', '2001:db8:0:1:1:1:1:1', 'fe80::1:0:0:1', '::'])(
    '%s keeps its canonical form',
    (text) => {
      const view = new DataView(Uint8Array.from(address(text)).buffer);
      expect(formatAddress(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12))).toBe(
        text,
      );
    },
  );
});
