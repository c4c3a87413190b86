/** Whether a segment comes from where its sender's segments came from before, by link address and time to live. */
import type { Segment } from '../decode/segment.js';
import { ROUTE_CHANGE_HOPS } from './milestones.js';
import { BOTH_SIDES, FLAGS, LINK_SOURCE, STATE, TTL_MASK, TTL_SHIFT } from './record.js';

/** What stacks start with. Resets and SYN-ACKs of one host may start with another than its other segments. */
const INITIAL_TTLS = [32, 64, 128, 255];

/** Routers that a segment with this TTL has crossed, if it started with the next of the usual values. */
export function hopsCrossed(ttl: number): number {
  for (const initial of INITIAL_TTLS) if (ttl <= initial) return initial - ttl;
  return 0;
}

/** What a segment with this TTL probably started with. */
export function initialTtl(ttl: number): number {
  return ttl + hopsCrossed(ttl);
}

/** It comes from another link address than the last segment of the endpoint at `x` that is no reset. */
export function hasOtherLinkAddress(memory: Int32Array, base: number, x: number, segment: Segment): boolean {
  return (memory[base + FLAGS] & BOTH_SIDES) === 0 && hasOtherLinkSource(memory, x, segment);
}

/** It comes from another link address, or has crossed another number of routers. */
export function isFromElsewhere(memory: Int32Array, base: number, x: number, segment: Segment): boolean {
  // A capture on both sides of a router may have either copy of a segment first.
  if ((memory[base + FLAGS] & BOTH_SIDES) !== 0) return hopsApart(memory, x, segment) > ROUTE_CHANGE_HOPS;
  return hasOtherLinkSource(memory, x, segment) || hopsApart(memory, x, segment) > 0;
}

/** Takes in a copy that the capture made: it may show that the capture sees both sides of a router. */
export function compareCopy(memory: Int32Array, base: number, x: number, segment: Segment): void {
  if (hasOtherLinkSource(memory, x, segment) || hopsApart(memory, x, segment) > 0)
    memory[base + FLAGS] = memory[base + FLAGS] | BOTH_SIDES;
}

function hasOtherLinkSource(memory: Int32Array, x: number, { linkSource }: Segment): boolean {
  const usual = memory[x + LINK_SOURCE];
  return usual !== 0 && linkSource !== 0 && linkSource !== usual;
}

/** By how many routers the ways of this segment and of the last one of the endpoint at `x` differ. */
function hopsApart(memory: Int32Array, x: number, { ttl }: Segment): number {
  const usual = (memory[x + STATE] & TTL_MASK) >>> TTL_SHIFT;
  return usual === 0 ? 0 : Math.abs(hopsCrossed(ttl) - hopsCrossed(usual));
}
