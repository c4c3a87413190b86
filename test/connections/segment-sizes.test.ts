import { describe, expect, it } from 'vitest';
import { LARGEST_END, RECORD_WORDS, SEGMENT_SIZES } from '../../src/connections/record.js';
import {
  isSmaller,
  noteAcknowledgedSize,
  noteSize,
  optionBytesOf,
  packRetransmitted,
  unpackRetransmitted,
} from '../../src/connections/segment-sizes.js';
import { Segment } from '../../src/decode/segment.js';
import { connectionsIn } from '../support/capture.js';
import { captureOf } from '../support/fixtures.js';

function again(payloadLength: number, dontFragment = 1): Segment {
  return Object.assign(new Segment(), { payloadLength, dontFragment });
}

function sizes(memory: Int32Array): [sent: number, acknowledged: number] {
  return [memory[SEGMENT_SIZES] >>> 16, memory[SEGMENT_SIZES] & 0xffff];
}

describe('sizes of segments', () => {
  it('follow the largest sent, and the largest acknowledged in full', () => {
    const memory = new Int32Array(RECORD_WORDS);
    noteSize(memory, 0, 100, 1100);
    noteSize(memory, 0, 50, 1150);
    noteAcknowledgedSize(memory, 0, 1099);
    expect(sizes(memory)).toEqual([100, 0]);
    noteAcknowledgedSize(memory, 0, 1100);
    expect(sizes(memory)).toEqual([100, 100]);
    noteSize(memory, 0, 1448, 2598);
    expect(sizes(memory)).toEqual([1448, 100]);
    expect(memory[LARGEST_END]).toBe(2598);
  });

  it('stop at what a word holds', () => {
    const memory = new Int32Array(RECORD_WORDS);
    noteSize(memory, 0, 200_000, 5);
    noteAcknowledgedSize(memory, 0, 5);
    expect(sizes(memory)).toEqual([65_535, 65_535]);
    expect(unpackRetransmitted(packRetransmitted(memory, 0, again(200_000), 0), 0)).toEqual({
      payloadBytes: 65_535,
      optionBytes: 0,
      acknowledgedBytes: 32_767,
      dontFragment: true,
    });
  });

  it('of a run are those of its smallest segment, and of one that may be fragmented', () => {
    const memory = new Int32Array(RECORD_WORDS);
    const first = packRetransmitted(memory, 0, again(1448), 0);
    const second = packRetransmitted(memory, 0, again(1024), first);
    const third = packRetransmitted(memory, 0, again(1448, 0), second);
    expect([first, second, third].map((word) => unpackRetransmitted(word, 12))).toEqual([
      { payloadBytes: 1448, optionBytes: 12, acknowledgedBytes: 0, dontFragment: true },
      { payloadBytes: 1024, optionBytes: 12, acknowledgedBytes: 0, dontFragment: true },
      { payloadBytes: 1024, optionBytes: 12, acknowledgedBytes: 0, dontFragment: false },
    ]);
    expect([isSmaller(first, 0), isSmaller(second, first), isSmaller(third, second)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('count the options that data segments carry', () => {
    const bytes = (fields: Partial<Segment>) => optionBytesOf(Object.assign(new Segment(), fields));
    expect(bytes({})).toBe(0);
    expect(bytes({ hasTimestamps: 1 })).toBe(12);
    expect(bytes({ sackBlocks: 2 })).toBe(20);
    expect(bytes({ hasTimestamps: 1, sackBlocks: 3 })).toBe(40);
  });

  it('tell of a path that is too narrow', () => {
    const [{ client }] = connectionsIn(captureOf('pmtu-black-hole', 'client'));
    expect(client.milestones.findLast(({ kind }) => kind === 'retransmission-run')?.retransmitted).toEqual({
      payloadBytes: 1448,
      // The packets have 1500 octets: 20 of IP, 20 of TCP and these.
      optionBytes: 12,
      acknowledgedBytes: 18,
      dontFragment: true,
    });
  });
});
