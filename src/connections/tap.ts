/**
 * How far the tap is from an endpoint, as the handshake showed: it decides what a repeated segment proves.
 */
import { elapsedSeconds } from '../core/time.js';
import type { Segment } from '../decode/segment.js';
import type { FrameTime } from './ledger.js';
import {
  CLIENT_DELAY,
  FLAGS,
  HANDSHAKE_REPEATED,
  LAST_FRAME,
  LAST_INFO,
  LAST_KIND_MASK,
  LAST_KIND_SHIFT,
  LAST_NANOSECONDS,
  LAST_RESET_SINCE,
  LAST_SECONDS,
  SERVER_DELAY,
  TIMESTAMP,
} from './record.js';

/** Frames that a capture took in the wrong order are no further apart than this, in seconds. */
export const REORDERING_WINDOW = 0.003;
/** Below this, in microseconds, an endpoint answers as fast as only the host of the tap itself can. */
const TAP_IS_AT_ENDPOINT = 150;
/** An endpoint is at the tap if at most this share of the whole round trip lies on its side. */
const NEAR_SHARE = 0.2;

/** Microseconds from the tap to the endpoint and back; 0 while unknown. */
export function delayTowards(memory: Int32Array, base: number, server: boolean): number {
  const delay = memory[base + (server ? SERVER_DELAY : CLIENT_DELAY)];
  return delay > 0 ? delay - 1 : 0;
}

/** The capture was taken at this endpoint: what was captured on its way there has arrived. */
export function tapIsAt(memory: Int32Array, base: number, server: boolean): boolean {
  const whole = memory[base + SERVER_DELAY] + memory[base + CLIENT_DELAY];
  if (memory[base + SERVER_DELAY] === 0 || memory[base + CLIENT_DELAY] === 0) return false;
  const near = delayTowards(memory, base, server);
  return near <= TAP_IS_AT_ENDPOINT || near < whole * NEAR_SHARE;
}

/**
 * Stores 1 + the microseconds since the last segment of the endpoint at `x`, if that was of `kind` and `answer`, as far
 * as timestamps show, answers no earlier copy of it (RFC 6298 §3).
 */
export function measureDelay(
  memory: Int32Array,
  base: number,
  word: number,
  x: number,
  kind: number,
  answer: Segment,
): void {
  if (memory[base + word] !== 0 || memory[x + LAST_FRAME] === 0) return;
  const isRepeated = (memory[base + FLAGS] & HANDSHAKE_REPEATED) !== 0;
  if (isRepeated && answer.hasTimestamps === 1 && answer.timestampEcho !== memory[x + TIMESTAMP]) return;
  const info = memory[x + LAST_INFO] & (LAST_KIND_MASK | LAST_RESET_SINCE);
  if (info !== kind << LAST_KIND_SHIFT) return;
  const micros = secondsSinceLast(memory, x, answer) * 1e6;
  // A clock that runs back measures nothing.
  if (micros >= 0) memory[base + word] = 1 + Math.min(micros, 0x7ffffffe);
}

/** Seconds since the last segment of the endpoint at `x`. */
export function secondsSinceLast(memory: Int32Array, x: number, at: FrameTime): number {
  return elapsedSeconds(memory[x + LAST_SECONDS], memory[x + LAST_NANOSECONDS], at.seconds, at.nanoseconds);
}

/**
 * Whether the last segment of `x`, captured before the last of `y`, has the later time of the two, by so little
 * that the capture may have taken them in the wrong order.
 */
export function wasSwapped(memory: Int32Array, x: number, y: number): boolean {
  const apart = elapsedSeconds(
    memory[y + LAST_SECONDS],
    memory[y + LAST_NANOSECONDS],
    memory[x + LAST_SECONDS],
    memory[x + LAST_NANOSECONDS],
  );
  return apart > 0 && apart < REORDERING_WINDOW;
}
