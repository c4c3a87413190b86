/** TCP headers that are no segments': their 4-tuples have numbers, as in Wireshark, and nothing else comes of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../src/decode/segment.js';
import { analyzeBytes } from '../support/analyze-bytes.js';
import { type BuiltFrame, pcap } from '../support/capture-builder.js';
import { ethernet, icmp, ipv4, type TcpFields, tcp, zeros } from '../support/packet-builder.js';
import { hasTshark40, ourStreams, wiresharksStreams } from '../support/wireshark.js';

if (!hasTshark40)
  console.warn('skipped: broken headers as in Wireshark, because tshark 4.0 is not installed');

const ICMP = 1;
/** Octets of Ethernet and IPv4 before TCP. */
const BEFORE_TCP = 34;
const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';
const SERVER_PORT = 8080;

type Cut = Pick<BuiltFrame, 'data' | 'originalLength'>;

/** From whichever end has its port as the source. */
const packet = (fields: TcpFields): Uint8Array =>
  ipv4(tcp(fields), fields.sourcePort === SERVER_PORT ? { source: SERVER, destination: CLIENT } : {});
const whole = (fields: TcpFields): Cut => ({ data: ethernet(packet(fields)) });
const cut = (fields: TcpFields, octets: number): Cut => {
  const { data } = whole(fields);
  return { data: data.subarray(0, BEFORE_TCP + octets), originalLength: data.length };
};
/** The header is said to be shorter than one can be, and longer than the datagram. */
const short = (fields: TcpFields): Cut => whole({ dataOffset: 4, ...fields });
const long = (fields: TcpFields): Cut => whole({ dataOffset: 15, ...fields });
const quoted = (fields: TcpFields, octets = 20): Cut => {
  const quotation = packet(fields).subarray(0, 20 + octets);
  return { data: ethernet(ipv4(icmp(3, 1, quotation), { protocol: ICMP, source: '10.9.9.9' })) };
};

function captureOf(frames: readonly Cut[]): Uint8Array {
  return pcap(
    frames.map((frame, second) => ({
      ...frame,
      time: 1_700_000_000n * 10n ** 9n + BigInt(second) * 10n ** 9n,
    })),
  );
}

/** Number, first frame and last frame of each connection, after the number of frames skipped. */
function numbersOf(...frames: readonly Cut[]) {
  const { connections, captures } = analyzeBytes(captureOf(frames));
  const [{ tcpSegments, icmpErrors, skipped }] = captures;
  const left = Object.values(skipped).reduce((sum, count) => sum + count, 0);
  expect(tcpSegments + icmpErrors + left).toBe(frames.length);
  return [left, ...connections.map(({ id, firstFrame, lastFrame }) => [id, firstFrame, lastFrame])];
}

const FROM_SERVER = { sourcePort: SERVER_PORT, destinationPort: 40_000 };
const OTHER = whole({ sourcePort: 50_000, flags: SYN });
const BROKEN: readonly (readonly [string, (fields: TcpFields) => Cut])[] = [
  ['a header that is too short', short],
  ['a header without length', (fields) => short({ dataOffset: 0, ...fields })],
  ['a header that ends behind its datagram', long],
  ['a header cut behind its window', (fields) => cut(fields, 16)],
  ['a header cut before its last octet', (fields) => cut(fields, 19)],
];

describe.each(BROKEN)('%s', (_name, broken) => {
  it('gives its 4-tuple a number, and is no connection', () => {
    expect(numbersOf(broken({}), OTHER)).toEqual([1, [1, 2, 2]]);
    expect(numbersOf(broken({}), broken({ sourcePort: 50_000, flags: SYN }), OTHER)).toEqual([2, [1, 3, 3]]);
  });

  it('leaves the number to the connection whose segments come after it', () => {
    expect(numbersOf(broken({}), OTHER, whole({}))).toEqual([1, [0, 3, 3], [1, 2, 2]]);
    expect(numbersOf(broken({ flags: SYN }), OTHER, whole({ flags: SYN }))).toEqual([
      1,
      [0, 3, 3],
      [1, 2, 2],
    ]);
  });

  it('does not say who is who', () => {
    const answer = whole({ ...FROM_SERVER, flags: SYN | ACK });
    for (const first of [broken({}), broken({ flags: SYN }), broken({ ...FROM_SERVER, flags: SYN })]) {
      const [connection] = analyzeBytes(captureOf([first, answer])).connections;
      expect(connection).toMatchObject({ id: 0, client: { port: 40_000 }, server: { port: 8080 } });
    }
  });

  it('opens a 4-tuple in use by a SYN with another sequence number', () => {
    const syn = whole({ flags: SYN, sequence: 1000 });
    const next = whole({ flags: SYN, sequence: 5000 });
    expect(numbersOf(syn, broken({ flags: SYN, sequence: 1000 }), OTHER)).toEqual([1, [0, 1, 1], [1, 3, 3]]);
    expect(numbersOf(syn, broken({ flags: SYN, sequence: 5000 }), next, OTHER)).toEqual([
      1,
      [0, 1, 1],
      [1, 3, 3],
      [2, 4, 4],
    ]);
  });

  it('changes nothing of a connection', () => {
    const frames = [
      whole({ flags: SYN, sequence: 1000 }),
      whole({ ...FROM_SERVER, flags: SYN | ACK, sequence: 9, acknowledgment: 1001 }),
      whole({ flags: ACK, sequence: 1001, acknowledgment: 10 }),
      whole({ flags: ACK | PSH, sequence: 1001, acknowledgment: 10, payload: zeros(5) }),
    ];
    const storyOf = (capture: readonly Cut[]) => {
      const { connections, findings } = analyzeBytes(captureOf(capture));
      return [
        connections.map(({ client, server, frames: count, zeek }) => ({
          count,
          zeek,
          ends: [client, server].map(({ segments, payloadBytes, resetsSent, finalState, timeline }) => ({
            segments,
            payloadBytes,
            resetsSent,
            finalState,
            states: timeline.map(({ state, evidence }) => [state, evidence]),
          })),
        })),
        findings.map(({ rule, severity, title }) => [rule, severity, title]),
      ];
    };
    const noise = [{ flags: RST }, { flags: FIN | ACK, sequence: 1006 }, { flags: SYN | ACK }].map(broken);
    expect(storyOf([...frames, ...noise])).toEqual(storyOf(frames));
  });
});

