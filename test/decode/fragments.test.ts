import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/decode/decoder.js';
import { MAX_DATAGRAMS, MAX_FRAGMENTS, placeOf } from '../../src/decode/fragments.js';
import {
  FRAGMENT,
  ICMP_ERROR,
  MALFORMED,
  NOT_TCP,
  OVERLAPPING_FRAGMENT,
  REASSEMBLED_FRAGMENT,
  SEGMENT,
} from '../../src/decode/verdict.js';
import { fragmentsOf } from '../support/fragmented.js';
import {
  authenticationHeader,
  ethernet,
  extensionHeader,
  fragmentHeader,
  frameOf,
  icmp,
  ipv4,
  ipv6,
  option,
  tcp,
  vlanTag,
  zeros,
} from '../support/packet-builder.js';

const MORE = 0x2000;
const PAYLOAD = Uint8Array.from({ length: 300 }, (_, i) => i);
const SEGMENT_BYTES = tcp({ flags: 0x18, options: option.timestamps(7, 8), payload: PAYLOAD });
const V4 = ipv4(SEGMENT_BYTES, { flagsAndOffset: 0 });
const V6 = ipv6(SEGMENT_BYTES);
const linked = (packet: Uint8Array): Uint8Array => ethernet(packet, packet[0] >> 4 === 4 ? 0x0800 : 0x86dd);
const v4 = (content: Uint8Array | number[], offset: number, more: boolean, fields = {}): Uint8Array =>
  linked(ipv4(content, { flagsAndOffset: (offset / 8) | (more ? MORE : 0), ...fields }));

/** Decodes frames a millisecond apart and answers with the decoder and its verdicts. */
function decodeAll(frames: readonly Uint8Array[], times: readonly number[] = []) {
  const decoder = new Decoder();
  const verdicts = frames.map((bytes, place) => {
    const seconds = 1_700_000_000 + (times[place] ?? 0);
    return decoder.decode(frameOf(bytes, { number: place + 1, seconds, nanoseconds: place * 1e6 }));
  });
  return { decoder, verdicts };
}

const WHOLE = {
  sourcePort: 40000,
  sequence: 1000,
  flags: 0x18,
  timestampValue: 7,
  payloadLength: PAYLOAD.length,
  payloadCaptured: PAYLOAD.length,
};

