/**
 * Which sizes of segment get through: per endpoint the largest payload sent and the largest that the peer
 * acknowledged, and per run of retransmissions the size that does not. Sizes stop at 65535 octets.
 */
import type { Segment } from '../decode/segment.js';
import { before } from '../tcp/sequence.js';
import type { Retransmitted } from './connection.js';
import { LARGEST_END, SEGMENT_SIZES } from './record.js';

const MAX_SIZE = 0xffff;
/** In a run's word the acknowledged size has 15 bits, since Don't Fragment has the highest. */
const MAX_ACKNOWLEDGED = 0x7fff;
const DONT_FRAGMENT = 1 << 31;

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

/** A word on a retransmission by the endpoint at `x`, for its run. `earlier`: the run's word so far, or 0. */
export function packRetransmitted(memory: Int32Array, x: number, segment: Segment, earlier: number): number {
  const size = Math.min(segment.payloadLength, MAX_SIZE);
  const least = earlier === 0 ? size : Math.min(size, earlier & 0xffff);
  const unfragmented = segment.dontFragment !== 0 && (earlier === 0 || earlier < 0);
  const acknowledged = Math.min(memory[x + SEGMENT_SIZES] & 0xffff, MAX_ACKNOWLEDGED);
  return least | (acknowledged << 16) | (unfragmented ? DONT_FRAGMENT : 0);
}

/** Whether `word`, made of `earlier`, is of a smaller segment. */
export function isSmaller(word: number, earlier: number): boolean {
  return ((word ^ earlier) & MAX_SIZE) !== 0;
}

/** Octets of the options of a data segment, each kind after two no-operations (RFC 7323 appendix A). */
export function optionBytesOf({ hasTimestamps, sackBlocks }: Segment): number {
  return (hasTimestamps === 1 ? 12 : 0) + (sackBlocks > 0 ? 4 + 8 * sackBlocks : 0);
}

export function unpackRetransmitted(word: number, optionBytes: number): Retransmitted {
  return {
    payloadBytes: word & 0xffff,
    optionBytes,
    acknowledgedBytes: (word >>> 16) & MAX_ACKNOWLEDGED,
    dontFragment: (word & DONT_FRAGMENT) !== 0,
  };
}
