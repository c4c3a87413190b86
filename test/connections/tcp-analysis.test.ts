import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/connections/connection.js';
import { ANALYSIS_COUNTS, RECORD_WORDS } from '../../src/connections/record.js';
import { AnalysisCounts, NONE_MARKED, UNMARKED } from '../../src/connections/tcp-analysis.js';
import { connectionOf } from '../support/conversation.js';

const HANDSHAKE = `
  0      C S  0
  0.010  S SA 0 1
  0.011  C A  1 1`;

/** After the handshake these segments; then what is counted, each once unless told otherwise. */
const CASES: readonly [name: string, script: string, side: Role, counts: object][] = [
  ['a retransmission', '0.1 C A 1 1 +100\n0.5 C A 1 1 +100', 'client', { retransmission: 1 }],
  [
    'a retransmission after duplicate acknowledgments',
    '0.100 C A 1 1 +100\n0.101 C A 101 1 +100\n0.102 S A 1 1\n0.103 S A 1 1\n0.104 C A 1 1 +100',
    'client',
    { retransmission: 1, fastRetransmission: 1 },
  ],
  [
    'a retransmission of what was acknowledged',
    '0.1 C A 1 1 +100\n0.2 S A 1 101\n0.3 C A 1 1 +100',
    'client',
    { retransmission: 1, spuriousRetransmission: 1 },
  ],
  [
    'a segment that comes late, and the gap before it',
    '0.100 C A 101 1 +100\n0.102 C A 1 1 +100',
    'client',
    { outOfOrder: 1, lostSegment: 1 },
  ],
  [
    'as retransmission what comes late by a clock that ran backwards',
    '0.100 C A 101 1 +100\n0.099 C A 1 1 +100',
    'client',
    { retransmission: 1, lostSegment: 1 },
  ],
  [
    'a SYN repeated after a reset beyond all numbers, and none of what follows it',
    '0.1 C R 500\n0.2 C S 0\n0.3 C A 1 1 +10',
    'client',
    { retransmission: 1 },
  ],
  [
    'duplicate acknowledgments',
    '0.1 C A 1 1 +100\n0.2 S A 1 1\n0.3 S A 1 1\n0.4 S A 1 1',
    'server',
    { duplicateAck: 3 },
  ],
  ['an acknowledgment of what is not there', '0.1 S A 1 500', 'server', { ackLostSegment: 1 }],
  ['a closed window', '0.1 S A 1 1 win=0', 'server', { zeroWindow: 1 }],
  ['a window that opens', '0.1 S A 1 1 win=5', 'server', { windowUpdate: 1 }],
  ['a segment that fills the window', '0.1 S A 1 1 win=500\n0.2 C A 1 1 +500', 'client', { windowFull: 1 }],
  ['a keep-alive', '0.1 C A 1 1 +10\n0.2 S A 1 11\n1 C A 10 1', 'client', { keepAlive: 1 }],
  [
    'the answer to a keep-alive',
    '0.1 C A 1 1 +10\n0.2 S A 1 11\n1 C A 10 1\n1.1 S A 1 11',
    'server',
    { keepAliveAck: 1 },
  ],
];

describe("Wireshark's marks", () => {
  it.each(CASES)('count %s', (_, script, side, counts) => {
    const connection = connectionOf(`${HANDSHAKE}\n${script}`);
    expect(connection[side].tcpAnalysis).toEqual({ ...UNMARKED, ...counts });
  });

  it('are not there on a clean connection', () => {
    const { client, server } = connectionOf(HANDSHAKE);
    expect(client.tcpAnalysis).toBe(UNMARKED);
    expect(server.tcpAnalysis).toBe(UNMARKED);
  });
});

describe('the first frames with a mark', () => {
  it('are those that begin a reordering and the complaints of it', () => {
    const { client, server } = connectionOf(`${HANDSHAKE}
      1.0000 C PA 1 1 +10
      1.0001 C PA 21 1 +10
      1.0002 S A  1 11
      1.0003 S A  1 11
      1.0004 C PA 11 1 +10
      1.0005 S A  1 31
      1.1001 C PA 41 1 +10
      1.1002 S A  1 31
      1.1003 C PA 31 1 +10`);
    expect(client.tcpAnalysis.outOfOrder).toBe(2);
    expect(client.firstMarked).toEqual({ outOfOrder: 8, duplicateAck: null });
    expect(server.firstMarked).toEqual({ outOfOrder: null, duplicateAck: 7 });
  });
});

describe('counts of marks', () => {
  it('start from zero in a place used before, and grow beyond the first ones', () => {
    const counts = new AnalysisCounts();
    const memories = Array.from({ length: 100 }, () => new Int32Array(RECORD_WORDS));
    for (const memory of memories) counts.add(memory, 0, 0b1011, 7);
    expect(counts.of(memories[99], 0)).toEqual({
      ...UNMARKED,
      retransmission: 1,
      fastRetransmission: 1,
      outOfOrder: 1,
    });
    expect(counts.firstOf(memories[99], 0)).toEqual({ outOfOrder: 7, duplicateAck: null });
    counts.release(memories[0], 0);
    expect(memories[0][ANALYSIS_COUNTS]).toBe(0);
    const later = new Int32Array(RECORD_WORDS);
    counts.add(later, 0, 0b1, 8);
    expect(counts.of(later, 0)).toEqual({ ...UNMARKED, retransmission: 1 });
    expect(counts.firstOf(later, 0)).toBe(NONE_MARKED);
  });
});