describe.each([
  ['IPv4', V4],
  ['IPv6', V6],
])('a datagram of %s in fragments', (_name, packet) => {
  it('is one segment in the frame that makes it whole, in any order and size, with fragments repeated', () => {
    const units = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(units, fc.array(fc.nat(), { maxLength: 6 }), fc.nat(), (size, repeated, seed) => {
        const fragments = fragmentsOf(packet, size * 8).map(linked);
        fc.pre(fragments.length > 1);
        const order = fragments
          .map((bytes, place) => ({ bytes, key: (Math.imul(place + 1, 0x9e3779b1) ^ seed) >>> 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ bytes }) => bytes);
        const last = order.pop()!;
        const frames = [...order, ...repeated.map((place) => order[place % order.length]), last];
        const { decoder, verdicts } = decodeAll(frames);
        expect(verdicts.pop()).toBe(SEGMENT);
        expect(new Set(verdicts)).toEqual(new Set([FRAGMENT]));
        expect(decoder.segment).toMatchObject({ ...WHOLE, frame: frames.length });
        expect(decoder.counts[FRAGMENT]).toBe(0);
        expect(decoder.counts[REASSEMBLED_FRAGMENT]).toBe(frames.length - 1);
      }),
    );
  });

  it('keeps its true length where the snaplen cut it', () => {
    const decoder = new Decoder();
    const frames = fragmentsOf(packet, 160).map(linked);
    const verdicts = frames.map((bytes) => decoder.decode(frameOf(bytes, { capturedLength: 100 })));
    expect(verdicts).toEqual([FRAGMENT, FRAGMENT, SEGMENT]);
    const { payloadCaptured, ...whole } = WHOLE;
    expect(decoder.segment).toMatchObject(whole);
    expect(decoder.segment.payloadCaptured).toBeLessThan(payloadCaptured);
  });

  it('is none if one of them is missing, and none with another that comes too late', () => {
    const [a, b, c] = fragmentsOf(packet, 120).map(linked);
    expect(decodeAll([a, c]).verdicts).toEqual([FRAGMENT, FRAGMENT]);
    expect(decodeAll([a, b, c], [0, 30, 59]).verdicts.at(-1)).toBe(SEGMENT);
    expect(decodeAll([a, b, c], [0, 30, 61]).verdicts.at(-1)).toBe(FRAGMENT);
    expect(decodeAll([a, b, c], [100, 30, 20]).verdicts.at(-1)).toBe(FRAGMENT);
  });

  it('is waited for by the times of its own fragments, whatever those of others are', () => {
    const [a, b, c] = fragmentsOf(packet, 120).map(linked);
    const other = packet.slice();
    other[other.length - SEGMENT_BYTES.length - 1] ^= 1;
    const [ofOther] = fragmentsOf(other, 120).map(linked);
    expect(decodeAll([a, ofOther, b, c], [0, 3600, 1, 1]).verdicts.at(-1)).toBe(SEGMENT);
    // Of the same name, and begun so long after that it is another.
    expect(decodeAll([a, c, b, c], [0, 3600, 1, 1]).verdicts.at(-1)).toBe(SEGMENT);
  });

  it('is given up where many others have its name', () => {
    const [a, b, c] = fragmentsOf(packet, 120).map(linked);
    const verdictBehind = (others: number) => {
      const frames = [a, ...new Array<Uint8Array>(others).fill(c), b, c];
      const times = frames.map((_, place) => (place > others ? 1 : 100 * place));
      return decodeAll(frames, times).verdicts.at(-1);
    };
    expect(verdictBehind(15)).toBe(SEGMENT);
    expect(verdictBehind(16)).toBe(FRAGMENT);
  });

  it('is dropped if they overlap, with all that comes of it later', () => {
    const [a, b, c] = fragmentsOf(packet, 120).map(linked);
    const [, overlapping] = fragmentsOf(packet, 112).map(linked);
    const { decoder, verdicts } = decodeAll([a, overlapping, b, c, a]);
    expect(verdicts).toEqual([FRAGMENT, ...new Array(4).fill(OVERLAPPING_FRAGMENT)]);
    expect(decoder.counts[OVERLAPPING_FRAGMENT]).toBe(5);
    expect(decoder.counts[FRAGMENT]).toBe(0);
  });

  it('may begin anew when a datagram that was dropped is no longer waited for', () => {
    const [a, b, c] = fragmentsOf(packet, 120).map(linked);
    const [, overlapping] = fragmentsOf(packet, 112).map(linked);
    const { verdicts } = decodeAll([a, overlapping, c, a, b, c], [0, 30, 59, 61, 61, 61]);
    expect(verdicts.slice(2)).toEqual([OVERLAPPING_FRAGMENT, FRAGMENT, FRAGMENT, SEGMENT]);
  });

  it('is dropped if a fragment comes again with another header in it', () => {
    const [a, b] = fragmentsOf(packet, 160).map(linked);
    const forged = a.slice();
    forged[forged.length - 160 + 4] ^= 1;
    expect(decodeAll([a, forged, b]).verdicts).toEqual([
      FRAGMENT,
      OVERLAPPING_FRAGMENT,
      OVERLAPPING_FRAGMENT,
    ]);
  });
});

interface Piece {
  readonly offset: number;
  readonly more: boolean;
  readonly id: number;
  readonly length: number;
  readonly cut: number;
  readonly later: number;
  readonly six: boolean;
}

