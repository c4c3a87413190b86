/**
 * Which sizes of segment get through: per endpoint the largest payload sent and the largest that the peer
 * acknowledged, and per run of retransmissions the size that does not. Sizes stop at 65535 octets.
 */
import type { Segment } from '../decode/segment.js';
import { before } from '../tcp/sequence.js';
import type { Retransmitted } from './connection.js';
import { LARGEST_END, SEGMENT_SIZES } from './record.js';

const MAX_SIZE = 0xffff;

/** The sizes of a run in which nothing was repeated yet. */
export const NO_SIZES = MAX_SIZE;

// Eight bits on a run: what the options of its smallest segment take, and two more.
const OPTIONS_MASK = 0x3f;
const OFFLOADED = 1 << 6;
const MAY_FRAGMENT = 1 << 7;

/** The endpoint at `x` sent payload that ends before `end`, for the first time. */
export function noteSize(memory: Int32Array, x: number, payload: number, end: number): void {
  const sizes = memory[x + SEGMENT_SIZES];
  if (payload <= sizes >>> 16) return;
  memory[x + SEGMENT_SIZES] = (Math.min(payload, MAX_SIZE) << 16) | (sizes & 0xffff);
  memory[x + LARGEST_END] = end;
}

/** The peer acknowledged the endpoint at `x` up to `acknowledgment`. */
export function noteAcknowledgedSize(memory: Int32Array, x: number, acknowledgment: number): void {
  const sizes = memory[x + SEGMENT_SIZES];
  const largest = sizes >>> 16;
  if (largest === (sizes & 0xffff) || before(acknowledgment, memory[x + LARGEST_END])) return;
  memory[x + SEGMENT_SIZES] = (largest << 16) | largest;
}

/**
 * The sizes of a run, in a word: of its smallest segment, and of the largest that had been acknowledged.
 *
 * @param segment a retransmission by the endpoint at `x`
 * @param earlier the sizes before it
 */
export function packSizes(memory: Int32Array, x: number, segment: Segment, earlier: number): number {
  const acknowledged = memory[x + SEGMENT_SIZES] & MAX_SIZE;
  return Math.min(segment.payloadLength, earlier & MAX_SIZE) | (acknowledged << 16);
}

/** Whether `sizes`, which go on from `earlier`, are of a smaller segment. */
export function isSmaller(sizes: number, earlier: number): boolean {
  return ((sizes ^ earlier) & MAX_SIZE) !== 0;
}

/**
 * What else is to be known of a run, in eight bits.
 *
 * @param segment a retransmission
 * @param limit its receiver's maximum segment size, or 0 if that is not known
 * @param isSmallest whether the run had no segment as small
 * @param earlier these bits before it; 0 if there are none
 */
export function packTraits(segment: Segment, limit: number, isSmallest: boolean, earlier: number): number {
  const mayFragment = segment.dontFragment === 0 ? MAY_FRAGMENT : earlier & MAY_FRAGMENT;
  if (!isSmallest) return mayFragment | (earlier & ~MAY_FRAGMENT);
  const isOffloaded = limit !== 0 && segment.payloadLength > limit;
  return mayFragment | (isOffloaded ? OFFLOADED : 0) | optionBytesOf(segment);
}

/** Octets of the options of a data segment, each kind after two no-operations (RFC 7323 appendix A). */
function optionBytesOf({ hasTimestamps, sackBlocks }: Segment): number {
  return (hasTimestamps === 1 ? 12 : 0) + (sackBlocks > 0 ? 4 + 8 * sackBlocks : 0);
}

export function unpackRetransmitted(sizes: number, traits: number): Retransmitted {
  return {
    payloadBytes: sizes & MAX_SIZE,
    optionBytes: traits & OPTIONS_MASK,
    acknowledgedBytes: sizes >>> 16,
    offloaded: (traits & OFFLOADED) !== 0,
    dontFragment: (traits & MAY_FRAGMENT) === 0,
  };
}
