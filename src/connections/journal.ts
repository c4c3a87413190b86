/**
 * The journal: transitions and milestones of all open connections, as entries of seven int32 words in
 * chunks, linked per connection from the newest to the oldest. Closed connections give their entries back.
 */

const NEXT = 0;
/** Kind, endpoint, and bits that depend on the kind. */
const HEADER = 1;
const FRAME = 2;
const SECONDS = 3;
const NANOSECONDS = 4;
/** Another frame: the proof or disproof of a transition, the last frame of a run. */
const OTHER = 5;
const VALUE = 6;
const ENTRY_WORDS = 7;

const CHUNK_SHIFT = 15;
const CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

// HEADER: kind in bits 0–5, endpoint in 6, detail in 7–14, depth in 16–30.
const KIND_MASK = 0x3f;
const SERVER_BIT = 1 << 6;
const DETAIL_SHIFT = 7;
const DETAIL_MASK = 0xff << DETAIL_SHIFT;
const DEPTH_SHIFT = 16;

/** Entries a connection may have, so that a hostile capture cannot make one grow without end. */
export const MAX_DEPTH = 4000;

/** Kind of a transition; milestones use 1 + their index in `MILESTONE_KINDS`. */
export const TRANSITION = 0;
/** Kind of an entry that continues the milestone next to it. */
export const CONTINUATION = KIND_MASK;

export class Journal {
  readonly #chunks: Int32Array[] = [];
  #used = 0;
  #free = -1;

  /**
   * Puts an entry in front of `head` (-1 for an empty journal) and returns it. `detail` is eight bits of
   * the caller's. Never call it when `depth(head)` has reached `MAX_DEPTH`.
   */
  prepend(
    head: number,
    kind: number,
    server: boolean,
    detail: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
    other: number,
    value: number,
  ): number {
    let entry = this.#free;
    if (entry >= 0) {
      this.#free = this.#word(entry, NEXT);
    } else {
      entry = this.#used++;
      if (entry >>> CHUNK_SHIFT === this.#chunks.length) {
        this.#chunks.push(new Int32Array(ENTRY_WORDS << CHUNK_SHIFT));
      }
    }
    const memory = this.#chunks[entry >>> CHUNK_SHIFT] as Int32Array;
    const base = (entry & CHUNK_MASK) * ENTRY_WORDS;
    memory[base + NEXT] = head;
    memory[base + HEADER] =
      kind | (server ? SERVER_BIT : 0) | (detail << DETAIL_SHIFT) | ((this.depth(head) + 1) << DEPTH_SHIFT);
    memory[base + FRAME] = frame;
    memory[base + SECONDS] = seconds;
    memory[base + NANOSECONDS] = nanoseconds;
    memory[base + OTHER] = other;
    memory[base + VALUE] = value;
    return entry;
  }

  /** Gives all entries from `head` on back. */
  release(head: number): void {
    let entry = head;
    while (entry >= 0) {
      const next = this.#word(entry, NEXT);
      this.#set(entry, NEXT, this.#free);
      this.#free = entry;
      entry = next;
    }
  }

  /** Number of entries from `head` on. */
  depth(head: number): number {
    return head < 0 ? 0 : this.#word(head, HEADER) >>> DEPTH_SHIFT;
  }

  next(entry: number): number {
    return this.#word(entry, NEXT);
  }

  kind(entry: number): number {
    return this.#word(entry, HEADER) & KIND_MASK;
  }

  isServer(entry: number): boolean {
    return (this.#word(entry, HEADER) & SERVER_BIT) !== 0;
  }

  detail(entry: number): number {
    return (this.#word(entry, HEADER) & DETAIL_MASK) >>> DETAIL_SHIFT;
  }

  setDetail(entry: number, detail: number): void {
    this.#set(entry, HEADER, (this.#word(entry, HEADER) & ~DETAIL_MASK) | (detail << DETAIL_SHIFT));
  }

  frame(entry: number): number {
    return this.#word(entry, FRAME);
  }

  setFrame(entry: number, frame: number): void {
    this.#set(entry, FRAME, frame);
  }

  seconds(entry: number): number {
    return this.#word(entry, SECONDS);
  }

  nanoseconds(entry: number): number {
    return this.#word(entry, NANOSECONDS);
  }

  setTime(entry: number, seconds: number, nanoseconds: number): void {
    this.#set(entry, SECONDS, seconds);
    this.#set(entry, NANOSECONDS, nanoseconds);
  }

  other(entry: number): number {
    return this.#word(entry, OTHER);
  }

  setOther(entry: number, frame: number): void {
    this.#set(entry, OTHER, frame);
  }

  value(entry: number): number {
    return this.#word(entry, VALUE);
  }

  setValue(entry: number, value: number): void {
    this.#set(entry, VALUE, value);
  }

  #word(entry: number, word: number): number {
    return (this.#chunks[entry >>> CHUNK_SHIFT] as Int32Array)[
      (entry & CHUNK_MASK) * ENTRY_WORDS + word
    ] as number;
  }

  #set(entry: number, word: number, value: number): void {
    (this.#chunks[entry >>> CHUNK_SHIFT] as Int32Array)[(entry & CHUNK_MASK) * ENTRY_WORDS + word] = value;
  }
}