describe('fragments', () => {
  it('beyond the last one, or two that are the last, are none of a datagram', () => {
    const part = SEGMENT_BYTES.subarray(0, 40);
    const [first, last] = [v4(part, 0, true), v4(part, 40, false)];
    expect(decodeAll([last, v4(part, 80, true)]).verdicts[1]).toBe(OVERLAPPING_FRAGMENT);
    expect(decodeAll([last, v4(part, 80, false)]).verdicts[1]).toBe(OVERLAPPING_FRAGMENT);
    expect(decodeAll([v4(part, 80, true), last]).verdicts[1]).toBe(OVERLAPPING_FRAGMENT);
    expect(decodeAll([last, v4(part, 40, true)]).verdicts[1]).toBe(OVERLAPPING_FRAGMENT);
    expect(decodeAll([first, last]).verdicts[1]).toBe(SEGMENT);
  });

  it('of nothing, of no whole units, or beyond what a datagram can hold, are malformed', () => {
    expect(decodeAll([v4([], 8, false)]).verdicts).toEqual([MALFORMED]);
    expect(decodeAll([v4(zeros(12), 8, true)]).verdicts).toEqual([MALFORMED]);
    expect(decodeAll([v4(zeros(100), 65_528, false)]).verdicts).toEqual([MALFORMED]);
    const six = (content: number[], offsetAndMore: number) =>
      linked(ipv6(fragmentHeader(Uint8Array.from(content), offsetAndMore), { nextHeader: 44 }));
    expect(decodeAll([six(zeros(12), 9)]).verdicts).toEqual([MALFORMED]);
    expect(decodeAll([six(zeros(7), 65_528)]).verdicts).toEqual([FRAGMENT]);
    expect(decodeAll([six(zeros(8), 65_528)]).verdicts).toEqual([MALFORMED]);
  });

  it('belong together by addresses, identification, protocol and VLAN', () => {
    const [a, b] = [SEGMENT_BYTES.subarray(0, 80), SEGMENT_BYTES.subarray(80)];
    for (const fields of [{ source: '10.0.0.9' }, { destination: '10.0.0.9' }, { id: 5 }, { protocol: 17 }]) {
      expect(decodeAll([v4(a, 0, true), v4(b, 80, false, fields)]).verdicts[1]).toBe(FRAGMENT);
    }
    const tagged = (bytes: Uint8Array, id: number) =>
      ethernet(vlanTag(bytes.subarray(14), 0x0800, id), 0x8100);
    const inVlan = [tagged(v4(a, 0, true), 5), tagged(v4(b, 80, false), 6), tagged(v4(b, 80, false), 5)];
    expect(decodeAll(inVlan).verdicts).toEqual([FRAGMENT, FRAGMENT, SEGMENT]);
  });

  it('of networks that are told apart do not belong together', () => {
    const parts = fragmentsOf(V4, 200).map(linked);
    const verdictsOf = (decoder: Decoder) =>
      parts.map((bytes, interfaceId) => decoder.decode(Object.assign(frameOf(bytes), { interfaceId })));
    expect(verdictsOf(new Decoder()).at(-1)).toBe(SEGMENT);
    expect(verdictsOf(new Decoder(['interface'])).at(-1)).toBe(FRAGMENT);
  });

  it('lead to what the first one names, behind further headers', () => {
    const signed = ipv4(authenticationHeader(SEGMENT_BYTES), { protocol: 51, flagsAndOffset: 0 });
    const behind = extensionHeader(SEGMENT_BYTES);
    const names = [60, 17].map((next, place) =>
      linked(
        ipv6(
          fragmentHeader(
            place === 0 ? behind.subarray(0, 16) : behind.subarray(16),
            place === 0 ? 1 : 16,
            next,
          ),
          {
            nextHeader: 44,
          },
        ),
      ),
    );
    for (const frames of [fragmentsOf(signed, 16).map(linked), names, names.toReversed()]) {
      const { decoder, verdicts } = decodeAll(frames);
      expect(verdicts.at(-1)).toBe(SEGMENT);
      expect(decoder.segment).toMatchObject(WHOLE);
    }
    const nested = fragmentsOf(
      ipv6(fragmentHeader(SEGMENT_BYTES.subarray(0, 40), 1), { nextHeader: 44 }),
      24,
    );
    expect(decodeAll(nested.map(linked)).verdicts.at(-1)).toBe(MALFORMED);
    const datagram = fragmentsOf(ipv4(PAYLOAD, { protocol: 1, flagsAndOffset: 0 }), 160);
    expect(decodeAll(datagram.map(linked)).verdicts.at(-1)).toBe(NOT_TCP);
  });

  it('may have come through a tunnel, or carry one', () => {
    const IP_IN_IP = 4;
    const inside = fragmentsOf(V4, 120).map((part) => linked(ipv4(part, { protocol: IP_IN_IP })));
    const outside = fragmentsOf(ipv4(V4, { protocol: IP_IN_IP, flagsAndOffset: 0 }), 120).map(linked);
    const both = fragmentsOf(V4, 200).flatMap((part, place) =>
      fragmentsOf(ipv4(part, { protocol: IP_IN_IP, flagsAndOffset: 0, id: 7 + place }), 48).map(linked),
    );
    for (const frames of [inside, outside, both]) {
      const { decoder, verdicts } = decodeAll(frames);
      expect(verdicts.at(-1)).toBe(SEGMENT);
      expect(decoder.segment).toMatchObject(WHOLE);
    }
  });

  it('are not waited for where an ICMP error quotes one', () => {
    const quote = (part: Uint8Array) => linked(ipv4(icmp(11, 1, part), { protocol: 1 }));
    const [first, later] = fragmentsOf(V4, 120);
    const { decoder, verdicts } = decodeAll([quote(first), quote(later), linked(later)]);
    expect(verdicts).toEqual([ICMP_ERROR, NOT_TCP, FRAGMENT]);
    expect(decoder.icmpError).toMatchObject({ sourcePort: 40000, sequence: 1000 });
  });

  it('in floods push out the oldest datagrams, and nothing grows', () => {
    const decoder = new Decoder();
    const take = (bytes: Uint8Array, number: number) => decoder.decode(frameOf(bytes, { number }));
    const [first, last] = [v4(zeros(8), 0, true, { protocol: 17 }), v4(zeros(8), 8, false, { protocol: 17 })];
    const from = (bytes: Uint8Array, source: number): Uint8Array => {
      bytes.set([source >> 16, (source >> 8) & 255, source & 255], 14 + 13);
      return bytes;
    };
    for (let source = 0; source <= MAX_DATAGRAMS; source++) take(from(first, source), source + 1);
    expect(take(from(last, 0), 1)).toBe(FRAGMENT);
    expect(take(from(last, MAX_DATAGRAMS), 1)).toBe(NOT_TCP);
    // 8,191 fragments to a datagram: four of them are as many as are held.
    const unit = v4(zeros(8), 0, true);
    const view = new DataView(unit.buffer);
    for (let source = 0; source < 6; source++) {
      for (let offset = 1; offset < 8192 - 8; offset++) {
        view.setUint16(14 + 6, MORE | offset);
        expect(take(from(unit, source), 1)).toBe(FRAGMENT);
      }
    }
  });

  it('beyond so many push out the oldest, of however few datagrams they are', () => {
    const decoder = new Decoder();
    const take = (bytes: Uint8Array, source: number): number => {
      bytes[14 + 15] = source;
      return decoder.decode(frameOf(bytes));
    };
    const part = (offset: number, more: boolean) => v4(zeros(8), offset, more, { protocol: 17 });
    const [unit, begin, end] = [part(0, true), part(0, true), part(8 * 8183, false)];
    const view = new DataView(unit.buffer);
    const datagrams = Math.ceil(MAX_FRAGMENTS / 8182) + 1;
    for (let source = 1; source <= datagrams; source++) {
      for (let offset = 1; offset < 8183; offset++) {
        view.setUint16(14 + 6, MORE | offset);
        take(unit, source);
      }
    }
    for (const source of [1, datagrams]) take(begin, source);
    expect([1, datagrams].map((source) => take(end, source))).toEqual([FRAGMENT, NOT_TCP]);
  });

  it('in floods of datagrams that are dropped push out the oldest of these', () => {
    const decoder = new Decoder();
    const take = (bytes: Uint8Array) => decoder.decode(frameOf(bytes));
    const numbered = (bytes: Uint8Array, id: number): Uint8Array => {
      bytes.set([id >> 8, id & 255], 14 + 4);
      return bytes;
    };
    const [first, overlapping] = [v4(zeros(16), 0, true), v4(zeros(16), 8, true)];
    for (let id = 0; id <= MAX_DATAGRAMS; id++) {
      take(numbered(first, id));
      expect(take(numbered(overlapping, id))).toBe(OVERLAPPING_FRAGMENT);
    }
    expect(take(numbered(first, MAX_DATAGRAMS))).toBe(OVERLAPPING_FRAGMENT);
    expect(take(numbered(first, 1))).toBe(OVERLAPPING_FRAGMENT);
    expect(take(numbered(first, 0))).toBe(FRAGMENT);
  });

  it('find their place among thousands by few looks, wherever it is', () => {
    const count = 8000;
    let looks = 0;
    // A piece of eight octets at every second unit: its length in the low half, its offset in units above.
    const pieces = new Proxy(
      Array.from({ length: count }, (_, place) => ((2 * place) << 16) | 8),
      {
        get: (all, name) => {
          looks++;
          return Reflect.get(all, name);
        },
      },
    );
    for (let unit = 0; unit <= 2 * count; unit++) {
      looks = 0;
      expect(placeOf({ pieces, count }, 8 * unit)).toBe(Math.ceil(unit / 2));
      expect(looks).toBeLessThan(16);
    }
  });

  it('of any kind and order are decoded from their own octets alone, and every frame is counted', () => {
    const piece = fc.record({
      offset: fc.integer({ min: 0, max: 40 }),
      more: fc.boolean(),
      id: fc.integer({ min: 0, max: 2 }),
      length: fc.integer({ min: 0, max: 60 }),
      cut: fc.integer({ min: 0, max: 80 }),
      later: fc.integer({ min: 0, max: 70 }),
      six: fc.boolean(),
    });
    const run = (pieces: readonly ReturnType<typeof frameFor>[], surroundings: number): string => {
      const decoder = new Decoder();
      const told = pieces.map(({ bytes, fields }) => {
        const verdict = decoder.decode(frameOf(bytes, { ...fields, surroundings }));
        return JSON.stringify([verdict, verdict === SEGMENT && decoder.segment]);
      });
      expect(decoder.counts.reduce((sum, count) => sum + count)).toBe(pieces.length);
      expect(Math.min(...decoder.counts)).toBeGreaterThanOrEqual(0);
      return told.join('\n');
    };
    const frameFor = ({ offset, more, id, length, cut, later, six }: Piece) => {
      const content = SEGMENT_BYTES.subarray(offset * 8, offset * 8 + length);
      const bytes = six
        ? linked(ipv6(fragmentHeader(content, (offset << 3) | (more ? 1 : 0)), { nextHeader: 44 }))
        : v4(content, offset * 8, more, { id });
      return {
        bytes,
        fields: { capturedLength: Math.max(0, bytes.length - cut), seconds: 1_700_000_000 + later },
      };
    };
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), (pieces) => {
        const frames = pieces.map(frameFor);
        expect(run(frames, 0x00)).toBe(run(frames, 0xff));
      }),
      { numRuns: 500 },
    );
  });
});

