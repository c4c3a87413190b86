import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decode/decoder.js';
import { MALFORMED, SEGMENT, TRUNCATED } from '../../../src/decode/verdict.js';
import { concat, type FrameFields, frameOf, ipv4, snap, tcp, zeros } from '../../support/packet-builder.js';
import { ieee80211Header } from '../../support/wrapped.js';

const RADIOTAP = 127;
const frame = concat(ieee80211Header(0x08, 2), snap(ipv4(tcp())));

function decode(bytes: Uint8Array, fields: FrameFields = {}) {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, { linkType: RADIOTAP, ...fields }));
  return { verdict, segment: decoder.segment };
}

const header = (length: number, ...rest: readonly number[]) => [0, 0, length & 255, length >> 8, ...rest];

describe('radiotap', () => {
  it.each([
    ['another version', [1, 0, 8, 0, 0, 0, 0, 0]],
    ['a length below its own', header(7, 0, 0, 0, 0)],
    ['a chain that leaves it', header(12, 0, 0, 0, 0x80, 0, 0, 0, 0x80)],
    ['flags behind its end', header(8, 2, 0, 0, 0)],
    ['flags behind its end because of alignment', header(16, 3, 0, 0, 0, ...zeros(8))],
    ['a length beyond the frame', header(0xffff, 0, 0, 0, 0)],
  ])('with %s is malformed', (_name, octets) => {
    expect(decode(concat(octets, frame)).verdict).toBe(MALFORMED);
  });

  it('that the snaplen cut says so', () => {
    const bytes = concat(header(12, 2, 0, 0, 0, 0, 0, 0, 0), frame);
    for (let capturedLength = 0; capturedLength < 12; capturedLength++)
      expect(decode(bytes, { capturedLength }).verdict).toBe(TRUNCATED);
  });

  it('takes the check sequence for no payload where the datagram does not tell its length', () => {
    const offloaded = concat(
      header(9, 2, 0, 0, 0, 0x10),
      ieee80211Header(0x08, 2),
      snap(ipv4(tcp({ payload: [1, 2, 3] }), { totalLength: 0 })),
      [0xde, 0xad, 0xbe, 0xef],
    );
    expect(decode(offloaded)).toMatchObject({ verdict: SEGMENT, segment: { payloadLength: 3 } });
  });

  it('of any chain and length leads into the frame or nowhere', () => {
    const word = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.boolean());
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        fc.nat(80),
        fc.nat(60),
        (words, length, cut) => {
          const chain = words.flatMap(([bits, more]) => [bits, 0, 0, more ? 0x80 : 0]);
          const bytes = concat(header(length, ...chain), zeros(20), frame);
          const outcomes = [0, 0xff].map((surroundings) => {
            const result = decode(bytes, { surroundings, capturedLength: Math.max(0, bytes.length - cut) });
            return JSON.stringify(result);
          });
          expect(outcomes[0]).toBe(outcomes[1]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
