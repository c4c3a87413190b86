/** Wireshark's completeness bits, and what takes a number of its own. Held against tshark in `wireshark.test.ts`. */
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import { ACK, RST, SYN } from '../../src/decode/segment.js';
import { pcap } from '../support/capture-builder.js';
import { connectionOf, conversation } from '../support/conversation.js';
import { ethernet, icmp, ipv4, type TcpFields, tcp } from '../support/packet-builder.js';

const SYN_SENT = 1;
const SYN_ACKED = 2;
const ACKED = 4;
const DATA = 8;
const FINISHED = 16;
const RESET = 32;

const CASES: readonly [name: string, script: string, completeness: number][] = [
  ['a lone SYN', '0 C S 0', SYN_SENT],
  ['a lone SYN with data', '0 C S 0 +4', SYN_SENT | DATA],
  ['any other lone frame', '0 C PA 1 1 +4', 0],
  ['a lone SYN-ACK', '0 S SA 0 1', 0],
  ['the first frame, once there is a second', '0 C PA 1 1 +4\n1 S A 1 5', DATA | ACKED],
  ['a SYN with data, then its end', '0 C S 0 +4\n1 C FA 5 1', SYN_SENT | DATA | ACKED | FINISHED],
  ['a SYN only if it comes first', '0 S SA 0 1\n1 C S 0\n2 C A 1 1', SYN_ACKED | ACKED],
  ['a refused SYN', '0 C S 0\n1 S RA 0 1', SYN_SENT | ACKED | RESET],
];

describe('completeness', () => {
  it.each(CASES)('counts %s', (_, script, completeness) => {
    expect(connectionOf(script).completeness).toBe(completeness);
  });

  it('leaves out the data of a SYN that opens the 4-tuple again', () => {
    const connections = conversation('0 C S 0 +4\n1 C S 0 +4 isn=999');
    expect(connections.map(({ completeness }) => completeness)).toEqual([SYN_SENT | DATA, SYN_SENT]);
  });

  const packet = (fields: TcpFields) => ipv4(tcp({ sourcePort: 40_000, destinationPort: 80, ...fields }));
  const quoting = (fields: TcpFields) =>
    ipv4(icmp(3, 1, packet(fields)), { source: '10.0.0.9', destination: '10.0.0.1', protocol: 1 });
  const read = (...packets: readonly Uint8Array[]): Connection[] => {
    const connections: Connection[] = [];
    const analyzer = new Analyzer({ onConnection: (connection) => connections.push(connection) });
    const reader = new CaptureReader(analyzer.onFrame);
    reader.push(pcap(packets.map((data, i) => ({ data: ethernet(data), time: BigInt(i) * 1_000_000_000n }))));
    reader.end();
    analyzer.finish();
    return connections;
  };

  it('counts what ICMP errors quote, as without payload', () => {
    const data = { sequence: 1001, flags: ACK, payload: new Uint8Array(4) };
    expect(read(packet(data), quoting(data))).toMatchObject([{ frames: 1, completeness: DATA | ACKED }]);
  });

  it('starts with what was quoted, if that came first', () => {
    const syn = { sequence: 1000, flags: SYN };
    const reset = { sequence: 1001, flags: RST };
    expect(read(quoting(syn), packet(reset))).toMatchObject([{ id: 0, completeness: SYN_SENT | RESET }]);
    expect(read(quoting(reset), packet(syn))).toMatchObject([{ id: 0, completeness: RESET }]);
  });
});

describe('a SYN opens a 4-tuple again', () => {
  it('if the peer alone was captured before, and acknowledged other numbers', () => {
    const connections = conversation('0 S PA 1 1 +4\n1 C S 0 isn=999\n1.1 S SA 0 1000 isn=999');
    expect(connections.map(({ frames }) => frames)).toEqual([1, 2]);
  });

  it.each([
    ['SYN', '0 S SA 0 1\n0.1 C S 0\n0.2 C S 0'],
    ['SYN and the data in it', '0 S SA 0 11\n0.1 C S 0 +10\n0.2 C S 0'],
  ])('but not if the peer acknowledged that very %s', (_, script) => {
    expect(conversation(script)).toHaveLength(1);
  });
});