describe('of some datagrams alone, as in an extract,', () => {
  const fragment = fc.record({
    id: fc.integer({ min: 0, max: 1 }),
    part: fc.integer({ min: 0, max: 2 }),
    size: fc.constantFrom(120, 128),
    seconds: fc.constantFrom(0, 30, 61, 100, 3600),
    isChosen: fc.boolean(),
  });

  it('every fragment comes to the same', () => {
    fc.assert(
      fc.property(fc.array(fragment, { minLength: 1, maxLength: 30 }), (fragments) => {
        const frames = fragments.map(({ id, part, size, seconds }, place) => {
          const packet = ipv4(SEGMENT_BYTES, { flagsAndOffset: 0, id });
          return frameOf(linked(fragmentsOf(packet, size)[part]), {
            number: place + 1,
            seconds: 1_700_000_000 + seconds,
          });
        });
        const numbers: number[] = [];
        const whole = new Decoder([], 0, (_packet, datagram) => numbers.push(datagram));
        const verdicts = frames.map((frame) => whole.decode(frame));
        const isChosen = (place: number) => fragments[numbers[place] % fragments.length].isChosen;
        const extract = new Decoder();
        const chosen = frames.filter((_frame, place) => isChosen(place));
        expect(chosen.map((frame) => extract.decode(frame))).toEqual(
          verdicts.filter((_verdict, place) => isChosen(place)),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('jumbograms', () => {
  const jumbo = (length: number, before: number[] = []): number[] => [
    ...before,
    0xc2,
    4,
    ...[length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255],
  ];
  const hopByHop = (options: number[], content: Uint8Array): Uint8Array =>
    Uint8Array.of(6, (options.length + 2) / 8 - 1, ...options, ...content);

  it('have the length that their option says', () => {
    const payload = new Uint8Array(70_000);
    const segment = tcp({ payload });
    const packet = ipv6(hopByHop(jumbo(8 + segment.length), segment), { nextHeader: 0, payloadLength: 0 });
    const decoder = new Decoder();
    // With octets behind it, and cut.
    for (const fields of [{}, { originalLength: 80_000 }, { capturedLength: 120 }]) {
      const bytes = Uint8Array.of(...linked(packet), 1, 2, 3, 4);
      expect(decoder.decode(frameOf(bytes, fields))).toBe(SEGMENT);
      expect(decoder.segment.payloadLength).toBe(payload.length);
    }
  });

  it('may have other options, but no length that cannot be', () => {
    const segment = tcp({ payload: PAYLOAD });
    const frame = (options: number[]) =>
      frameOf(linked(ipv6(hopByHop(options, segment), { nextHeader: 0, payloadLength: 0 })));
    const decoder = new Decoder();
    expect(decoder.decode(frame(jumbo(16 + segment.length, [0, 1, 5, 0, 0, 0, 0, 0])))).toBe(SEGMENT);
    expect(decoder.segment.payloadLength).toBe(PAYLOAD.length);
    expect(decoder.decode(frame(jumbo(0xffff_ffff)))).toBe(MALFORMED);
    expect(decoder.decode(frame([0xc2, 4, 0, 0, 0, 255]))).toBe(SEGMENT);
  });

  it('need no option where segments are still to be cut, in IPv4 and IPv6', () => {
    const segment = tcp({ payload: new Uint8Array(100_000) });
    const decoder = new Decoder();
    for (const packet of [ipv4(segment, { totalLength: 0 }), ipv6(segment, { payloadLength: 0 })]) {
      for (const capturedLength of [14 + packet.length, 96]) {
        expect(decoder.decode(frameOf(linked(packet), { capturedLength }))).toBe(SEGMENT);
        expect(decoder.segment.payloadLength).toBe(100_000);
      }
    }
  });
});
