import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/capture/frame.js';
import { PcapngWriter, type PcapngWriterOptions } from '../../src/capture/pcapng-writer.js';
import { readFrames } from '../support/frames.js';
import { type FrameFields, frameOf } from '../support/packet-builder.js';

const OPTIONS: PcapngWriterOptions = {
  application: 'test',
  comments: [],
  frameComments: [],
  interfaces: [],
  startAt: null,
  endAt: null,
};
const UNNOTED = { description: null, comments: [] };

function written(frames: readonly Frame[], options: Partial<PcapngWriterOptions> = {}): Buffer {
  const parts: Uint8Array[] = [];
  const writer = new PcapngWriter((part) => parts.push(part.slice()), { ...OPTIONS, ...options });
  for (const frame of frames) writer.add(frame);
  writer.end();
  return Buffer.concat(parts);
}

function on(interfaceId: number, bytes: readonly number[], fields: FrameFields = {}): Frame {
  return Object.assign(frameOf(Uint8Array.from(bytes), fields), { interfaceId });
}

const octets = (...blocks: readonly string[]): string => blocks.join('').replaceAll(' ', '');

describe('a pcapng file', () => {
  it('is written octet for octet', () => {
    const frame = on(0, [0xaa, 0xbb, 0xcc], { seconds: 1, nanoseconds: 2, originalLength: 60 });
    const file = written([frame], {
      comments: ['é'],
      interfaces: [{ ...UNNOTED, name: 'eth0', snaplen: 96, timePrecision: 'ns' }],
      endAt: { seconds: 5, nanoseconds: 6 },
    });
    expect(file.toString('hex')).toBe(
      octets(
        '0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff',
        '0100 0200 c3a90000 0400 0400 74657374 0000 0000 30000000',
        '01000000 28000000 0100 0000 60000000 0200 0400 65746830 0900 0100 09000000 0000 0000 28000000',
        '06000000 24000000 00000000 00000000 02ca9a3b 03000000 3c000000 aabbcc00 24000000',
        '05000000 28000000 00000000 01000000 06f2052a 0300 0800 01000000 06f2052a 0000 0000 28000000',
      ),
    );
  });

  it('describes each interface that is used, once, in its own precision', () => {
    const interfaces = [
      { ...UNNOTED, name: 'unused', snaplen: 1, timePrecision: 'us' },
      { ...UNNOTED, name: 'eth1', snaplen: 128, timePrecision: 'us' },
      { ...UNNOTED, name: null, snaplen: 0, timePrecision: '2^-20 s' },
    ];
    const { frames, facts } = readFrames(
      written(
        [
          on(2, [1], { linkType: 113, nanoseconds: 123_456_789 }),
          on(1, [2], { linkType: 1, nanoseconds: 123_456_000 }),
          on(2, [3], { linkType: 113, nanoseconds: 1 }),
          on(70_000, [4], { linkType: 276 }),
        ],
        { interfaces },
      ),
    );
    expect(facts.damage).toBeNull();
    expect(facts.interfaces).toMatchObject([
      { linkType: 'LINUX_SLL', name: null, snaplen: 0, timePrecision: 'ns' },
      { linkType: 'EN10MB', name: 'eth1', snaplen: 128, timePrecision: 'us' },
      { linkType: 'LINUX_SLL2', name: null, snaplen: 0, timePrecision: 'ns' },
    ]);
    expect(frames.map(({ interfaceId, linkType }) => [interfaceId, linkType])).toEqual([
      [0, 113],
      [1, 1],
      [0, 113],
      [2, 276],
    ]);
    expect(frames.map(({ time }) => time % 1_000_000_000n)).toEqual([123_456_789n, 123_456_000n, 1n, 5n]);
  });

  it('keeps the last moment of 2106 and lengths that were cut', () => {
    const frame = on(0, [1, 2, 3, 4, 5], { seconds: -1, nanoseconds: 999_999_999, originalLength: 1_500 });
    const { frames } = readFrames(written([frame]));
    expect(frames).toMatchObject([
      { time: 4_294_967_295_999_999_999n, originalLength: 1_500, data: '0102030405' },
    ]);
  });

  it('says from when and until when the capture lasted', () => {
    const endAt = { seconds: 1_800_000_000, nanoseconds: 123_456_789 };
    expect(readFrames(written([on(0, [1])], { endAt })).facts).toMatchObject({ startAt: null, endAt });
    const startAt = { seconds: 1_700_000_000, nanoseconds: 1 };
    expect(readFrames(written([on(0, [1])], { startAt, endAt })).facts).toMatchObject({ startAt, endAt });
    expect(readFrames(written([on(0, [1])])).facts.endAt).toBeNull();
  });
});
