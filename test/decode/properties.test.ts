import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/decode/decoder.js';
import { LINK_LAYERS } from '../../src/decode/link/registry.js';
import { SEGMENT } from '../../src/decode/verdict.js';
import { concat, ethernet, frameOf, icmp, ipv4, ipv6, redirect6, tcp } from '../support/packet-builder.js';
import { WRAPPINGS } from '../support/wrapped.js';

const linkType = fc.constantFrom(...LINK_LAYERS.map((layer) => layer.linkType));
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const fields = fc.record({
  sourcePort: u16,
  destinationPort: u16,
  sequence: u32,
  acknowledgment: u32,
  flags: fc.integer({ min: 0, max: 255 }),
  window: u16,
  payload: fc.uint8Array({ maxLength: 60 }),
});

function outcome(bytes: Uint8Array, type: number, surroundings: number): string {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, { linkType: type, surroundings }));
  return JSON.stringify([
    verdict,
    decoder.segment,
    decoder.icmpError,
    decoder.brokenHeader,
    decoder.brokenHeaders,
  ]);
}

describe('any frame', () => {
  it('is decoded from its own octets alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 160 }), linkType, (bytes, type) => {
        expect(outcome(bytes, type, 0x00)).toBe(outcome(bytes, type, 0xff));
      }),
      { numRuns: 1000 },
    );
  });

  it('damaged anywhere and cut anywhere is still decoded from its own octets alone', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 8 });
    fc.assert(
      fc.property(fields, flips, fc.nat(), fc.boolean(), (header, changes, cut, six) => {
        const whole = six ? ethernet(ipv6(tcp(header)), 0x86dd) : ethernet(ipv4(tcp(header)));
        const bytes = whole.slice(0, whole.length - (cut % whole.length));
        for (const [place, mask] of changes) bytes[place % bytes.length] ^= mask;
        expect(outcome(bytes, 1, 0x00)).toBe(outcome(bytes, 1, 0xff));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('any wrapping of IP', () => {
  it('with lying lengths, and cut anywhere, is decoded from its own octets alone', () => {
    const lies = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(fields, fc.constantFrom(...WRAPPINGS), lies, fc.nat(), (header, wrapping, changes, cut) => {
        const packet = wrapping.only === 6 ? ipv6(tcp(header)) : ipv4(tcp(header));
        const before = wrapping.header(wrapping.only ?? 4, packet.length);
        const whole = concat(before, packet);
        for (const [place, mask] of changes) whole[place % (before.length + 20)] ^= mask;
        const bytes = whole.subarray(0, whole.length - (cut % whole.length));
        expect(outcome(bytes, wrapping.linkType, 0x00)).toBe(outcome(bytes, wrapping.linkType, 0xff));
      }),
      { numRuns: 4000 },
    );
  });
});

describe('any ICMP error', () => {
  it('with lying lengths, and cut anywhere, is decoded from its own octets alone', () => {
    const errors = [
      ...[3, 5].map((type) => ethernet(ipv4(icmp(type, 1, ipv4(tcp())), { protocol: 1 }))),
      ...[icmp(1, 0, ipv6(tcp())), redirect6(ipv6(tcp()))].map((message) =>
        ethernet(ipv6(message, { nextHeader: 58 }), 0x86dd),
      ),
    ];
    const lies = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...errors), lies, fc.nat(), (error, changes, cut) => {
        const whole = error.slice();
        for (const [place, mask] of changes) whole[place % whole.length] ^= mask;
        const bytes = whole.subarray(0, whole.length - (cut % whole.length));
        expect(outcome(bytes, 1, 0x00)).toBe(outcome(bytes, 1, 0xff));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('any TCP header', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(fields, (header) => {
        const decoder = new Decoder();
        expect(decoder.decode(frameOf(ethernet(ipv4(tcp(header)))))).toBe(SEGMENT);
        expect(decoder.segment).toMatchObject({
          sourcePort: header.sourcePort,
          destinationPort: header.destinationPort,
          sequence: header.sequence | 0,
          acknowledgment: header.acknowledgment | 0,
          flags: header.flags,
          window: header.window,
          payloadLength: header.payload.length,
          payloadCaptured: header.payload.length,
        });
      }),
    );
  });
});
