/** Captures made to hurt: many interfaces, names that steer terminals, impossible times, endless and deep layers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../fuzz/random.js';
import { report } from '../fuzz/targets/report.js';
import { linkTypeName } from '../src/capture/link-types.js';
import { grouped } from '../src/core/numbers.js';
import { Decoder } from '../src/decode/decoder.js';
import { SEGMENT } from '../src/decode/verdict.js';
import { analyzeBytes } from './support/analyze-bytes.js';
import {
  block,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  join,
  type Options,
  pcap,
  sectionHeader,
  simplePacket,
} from './support/capture-builder.js';
import { finwait } from './support/io.js';
import {
  authenticationHeader,
  concat,
  ethernet,
  extensionHeader,
  familyHeader,
  frameOf,
  icmp,
  ipv4,
  ipv6,
  tcp,
  u16,
  u32,
  udp,
  vlanTag,
  zeros,
} from './support/packet-builder.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'finwait-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SYN = 0x02;
const ACK = 0x10;
const FIN = 0x01;
const SERVER = { source: '10.0.0.2', destination: '10.0.0.1' };
const back = { sourcePort: 8080, destinationPort: 40000 };
/** A connection from SYN to FIN, as frames of Ethernet. */
const CONNECTION = [
  ethernet(ipv4(tcp({ flags: SYN, sequence: 999, acknowledgment: 0 }))),
  ethernet(ipv4(tcp({ ...back, flags: SYN | ACK, sequence: 1999, acknowledgment: 1000 }), SERVER)),
  ethernet(ipv4(tcp({ flags: ACK }))),
  ethernet(ipv4(tcp({ flags: FIN | ACK }))),
  ethernet(ipv4(tcp({ ...back, flags: ACK, sequence: 2000, acknowledgment: 1001 }), SERVER)),
];

/** What must hold for every input, as for those of the fuzzer; and the same again, cut otherwise. */
function holds(bytes: Uint8Array): void {
  report.run(bytes, new Random(1));
  report.run(bytes, new Random(2));
}

const datagram = (port: number, payload: Uint8Array) => udp(payload, 50_000, port);

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

describe('interfaces', () => {
  /** Some link types have several numbers. */
  const NAMES = new Set(Array.from({ length: 65_536 }, (_, linkType) => linkTypeName(linkType)));
  const evil = [...new TextEncoder().encode('\u001b]0;x\u0007\u001b[2J\u202e</script>|`\r\n')];
  const most = concatenated([
    sectionHeader(),
    ...Array.from({ length: 65_536 }, (_, linkType) =>
      interfaceDescription(linkType, linkType % 4096 === 0 ? [[2, evil]] : []),
    ),
    ...CONNECTION.map((data, place) => enhancedPacket(data, BigInt(place), 1)),
    enhancedPacket(CONNECTION[0], 9n, 65_535),
  ]);

  it('as many as there can be, each of another link type, are read', () => {
    const { captures, connections } = analyzeBytes(most);
    expect(connections).toHaveLength(1);
    expect(captures[0]).toMatchObject({
      frames: 6,
      tcpSegments: 5,
      undecodedLinkTypes: { LINKTYPE_65535: 1 },
      omittedLinkTypes: NAMES.size - 256,
      omittedInterfaces: 65_280,
      damage: null,
    });
    expect(captures[0].linkTypes).toHaveLength(256);
    expect(captures[0].linkTypes.slice(0, 2)).toEqual(['NULL', 'EN10MB']);
  });

  it('as many as there can be fill no report', async () => {
    const path = joinPath(folder, 'interfaces.pcapng');
    writeFileSync(path, most);
    const { stdout } = await finwait([path, '--verbose']);
    expect(stdout.length).toBeLessThan(10_000);
    expect(stdout).toContain('NULL and EN10MB and ');
    expect(stdout).toContain('and 65,280 more interfaces');
    // Eight are named.
    expect(stdout.replace(/\s+/g, ' ')).toContain(` and ${grouped(NAMES.size - 8)} more: 6 frames`);
    expect((await finwait([path, '-f', 'json'])).stdout.length).toBeLessThan(150_000);
  });

  it('of any names write no control characters, whatever the format', () => {
    const named: Options = [
      [1, evil],
      [2, evil],
      [3, evil],
      [12, evil],
      [15, evil],
    ];
    holds(
      join(
        sectionHeader(),
        interfaceDescription(1, named),
        interfaceDescription(1, [[2, [0xff, 0xfe, 0x80, 0x9b, 0x31, 0x6d]]]),
        ...CONNECTION.map((data, place) => enhancedPacket(data, BigInt(place), place % 2)),
        interfaceStatistics(0, [[1, evil]]),
      ),
    );
  });

  it('start anew in each of many sections', () => {
    const section = join(
      sectionHeader(),
      interfaceDescription(1, [[2, evil]]),
      interfaceDescription(189),
      enhancedPacket(CONNECTION[0], 0n, 0),
      enhancedPacket(CONNECTION[0], 0n, 1),
    );
    const { captures } = analyzeBytes(concatenated(Array.from({ length: 2000 }, () => section)));
    expect(captures[0]).toMatchObject({
      frames: 4000,
      tcpSegments: 2000,
      linkTypes: ['EN10MB', 'USB_LINUX'],
      undecodedLinkTypes: { USB_LINUX: 2000 },
    });
  });
});

