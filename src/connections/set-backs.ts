/**
 * How far the capture's clock ran back, as each connection saw it: a frame may be older than the one before it
 * if several queues or files were merged, or if somebody set the clock.
 */
import { elapsedSeconds } from '../core/time.js';
import type { ClockSetBack } from './connection.js';
import type { FrameTime } from './ledger.js';
import {
  CLOCK_BACKWARDS,
  FLAGS,
  ID,
  LAST_FRAME,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  lastSender,
} from './record.js';
import { REORDERING_WINDOW } from './tap.js';

/** Few connections are affected, so this is not kept in every record. */
export class SetBacks {
  readonly #known = new Map<number, ClockSetBack>();

  /** Compares a frame of the connection at `base` with the one before it. */
  compare(memory: Int32Array, base: number, { frame, seconds, nanoseconds }: FrameTime): void {
    const last = lastSender(memory, base);
    if (memory[last + LAST_FRAME] === 0) return;
    const back = elapsedSeconds(
      seconds,
      nanoseconds,
      memory[last + LAST_SECONDS],
      memory[last + LAST_NANOSECONDS],
    );
    if (back <= 0) return;
    memory[base + FLAGS] = memory[base + FLAGS] | CLOCK_BACKWARDS;
    this.note(memory, base, back, frame);
  }

  /** The clock ran back by `back` seconds right before `frame`, or right after a frame of this connection. */
  note(memory: Int32Array, base: number, back: number, frame: number): void {
    if (back < REORDERING_WINDOW) return;
    memory[base + FLAGS] = memory[base + FLAGS] | CLOCK_BACKWARDS;
    const before = this.#known.get(memory[base + ID])?.seconds ?? 0;
    this.#known.set(memory[base + ID], { seconds: Math.max(back, before), frame });
  }

  of(memory: Int32Array, base: number): ClockSetBack | null {
    return this.#known.get(memory[base + ID]) ?? null;
  }

  forget(memory: Int32Array, base: number): void {
    this.#known.delete(memory[base + ID]);
  }
}
