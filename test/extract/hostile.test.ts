import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/capture/frame.js';
import type { Connection } from '../../src/connections/connection.js';
import { COMPLETE_DATA } from '../../src/connections/record.js';
import { Decoder } from '../../src/decode/decoder.js';
import { ACK, FIN, PSH, RST, SYN } from '../../src/decode/segment.js';
import { SEGMENT } from '../../src/decode/verdict.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { FrameRewriter } from '../../src/extract/frame-rewriter.js';
import { pcap } from '../support/capture-builder.js';
import { captureOfFrames, copyOf, framesOf, read, storyOf, tellOf } from '../support/extract.js';
import { captureOf, scenarios } from '../support/fixtures.js';
import { ethernet, icmp, ipv4, tcp } from '../support/packet-builder.js';

const captures = scenarios
  .filter((scenario) => scenario !== 'mixed-200')
  .map((scenario) => readFileSync(captureOf(scenario, 'server')));

/** A recorded capture whose frames, but not their times, are changed in any place. */
const damaged = fc
  .tuple(
    fc.constantFrom(...captures),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 12 }),
  )
  .map(([bytes, changes]) => {
    const frames: Frame[] = [];
    const told = tellOf(bytes);
    read(bytes, (frame) => frames.push(copyOf(frame)));
    for (const [which, place, mask] of changes) {
      const octets = frames[which % frames.length].bytes;
      octets[place % octets.length] ^= mask;
    }
    return captureOfFrames(frames, told);
  });

const FLAGS = [SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK, 0];
/** Few numbers, so that segments fit each other often, far enough apart for SYNs to be new ones. */
const NUMBERS = [1000, 1001, 1002, 1011, 90_000, 90_001, 700_000, 700_001];

/** A capture of segments, and ICMP errors about them, that all have the same two ends. */
const crowded = fc
  .array(
    fc.record({
      fromServer: fc.boolean(),
      flags: fc.constantFrom(...FLAGS),
      sequence: fc.constantFrom(...NUMBERS),
      acknowledgment: fc.constantFrom(...NUMBERS),
      length: fc.constantFrom(0, 0, 10),
      isQuoted: fc.nat(9).map((dice) => dice === 0),
    }),
    { minLength: 2, maxLength: 24 },
  )
  .map((drafts) => {
    const frames = drafts.map(({ fromServer, sequence, acknowledgment, flags, length, isQuoted }, place) => {
      const [sourcePort, destinationPort] = fromServer ? [8080, 40000] : [40000, 8080];
      const [source, destination] = fromServer ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
      const payload = new Uint8Array(length);
      const segment = tcp({ sourcePort, destinationPort, sequence, acknowledgment, flags, payload });
      const packet = ipv4(segment, { source, destination, id: place + 1 });
      const error = (): Uint8Array => ipv4(icmp(3, 1, packet), { protocol: 1, destination: source });
      return { data: ethernet(isQuoted ? error() : packet), time: BigInt(place) * 50_000_000n };
    });
    return pcap(frames);
  });

/**
 * What the extract of a connection must tell. Data in a SYN that opens its ends again has no part in
 * completeness, in Wireshark and here; an extract that makes this SYN the first frame gives it one.
 */
function expectedOf(connection: Connection, [first]: readonly Frame[]): Connection {
  const { firstFrame, completeness } = connection;
  const decoder = new Decoder();
  const opensWithData =
    first.number === firstFrame &&
    decoder.decode(first) === SEGMENT &&
    (decoder.segment.flags & (SYN | ACK)) === SYN &&
    decoder.segment.payloadLength > 0;
  return opensWithData ? { ...connection, completeness: completeness | COMPLETE_DATA } : connection;
}

function expectSameStories(bytes: Uint8Array, rewriter: FrameRewriter): void {
  const told = tellOf(bytes);
  for (const connection of told.connections) {
    // That the clock ran back between its frames and those of others, no extract can tell.
    if (connection.quality.clockSetBack !== null) continue;
    const frames = framesOf(bytes, told, connection.id);
    const stripped = frames.map((frame) => copyOf(rewriter.rewrite(frame)!));
    const numbers = frames.map(({ number }) => number);
    for (const version of [frames, stripped]) {
      const again = tellOf(captureOfFrames(version, told, connection), { numbers });
      expect(again.facts.damage).toBeNull();
      const found = again.connections.find(({ firstFrame }) => firstFrame === connection.firstFrame)!;
      expect(storyOf(again, found)).toBe(storyOf(told, expectedOf(connection, frames)));
    }
  }
}

describe('an extract of a capture in which connection after connection has the same ends', () => {
  it('tells the same stories', () => {
    const rewriter = new FrameRewriter({ stripPayload: true, addresses: null });
    fc.assert(
      fc.property(crowded, (bytes) => expectSameStories(bytes, rewriter)),
      { numRuns: 400 },
    );
  });
});

describe('an extract of a capture whose frames are damaged anywhere', () => {
  it('tells the same stories, with payload and without', () => {
    const rewriter = new FrameRewriter({ stripPayload: true, addresses: null });
    fc.assert(
      fc.property(damaged, (bytes) => expectSameStories(bytes, rewriter)),
      { numRuns: 120 },
    );
  });

  it('can be anonymized: every frame of a connection has only layers that are known', () => {
    const rewriter = new FrameRewriter({
      stripPayload: true,
      addresses: new Anonymizer(new Uint8Array(32).fill(9)),
    });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const told = tellOf(bytes);
        for (const { id } of told.connections) {
          for (const frame of framesOf(bytes, told, id)) {
            expect(rewriter.rewrite(frame)).toMatchObject({ capturedLength: frame.capturedLength });
          }
        }
      }),
      { numRuns: 120 },
    );
  });
});
