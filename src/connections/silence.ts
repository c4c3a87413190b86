/**
 * How long a connection can be silent and survive: the measure of devices on its path that expire idle connections.
 * A silence was survived if the segment that ended it was answered, by anything but a reset.
 */
import { elapsedSeconds } from '../core/time.js';
import { RST, type Segment, SYN } from '../decode/segment.js';
import {
  CLIENT,
  ENDPOINT_ACKNOWLEDGED,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  lastSender,
  SERVER,
  SILENCE,
  SILENCE_PENDING,
  STATE,
} from './record.js';

/** Shorter silences are everyday, and nothing expires after them (seconds). */
const SHORTEST_SILENCE = 10;

/** Whether this segment of the endpoint at `x` may end a silence, or answer one that ended one. */
export function concernsSilence(memory: Int32Array, base: number, x: number, segment: Segment): boolean {
  return (
    segment.seconds - memory[x + LAST_SECONDS] >= SHORTEST_SILENCE || memory[base + SILENCE_PENDING] !== 0
  );
}

/** Takes in a segment that `concernsSilence`, before it is remembered as the last one. */
export function noteSilence(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
  if ((segment.flags & (SYN | RST)) !== 0) return;
  const pending = memory[base + SILENCE_PENDING];
  const side = fromServer ? 1 : 0;
  if (pending !== 0 && (pending & 1) !== side) {
    memory[base + SILENCE] = Math.max(memory[base + SILENCE], pending >> 1);
    memory[base + SILENCE_PENDING] = 0;
  }
  // Only once both have been answered is there a connection that a device can forget.
  const open = memory[base + CLIENT + STATE] & memory[base + SERVER + STATE] & ENDPOINT_ACKNOWLEDGED;
  if (open === 0) return;
  const last = lastSender(memory, base);
  const silent = elapsedSeconds(
    memory[last + LAST_SECONDS],
    memory[last + LAST_NANOSECONDS],
    segment.seconds,
    segment.nanoseconds,
  );
  if (silent < SHORTEST_SILENCE) return;
  const seconds = Math.min(Math.floor(silent), 0x3fffffff);
  memory[base + SILENCE_PENDING] = (Math.max(seconds, memory[base + SILENCE_PENDING] >> 1) << 1) | side;
}
