import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/capture/frame.js';
import { MixedLinkTypesError, PcapWriter, type PcapWriterOptions } from '../../src/capture/pcap-writer.js';
import { readFrames } from '../support/frames.js';
import { frameOf } from '../support/packet-builder.js';

const OPTIONS: PcapWriterOptions = { linkType: 1, snaplen: 262_144, nanoseconds: true };

function written(frames: readonly Frame[], options: Partial<PcapWriterOptions> = {}): Buffer {
  const parts: Uint8Array[] = [];
  const writer = new PcapWriter((part) => parts.push(part.slice()), { ...OPTIONS, ...options });
  for (const frame of frames) writer.add(frame);
  writer.end();
  return Buffer.concat(parts);
}

const frame = frameOf(Uint8Array.of(0xaa, 0xbb, 0xcc), {
  linkType: 113,
  seconds: 0x01020304,
  nanoseconds: 999_999_999,
  originalLength: 60,
});

describe('a pcap file', () => {
  it.each([
    { precision: 'nanoseconds', nanoseconds: true, magic: '4d3cb2a1', fraction: 'ffc99a3b' },
    { precision: 'microseconds', nanoseconds: false, magic: 'd4c3b2a1', fraction: '3f420f00' },
  ])('with $precision is written octet for octet', ({ nanoseconds, magic, fraction }) => {
    expect(written([frame], { linkType: 113, snaplen: 96, nanoseconds }).toString('hex')).toBe(
      `${magic}02000400${'00000000'.repeat(2)}6000000071000000` + `04030201${fraction}030000003c000000aabbcc`,
    );
  });

  it('is read as it was written, however many frames it has', () => {
    const frames = Array.from({ length: 3000 }, (_, i) =>
      frameOf(new Uint8Array(i).fill(i), { seconds: -1 - i, nanoseconds: i, originalLength: 2 * i }),
    );
    const { frames: read, facts } = readFrames(written(frames));
    expect(facts).toMatchObject({
      damage: null,
      timePrecision: 'ns',
      snaplen: 262_144,
      linkTypes: ['EN10MB'],
    });
    expect(read).toHaveLength(3000);
    for (const [i, { data, time, originalLength }] of read.entries()) {
      expect(data).toBe(Buffer.alloc(i, i).toString('hex'));
      expect(time).toBe(BigInt(0xffff_ffff - i) * 1_000_000_000n + BigInt(i));
      expect(originalLength).toBe(2 * i);
    }
  });

  it('holds a frame that is larger than any buffer', () => {
    const large = new Uint8Array(200_000).fill(7);
    const { frames } = readFrames(written([frameOf(large), frameOf(Uint8Array.of(1))]));
    expect(frames.map(({ data }) => data.length)).toEqual([400_000, 2]);
  });

  it('refuses a second link type and says what to do', () => {
    expect(() => written([frameOf(Uint8Array.of(1)), frame])).toThrow(MixedLinkTypesError);
    expect(() => written([frameOf(Uint8Array.of(1)), frame])).toThrow(
      'the frames are of several link types, EN10MB and LINUX_SLL; a pcap file has only one: write pcapng',
    );
  });
});
