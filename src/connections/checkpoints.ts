/**
 * Which open connections have reached a new checkpoint: they are that many seconds old, or have been silent for that
 * long. The cost of a look grows with the connections that had a segment since the last one, or that it finds; all
 * others, however many, are not touched.
 */
import { elapsedSeconds, MAX_SECONDS, secondsBetween, type Timestamp } from '../core/time.js';
import {
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  FRAMES,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  lastSender,
  type RecordStore,
} from './record.js';
import { TimingWheel } from './timing-wheel.js';

/** A clock that runs back by less is one of several that feed the capture, and soon catches up (seconds). */
const SET_BACK = 1;

export class Checkpoints {
  readonly #store: RecordStore;
  readonly #checkpoints: readonly number[];
  readonly #wheel = new TimingWheel();
  /** Slots that had a segment since the last look, each once; a slot may have passed to another connection. */
  #touched: number[] = [];
  #isTouched = new Uint8Array(1024);
  #last: Timestamp | null = null;
  /** Segments and looks since all connections were gone through. */
  #since = 0;

  /** @param checkpoints whole seconds, ascending */
  constructor(store: RecordStore, checkpoints: readonly number[]) {
    this.#store = store;
    this.#checkpoints = checkpoints;
  }

  /** The connection in `slot` has had a segment. */
  touch(slot: number): void {
    this.#since++;
    if (slot >= this.#isTouched.length) this.#grow(slot);
    if (this.#isTouched[slot] !== 0) return;
    this.#isTouched[slot] = 1;
    this.#touched.push(slot);
  }

  /** The connection in `slot` is no longer open. */
  forget(slot: number): void {
    this.#wheel.remove(slot);
  }

  /** Slots of the connections that have reached a checkpoint since the last look, in no order. */
  reached(now: Timestamp): readonly number[] {
    this.#since++;
    const last = this.#last;
    if (last === null) {
      this.#last = now;
      this.#wheel.reset(now.seconds >>> 0);
      return [];
    }
    if (secondsBetween(now, last) >= SET_BACK) {
      this.#setBack(now);
      return [];
    }
    if (now.seconds >>> 0 <= this.#wheel.now) return [];
    for (const slot of this.#touched) {
      this.#isTouched[slot] = 0;
      this.#schedule(slot, last);
    }
    this.#touched = [];
    const due: number[] = [];
    this.#wheel.turn(now.seconds >>> 0, (slot) => due.push(slot));
    // At least as many whole seconds as from the last look's second to this one: what follows a checkpoint at once
    // is seen as well.
    const since = { seconds: last.seconds, nanoseconds: Math.min(last.nanoseconds, now.nanoseconds) };
    const found = due.filter((slot) => this.#hasReached(slot, since, now));
    for (const slot of due) this.#schedule(slot, now);
    this.#last = now;
    return found;
  }

  /**
   * The clock was set back, and every connection reaches its checkpoints at another time. Going through them all
   * pays off once as much has happened since the last time; until then the clock may catch up.
   */
  #setBack(now: Timestamp): void {
    const { highWater } = this.#store;
    if (this.#since < highWater) return;
    this.#since = 0;
    this.#last = now;
    this.#wheel.reset(now.seconds >>> 0);
    this.#isTouched.fill(0);
    this.#touched = [];
    for (let slot = 0; slot < highWater; slot++) this.#schedule(slot, now);
  }

  /** Has the connection in `slot` looked at when it has reached its next checkpoint after the second of `time`. */
  #schedule(slot: number, { seconds }: Timestamp): void {
    this.#wheel.remove(slot);
    if (!this.#isOpen(slot)) return;
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    const last = lastSender(memory, base);
    const time = { seconds, nanoseconds: 0 };
    const due = Math.min(
      this.#next(memory[base + FIRST_SECONDS], memory[base + FIRST_NANOSECONDS], time),
      this.#next(memory[last + LAST_SECONDS], memory[last + LAST_NANOSECONDS], time),
    );
    // For what is due within this second, the next look is the first that can find it.
    if (due <= MAX_SECONDS) this.#wheel.set(slot, Math.max(due, this.#wheel.now + 1));
  }

  /** The second of the first checkpoint after `time` that is counted from the given time. */
  #next(seconds: number, nanoseconds: number, time: Timestamp): number {
    const passed = this.#passed(seconds, nanoseconds, time);
    return passed < this.#checkpoints.length
      ? (seconds >>> 0) + this.#checkpoints[passed]
      : Number.POSITIVE_INFINITY;
  }

  #hasReached(slot: number, last: Timestamp, now: Timestamp): boolean {
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    const sender = lastSender(memory, base);
    return (
      this.#hasPassed(memory[base + FIRST_SECONDS], memory[base + FIRST_NANOSECONDS], last, now) ||
      this.#hasPassed(memory[sender + LAST_SECONDS], memory[sender + LAST_NANOSECONDS], last, now)
    );
  }

  #hasPassed(seconds: number, nanoseconds: number, last: Timestamp, now: Timestamp): boolean {
    return this.#passed(seconds, nanoseconds, now) > this.#passed(seconds, nanoseconds, last);
  }

  /** How many checkpoints are past at `time`. */
  #passed(seconds: number, nanoseconds: number, time: Timestamp): number {
    const elapsed = elapsedSeconds(seconds, nanoseconds, time.seconds, time.nanoseconds);
    let count = 0;
    while (count < this.#checkpoints.length && this.#checkpoints[count] <= elapsed) count++;
    return count;
  }

  #isOpen(slot: number): boolean {
    return this.#store.isLive(slot) && this.#store.memory(slot)[this.#store.base(slot) + FRAMES] > 0;
  }

  #grow(slot: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#isTouched.length, slot + 1));
    larger.set(this.#isTouched);
    this.#isTouched = larger;
  }
}
