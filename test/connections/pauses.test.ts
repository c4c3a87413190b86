/** A capture that paused shows in what follows: what tells of connections that are not seen again ends there. */
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import { ACK, FIN, SYN } from '../../src/decode/segment.js';
import { pcap } from '../support/capture-builder.js';
import { ethernet, ipv4, type TcpFields, tcp } from '../support/packet-builder.js';

const START = 1_700_000_000;
const DAY = 86_400;
const BYTES = new Uint8Array(10);

type Timed = readonly [seconds: number, frame: Uint8Array];

/** A segment of the client with this port. */
function sent(port: number, fields: TcpFields): Uint8Array {
  const ends = { source: '10.0.0.1', destination: '10.0.0.2' };
  return ethernet(ipv4(tcp({ sourcePort: port, destinationPort: 80, flags: ACK, ...fields }), ends));
}

function got(port: number, fields: TcpFields): Uint8Array {
  const ends = { source: '10.0.0.2', destination: '10.0.0.1' };
  return ethernet(ipv4(tcp({ sourcePort: 80, destinationPort: port, flags: ACK, ...fields }), ends));
}

function opened(port: number): readonly Timed[] {
  return [
    [0, sent(port, { flags: SYN, sequence: 100 })],
    [0.1, got(port, { flags: SYN | ACK, sequence: 500, acknowledgment: 101 })],
    [0.2, sent(port, { sequence: 101, acknowledgment: 501 })],
  ];
}

const leaves = (port: number): readonly Timed[] => [
  [1, sent(port, { flags: FIN | ACK, sequence: 101, acknowledgment: 501 })],
  [1.1, got(port, { sequence: 501, acknowledgment: 102 })],
];
/** Goes on where it was, and beyond that. */
const continues = (seconds: number, port: number): Timed => [
  seconds,
  sent(port, { sequence: 101, acknowledgment: 501, payload: BYTES }),
];
const jumps = (seconds: number, port: number): Timed => [
  seconds,
  sent(port, { sequence: 5101, acknowledgment: 9501, payload: BYTES }),
];
const begunInside = (seconds: number, port: number): Timed => [
  seconds,
  sent(port, { sequence: 1, acknowledgment: 1, payload: BYTES }),
];
const fresh = (seconds: number, port: number): Timed => [seconds, sent(port, { flags: SYN, sequence: 1 })];

function analyzed(frames: readonly Timed[]) {
  const connections = new Map<number, Connection>();
  const analyzer = new Analyzer({
    onConnection: (connection) => connections.set(connection.client.port, connection),
  });
  const reader = new CaptureReader(analyzer.onFrame);
  const time = (seconds: number): bigint =>
    BigInt(START) * 1_000_000_000n + BigInt(Math.round(seconds * 1e9));
  reader.push(pcap(frames.map(([seconds, data]) => ({ data, time: time(seconds) }))));
  reader.end();
  analyzer.finish();
  return { pauses: analyzer.pauses, connections };
}

/** Port 1 is left in FIN-WAIT-2 and CLOSE-WAIT; 2, 3, 4 are open. */
const BEFORE = [...[1, 2, 3, 4].flatMap(opened), ...leaves(1)].sort(([a], [b]) => a - b);

describe('a capture paused', () => {
  it.each<[string, readonly Timed[]]>([
    ['where two connections go on beyond what it holds', [jumps(31, 2), jumps(31, 3)]],
    [
      'where one does, and two are seen that nobody saw begin',
      [jumps(31, 2), begunInside(32, 12), begunInside(33, 13)],
    ],
    [
      'after half an hour, where three are seen that nobody saw begin',
      [11, 12, 13].map((port) => begunInside(1900, port)),
    ],
    ['after a day, where one is', [begunInside(DAY + 2, 11)]],
    ['after a week in any case', [fresh(7 * DAY + 2, 11)]],
    ['although another, shorter gap follows', [jumps(31, 2), fresh(45, 11), jumps(46, 3)]],
  ])('%s', (_, after) => {
    const { pauses, connections } = analyzed([...BEFORE, ...after]);
    expect(pauses).toMatchObject([{ frame: BEFORE.length + 1, from: { seconds: START + 1 } }]);
    const [{ from }] = pauses;
    expect(connections.get(1)!.quality.pausedAt).toEqual(from);
    // Those that are seen again are known to have gone on.
    for (const { quality, lastFrame } of connections.values())
      expect(quality.pausedAt).toEqual(lastFrame > BEFORE.length ? null : from);
  });
});

