/**
 * Items that fall due at whole seconds, found without looking at the others: a hierarchical timing wheel
 * (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987). An item lies on the level of the first
 * digit in which its time and the wheel's differ, and moves to a lower one as that digit is reached: a few times,
 * however far away it was. The wheel may turn by any number of seconds at once.
 */
const DIGIT_BITS = 6;
const DIGITS = 1 << DIGIT_BITS;
/** As many digits as the seconds of a timestamp have. */
const LEVELS = 6;

/** Items are small integers; each is on the wheel once. */
export class TimingWheel {
  /** One more than the first item of each list, one list for each digit of each level. */
  readonly #lists = new Int32Array(LEVELS * DIGITS);
  /** Of each item: its list, or -1, one more than those before and after it there, and its time. */
  #list = new Int16Array(0);
  #before = new Int32Array(0);
  #after = new Int32Array(0);
  #due = new Uint32Array(0);
  #now = 0;

  /** The second that it was turned to. */
  get now(): number {
    return this.#now;
  }

  /** Takes all items off and turns to `now`, which may be earlier. */
  reset(now: number): void {
    this.#lists.fill(0);
    this.#list.fill(-1);
    this.#now = now;
  }

  /** Puts an item on the wheel, or elsewhere on it; `due` is after `now`. */
  set(item: number, due: number): void {
    if (item >= this.#list.length) this.#grow(item);
    this.remove(item);
    this.#due[item] = due;
    this.#enter(item);
  }

  /** Takes an item off, if it is on. */
  remove(item: number): void {
    if (item >= this.#list.length || this.#list[item] < 0) return;
    const before = this.#before[item];
    const after = this.#after[item];
    if (before > 0) this.#after[before - 1] = after;
    else this.#lists[this.#list[item]] = after;
    if (after > 0) this.#before[after - 1] = before;
    this.#list[item] = -1;
  }

  /** Turns on to `now`, which is later, and takes off what is due by then. */
  turn(now: number, take: (item: number) => void): void {
    const before = this.#now;
    this.#now = now;
    const top = levelOf(before, now);
    // Lower levels hold what differs from the time before in lower digits only: all of that is past.
    for (let list = 0; list < top * DIGITS; list++) this.#empty(list, take);
    const first = listOf(top, before);
    for (let list = listOf(top, now); list > first; list--) this.#empty(list, take);
  }

  #enter(item: number): void {
    const due = this.#due[item];
    const list = listOf(levelOf(this.#now, due), due);
    const after = this.#lists[list];
    this.#list[item] = list;
    this.#before[item] = 0;
    this.#after[item] = after;
    if (after > 0) this.#before[after - 1] = item + 1;
    this.#lists[list] = item + 1;
  }

  #empty(list: number, take: (item: number) => void): void {
    let item = this.#lists[list] - 1;
    this.#lists[list] = 0;
    while (item >= 0) {
      const next = this.#after[item] - 1;
      this.#list[item] = -1;
      if (this.#due[item] > this.#now) this.#enter(item);
      else take(item);
      item = next;
    }
  }

  #grow(item: number): void {
    const size = Math.max(1024, 2 * this.#list.length, item + 1);
    const list = new Int16Array(size).fill(-1);
    const before = new Int32Array(size);
    const after = new Int32Array(size);
    const due = new Uint32Array(size);
    list.set(this.#list);
    before.set(this.#before);
    after.set(this.#after);
    due.set(this.#due);
    this.#list = list;
    this.#before = before;
    this.#after = after;
    this.#due = due;
  }
}

/** The level of the highest digit in which two times differ. */
function levelOf(a: number, b: number): number {
  return Math.floor((31 - Math.clz32(a ^ b)) / DIGIT_BITS);
}

function listOf(level: number, time: number): number {
  return level * DIGITS + ((time >>> (level * DIGIT_BITS)) & (DIGITS - 1));
}
