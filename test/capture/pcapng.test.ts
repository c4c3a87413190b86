import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/reader.js';
import { CaptureError } from '../../src/core/errors.js';
import {
  block,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  join,
  obsoletePacket,
  pcap,
  sectionHeader,
  simplePacket,
  utf8,
} from '../support/capture-builder.js';
import { readFrames } from '../support/frames.js';

const DATA = Uint8Array.from([1, 2, 3, 4, 5]);
const MICROSECONDS = 1_700_000_000_123_456n;

describe('pcapng', () => {
  it.each([true, false])('is read with little-endian %s', (littleEndian) => {
    const { frames, facts } = readFrames(
      join(
        sectionHeader(littleEndian),
        interfaceDescription(1, [], littleEndian),
        enhancedPacket(DATA, MICROSECONDS, 0, littleEndian),
      ),
    );
    expect(frames).toEqual([
      {
        number: 1,
        time: MICROSECONDS * 1000n,
        linkType: 1,
        interfaceId: 0,
        originalLength: 5,
        data: '0102030405',
      },
    ]);
    expect(facts).toMatchObject({
      format: 'pcapng',
      linkTypes: ['EN10MB'],
      timePrecision: 'us',
      damage: null,
    });
  });

  it.each([
    ['nanoseconds', [9], 1_700_000_000_123_456_789n, 1_700_000_000_123_456_789n],
    ['milliseconds', [3], 1_700_000_000_123n, 1_700_000_000_123_000_000n],
    ['picoseconds', [12], 1_700_000_000_123_456_789_012n & 0xffff_ffff_ffff_ffffn, null],
    ['a power of two', [0x80 | 20], (1_700_000_000n << 20n) + (1n << 19n), 1_700_000_000_500_000_000n],
  ])('counts time in %s (if_tsresol)', (_name, resolution, units, expected) => {
    const { frames } = readFrames(
      join(sectionHeader(), interfaceDescription(1, [[9, resolution]]), enhancedPacket(DATA, units)),
    );
    const exact = expected ?? units / 1000n;
    expect(frames[0].time).toBe(exact);
  });

  it('adds if_tsoffset', () => {
    const offset = new Uint8Array(new BigInt64Array([1_000_000_000n]).buffer);
    const { frames } = readFrames(
      join(sectionHeader(), interfaceDescription(1, [[14, [...offset]]]), enhancedPacket(DATA, 5_000_000n)),
    );
    expect(frames[0].time).toBe(1_000_000_005_000_000_000n);
  });

  it('holds times after 2106 at a second that all resolutions can say', () => {
    const after = new Uint8Array(new BigInt64Array([2n ** 40n]).buffer);
    for (const resolution of [0, 6, 9, 0x80 | 10, 12]) {
      const { frames } = readFrames(
        join(
          sectionHeader(),
          interfaceDescription(1, [
            [9, [resolution]],
            [14, [...after]],
          ]),
          enhancedPacket(DATA, 999n),
        ),
      );
      expect(frames[0].time).toBe(4_294_967_295_000_000_000n);
    }
  });

  it('numbers interfaces over all sections, each with its own link type and byte order', () => {
    const { frames, facts } = readFrames(
      join(
        sectionHeader(),
        interfaceDescription(1),
        interfaceDescription(101),
        enhancedPacket(DATA, MICROSECONDS, 1),
        sectionHeader(false),
        interfaceDescription(113, [], false),
        enhancedPacket(DATA, MICROSECONDS, 0, false),
      ),
    );
    expect(frames.map(({ linkType, interfaceId }) => [linkType, interfaceId])).toEqual([
      [101, 1],
      [113, 2],
    ]);
    expect(facts.linkTypes).toEqual(['EN10MB', 'RAW', 'LINUX_SLL']);
  });

  it('reads simple and obsolete packet blocks, and skips blocks that it does not know', () => {
    const { frames, facts } = readFrames(
      join(
        sectionHeader(),
        interfaceDescription(1, [], true, 4),
        block(0x0bad, new Uint8Array(5000)),
        obsoletePacket(DATA, MICROSECONDS),
        simplePacket(DATA.subarray(0, 4), 5),
        block(10, [1, 2, 3, 4]),
      ),
    );
    expect(frames.map(({ data, originalLength }) => [data, originalLength])).toEqual([
      ['0102030405', 5],
      ['01020304', 5],
    ]);
    expect(frames[1].time).toBe(frames[0].time);
    expect(facts.framesWithoutTime).toBe(1);
  });

  it('reports what the interfaces dropped', () => {
    const { facts } = readFrames(
      join(
        sectionHeader(),
        interfaceDescription(),
        interfaceStatistics(0, [
          [4, [9, 0, 0, 0, 0, 0, 0, 0]],
          [5, [7, 0, 0, 0, 0, 0, 0, 0]],
        ]),
      ),
    );
    expect(facts.dropped).toBe(7);
    expect(facts.interfaces[0].received).toBe(9);
  });
});

