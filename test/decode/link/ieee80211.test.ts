import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decode/decoder.js';
import {
  ENCRYPTED,
  LINK_FRAGMENT,
  MALFORMED,
  NOT_IP,
  NOT_TCP,
  SEGMENT,
  TRUNCATED,
} from '../../../src/decode/verdict.js';
import {
  concat,
  type FrameFields,
  frameOf,
  ipv4,
  snap,
  tcp,
  u16,
  zeros,
} from '../../support/packet-builder.js';
import { ieee80211Header } from '../../support/wrapped.js';

const IEEE802_11 = 105;
const DATA = 0x08;
const QOS_DATA = 0x88;
const FROM_AP = 2;
const PAYLOAD = new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n');
const packet = ipv4(tcp({ payload: PAYLOAD }));

function decode(bytes: Uint8Array, fields: FrameFields = {}) {
  const decoder = new Decoder();
  const verdict = decoder.decode(frameOf(bytes, { linkType: IEEE802_11, ...fields }));
  return { verdict, segment: decoder.segment, aggregates: decoder.aggregates };
}

/** An MSDU among several: its addresses, its length, itself, and padding to four octets. */
function subframe(payload: Uint8Array, length = payload.length): Uint8Array {
  const padding = (4 - ((14 + payload.length) % 4)) % 4;
  return concat(zeros(12), u16(length), payload, zeros(padding));
}

describe('a frame of 802.11', () => {
  it.each([
    ['management', 0x80],
    ['control', 0xd4],
    ['data of another version', 0x09],
    ['empty data', 0x48],
    ['empty data with QoS', 0xc8],
  ])('that is %s carries no IP', (_name, kind) => {
    expect(decode(concat(ieee80211Header(kind, 0, 0, 0), snap(packet))).verdict).toBe(NOT_IP);
  });

  it('that is protected has a reason of its own, also where it is a part of one', () => {
    const ciphertext = concat([1, 2, 3, 0x20, 0, 0, 0, 0], zeros(40));
    const header = ieee80211Header(DATA, FROM_AP | 0x40);
    expect(decode(concat(header, ciphertext)).verdict).toBe(ENCRYPTED);
    header[22] = 0x11;
    expect(decode(concat(header, ciphertext)).verdict).toBe(ENCRYPTED);
  });

  it('has a 4-octet HT control only with QoS', () => {
    const ordered = ieee80211Header(DATA, FROM_AP | 0x80);
    expect(decode(concat(ordered, snap(packet))).verdict).toBe(SEGMENT);
  });

  it('with an access point’s buffer state where meshes announce control is read all the same', () => {
    const header = ieee80211Header(QOS_DATA, FROM_AP, 0, 0xff);
    expect(decode(concat(header, snap(packet))).verdict).toBe(SEGMENT);
  });

  it.each([
    ['no further address', 0, 6],
    ['one', 1, 12],
    ['two', 2, 18],
  ])('with mesh control and %s', (_name, flags, length) => {
    const header = ieee80211Header(QOS_DATA, 3, 0, 1, flags, ...zeros(length - 1));
    expect(decode(concat(header, snap(packet))).verdict).toBe(SEGMENT);
  });

  it('that the snaplen cut says so', () => {
    const bytes = concat(ieee80211Header(DATA, FROM_AP), snap(packet));
    for (const capturedLength of [1, 23, 30, 51, 71])
      expect(decode(bytes, { capturedLength }).verdict, String(capturedLength)).toBe(TRUNCATED);
    expect(decode(bytes, { capturedLength: 80 })).toMatchObject({
      verdict: SEGMENT,
      segment: { payloadLength: PAYLOAD.length, payloadCaptured: 8 },
    });
  });
});

describe('an MSDU in fragments', () => {
  const first = ieee80211Header(DATA, FROM_AP | 0x04);
  const later = ieee80211Header(DATA, FROM_AP);
  later[22] = 0x11;
  const body = snap(packet);

  it('is read from its first part, like a frame that the snaplen cut', () => {
    expect(decode(concat(first, body.subarray(0, 56)))).toMatchObject({
      verdict: SEGMENT,
      segment: { payloadLength: PAYLOAD.length, payloadCaptured: 8 },
    });
  });

  it('is not read from its other parts, whatever they look like', () => {
    expect(decode(concat(later, body)).verdict).toBe(LINK_FRAGMENT);
  });
});

describe('several MSDUs in a frame', () => {
  const header = ieee80211Header(QOS_DATA, FROM_AP, 0x80, 0);
  const first = subframe(snap(packet));
  const second = subframe(snap(ipv4(tcp({ sourcePort: 41000 }))));

  it('make one segment, the first, and are counted', () => {
    expect(decode(concat(header, first, second, second))).toMatchObject({
      verdict: SEGMENT,
      aggregates: 1,
      segment: { sourcePort: 40000, payloadLength: PAYLOAD.length, payloadCaptured: PAYLOAD.length },
    });
  });

  it('are counted also where the first is no segment', () => {
    const datagram = subframe(snap(ipv4(zeros(8) as unknown as Uint8Array, { protocol: 17 })));
    expect(decode(concat(header, datagram, second))).toMatchObject({ verdict: NOT_TCP, aggregates: 1 });
  });

  it('are not counted where there is but one', () => {
    expect(decode(concat(header, first))).toMatchObject({ verdict: SEGMENT, aggregates: 0 });
  });

  it('may lie about their length', () => {
    const liar = (length: number) => decode(concat(header, subframe(snap(packet), length), second)).verdict;
    expect(liar(0)).toBe(MALFORMED);
    expect(liar(30)).toBe(TRUNCATED);
    expect(liar(0xffff)).toBe(SEGMENT);
  });
});
