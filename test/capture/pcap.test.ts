import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/reader.js';
import { CaptureError } from '../../src/core/errors.js';
import { type BuiltFrame, join, type PcapVariant, pcap } from '../support/capture-builder.js';
import { readFrames } from '../support/frames.js';

const FRAMES: readonly BuiltFrame[] = [
  { data: Uint8Array.from([1, 2, 3]), time: 1_700_000_000_123_456_000n },
  { data: Uint8Array.from([]), time: 1_700_000_000_123_457_000n, originalLength: 60 },
  { data: Uint8Array.from([4, 5, 6, 7]), time: 4_294_967_295_999_999_000n, originalLength: 1500 },
];

const VARIANTS: readonly PcapVariant[] = [true, false].flatMap((littleEndian) => [
  { littleEndian },
  { littleEndian, nanoseconds: true },
  { littleEndian, modified: true },
]);

describe('pcap', () => {
  it.each(VARIANTS)(
    'is read as $littleEndian little-endian, nanoseconds $nanoseconds, modified $modified',
    (variant) => {
      const { frames, facts } = readFrames(pcap(FRAMES, variant));
      expect(frames.map((frame) => frame.data)).toEqual(['010203', '', '04050607']);
      expect(frames.map((frame) => frame.time)).toEqual(FRAMES.map((frame) => frame.time));
      expect(frames.map((frame) => frame.originalLength)).toEqual([3, 60, 1500]);
      expect(frames.map((frame) => frame.number)).toEqual([1, 2, 3]);
      expect(facts).toMatchObject({
        format: 'pcap',
        frames: 3,
        bytes: 7,
        linkTypes: ['EN10MB'],
        timePrecision: variant.nanoseconds === true ? 'ns' : 'us',
        damage: null,
      });
    },
  );

  it('leaves out the FCS bits that share the link type’s word', () => {
    expect(readFrames(pcap(FRAMES, { linkType: 0x24000071 | 0 })).frames[0].linkType).toBe(113);
  });

  it('carries a fraction of a second or more into the seconds', () => {
    const capture = pcap([{ data: Uint8Array.of(1), time: 1_700_000_000_000_000_000n }]);
    new DataView(capture.buffer).setUint32(24 + 4, 3_500_000, true);
    expect(readFrames(capture).frames[0].time).toBe(1_700_000_003_500_000_000n);
    new DataView(capture.buffer).setUint32(24, 0xffff_ffff, true);
    expect(readFrames(capture).frames[0].time).toBe(4_294_967_295_500_000_000n);
  });

  it.each([
    ['2.2', { minor: 2 }, 500, 1],
    ['2.3, written the old way', { minor: 3 }, 500, 1],
    ['2.3, written the new way', { minor: 3 }, 1, 500],
    ['543.0', { major: 543, minor: 0 }, 500, 1],
  ])('of version %s knows which length is which', (_name, variant, first, second) => {
    // One octet of 500 was captured.
    const capture = pcap([{ data: Uint8Array.of(7), time: 0n }], variant);
    const view = new DataView(capture.buffer);
    view.setUint32(24 + 8, first, true);
    view.setUint32(24 + 12, second, true);
    const { frames, facts } = readFrames(capture);
    expect(facts.damage).toBeNull();
    expect(frames).toMatchObject([{ data: '07', originalLength: 500 }]);
  });

  it('lets the original length be shorter than the captured one', () => {
    const { frames } = readFrames(pcap([{ data: Uint8Array.of(1, 2, 3), time: 0n, originalLength: 2 }]));
    expect(frames).toMatchObject([{ data: '010203', originalLength: 2 }]);
  });

  it('holds frames above 262,144 octets only if its snaplen says so', () => {
    const capture = pcap([{ data: new Uint8Array(1_500_000).fill(9), time: 0n }]);
    expect(readFrames(capture).facts.damage?.message).toContain('at most 262,144 are plausible');
    new DataView(capture.buffer).setUint32(16, 2_000_000, true);
    const { frames, facts } = readFrames(capture, [70_000]);
    expect(facts).toMatchObject({ damage: null, bytes: 1_500_000 });
    expect(frames[0].data).toBe('09'.repeat(1_500_000));
  });

  it('gives the times of the first and the last frame', () => {
    expect(readFrames(pcap(FRAMES)).facts).toMatchObject({
      firstFrameAt: { seconds: 1_700_000_000, nanoseconds: 123_456_000 },
      lastFrameAt: { seconds: -1, nanoseconds: 999_999_000 },
    });
  });

  it('refuses other versions', () => {
    expect(() => readFrames(pcap(FRAMES, { major: 3 }))).toThrow(CaptureError);
  });

  it('reads a capture without frames', () => {
    expect(readFrames(pcap([])).facts).toMatchObject({ frames: 0, damage: null, firstFrameAt: null });
  });
});