describe('a broken header', () => {
  it('takes no number where less than ports to window was captured', () => {
    expect(numbersOf(cut({}, 15), OTHER)).toEqual([1, [0, 2, 2]]);
  });

  it('tells where numbers begin, if it ends within its datagram', () => {
    const syn = whole({ flags: SYN, sequence: 7000 });
    expect(numbersOf(short({ flags: ACK, sequence: 1000 }), syn)).toEqual([1, [1, 2, 2]]);
    expect(numbersOf(long({ flags: ACK, sequence: 1000 }), syn)).toEqual([1, [0, 2, 2]]);
  });

  it('of a connection that ended before it is reported with its segments alone', () => {
    const { connections } = analyzeBytes(
      captureOf([
        whole({ flags: SYN, sequence: 1 }),
        short({ flags: SYN, sequence: 2 }),
        whole({ flags: ACK }),
      ]),
    );
    expect(connections.map(({ id, frames }) => [id, frames])).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});

describe.skipIf(!hasTshark40)('Wireshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'finwait-broken-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  type Kind = typeof whole | typeof cut | typeof quoted;
  const drafts = fc.record({
    connection: fc.nat(40),
    fromServer: fc.boolean(),
    flags: fc.constantFrom(SYN, SYN, ACK, ACK | PSH, FIN | ACK, RST, RST | ACK, 0, FIN, FIN | PSH | URG),
    sequence: fc.constantFrom(1000, 1001, 5000, 5001, 4_000_000_000),
    acknowledgment: fc.constantFrom(0, 1000, 1001, 5001, 4_000_000_000),
    octets: fc.constantFrom(12, 14, 15, 16, 17, 19),
    dataOffset: fc.constantFrom(0, 2, 4, 5, 15),
    payload: fc.constantFrom([], zeros(1), zeros(90)),
  });

  /** A capture of 600 frames of some forty 4-tuples, each of any of the kinds. */
  function drawn(seed: number, kinds: readonly Kind[]): string {
    const path = join(folder, `${kinds.length}-${seed}.pcap`);
    const frame = fc.tuple(fc.constantFrom(...kinds), drafts);
    const [frames] = fc.sample(fc.array(frame, { minLength: 600, maxLength: 600 }), { numRuns: 1, seed });
    const bytes = captureOf(
      frames.map(([kind, { connection, fromServer, octets, dataOffset, ...fields }]) => {
        const port = 40_000 + connection;
        const [sourcePort, destinationPort] = fromServer ? [SERVER_PORT, port] : [port, SERVER_PORT];
        // Servers answer SYNs; a quoted SYN that is not the last opens the 4-tuple in Wireshark.
        const flags =
          fields.flags !== SYN ? fields.flags : fromServer ? SYN | ACK : kind === quoted ? ACK : SYN;
        const header = { ...fields, sourcePort, destinationPort, flags };
        switch (kind) {
          case short:
            return short({ ...header, dataOffset: Math.min(dataOffset, 4) });
          case long:
            return long({ ...header, payload: [] });
          case cut:
            return cut({ ...header, dataOffset }, octets);
          case quoted:
            return quoted(header, octets);
          default:
            return whole(header);
        }
      }),
    );
    writeFileSync(path, bytes);
    return path;
  }

  it.each([1, 2, 3, 4])('gives the same numbers, %d', (seed) => {
    const path = drawn(seed, [whole, whole, whole, short, long, cut, quoted]);
    const ours = ourStreams(path).streams;
    const theirs = wiresharksStreams(path).streams;
    expect(Object.keys(ours).length).toBeGreaterThan(100);
    for (const [frame, stream] of Object.entries(ours)) {
      expect(theirs[Number(frame)], `frame ${frame}`).toBe(stream);
    }
  });
});
