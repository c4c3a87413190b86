/** Whatever carries a connection's packets: an altered extract tells nobody who talked, or has no such frames. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/reader.js';
import { Decoder } from '../../src/decode/decoder.js';
import { NO_RECORD } from '../../src/decode/tls.js';
import { SEGMENT } from '../../src/decode/verdict.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { FrameRewriter } from '../../src/extract/frame-rewriter.js';
import { captureOf } from '../support/fixtures.js';
import { WRAPPINGS, type Wrapping, wrappedCapture } from '../support/wrapped.js';

/** Those with fields that may hold anything, or addresses that are not where they are looked for. */
const LEFT_OUT = [
  'netfilter log, little-endian',
  'netfilter log, big-endian',
  'a PPPoE session',
  'MPLS',
  'MPLS below a VLAN',
  'MPLS without Ethernet',
  'Ethernet in an MPLS pseudowire',
  'Ethernet in an MPLS pseudowire that counts',
  'Ethernet in an MPLS pseudowire without control word',
  'FabricPath',
  'FabricPath with a VLAN before and behind it',
  'Token Ring',
  'Token Ring with a route',
  '802.11 in a mesh',
  'an 802.11 A-MSDU of one',
  'radiotap with a chain, time, flags, padding and FCS',
  'PPI with 802.11 and FCS',
  'PPI with Ethernet',
  'Juniper Ethernet',
  'Juniper Ethernet with extensions',
  'Juniper Ethernet whose link header is missing',
  'Juniper Ethernet without Juniper’s header',
  'InfiniBand datagrams',
  'InfiniBand datagrams with a global route',
];

/** Stations and hosts, and what names interfaces, as the wrappings and the capture have them. */
const TELLING = [
  ...[1, 2, 3, 4].map((station) => [2, 0, 0, 0, 0, station]),
  ...['wlan0', 'en0', 'em0'].map((name) => [...new TextEncoder().encode(name)]),
  [10, 9, 47, 1],
  [10, 9, 47, 2],
];

describe.each(WRAPPINGS.filter(({ isTunnel }) => isTunnel !== true))('$name', (wrapping: Wrapping) => {
  it('is anonymized, or left out', () => {
    const rewriter = new FrameRewriter({
      stripPayload: true,
      addresses: new Anonymizer(new Uint8Array(32).fill(7)),
    });
    const [before, after] = [new Decoder(), new Decoder()];
    let frames = 0;
    const reader = new CaptureReader((frame) => {
      if (before.decode(frame) !== SEGMENT) return;
      frames++;
      const altered = rewriter.rewrite(frame);
      expect(altered === null).toBe(LEFT_OUT.includes(wrapping.name));
      if (altered === null) return;
      expect(after.decode(altered)).toBe(SEGMENT);
      const { sourcePort, sequence, payloadLength, flags, tls } = before.segment;
      expect(after.segment).toMatchObject({ sourcePort, sequence, payloadLength, flags, tls });
      const octets = Buffer.from(altered.bytes.subarray(0, altered.capturedLength));
      for (const secret of TELLING) expect(octets.indexOf(Buffer.from(secret))).toBe(-1);
      const payload = octets.subarray(after.segment.payloadOffset);
      expect(payload.subarray(1).every((octet) => octet === 0)).toBe(true);
      expect(payload.length === 0 || payload[0] === (tls === NO_RECORD ? 1 : 0)).toBe(true);
    });
    reader.push(wrappedCapture(captureOf('rst-on-write-after-close', 'server'), wrapping));
    reader.end();
    expect(frames).toBeGreaterThan(5);
  });
});

it('knows the addresses that the capture has', () => {
  const bytes = readFileSync(captureOf('rst-on-write-after-close', 'server'));
  expect(bytes.includes(Buffer.from([10, 9, 47, 1]))).toBe(true);
});
