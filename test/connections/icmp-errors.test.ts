/** ICMP errors are held against what the quoted sender had sent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { IcmpError } from '../../src/connections/connection.js';
import { ACK, RST, SYN } from '../../src/decode/segment.js';
import { analyzeBytes } from '../support/analyze-bytes.js';
import { pcap } from '../support/capture-builder.js';
import { ethernet, icmp, ipv4, ipv6, redirect6, type TcpFields, tcp } from '../support/packet-builder.js';
import { hasTshark40, ourStreams, wiresharksStreams } from '../support/wireshark.js';

if (!hasTshark40) console.warn('skipped: ICMP errors as in Wireshark, because tshark 4.0 is not installed');

const START = 0xffff_fff0;
const MIB = 1 << 20;

const sent = (fields: TcpFields) =>
  ipv4(tcp({ sourcePort: 40_000, destinationPort: 80, ...fields }), {
    source: '10.0.0.1',
    destination: '10.0.0.2',
  });
const quoting = (sequence: number) =>
  ipv4(icmp(3, 1, sent({ sequence: sequence >>> 0, flags: ACK })), {
    source: '10.0.0.9',
    destination: '10.0.0.1',
    protocol: 1,
  });

const SYN_FRAME = sent({ sequence: START, flags: SYN });
const DATA_FRAME = sent({ sequence: START + 1, flags: ACK, payload: new Uint8Array(100) });

function errorsIn(...packets: readonly Uint8Array[]): readonly IcmpError[] {
  const errors: IcmpError[] = [];
  const analyzer = new Analyzer({
    onConnection: ({ client, server }) => {
      for (const { icmp: error } of [...client.milestones, ...server.milestones]) {
        if (error !== undefined) errors.push(error);
      }
    },
  });
  const reader = new CaptureReader(analyzer.onFrame);
  reader.push(pcap(packets.map((data, i) => ({ data: ethernet(data), time: BigInt(i) * 1_000_000_000n }))));
  reader.end();
  analyzer.finish();
  return errors;
}

it.each([
  ['its SYN', START],
  ['its data, whose numbers wrap', START + 1],
  ['the end of its data', START + 101],
  ['data that the capture may have missed', START + MIB],
])('takes an error that quotes %s', (_, sequence) => {
  expect(errorsIn(SYN_FRAME, DATA_FRAME, quoting(sequence))).toEqual([
    { version: 4, type: 3, code: 1, reporter: '10.0.0.9', sequence: sequence >>> 0 },
  ]);
});

it('keeps requests for smaller packets apart by what they ask for', () => {
  const asking = (mtu: number) =>
    ipv4(icmp(3, 4, sent({ sequence: START + 1, flags: ACK }), mtu), {
      source: '10.0.0.9',
      destination: '10.0.0.1',
      protocol: 1,
    });
  const errors = errorsIn(SYN_FRAME, DATA_FRAME, asking(1400), asking(1400), asking(1280), asking(0));
  expect(errors.map(({ mtu }) => mtu)).toEqual([1400, 1280, undefined]);
});

it.each([
  ['long before its SYN', START - 8 * MIB],
  ['far beyond its data', START + 8 * MIB],
  ['half the numbers away', START + 2 ** 31],
])('sees that an error quotes a number %s', (_, sequence) => {
  expect(errorsIn(SYN_FRAME, DATA_FRAME, quoting(sequence))).toMatchObject([{ quotesUnsent: true }]);
});

it('keeps true errors and others alike apart', () => {
  const errors = errorsIn(SYN_FRAME, DATA_FRAME, quoting(START + 1), quoting(5), quoting(START + 2 ** 30));
  expect(errors.map(({ quotesUnsent }) => quotesUnsent)).toEqual([undefined, true]);
});

it.each([
  ['the SYN was not captured', [DATA_FRAME]],
  ['a reset was sent, which may carry any number', [SYN_FRAME, sent({ sequence: 7_000_000, flags: RST })]],
])('does not judge where %s', (_, frames) => {
  expect(errorsIn(...frames, quoting(START + 2 ** 30))[0]).not.toHaveProperty('quotesUnsent');
});

it('sees that an error quotes what was acknowledged, as of a keep-alive', () => {
  const answer = ipv4(
    tcp({
      sourcePort: 80,
      destinationPort: 40_000,
      sequence: 900,
      acknowledgment: (START + 6) >>> 0,
      flags: ACK,
    }),
    { source: '10.0.0.2', destination: '10.0.0.1' },
  );
  const frames = [SYN_FRAME, DATA_FRAME, quoting(START + 1), answer, quoting(START + 5), quoting(START + 6)];
  const flags = errorsIn(...frames).map(({ quotesAcknowledged }) => quotesAcknowledged);
  expect(flags).toEqual([undefined, true, undefined]);
});

describe('a quotation', () => {
  const TYPES = Array.from({ length: 256 }, (_, type) => type);
  /** An error about a 4-tuple of its own, and a segment of another: whether the first has a number shows in the second's. */
  const errorAndSegment = (version: 4 | 6, type: number, port: number): readonly Uint8Array[] => {
    const quoted = tcp({ sourcePort: port, payload: new Uint8Array(600) });
    const message =
      version === 4
        ? icmp(type, 1, ipv4(quoted))
        : type === 137
          ? redirect6(ipv6(quoted))
          : icmp(type, 1, ipv6(quoted));
    const error =
      version === 4
        ? ethernet(ipv4(message, { protocol: 1 }))
        : ethernet(ipv6(message, { nextHeader: 58 }), 0x86dd);
    return [error, ethernet(ipv4(tcp({ sourcePort: port + 1, flags: SYN })))];
  };
  const captureOf = (frames: readonly Uint8Array[]): Uint8Array =>
    pcap(frames.map((data, i) => ({ data, time: BigInt(i) * 1_000_000_000n })));
  const numberOfSegment = (frames: readonly Uint8Array[]): number => {
    let number = -1;
    const analyzer = new Analyzer({ onConnection: (connection) => (number = connection.id) });
    const reader = new CaptureReader(analyzer.onFrame);
    reader.push(captureOf(frames));
    reader.end();
    analyzer.finish();
    return number;
  };

  it.each([
    // A redirect is read no further than RFC 792 asks for: to the sequence number.
    [4, [3, 4, 11, 12]],
    [6, [1, 2, 3, 4, 137]],
  ] as const)('gives its 4-tuple a number in ICMP for IPv%i of these types alone', (version, numbering) => {
    const found = TYPES.filter((type) => numberOfSegment(errorAndSegment(version, type, 20_000)) === 1);
    expect(found).toEqual(numbering);
  });

  it('in a redirect is about the connection that it quotes', () => {
    const segment = tcp({ sourcePort: 40_000, destinationPort: 80, sequence: 1000, flags: SYN });
    const of4 = ipv4(icmp(5, 1, ipv4(segment)), { source: '10.0.0.9', protocol: 1 });
    expect(errorsIn(ipv4(segment), of4)).toMatchObject([{ version: 4, type: 5, reporter: '10.0.0.9' }]);
    const frames = [
      ipv6(segment),
      ipv6(redirect6(ipv6(segment)), { source: 'fe80::9', nextHeader: 58 }),
      // An option without length, and a quotation that ends before its ports.
      ipv6(icmp(137, 0, new Uint8Array(80)), { nextHeader: 58 }),
      ipv6(redirect6(ipv6(segment)).subarray(0, 100), { nextHeader: 58 }),
    ];
    const { connections, captures } = analyzeBytes(
      captureOf(frames.map((packet) => ethernet(packet, 0x86dd))),
    );
    expect(connections).toHaveLength(1);
    expect(connections[0].client.milestones.map(({ icmp: error }) => error)).toContainEqual({
      version: 6,
      type: 137,
      code: 0,
      reporter: 'fe80::9',
      sequence: 1000,
    });
    expect(captures[0]).toMatchObject({
      icmpErrors: 1,
      tcpSegments: 1,
      skipped: { malformed: 1, 'truncated-header': 1 },
    });
  });

  it.skipIf(!hasTshark40)('has a number where it has one in Wireshark, whatever the type', () => {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-icmp-'));
    try {
      const path = join(folder, 'icmp.pcap');
      const frames = ([4, 6] as const).flatMap((version) =>
        TYPES.flatMap((type) => errorAndSegment(version, type, version * 5000 + 2 * type)),
      );
      writeFileSync(path, captureOf(frames));
      const facts = ourStreams(path);
      expect(Object.keys(facts.streams)).toHaveLength(512);
      expect(facts).toEqual(wiresharksStreams(path));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