describe('a capture did not pause', () => {
  it.each<[string, readonly Timed[]]>([
    ['where all is quiet to the end', []],
    ['where connections go on where they were', [continues(31, 2), continues(31, 3), continues(31, 4)]],
    ['where new ones are opened', [11, 12, 13].map((port) => fresh(31, port))],
    ['where one frame was missed', [jumps(31, 2), continues(31, 3)]],
    [
      'where as many connections go on where they were as do not',
      [jumps(31, 2), continues(31, 3), continues(31, 4), begunInside(31, 11)],
    ],
    ['for a week, after which connections go on where they were', [continues(8 * DAY, 2)]],
    ['for longer than a capture may take', [fresh(4000 * DAY, 11)]],
    [
      'where idle ones wake up that were there before it began',
      [11, 12, 13, 14].map((port) => begunInside(31, port)),
    ],
    [
      'where what would show it comes much later',
      [
        continues(31, 2),
        ...[40, 49, 58, 67, 76, 85, 94].map((at) => fresh(at, 10 + at)),
        jumps(95, 3),
        jumps(95, 4),
      ],
    ],
    ['for less than ten seconds', [jumps(9, 2), jumps(9, 3)]],
    ['within six days in which a filter left nothing', [fresh(6 * DAY, 11)]],
    ['where only the clock leapt ahead for one frame', [fresh(8 * DAY, 11), fresh(2, 12)]],
  ])('%s', (_, after) => {
    const { pauses, connections } = analyzed([...BEFORE, ...after]);
    expect(pauses).toEqual([]);
    for (const { quality } of connections.values()) expect(quality.pausedAt).toBeNull();
  });
});

it('does not show in connections that begin in the middle where most did before', () => {
  const inside = [21, 22, 23, 24, 25].map((port) => begunInside(0.5, port));
  const after = [jumps(31, 2), begunInside(32, 12), begunInside(33, 13)];
  expect(analyzed([...opened(2), ...inside, ...after]).pauses).toEqual([]);
  expect(analyzed([...opened(2), ...inside, ...after, jumps(34, 21)]).pauses).toHaveLength(1);
});

it('says whether what follows goes on in the middle', () => {
  const goOn = (...after: readonly Timed[]) => analyzed([...BEFORE, ...after]).pauses[0].goesOnInside;
  expect([goOn(fresh(8 * DAY, 11)), goOn(begunInside(8 * DAY, 11))]).toEqual([false, true]);
});

it('is known to those that are first seen after it, in their middle', () => {
  const first = [jumps(31, 2), jumps(32, 3), begunInside(33, 112), fresh(34, 113)];
  const second = [jumps(131, 4), jumps(132, 112), begunInside(133, 114)];
  const { pauses, connections } = analyzed([...BEFORE, ...first, ...second]);
  const resumed = [2, 4, 112, 113, 114].map((port) => connections.get(port)!.quality.resumedAt);
  expect(pauses).toHaveLength(2);
  expect(resumed).toEqual([null, null, pauses[0].to, null, pauses[1].to]);
});

it('is nothing to a connection that was over', () => {
  const closed: readonly Timed[] = [
    [1.2, got(1, { flags: FIN | ACK, sequence: 501, acknowledgment: 102 })],
    [1.3, sent(1, { sequence: 102, acknowledgment: 502 })],
  ];
  const { pauses, connections } = analyzed([...BEFORE, ...closed, jumps(31, 2), jumps(31, 3)]);
  expect(pauses).toHaveLength(1);
  expect([1, 4].map((port) => connections.get(port)!.quality.pausedAt === null)).toEqual([true, false]);
});

it('is seen after the clock was set back for good as well', () => {
  const { pauses } = analyzed([fresh(5000, 21), ...BEFORE, jumps(31, 2), jumps(31, 3)]);
  expect(pauses).toMatchObject([{ frame: BEFORE.length + 2 }]);
});

it('keeps so many pauses and no more', () => {
  const weeks = Array.from({ length: 300 }, (_, week) => fresh((week + 1) * 8 * DAY, 1000 + week));
  expect(analyzed([...BEFORE, ...weeks]).pauses).toHaveLength(256);
});
