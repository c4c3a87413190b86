/**
 * Which segment sizes get through: per endpoint the largest payload sent and the largest that the peer
 * acknowledged, and per run of retransmissions the size that does not. Sizes are capped at 65535 octets.
 */
import type { Segment } from '../decode/segment.js';
import { before } from '../tcp/sequence.js';
import type { Retransmitted } from './connection.js';
import { LARGEST_END, SEGMENT_SIZES } from './record.js';

const MAX_SIZE = 0xffff;

/** The sizes of a run in which nothing was repeated yet. */
export const NO_SIZES = MAX_SIZE;

/** Segments up to this size pass practically every path: RFC 9293 §3.7.1 has TCP send them if a peer names no size. */
const SMALL = 536;

// Ten bits per run: the octets that the options of its smallest segment take, and four more.
const OPTIONS_MASK = 0x3f;
const OFFLOADED = 1 << 6;
const MAY_FRAGMENT = 1 << 7;
/** One was larger than all that had been acknowledged, and not small; */
const LARGE = 1 << 8;
/** and after it came a smaller one. */
const SHRUNK = 1 << 9;

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
 * What else is recorded of a run, in ten bits.
 *
 * @param segment a retransmission
 * @param sizes those of the run with it
 * @param limit its receiver's maximum segment size, or 0 if that is not known
 * @param isSmallest whether the run had no segment as small
 * @param earlier these bits before it; 0 if there are none
 */
export function packTraits(
  segment: Segment,
  sizes: number,
  limit: number,
  isSmallest: boolean,
  earlier: number,
): number {
  const payload = segment.payloadLength;
  const isOffloaded = limit !== 0 && payload > limit;
  const isLarge = (isOffloaded ? limit : payload) > Math.max(sizes >>> 16, SMALL);
  let ofAny = earlier & (MAY_FRAGMENT | LARGE | SHRUNK);
  if (isSmallest && (earlier & LARGE) !== 0) ofAny |= SHRUNK;
  if (isLarge) ofAny |= LARGE;
  if (segment.dontFragment === 0) ofAny |= MAY_FRAGMENT;
  if (!isSmallest) return ofAny | (earlier & (OPTIONS_MASK | OFFLOADED));
  return ofAny | (isOffloaded ? OFFLOADED : 0) | optionBytesOf(segment);
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
    shrunk: (traits & SHRUNK) !== 0,
  };
}