describe('interfaces in pcapng', () => {
  it('have names, snaplens and resolutions of their own', () => {
    const { facts } = readFrames(
      join(
        sectionHeader(),
        interfaceDescription(
          1,
          [
            [2, [...new TextEncoder().encode('eth0\u001b[31m')]],
            [9, [9]],
          ],
          true,
          96,
        ),
        interfaceDescription(9999, [], true, 262_144),
      ),
    );
    expect(facts).toMatchObject({
      linkTypes: ['EN10MB', 'LINKTYPE_9999'],
      timePrecision: 'us',
      snaplen: 262_144,
      interfaces: [
        { linkType: 'EN10MB', name: 'eth0\u001b[31m', snaplen: 96, timePrecision: 'ns' },
        { linkType: 'LINKTYPE_9999', name: null, snaplen: 262_144, timePrecision: 'us' },
      ],
    });
  });

  it('may drop frames at two places', () => {
    const counter = (value: number): number[] => [value, 0, 0, 0, 0, 0, 0, 0];
    const { facts } = readFrames(
      join(
        sectionHeader(),
        interfaceDescription(),
        interfaceDescription(),
        interfaceStatistics(0, [[5, counter(1)]]),
        interfaceStatistics(0, [
          [5, counter(7)],
          [7, counter(2)],
        ]),
        interfaceStatistics(1, [[7, counter(40)]]),
      ),
    );
    expect(facts.interfaces.map((each) => each.dropped)).toEqual([9, 40]);
    expect(facts.dropped).toBe(49);
  });
});

const counter = (value: number): number[] => [value, 0, 0, 0, 0, 0, 0, 0];

describe('what a pcapng capture says of itself', () => {
  const COMMENT = 1;

  it.each([true, false])('is read with little-endian %s', (littleEndian) => {
    const { frames, facts } = readFrames(
      join(
        sectionHeader(littleEndian, [
          [COMMENT, utf8('Büro, 2. Stock')],
          [2, utf8('Xeon')],
          [3, utf8('Linux 6.18')],
          [4, utf8('Dumpcap')],
          [COMMENT, utf8('second')],
        ]),
        interfaceDescription(
          1,
          [
            [COMMENT, utf8('mirror of core-1')],
            [2, utf8('eth0\0')],
            [3, utf8('uplink')],
          ],
          littleEndian,
        ),
        enhancedPacket(DATA, MICROSECONDS, 0, littleEndian),
        enhancedPacket(DATA, MICROSECONDS, 0, littleEndian, [
          [2, [0, 0, 0, 0]],
          [COMMENT, utf8('here it hangs')],
          [COMMENT, utf8('\u202e')],
        ]),
      ),
      [1],
    );
    expect(frames).toHaveLength(2);
    expect(facts).toMatchObject({
      application: 'Dumpcap',
      hardware: 'Xeon',
      operatingSystem: 'Linux 6.18',
      comments: ['Büro, 2. Stock', 'second'],
      frameComments: [
        { frame: 2, text: 'here it hangs' },
        { frame: 2, text: '\u202e' },
      ],
      omittedFrameComments: 0,
      damage: null,
    });
    expect(facts.interfaces).toMatchObject([
      { name: 'eth0', description: 'uplink', comments: ['mirror of core-1'] },
    ]);
  });

  it('is nothing where nothing is said', () => {
    const { facts } = readFrames(join(sectionHeader(), interfaceDescription(), enhancedPacket(DATA, 1n)));
    expect(facts).toMatchObject({
      application: null,
      hardware: null,
      operatingSystem: null,
      comments: [],
      frameComments: [],
    });
  });

  it('is kept within bounds', () => {
    const long = utf8('😀'.repeat(9000));
    const packet = enhancedPacket(DATA, 1n, 0, true, [[COMMENT, long]]);
    const reader = new CaptureReader(() => {});
    reader.push(
      sectionHeader(
        true,
        Array.from({ length: 5 }, () => [COMMENT, long] as const),
      ),
    );
    for (let i = 0; i < 200; i++) reader.push(interfaceDescription(1, [[COMMENT, utf8('a')]]));
    for (let i = 0; i < 1010; i++) reader.push(packet);
    reader.end();
    const { comments, interfaces, frameComments, omittedFrameComments, damage } = reader.facts();
    expect(damage).toBeNull();
    expect(comments).toHaveLength(5);
    expect(interfaces.flatMap((each) => each.comments)).toHaveLength(95);
    expect([frameComments.length, omittedFrameComments]).toEqual([1000, 10]);
    for (const text of [comments[0], frameComments[999].text]) {
      expect(text.length).toBeLessThanOrEqual(500);
      expect(text).toMatch(/^(?:😀)+…$/u);
    }
  });

  it('is left aside where the header of a section is enormous', () => {
    const enormous = Array.from({ length: 5 }, () => [COMMENT, new Array<number>(65_000).fill(65)] as const);
    const { frames, facts } = readFrames(
      join(sectionHeader(true, enormous), interfaceDescription(), enhancedPacket(DATA, 1n)),
    );
    expect(frames).toHaveLength(1);
    expect(facts).toMatchObject({ comments: [], damage: null });
  });

  it('does not matter where its options are wrong', () => {
    const section = sectionHeader(true, [
      [COMMENT, utf8('good')],
      [COMMENT, utf8('torn')],
    ]);
    const packet = enhancedPacket(DATA, 1n, 0, true, [[COMMENT, utf8('torn')]]);
    new DataView(section.buffer).setUint16(34, 60_000, true);
    new DataView(packet.buffer).setUint16(38, 60_000, true);
    const { frames, facts } = readFrames(join(section, interfaceDescription(), packet, packet));
    expect(frames).toHaveLength(2);
    expect(facts).toMatchObject({ comments: ['good'], frameComments: [], damage: null });
  });
});

