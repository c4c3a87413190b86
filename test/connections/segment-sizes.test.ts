import { describe, expect, it } from 'vitest';
import type { Retransmitted } from '../../src/connections/connection.js';
import { LARGEST_END, RECORD_WORDS, SEGMENT_SIZES } from '../../src/connections/record.js';
import {
  isSmaller,
  NO_SIZES,
  noteAcknowledgedSize,
  noteSize,
  packSizes,
  packTraits,
  unpackRetransmitted,
} from '../../src/connections/segment-sizes.js';
import { Segment } from '../../src/decode/segment.js';
import { connectionsIn } from '../support/capture.js';
import { captureOf } from '../support/fixtures.js';

function again(payloadLength: number, dontFragment = 1): Segment {
  return Object.assign(new Segment(), { payloadLength, dontFragment });
}

/** A run of these, sent to a peer with this MSS, each as it leaves the run. */
function runOf(memory: Int32Array, mss: number, ...segments: readonly Segment[]): Retransmitted[] {
  let sizes = NO_SIZES;
  let traits = 0;
  return segments.map((segment, place) => {
    const earlier = sizes;
    sizes = packSizes(memory, 0, segment, earlier);
    traits = packTraits(segment, sizes, mss, place === 0 || isSmaller(sizes, earlier), traits);
    return unpackRetransmitted(sizes, traits);
  });
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
    expect(runOf(memory, 0, again(200_000))).toEqual([
      {
        payloadBytes: 65_535,
        optionBytes: 0,
        acknowledgedBytes: 65_535,
        offloaded: false,
        dontFragment: true,
        shrunk: false,
      },
    ]);
  });

  it('of a run are those of its smallest segment, and of one that may be fragmented', () => {
    const options = Object.assign(again(1024), { hasTimestamps: 1 });
    const run = runOf(new Int32Array(RECORD_WORDS), 1460, again(1448), options, again(1448, 0), again(1448));
    const rest = { acknowledgedBytes: 0, offloaded: false };
    expect(run).toEqual([
      { payloadBytes: 1448, optionBytes: 0, dontFragment: true, shrunk: false, ...rest },
      { payloadBytes: 1024, optionBytes: 12, dontFragment: true, shrunk: true, ...rest },
      { payloadBytes: 1024, optionBytes: 12, dontFragment: false, shrunk: true, ...rest },
      { payloadBytes: 1024, optionBytes: 12, dontFragment: false, shrunk: true, ...rest },
    ]);
  });

  it.each([
    ['all larger than the peer’s MSS', 1460, [40_000, 2896], true],
    ['of which one fits the peer’s MSS', 1460, [40_000, 1460], false],
    ['of which the smallest came first', 1460, [1460, 40_000], false],
    ['to a peer whose MSS was not seen', 0, [40_000], false],
  ])('tell whether a run was offloaded: one of segments %s', (_name, mss, payloads, offloaded) => {
    const run = runOf(new Int32Array(RECORD_WORDS), mss, ...payloads.map((payload) => again(payload)));
    expect(run.at(-1)).toMatchObject({ offloaded, payloadBytes: Math.min(...payloads) });
  });

  it.each([
    ['a smaller one behind one larger than all that had been acknowledged', 0, 18, [1448, 1024], true],
    ['none larger than what had been acknowledged', 0, 1448, [1448, 1024], false],
    ['none larger than what goes through every path', 0, 18, [536, 100], false],
    ['one size', 0, 18, [1448, 1448], false],
    ['the smaller ones first', 0, 18, [100, 1448], false],
    [
      'some that the network card was still to cut to what had been acknowledged',
      1448,
      1448,
      [2896, 1000],
      false,
    ],
    ['some that it was still to cut to more', 1448, 18, [2896, 1000], true],
  ])('tell whether a run shrank: one of %s', (_name, mss, acknowledged, payloads, shrunk) => {
    const memory = new Int32Array(RECORD_WORDS);
    noteSize(memory, 0, acknowledged, 100);
    noteAcknowledgedSize(memory, 0, 100);
    const run = runOf(memory, mss, ...payloads.map((payload) => again(payload)));
    expect(run.at(-1)).toMatchObject({ shrunk, payloadBytes: Math.min(...payloads) });
  });

  it('count the options that data segments carry', () => {
    const bytes = (fields: Partial<Segment>) =>
      runOf(new Int32Array(RECORD_WORDS), 0, Object.assign(again(1000), fields))[0].optionBytes;
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
      offloaded: false,
      dontFragment: true,
      shrunk: false,
    });
  });

  it('tell of a sender that found its path too narrow by itself', () => {
    const [{ client }] = connectionsIn(captureOf('mtu-probing', 'client'));
    expect(client.milestones.find(({ kind }) => kind === 'retransmission-run')?.retransmitted).toMatchObject({
      payloadBytes: 1024,
      acknowledgedBytes: 18,
      shrunk: true,
    });
  });
});