describe('times', () => {
  const LAST = (1n << 64n) - 1n;
  const le64 = (value: bigint): number[] => [
    ...u32(Number(value & 0xffff_ffffn)).reverse(),
    ...u32(Number(value >> 32n)).reverse(),
  ];

  it.each([
    ['seconds', 0],
    ['microseconds', 6],
    ['10^-20 s', 20],
    ['10^-127 s', 127],
    ['whole seconds, in powers of two', 0x80],
    ['2^-64 s', 0x80 | 64],
    ['2^-127 s', 0x80 | 127],
  ])('in %s, from the first to the last and back, are told', (_name, resolution) => {
    for (const offset of [0n, 1n, LAST, 1n << 63n, (1n << 63n) - 1n]) {
      const description = interfaceDescription(1, [
        [9, [resolution]],
        [14, le64(offset)],
      ]);
      const times = [0n, LAST, 0xffff_ffffn, 1n << 32n, 1n << 63n];
      const bytes = join(
        sectionHeader(),
        description,
        ...CONNECTION.map((data, place) => enhancedPacket(data, times[place])),
        interfaceStatistics(0, [[3, le64(LAST)]]),
      );
      holds(bytes);
      const { captures, connections } = analyzeBytes(bytes);
      expect(connections).toHaveLength(1);
      expect(Number.isFinite(captures[0].durationSeconds)).toBe(true);
    }
  });

  it('of pcap, to the last second and beyond, are told', () => {
    for (const nanoseconds of [false, true]) {
      const times = [0n, 0xffff_ffff_999n * 1_000_000n, 4_294_967_295_999_999_999n, 1n, 0n];
      const bytes = pcap(
        CONNECTION.map((data, place) => ({ data, time: times[place] })),
        { nanoseconds },
      );
      // A fraction of more than four seconds in the second record.
      new DataView(bytes.buffer).setUint32(24 + 16 + CONNECTION[0].length + 4, 0xffff_ffff, true);
      holds(bytes);
      expect(analyzeBytes(bytes).connections).toHaveLength(1);
    }
  });
});