describe('drop counters', () => {
  const dropCount = (value: number) => [[4, counter(value)]] as const;

  it('are summed from frames where no statistics tell', () => {
    const packets = [enhancedPacket(DATA, 1n, 0, true, dropCount(2)), enhancedPacket(DATA, 2n)];
    const more = enhancedPacket(DATA, 3n, 0, true, dropCount(3));
    const head = join(sectionHeader(), interfaceDescription());
    expect(readFrames(join(head, ...packets, more)).facts.dropped).toBe(5);
    const statistics = interfaceStatistics(0, [
      [5, counter(9)],
      [6, counter(70)],
    ]);
    const { facts } = readFrames(join(head, ...packets, statistics));
    expect(facts.dropped).toBe(9);
    expect(facts.interfaces[0].accepted).toBe(70);
  });

  it('are known from obsolete packet blocks, unless these do not know', () => {
    const read = (drops: number) =>
      readFrames(join(sectionHeader(), interfaceDescription(), obsoletePacket(DATA, 1n, 0, drops))).facts;
    expect([0, 7, 0xffff].map((drops) => read(drops).dropped)).toEqual([0, 7, null]);
  });
});

describe('blocks that are skipped', () => {
  it.each([
    ['Name Resolution Block', 4],
    ['systemd Journal Export Block', 9],
    ['Decryption Secrets Block', 10],
    ['Custom Block', 0x0bad],
    ['Custom Block', 0x40000bad],
  ])('%s (%i)', (name, type) => {
    const head = join(sectionHeader(), interfaceDescription());
    const content = new Uint8Array(70_001).fill(0xff);
    const skipped = block(type, content);
    const { frames, facts } = readFrames(join(head, skipped, enhancedPacket(DATA, 1n)), [1, 7, 4096]);
    expect(frames).toHaveLength(1);
    expect(facts.damage).toBeNull();
    const { facts: cut } = readFrames(join(head, skipped.subarray(0, 40_000)));
    expect(cut.damage?.message).toContain(`this ${name} says that it is 70,016 octets long`);
  });
});

