import { describe, expect, it } from 'vitest';
import {
  block,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  join,
  obsoletePacket,
  sectionHeader,
  simplePacket,
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

describe('damage in pcapng', () => {
  const head = join(sectionHeader(), interfaceDescription());
  const good = join(head, enhancedPacket(DATA, MICROSECONDS));

  it.each([
    ['a packet of an unknown interface', enhancedPacket(DATA, MICROSECONDS, 3), /interface/],
    ['a block length that is no multiple of four', Uint8Array.from([6, 0, 0, 0, 33, 0, 0, 0]), /length|33/],
    ['a block length too small', Uint8Array.from([6, 0, 0, 0, 4, 0, 0, 0]), /length|4/],
    ['a cut block', enhancedPacket(DATA, MICROSECONDS).subarray(0, 20), /ends after/],
  ])('%s ends the reading after all frames before it', (_name, bad, message) => {
    const { frames, facts } = readFrames(join(good, bad));
    expect(frames).toHaveLength(1);
    expect(facts.damage).toMatchObject({ offset: good.length, frame: 2 });
    expect(facts.damage?.message).toMatch(message);
  });

  it('is a trailing length that differs from the leading one', () => {
    const bad = enhancedPacket(DATA, MICROSECONDS);
    bad[bad.length - 4] ^= 4;
    const { facts } = readFrames(join(good, bad));
    expect(facts.damage?.offset).toBeGreaterThanOrEqual(good.length);
  });

  it('is a simple packet without an interface', () => {
    const { facts } = readFrames(join(sectionHeader(), simplePacket(DATA)));
    expect(facts.damage).toMatchObject({ offset: 28, frame: 1 });
  });
});
