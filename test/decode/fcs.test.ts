import { expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/reader.js';
import { Decoder } from '../../src/decode/decoder.js';
import { PcapParserReader } from '../../src/node/pcap-parser-reader.js';
import {
  enhancedPacket,
  interfaceDescription,
  join,
  pcap,
  sectionHeader,
} from '../support/capture-builder.js';
import { concat, ethernet, ipv4, tcp } from '../support/packet-builder.js';

const FCS = [0xde, 0xad, 0xbe, 0xef];
const IF_FCSLEN = 13;
const PRESENT = 0x04000000;

/** Only the frame's length tells how long a datagram is whose total length is 0. */
const frameOf = (payload: number): Uint8Array =>
  concat(ethernet(ipv4(tcp({ payload: new Uint8Array(payload) }), { totalLength: 0 })), FCS);
const classic = (data: Uint8Array, linkType: number, originalLength = data.length): Uint8Array =>
  pcap([{ data, time: 0n, originalLength }], { linkType });
const withInterface = (data: Uint8Array, linkType: number, length: number): Uint8Array =>
  join(sectionHeader(), interfaceDescription(linkType, [[IF_FCSLEN, [length]]]), enhancedPacket(data, 0n));

/** Octets of payload on the wire, and of those that were captured. */
function payloadIn(capture: Uint8Array, Reader: typeof CaptureReader | typeof PcapParserReader): number[] {
  const decoder = new Decoder();
  const found: number[] = [];
  const reader = new Reader((frame) => {
    decoder.decode(frame);
    found.push(decoder.segment.payloadLength, decoder.segment.payloadCaptured);
  });
  reader.push(capture);
  reader.end();
  return found;
}

it.each([
  ['unknown', classic(frameOf(3), 1), [7, 7]],
  ['of two 16-bit units', classic(frameOf(3), 1 | PRESENT | (2 << 28)), [3, 3]],
  ['of none', classic(frameOf(3), 1 | PRESENT), [7, 7]],
  ['not said to be there', classic(frameOf(3), 1 | (2 << 28)), [7, 7]],
  ['cut by the snaplen', classic(frameOf(3).subarray(0, -5), 1 | PRESENT | (2 << 28), 61), [3, 2]],
  ['longer than the frame', classic(new Uint8Array(20), 1 | PRESENT | (15 << 28)), [0, 0]],
])('leaves out a Frame Check Sequence %s', (_, capture, expected) => {
  expect(payloadIn(capture, CaptureReader)).toEqual(expected);
  expect(payloadIn(capture, PcapParserReader)).toEqual(expected);
});

it.each([
  ['in octets', 4],
  ['in bits', 32],
])('leaves out the one that a pcapng interface tells %s', (_, length) => {
  expect(payloadIn(withInterface(frameOf(3), 1, length), CaptureReader)).toEqual([3, 3]);
});