describe('blocks whose lengths leave out their padding', () => {
  const section = sectionHeader(true, [[4, utf8('abc')]]);
  const blocks: readonly (readonly [string, Uint8Array])[] = [
    ['an Enhanced Packet Block', enhancedPacket(DATA, MICROSECONDS)],
    ['a Packet Block', obsoletePacket(DATA, MICROSECONDS)],
    ['a Simple Packet Block', simplePacket(DATA)],
    ['an Interface Description Block', interfaceDescription(1, [[2, utf8('e')]])],
    ['an Interface Statistics Block', interfaceStatistics(0, [[3, [...new Array(8).fill(0)]]])],
    ['a block that is skipped', block(77, DATA)],
  ];
  /** The block with less in its length at the start, at the end, or both. */
  const saying = (bytes: Uint8Array, lessAtStart: number, lessAtEnd: number): Uint8Array => {
    const copy = Uint8Array.from(bytes);
    const view = new DataView(copy.buffer);
    view.setUint32(4, copy.length - lessAtStart, true);
    view.setUint32(copy.length - 4, copy.length - lessAtEnd, true);
    return copy;
  };
  const told = (middle: Uint8Array) => {
    const bytes = join(section, interfaceDescription(), middle, enhancedPacket(DATA, MICROSECONDS + 1n));
    const { frames, facts } = readFrames(bytes, [1, 5, 4096]);
    return { frames, facts };
  };

  it.each(blocks)('are read as if they had it: %s', (_name, bytes) => {
    const expected = told(bytes);
    expect(expected.facts.damage).toBeNull();
    for (const [start, end] of [
      [1, 1],
      [2, 0],
      [0, 3],
      [3, 3],
    ]) {
      expect(told(saying(bytes, start, end)), `${start} ${end}`).toEqual(expected);
    }
  });

  it('are read in a Section Header Block', () => {
    const rest = join(interfaceDescription(), enhancedPacket(DATA, MICROSECONDS));
    const expected = readFrames(join(section, rest));
    expect(readFrames(join(saying(section, 3, 3), rest))).toEqual(expected);
    expect(readFrames(join(section, rest, saying(section, 1, 2), rest)).frames).toHaveLength(2);
  });

  it('but not if the padding is not there, which Wireshark refuses as well', () => {
    const packet = enhancedPacket(DATA, MICROSECONDS);
    const without = saying(join(packet.subarray(0, 33), packet.subarray(36)), 0, 0);
    const { frames, facts } = told(without);
    expect(frames).toHaveLength(0);
    expect(facts.damage?.message).toMatch(
      /Enhanced Packet Block says that it is 40 octets long at its start/,
    );
  });
});

describe('a pcap file behind', () => {
  const whole = join(sectionHeader(), interfaceDescription(), enhancedPacket(DATA, MICROSECONDS));

  it.each([true, false])('is named, little-endian %s', (littleEndian) => {
    for (const pieces of [[], [1], [10]]) {
      const { frames, facts } = readFrames(join(whole, pcap([], { littleEndian })), pieces);
      expect(frames).toHaveLength(1);
      expect(facts.damage).toMatchObject({ offset: whole.length, frame: 2 });
      expect(facts.damage?.message).toMatch(/^a pcap file starts here, after a pcapng one; join captures/);
    }
  });

  it('is no block of a type that looks like its magic number', () => {
    const blocks = [block(0xa1b2c3d4, []), block(0xa1b2c3d4, new Uint8Array(40))];
    for (const last of blocks) expect(readFrames(join(whole, ...blocks, last)).facts.damage).toBeNull();
  });
});

