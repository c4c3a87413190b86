/** ICMP errors are held against what the quoted sender had sent. */
import { expect, it } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { IcmpError } from '../../src/connections/connection.js';
import { ACK, RST, SYN } from '../../src/decode/segment.js';
import { pcap } from '../support/capture-builder.js';
import { ethernet, icmp, ipv4, type TcpFields, tcp } from '../support/packet-builder.js';

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
