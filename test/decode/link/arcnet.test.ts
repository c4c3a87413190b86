import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decode/decoder.js';
import { LINK_FRAGMENT, NOT_IP, SEGMENT } from '../../../src/decode/verdict.js';
import { concat, frameOf, ipv4, tcp } from '../../support/packet-builder.js';

const packet = ipv4(tcp({ payload: new Uint8Array(600) }));

function decode(linkType: number, bytes: Uint8Array) {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, { linkType }));
  return { verdict, segment: decoder.segment };
}

describe.each([
  ['BSD', 7, [1, 2]],
  ['Linux', 129, [1, 2, 0, 0]],
])('ARCNET of %s', (_name, linkType, addresses) => {
  it('reads a datagram in parts from the first, and that for what it is', () => {
    const first = concat(addresses, [0xd4, 3, 0, 9], packet.subarray(0, 504));
    expect(decode(linkType, first)).toMatchObject({
      verdict: SEGMENT,
      segment: { payloadLength: 600, payloadCaptured: 464 },
    });
    const second = concat(addresses, [0xd4, 2, 0, 9], packet.subarray(504));
    expect(decode(linkType, second).verdict).toBe(LINK_FRAGMENT);
  });

  it('knows what is no IP', () => {
    expect(decode(linkType, concat(addresses, [0xd5, 0, 0, 9], packet)).verdict).toBe(NOT_IP);
  });
});