describe('damage in pcapng', () => {
  const head = join(sectionHeader(), interfaceDescription());
  const good = join(head, enhancedPacket(DATA, MICROSECONDS));

  /** `bytes` with the 32 bits at `offset` replaced. */
  const patched = (bytes: Uint8Array, offset: number, value: number): Uint8Array => {
    const copy = Uint8Array.from(bytes);
    new DataView(copy.buffer).setUint32(offset, value, true);
    return copy;
  };
  const packet = enhancedPacket(DATA, MICROSECONDS);
  const trailer = packet.length - 4;

  it.each([
    ['a packet of an unknown interface', enhancedPacket(DATA, MICROSECONDS, 3), /interface 3, .* only 1/],
    ['a block length beyond the next multiple of four', patched(packet, 4, 41), /44 octets long/],
    ['a block length of almost 4 GiB', patched(block(77, DATA), 4, 0xffff_fffd), /4,294,967,296 octets long/],
    ['a block length too small', patched(packet, 4, 8), /at least 12, but .* says 8/],
    ['a packet block length too small', block(6, [0, 0, 0, 0]), /at least 32 octets, but says 16/],
    ['an obsolete packet block too small', block(2, [0, 0, 0, 0]), /Packet Block takes at least 32/],
    ['a simple packet block too small', block(3, []), /at least 16 octets, but says 12/],
    ['an interface block too small', block(1, []), /at least 20 octets, but says 12/],
    ['a statistics block too small', block(5, []), /at least 24 octets, but says 12/],
    ['a section header too small', patched(sectionHeader(), 4, 24), /at least 28, but this one says 24/],
    ['zeros', new Uint8Array(64), /block of type 0 says 0/],
    [
      'an absurd block length',
      patched(packet, 4, 0x7fff_fff0),
      /2,147,483,632 octets long, but at most 16,777,216/,
    ],
    ['more captured than the block holds', patched(packet, 20, 9), /room for 8 octets .* 9 were captured/],
    ['more captured than plausible', patched(packet, 20, 262_145), /262,145 octets .* at most 262,144/],
    [
      'an option longer than its block',
      interfaceDescription(1, [[2, [1]]]).fill(255, 18, 20),
      /65,535 octets/,
    ],
    ['an unknown byte order', patched(sectionHeader(), 8, 0x12345678), /1a2b3c4d, but this one has 78563412/],
    ['a newer version', patched(sectionHeader(), 12, 2), /version 2\.0/],
    [
      'a packet’s lengths that differ',
      patched(packet, trailer, 44),
      /40 octets long at its start, but 44 at its end/,
    ],
    ['a skipped block’s lengths that differ', patched(block(77, DATA), 16, 24), /type 77 .* 20 .* but 24/],
    ['a cut block header', packet.subarray(0, 5), /block header takes 8 octets, but the file ends after 5/],
    ['a cut packet', packet.subarray(0, 39), /40 octets long, but the file ends after 39/],
    [
      'a cut section header',
      sectionHeader().subarray(0, 20),
      /at least 28 octets, but the file ends after 20/,
    ],
    ['a cut skipped block', block(77, new Uint8Array(99)).subarray(0, 60), /112 octets long, .* after 60/],
  ])('%s ends the reading after all frames before it', (_name, bad, message) => {
    const { frames, facts } = readFrames(join(good, bad));
    expect(frames).toHaveLength(1);
    expect(facts.damage).toMatchObject({ offset: good.length, frame: 2 });
    expect(facts.damage?.message).toMatch(message);
    expect(readFrames(join(good, bad), [1]).facts.damage).toEqual(facts.damage);
  });

  it('is a simple packet without an interface', () => {
    const { facts } = readFrames(join(sectionHeader(), simplePacket(DATA)));
    expect(facts.damage).toMatchObject({ offset: 28, frame: 1 });
  });

  it('in the first block leaves nothing to read', () => {
    for (const bytes of [
      sectionHeader().subarray(0, 20),
      patched(sectionHeader(), 24, 32),
      patched(sectionHeader(), 8, 0),
      patched(sectionHeader(), 12, 3),
    ]) {
      expect(() => readFrames(bytes)).toThrow(CaptureError);
    }
  });

  it('is not what statistics of an unknown interface are', () => {
    const { frames, facts } = readFrames(join(good, interfaceStatistics(9, []), packet));
    expect(frames).toHaveLength(2);
    expect(facts).toMatchObject({ damage: null, dropped: null });
  });

  it('is a section with more interfaces than any has', () => {
    const reader = new CaptureReader(() => expect.unreachable());
    reader.push(sectionHeader());
    for (let i = 0; i < 65_537; i++) reader.push(interfaceDescription());
    expect(reader.facts().damage?.offset).toBe(28 + 65_536 * 20);
  });
});

describe('memory', () => {
  it('does not grow with blocks that are skipped', () => {
    const numbers: number[] = [];
    const reader = new CaptureReader((frame) => numbers.push(frame.number));
    const length = 64 << 20;
    const ends = new DataView(new ArrayBuffer(12));
    ends.setUint32(0, 0x0bad, true);
    ends.setUint32(4, length, true);
    ends.setUint32(8, length, true);
    reader.push(join(sectionHeader(), interfaceDescription()));
    reader.push(new Uint8Array(ends.buffer, 0, 8));
    const piece = new Uint8Array(1 << 20);
    for (let rest = length - 12; rest > 0; rest -= piece.length) {
      reader.push(piece.subarray(0, Math.min(piece.length, rest)));
    }
    reader.push(new Uint8Array(ends.buffer, 8, 4));
    reader.push(enhancedPacket(DATA, MICROSECONDS));
    reader.end();
    expect(numbers).toEqual([1]);
    expect(reader.facts().damage).toBeNull();
    expect(reader.reserve().bytes.length).toBe(1 << 20);
  });
});