describe('lengths of 0', () => {
  const pair = (code: number, octets: number): [number, readonly number[]] => [code, zeros(octets)];

  it('in options of pcapng end', () => {
    const many = Array.from({ length: 15_000 }, () => pair(0x0bad, 0));
    const empty = [1, 2, 3, 9, 12, 14, 15].map((code) => pair(code, 0));
    holds(
      join(
        sectionHeader(),
        interfaceDescription(1, many),
        interfaceDescription(1, empty),
        enhancedPacket(CONNECTION[0], 0n),
        enhancedPacket(CONNECTION[0], 0n, 1),
        interfaceStatistics(
          1,
          [1, 2, 3, 4, 5, 7].map((code) => pair(code, 0)),
        ),
      ),
    );
  });

  it('in blocks of pcapng end, whether they hold nothing or lie', () => {
    const head = join(sectionHeader(), interfaceDescription());
    const empty = concatenated(Array.from({ length: 20_000 }, () => block(0x0bad, [])));
    holds(join(head, simplePacket(Uint8Array.of()), enhancedPacket(Uint8Array.of(), 0n), empty));
    for (const type of [1, 2, 3, 5, 6, 0x0bad, 0x0a0d0d0a]) {
      const nothing = block(type, []);
      new DataView(nothing.buffer).setUint32(4, 0, true);
      holds(join(head, enhancedPacket(CONNECTION[0], 0n), nothing, nothing));
    }
  });

  it('in records of pcap end', () => {
    const nothing = Array.from({ length: 5000 }, () => ({ data: Uint8Array.of(), time: 0n }));
    holds(pcap(nothing));
    expect(analyzeBytes(pcap(nothing)).captures[0].skipped).toEqual({ malformed: 5000 });
  });

  const ext = (next: number) => [next, 0, ...zeros(6)];
  const HOP_BY_HOP = 0;
  const DESTINATION = 60;
  it.each([
    [
      'TCP options',
      1,
      ethernet(ipv4(tcp({ flags: SYN, options: [2, 0, 3, 0, 8, 0, 30, 0, 34, 0, 254, 0] }))),
    ],
    ['IPv4 options', 1, ethernet(ipv4(tcp(), { options: [7, 0, 0, 0, 68, 0, 0, 0] }))],
    ['IPv6 options', 1, ethernet(ipv6(concat([6, 0, 5, 0, 0, 0, 0, 0], tcp()), { nextHeader: 0 }), 0x86dd)],
    [
      'IPv6 extension headers',
      1,
      ethernet(
        ipv6(concat(...Array.from({ length: 8000 }, () => ext(DESTINATION)), tcp()), {
          nextHeader: HOP_BY_HOP,
        }),
        0x86dd,
      ),
    ],
    ['an authentication header', 1, ethernet(ipv4(concat([51, 0, ...zeros(10)], tcp()), { protocol: 51 }))],
    ['netfilter attributes', 239, concat([2, 0, 0, 5], zeros(400), ipv4(tcp()))],
    ['radiotap', 127, concat(zeros(200), ipv4(tcp()))],
    ['PPI fields', 192, concat([0, 0, ...u16(0x0002), 105, 0, 0, 0], zeros(504), ipv4(tcp()))],
    ['a Prism header', 119, concat([0x44, 0, 0, 0, 0, 0, 0, 0], ipv4(tcp()))],
    ['PKTAP', 258, concat(zeros(200), ipv4(tcp()))],
    ['a packet filter’s log', 117, concat(zeros(64), ipv4(tcp()))],
    [
      'GTP-U extensions',
      1,
      ethernet(
        ipv4(datagram(2152, concat([0x34, 255, 0, 200, 0, 0, 0, 9, 0, 0, 0, 1], zeros(200))), {
          protocol: 17,
        }),
      ),
    ],
    [
      'Geneve options',
      1,
      ethernet(ipv4(datagram(6081, concat([0x3f, 0, 0x65, 0x58, 0, 0, 1, 0], zeros(400))), { protocol: 17 })),
    ],
    ['an ICMP quotation', 1, ethernet(ipv4(icmp(3, 4, zeros(60)), { protocol: 1 }))],
  ])('in %s end', (_name, linkType, data) => {
    holds(pcap([{ data, time: 0n }], { linkType }));
  });
});

describe('layers in layers', () => {
  type Layer = (inner: Uint8Array) => Uint8Array;
  const stack = (layer: Layer, deep: number, core: Uint8Array): Uint8Array => {
    let bytes = core;
    for (let depth = 0; depth < deep; depth++) bytes = layer(bytes);
    return bytes;
  };
  const plain = ipv4(tcp());
  const gre: Layer = (inner) => ipv4(concat([0, 0], u16(0x0800), inner), { protocol: 47 });
  const vxlan: Layer = (inner) =>
    ipv4(datagram(4789, concat([8, 0, 0, 0, 0, 0, 42, 0], ethernet(inner))), { protocol: 17 });

  it.each<[string, number, (deep: number) => Uint8Array]>([
    [
      'VLAN tags',
      1,
      (deep) =>
        ethernet(
          stack((inner) => vlanTag(inner, 0x8100), deep, vlanTag(plain)),
          0x8100,
        ),
    ],
    [
      'MPLS labels',
      219,
      (deep) => concat(...Array.from({ length: deep }, () => [0, 1, 0, 64]), [0, 1, 1, 64], plain),
    ],
    ['IP in IP', 101, (deep) => stack((inner) => ipv4(inner, { protocol: 4 }), deep, plain)],
    ['IPv6 in IPv6', 101, (deep) => stack((inner) => ipv6(inner, { nextHeader: 41 }), deep, ipv6(tcp()))],
    ['GRE', 101, (deep) => stack(gre, deep, plain)],
    ['VXLAN', 101, (deep) => stack(vxlan, deep, plain)],
    [
      'authentication headers',
      101,
      (deep) =>
        ipv6(
          stack((inner) => authenticationHeader(inner, 51), deep, authenticationHeader(tcp())),
          { nextHeader: 51 },
        ),
    ],
    [
      'extension headers',
      101,
      (deep) =>
        ipv6(
          stack((inner) => extensionHeader(inner, 60), deep, extensionHeader(tcp())),
          { nextHeader: 60 },
        ),
    ],
    ['ICMP errors', 101, (deep) => stack((inner) => ipv4(icmp(3, 1, inner), { protocol: 1 }), deep, plain)],
    ['families', 0, (deep) => stack((inner) => familyHeader(inner, 2), deep, plain)],
  ])('of %s are followed to a limit', (_name, linkType, of) => {
    const deep = of(100);
    expect(new Decoder().decode(frameOf(deep, { linkType }))).not.toBe(SEGMENT);
    holds(pcap([{ data: deep, time: 0n }], { linkType }));
  });
});
