/** Whether the machine on the link that sent a segment is the one that sent what came before, by their link addresses. */
import type { Segment } from '../decode/segment.js';
import { BOTH_SIDES, FLAGS, LINK_SOURCE } from './record.js';

/** The segment comes from another link address than the last of the endpoint at `x` that is no reset. */
export function isFromElsewhere(memory: Int32Array, base: number, x: number, segment: Segment): boolean {
  return (memory[base + FLAGS] & BOTH_SIDES) === 0 && isOther(memory, x, segment);
}

/** Takes in a copy that the capture made: on the other side of a router it has that router's link address. */
export function compareCopy(memory: Int32Array, base: number, x: number, segment: Segment): void {
  if (isOther(memory, x, segment)) memory[base + FLAGS] = memory[base + FLAGS] | BOTH_SIDES;
}

function isOther(memory: Int32Array, x: number, { linkSource }: Segment): boolean {
  const usual = memory[x + LINK_SOURCE];
  return usual !== 0 && linkSource !== 0 && linkSource !== usual;
}
