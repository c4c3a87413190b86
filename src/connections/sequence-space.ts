/**
 * What is known of the sequence numbers of one endpoint: its block starts at `x` in the record's memory.
 * RFC 9293 §3.3.1 names the variables; an observer knows bounds where the endpoint knows values.
 */
import type { Segment } from '../decode/segment.js';
import { advance, after, before } from '../tcp/sequence.js';
import {
  CONTIGUOUS,
  ENDPOINT_ISLANDS_LOST,
  ENDPOINT_SCALE_OFFERED,
  ENDPOINT_SYN_CAPTURED,
  ISLAND_END,
  ISLAND_START,
  ISS,
  SCALE_MASK,
  SCALE_SHIFT,
  SND_NXT,
  STATE,
  WINDOW,
} from './record.js';

/** The endpoint's SYN or SYN-ACK: its numbers start here. */
export function startSequence(memory: Int32Array, x: number, segment: Segment): void {
  const end = advance(segment.sequence, 1 + segment.payloadLength);
  memory[x + ISS] = segment.sequence;
  memory[x + SND_NXT] = end;
  memory[x + CONTIGUOUS] = end;
  let flags = memory[x + STATE] | ENDPOINT_SYN_CAPTURED;
  if (segment.windowScale >= 0) {
    flags = (flags & ~SCALE_MASK) | ENDPOINT_SCALE_OFFERED | (segment.windowScale << SCALE_SHIFT);
  }
  memory[x + STATE] = flags;
  // A SYN's window is never scaled (RFC 7323 §2.2).
  memory[x + WINDOW] = segment.window;
}

/** Nothing of the endpoint before `next` was captured. */
export function continueFrom(memory: Int32Array, x: number, next: number): void {
  memory[x + ISS] = advance(next, -1);
  memory[x + SND_NXT] = next;
  memory[x + CONTIGUOUS] = next;
}

/** The endpoint sent `start … end`; moves `CONTIGUOUS` over it if nothing is missing before. */
export function extendContiguous(memory: Int32Array, x: number, start: number, end: number): void {
  const contiguous = memory[x + CONTIGUOUS];
  if (!after(start, contiguous)) {
    if (after(end, contiguous)) reachContiguous(memory, x, end);
    return;
  }
  const islandStart = memory[x + ISLAND_START];
  const islandEnd = memory[x + ISLAND_END];
  if (islandStart === islandEnd) {
    memory[x + ISLAND_START] = start;
    memory[x + ISLAND_END] = end;
  } else if (!after(start, islandEnd) && !before(end, islandStart)) {
    if (before(start, islandStart)) memory[x + ISLAND_START] = start;
    if (after(end, islandEnd)) memory[x + ISLAND_END] = end;
  } else {
    // A second island is not kept: the acknowledgments will show when all of it has arrived.
    memory[x + STATE] = memory[x + STATE] | ENDPOINT_ISLANDS_LOST;
  }
}

/** Everything before `end` is there, captured or acknowledged. */
export function reachContiguous(memory: Int32Array, x: number, end: number): void {
  let reached = end;
  const islandStart = memory[x + ISLAND_START];
  const islandEnd = memory[x + ISLAND_END];
  if (islandStart !== islandEnd && !after(islandStart, reached)) {
    if (after(islandEnd, reached)) reached = islandEnd;
    memory[x + ISLAND_START] = 0;
    memory[x + ISLAND_END] = 0;
  }
  memory[x + CONTIGUOUS] = reached;
  if (!before(reached, memory[x + SND_NXT])) memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_ISLANDS_LOST;
}
