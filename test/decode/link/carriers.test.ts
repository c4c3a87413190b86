/** Headers that name the link type of what follows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder, OTHER_LINK_TYPES } from '../../../src/decode/decoder.js';
import { MALFORMED, NOT_IP, SEGMENT, TRUNCATED, UNSUPPORTED_LINK_TYPE } from '../../../src/decode/verdict.js';
import { concat, ethernet, frameOf, ipv4, snap, tcp, u32, zeros } from '../../support/packet-builder.js';
import { ieee80211Header } from '../../support/wrapped.js';

const USER2 = 149;
const PPI = 192;
const PKTAP = 258;
const le32 = (value: number) => u32(value).reverse();
const le16 = (value: number) => [value & 255, value >> 8];
const ppiHeader = (linkType: number, ...fields: readonly number[]) => [
  0,
  1,
  ...le16(8 + fields.length),
  ...le32(linkType),
  ...fields,
];
const pktapHeader = (linkType: number, length = 108, follows = 1) => [
  ...le32(length),
  ...le32(follows),
  ...le32(linkType),
  ...zeros(96),
];
const frame = ethernet(ipv4(tcp()));

function decode(linkType: number, bytes: Uint8Array) {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, { linkType }));
  return { verdict, segment: decoder.segment, undecoded: [...decoder.undecoded] };
}

describe.each([
  ['PPI', PPI, ppiHeader],
  ['PKTAP', PKTAP, pktapHeader],
  ['PKTAP as USER2', USER2, pktapHeader],
])('%s', (_name, linkType, header) => {
  it('leads to what it names', () => {
    expect(decode(linkType, concat(header(1), frame)).verdict).toBe(SEGMENT);
  });

  it('names a link type that is not decoded', () => {
    const result = decode(linkType, concat(header(189), frame));
    expect(result).toMatchObject({ verdict: UNSUPPORTED_LINK_TYPE, undecoded: [[189, 1]] });
  });

  it.each([USER2, PPI, PKTAP])('does not lead to another such header: %i', (inner) => {
    const nested = concat(header(inner), inner === PPI ? ppiHeader(1) : pktapHeader(1), frame);
    expect(decode(linkType, nested)).toMatchObject({
      verdict: UNSUPPORTED_LINK_TYPE,
      undecoded: [[inner, 1]],
    });
  });

  it('may name any number of link types, of which some are told apart', () => {
    const decoder = new Decoder();
    for (let inner = 1000; inner < 2000; inner++)
      decoder.decode(frameOf(concat(header(inner), frame), { linkType }));
    expect(decoder.undecoded.size).toBeLessThan(100);
    expect(decoder.undecoded.get(1000)).toBe(1);
    expect([...decoder.undecoded.values()].reduce((sum, count) => sum + count)).toBe(1000);
    expect(decoder.undecoded.get(OTHER_LINK_TYPES)).toBeGreaterThan(900);
  });
});

describe('PPI', () => {
  const common = (flags: number) => [...le16(2), ...le16(20), ...zeros(8), ...le16(flags), ...zeros(10)];
  const wlan = (checkSequence: readonly number[]) =>
    concat(
      ieee80211Header(0x08, 2),
      snap(ipv4(tcp({ payload: [1, 2, 3] }), { totalLength: 0 })),
      checkSequence,
    );

  it.each([
    ['first', []],
    ['behind one that is padded', [...le16(29_999), ...le16(3), 1, 2, 3, 0]],
    ['behind one of length 0', [...le16(29_999), ...le16(0)]],
  ])('finds the flags of 802.11: %s', (_name, fields) => {
    const withFcs = concat(ppiHeader(105, ...fields, ...common(1)), wlan([9, 9, 9, 9]));
    expect(decode(PPI, withFcs)).toMatchObject({ verdict: SEGMENT, segment: { payloadLength: 3 } });
    const without = concat(ppiHeader(105, ...fields, ...common(0)), wlan([]));
    expect(decode(PPI, without)).toMatchObject({ verdict: SEGMENT, segment: { payloadLength: 3 } });
  });

  it.each([
    ['another version', concat([1, 0, 8, 0, ...le32(1)], frame), MALFORMED],
    ['a length below its own', concat([0, 0, 7, 0, ...le32(1)], frame), MALFORMED],
    ['a length beyond the frame', concat([0, 0, 0xff, 0xff, ...le32(1)], frame), MALFORMED],
    ['half a header', Uint8Array.of(0, 0, 8, 0), MALFORMED],
  ])('with %s is not followed', (_name, bytes, verdict) => {
    expect(decode(PPI, bytes).verdict).toBe(verdict);
  });

  it('of any field lengths leads into the frame or nowhere', () => {
    const field = fc.tuple(fc.constantFrom(2, 3, 7), fc.nat(0xffff), fc.nat(24));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 6 }), fc.nat(100), fc.boolean(), (fields, length, aligned) => {
        const octets = fields.flatMap(([type, said, real]) => [...le16(type), ...le16(said), ...zeros(real)]);
        const bytes = concat(
          [0, aligned ? 1 : 0, ...le16(length), ...le32(105)],
          octets,
          ieee80211Header(0x08, 2),
          snap(ipv4(tcp())),
        );
        const [one, other] = [0, 0xff].map((surroundings) => {
          const decoder = new Decoder();
          const verdict = decoder.decode(frameOf(bytes, { linkType: PPI, surroundings }));
          return JSON.stringify([verdict, decoder.segment]);
        });
        expect(one).toBe(other);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('PKTAP', () => {
  it('without a packet carries none', () => {
    expect(decode(PKTAP, concat(pktapHeader(1, 108, 0), frame)).verdict).toBe(NOT_IP);
  });

  it('with lying lengths is not followed', () => {
    for (const length of [0, 107, 0xffff_ffff])
      expect(decode(PKTAP, concat(pktapHeader(1, length), frame)).verdict).toBe(MALFORMED);
    const cut = frameOf(concat(pktapHeader(1), frame), { linkType: PKTAP, capturedLength: 60 });
    expect(new Decoder().decode(cut)).toBe(TRUNCATED);
  });

  it('is not seen in what users put under USER2', () => {
    for (const bytes of [frame, Uint8Array.of(1), concat(pktapHeader(1, 108, 2), frame)])
      expect(decode(USER2, bytes)).toMatchObject({
        verdict: UNSUPPORTED_LINK_TYPE,
        undecoded: [[USER2, 1]],
      });
  });
});