/** Cut in every way that may matter to a header of 24 octets. */
const PIECES = [[], [1], [7], [16], [40]];

describe('a file behind another', () => {
  const length = pcap(FRAMES).length;

  it.each(VARIANTS)('is read on: %j', (variant) => {
    const file = pcap(FRAMES, variant);
    for (const pieces of PIECES) {
      const { frames, facts } = readFrames(join(file, pcap([], variant), file), pieces);
      expect(frames.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(frames.map(({ time }) => time)).toEqual([...FRAMES, ...FRAMES].map(({ time }) => time));
      expect(facts).toMatchObject({
        frames: 6,
        bytes: 14,
        damage: null,
        appended: { files: 2, offset: file.length },
      });
    }
  });

  it('may have another time zone and another snaplen', () => {
    const first = pcap(FRAMES);
    const second = pcap([{ data: new Uint8Array(300_000), time: 0n }]);
    for (const zone of [3600, -3600]) {
      const view = new DataView(second.buffer);
      view.setInt32(8, zone, true);
      view.setUint32(16, 300_000, true);
      const { frames, facts } = readFrames(join(first, second));
      expect(frames).toHaveLength(4);
      expect(facts).toMatchObject({ snaplen: 300_000, damage: null });
    }
  });

  it.each<[string, PcapVariant, string]>([
    ['of another link type', { linkType: 101 }, 'of link type RAW, not EN10MB'],
    ['with nanoseconds', { nanoseconds: true }, 'with times of another precision'],
    ['in the other byte order', { littleEndian: false }, 'in the other byte order'],
    ['with other record headers', { modified: true }, 'with records of another form'],
    ['of an old version', { minor: 2 }, 'with records of another form'],
  ])('%s is damage', (_, variant, difference) => {
    for (const pieces of PIECES) {
      const { frames, facts } = readFrames(join(pcap(FRAMES), pcap(FRAMES, variant)), pieces);
      expect(frames).toHaveLength(3);
      expect(facts).toMatchObject({ appended: null, damage: { offset: length, frame: 4 } });
      expect(facts.damage?.message).toMatch(
        new RegExp(
          `^another pcap file starts here, ${difference}; join captures with mergecap, or .*--join$`,
        ),
      );
    }
  });

  it.each([16, 20, 23])('is damage if only %i octets of its header are there', (octets) => {
    for (const pieces of PIECES) {
      const { frames, facts } = readFrames(join(pcap(FRAMES), pcap(FRAMES).subarray(0, octets)), pieces);
      expect(frames).toHaveLength(3);
      expect(facts.damage).toMatchObject({ offset: length, frame: 4 });
      expect(facts.damage?.message).toMatch(`file ends after ${octets} of them`);
    }
  });

  it('of pcapng is named', () => {
    const { facts } = readFrames(join(pcap(FRAMES), Uint8Array.of(10, 13, 13, 10, 28, 0, 0, 0), WORDS));
    expect(facts.damage).toMatchObject({ offset: length, frame: 4 });
    expect(facts.damage?.message).toMatch(/^a pcapng capture starts here, after a pcap one; join captures/);
  });

  it.each([
    ['was captured in that second', [0xa1b2c3d4, 123_456, 3, 60], '010203'],
    ['was captured in that microsecond, and nothing kept of it', [0xa1b2c3d4, 0x0004_0002, 0, 60], ''],
    ['is empty', [1_700_000_000, 0x0004_0002, 0, 0], ''],
    ['is empty in that second', [0xa1b2c3d4, 500_000, 0, 0], ''],
  ])('is no record that %s', (_, words, data) => {
    const capture = pcap([{ data: Uint8Array.from(Buffer.from(data, 'hex')), time: 0n }, ...FRAMES]);
    const view = new DataView(capture.buffer);
    for (const [place, word] of words.entries()) view.setUint32(24 + 4 * place, word, true);
    for (const pieces of PIECES) {
      const { frames, facts } = readFrames(capture, pieces);
      expect(frames).toHaveLength(4);
      expect(frames[0]).toMatchObject({ data, originalLength: words[3] });
      expect(facts).toMatchObject({ appended: null, damage: null });
    }
  });
});

describe('a file behind one that was cut', () => {
  const frames = (count: number): readonly BuiltFrame[] =>
    Array.from({ length: count }, (_, place) => ({
      data: Uint8Array.from({ length: 200 }, (_octet, at) => (at * 7 + place) | 0x81),
      time: 1_700_000_000_750_000_000n + BigInt(place) * 1_000_000n,
    }));
  const first = pcap(frames(3));
  const record = 16 + 200;

  it.each([
    // Cut in its header, or in what was captured; read on into the second file, or to its end.
    [2 * record + 1, 10, 3, 'a record says that'],
    [2 * record + 15, 10, 3, 'a record says that'],
    [2 * record + 16, 10, 3, 'a record says that'],
    [3 * record - 50, 10, 3, 'a record says that'],
    [3 * record - 20, 10, 3, 'a record says that'],
    [2 * record + 40, 0, 2, 'the record says that'],
  ])('after %i octets is named, not read: its %i frames', (cut, count, read, message) => {
    const octets = join(first.subarray(0, 24 + cut), pcap(frames(count)));
    for (const pieces of PIECES) {
      const { frames: delivered, facts } = readFrames(octets, pieces);
      expect(delivered).toHaveLength(read);
      expect(facts).toMatchObject({ appended: null, damage: { frame: read + 1 } });
      expect(facts.damage?.message).toMatch(new RegExp(`^${message} `));
      expect(facts.damage?.message).toMatch(
        new RegExp(
          `; the header of a pcap file is at byte ${24 + cut}: if its file follows one that was cut, join`,
        ),
      );
    }
  });

  it.each([
    ['was sent in a frame', pcap(frames(1)), 0],
    ['is that of the file itself', new Uint8Array(), 0],
    ['is that of a file that was read on', new Uint8Array(), 24],
  ])('is not supposed where the header %s', (_, sent, further) => {
    // The frame before the damage is another one.
    const carrier = { data: sent, time: 0n };
    const whole = join(pcap([...frames(2), carrier, ...frames(1)]), pcap([]).subarray(0, further));
    const absurd = new Uint8Array(40).fill(0xee);
    for (const pieces of PIECES) {
      const { facts } = readFrames(join(whole, absurd), pieces);
      expect(facts.damage).toMatchObject({ offset: whole.length });
      expect(facts.damage?.message).toMatch(/are plausible$/);
    }
  });
});

/** The byte-order magic of a section, and enough for a record's header. */
const WORDS = Uint8Array.of(0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0);

/** A capture whose records have so many octets more in their headers. */
function lengthened(addition: number, variant: PcapVariant = {}): Uint8Array {
  const frames = Array.from({ length: 3 }, (_, place) => ({
    data: new Uint8Array(60).fill(0x45),
    time: 1_700_000_000_250_000_000n + BigInt(place) * 1_000_000n,
  }));
  const whole = pcap(frames, variant);
  const length = (whole.length - 24) / frames.length;
  const records = frames.map((_, place) => whole.subarray(24 + place * length, 24 + (place + 1) * length));
  return join(
    whole.subarray(0, 24),
    ...records.flatMap((record) => [
      record.subarray(0, length - 60),
      new Uint8Array(addition),
      record.subarray(length - 60),
    ]),
  );
}

describe('longer headers under the magic number of another form', () => {
  it.each<[string, number, PcapVariant]>([
    ['tcpdump on Nokia firewalls', 4, {}],
    ['tcpdump on Nokia firewalls', 4, { littleEndian: false }],
    ['tcpdump of Red Hat 6.1', 8, {}],
    ['tcpdump of SuSE 6.3', 4, { modified: true }],
  ])('are named: %s', (program, addition, variant) => {
    for (const pieces of PIECES) {
      const attempt = () => readFrames(lengthened(addition, variant), pieces);
      expect(attempt).toThrow(CaptureError);
      expect(attempt).toThrow(
        `this is pcap as written by ${program}, with longer record headers; convert it with: editcap`,
      );
    }
  });

  it('are not supposed where nothing fits', () => {
    for (const pieces of PIECES)
      expect(readFrames(lengthened(12), pieces).facts.damage).toMatchObject({ offset: 24 + 76, frame: 2 });
  });

  it.each([0, 1, 9, 200])(
    'are not supposed for a second record of %i octets with an odd fraction',
    (length) => {
      const capture = pcap([
        { data: new Uint8Array(60), time: 0n },
        { data: new Uint8Array(length), time: 0n },
      ]);
      const view = new DataView(capture.buffer);
      view.setUint32(24 + 76 + 4, 5_000_000, true);
      for (const original of [length, 0]) {
        view.setUint32(24 + 76 + 12, original, true);
        for (const pieces of PIECES) expect(readFrames(capture, pieces).frames).toHaveLength(2);
      }
    },
  );
});

describe('longer headers where there is but one frame', () => {
  const ETHERNET = Uint8Array.from({ length: 60 }, (_, place) => [0x08, 0x00][place - 12] ?? 0x33 + place);
  const only = (addition: number, variant: PcapVariant, data = ETHERNET): Uint8Array => {
    const whole = pcap([{ data, time: 1_700_000_000_250_000_000n }], variant);
    const at = whole.length - data.length;
    return join(whole.subarray(0, at), new Uint8Array(addition), data);
  };

  it.each<[string, number, PcapVariant]>([
    ['tcpdump on Nokia firewalls', 4, {}],
    ['tcpdump on Nokia firewalls', 4, { littleEndian: false }],
    ['tcpdump of Red Hat 6.1', 8, {}],
    ['tcpdump of SuSE 6.3', 4, { modified: true }],
  ])('are told by what is left over: %s', (program, addition, variant) => {
    for (const pieces of PIECES)
      expect(() => readFrames(only(addition, variant), pieces)).toThrow(
        `as written by ${program}, with longer`,
      );
  });

  const plain = pcap([{ data: ETHERNET, time: 1_700_000_000_250_000_000n }]);
  it.each<[string, Uint8Array]>([
    ['the frame makes sense as it is', join(plain, Uint8Array.of(9, 9, 9, 9))],
    ['another number of octets is left', only(5, {})],
    [
      'the frame makes sense neither way',
      only(
        4,
        {},
        ETHERNET.map((octet) => octet | 0x80),
      ),
    ],
    ['the frame is too short to say', only(4, {}, ETHERNET.subarray(0, 13))],
    ['the link layer is another', only(4, { linkType: 113 })],
    // What is left is the second record's time.
    [
      'a second record was cut',
      join(only(4, {}).subarray(0, -4), Uint8Array.from([...plain.subarray(24, 28)])),
    ],
  ])('are not supposed where %s', (_, octets) => {
    for (const pieces of PIECES) {
      const { frames, facts } = readFrames(octets, pieces);
      expect(frames).toHaveLength(1);
      expect(facts.damage?.message).toMatch(/^a record header takes 16 octets/);
    }
  });
});

describe('damage in pcap', () => {
  const whole = pcap(FRAMES);

  it('of a cut record names the byte, the frame and what is missing', () => {
    const { frames, facts } = readFrames(whole.subarray(0, whole.length - 2));
    expect(frames).toHaveLength(2);
    expect(facts.damage).toMatchObject({ offset: 24 + 19 + 16, frame: 3 });
    expect(facts.damage?.message).toMatch(/4 octets were captured, but the file ends after 2/);
  });

  it('of a cut record header is told', () => {
    const { facts } = readFrames(whole.subarray(0, 24 + 19 + 5));
    expect(facts.damage).toMatchObject({ offset: 24 + 19, frame: 2 });
    expect(facts.damage?.message).toMatch(/record header takes 16 octets, but the file ends after 5/);
  });

  it('of an absurd length ends the reading and takes no memory', () => {
    const absurd = Uint8Array.from(whole);
    new DataView(absurd.buffer).setUint32(24 + 19 + 8, 0x7fffffff, true);
    const { frames, facts } = readFrames(absurd);
    expect(frames).toHaveLength(1);
    expect(facts.damage).toMatchObject({ offset: 24 + 19, frame: 2 });
    expect(facts.damage?.message).toContain('2,147,483,647 octets');
  });

  it('of an absurd length is told wherever the file ends', () => {
    for (const length of [16, 17, 31, 32, 40]) {
      const tail = new Uint8Array(length).fill(0xee);
      for (const pieces of PIECES) {
        const { facts } = readFrames(join(whole, tail), pieces);
        expect(facts.damage).toMatchObject({ offset: whole.length, frame: 4 });
        expect(facts.damage?.message).toMatch(/^a record says that .* plausible$/);
      }
    }
  });

  it('of the file header leaves nothing to read', () => {
    expect(() => readFrames(whole.subarray(0, 10))).toThrow(/24 octets, but the file ends after 10/);
  });

  it('of the input is told in the words of whoever reads it', () => {
    const reader = new CaptureReader(() => {});
    reader.push(whole.subarray(0, 24 + 19 + 5));
    reader.breakOff('the line went dead');
    expect(reader.finished).toBe(true);
    expect(reader.facts().damage).toEqual({ offset: 24 + 19, frame: 2, message: 'the line went dead' });
  });

  it('makes the reader deaf to what follows', () => {
    const absurd = Uint8Array.from(whole);
    new DataView(absurd.buffer).setUint32(24 + 8, 0xffff_ffff, true);
    const reader = new CaptureReader(() => expect.unreachable());
    for (let i = 0; i < 100; i++) reader.push(absurd);
    reader.end();
    expect(reader.facts().damage).toMatchObject({ offset: 24, frame: 1 });
    expect(reader.reserve().bytes.length).toBe(1 << 20);
  });
});
