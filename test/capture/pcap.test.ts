import { describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/core/errors.js';
import { type BuiltFrame, type PcapVariant, pcap } from '../support/capture-builder.js';
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

  it('refuses other versions', () => {
    expect(() => readFrames(pcap(FRAMES, { major: 3 }))).toThrow(CaptureError);
  });

  it('reads a capture without frames', () => {
    expect(readFrames(pcap([])).facts).toMatchObject({ frames: 0, damage: null, firstFrameAt: null });
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
    expect(facts.damage?.message).toContain('2147483647 octets');
  });

  it('of the file header leaves nothing to read', () => {
    expect(() => readFrames(whole.subarray(0, 10))).toThrow(/24 octets, but the file ends after 10/);
  });
});
