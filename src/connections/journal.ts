/**
 * The journal: transitions and milestones of all open connections, as entries of six int32 words, each
 * connection's linked from the newest to the oldest. A connection takes room for a few entries at a time, so
 * that they lie beside one another: entries strewn over memory take longer to fetch than to read. Closed
 * connections give their blocks back.
 */

// An entry is the number of its block with its place there in the low bits.
const PLACE_BITS = 2;
const PLACES = 1 << PLACE_BITS;
const PLACE_MASK = PLACES - 1;

// Words of an entry.
/** Kind, endpoint, and bits that depend on the kind. */
const HEADER = 0;
const FRAME = 1;
const SECONDS = 2;
const NANOSECONDS = 3;
/**
 * For a transition: the frame that proved or disproved it; for one that nothing proves, a sequence number that later
 * shows what crossed what (`fin.ts`, `fin-arrival.ts`), or the frame of a copy of the FIN that no frame shows. For a
 * run: its last frame.
 */
const OTHER = 4;
const VALUE = 5;
export const ENTRY_WORDS = 6;

/** The word before a block's entries: the newest entry of the block before it, or the next free block. */
const LINK_WORDS = 1;
const BLOCK_WORDS = LINK_WORDS + PLACES * ENTRY_WORDS;

const CHUNK_SHIFT = 13;
const CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

// HEADER: kind in bits 0–5, endpoint in 6, detail in 7–16, depth in 17–31.
const KIND_MASK = 0x3f;
const SERVER_BIT = 1 << 6;
const DETAIL_SHIFT = 7;
const DETAIL_MASK = 0x3ff << DETAIL_SHIFT;
const DEPTH_SHIFT = 17;

/** Entries a connection may have, so that a hostile capture cannot make one grow without end. */
export const MAX_DEPTH = 4000;

/**
 * Kind of a transition, whose value is one more than the entry of another, 0 for none; milestones use 1 + their index
 * in `MILESTONE_KINDS`.
 */
export const TRANSITION = 0;
/** Kind of an entry that continues the milestone next to it. */
export const CONTINUATION = KIND_MASK;

/** A journal with more entries than this has an index; most journals are shorter, and walks through them short. */
const LONGEST_WALK = 64;
/** Kinds that an index holds, for either endpoint: all that are looked for. */
const INDEXED_KINDS = 32;

export class Journal {
  readonly #chunks: Int32Array[] = [];
  /** For long journals, by the block of the newest entry: one more than the newest entry of each kind. */
  readonly #indexes = new Map<number, Int32Array>();
  /** While entries are restored: one more than each, by depth. */
  readonly #restored = [0];
  #used = 0;
  #free = -1;

  /**
   * Puts an entry in front of `head` (-1 for an empty journal) and returns it. `detail` is ten bits of
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
    const entry = this.#next(head);
    const memory = this.#memory(entry);
    const at = wordOf(entry);
    const depth = this.depth(head) + 1;
    memory[at + HEADER] =
      kind | (server ? SERVER_BIT : 0) | (detail << DETAIL_SHIFT) | (depth << DEPTH_SHIFT);
    memory[at + FRAME] = frame;
    memory[at + SECONDS] = seconds;
    memory[at + NANOSECONDS] = nanoseconds;
    memory[at + OTHER] = other;
    memory[at + VALUE] = value;
    if (depth > LONGEST_WALK) this.#index(head, entry);
    return entry;
  }

  /** The newest entry of a kind for an endpoint, or -1. */
  find(head: number, kind: number, server: boolean): number {
    if (this.depth(head) <= LONGEST_WALK) return this.#walk(head, kind, server);
    return this.#indexes.get(head & ~PLACE_MASK)![placeInIndex(kind, server)] - 1;
  }

  /** Gives all entries from `head` on back. */
  release(head: number): void {
    if (this.depth(head) > LONGEST_WALK) this.#indexes.delete(head & ~PLACE_MASK);
    for (let entry = head; entry >= 0; ) {
      const block = entry & ~PLACE_MASK;
      const memory = this.#memory(block);
      const link = linkOf(block);
      entry = memory[link];
      memory[link] = this.#free;
      this.#free = block;
    }
  }

  /**
   * Copies all entries from `head` on into `words`, the newest first, and gives them back. Links between entries
   * become numbers that hold wherever `restore` puts them.
   */
  takeOut(head: number, words: Int32Array, from: number): void {
    let at = from;
    for (let entry = head; entry >= 0; entry = this.next(entry)) {
      const start = wordOf(entry);
      const memory = this.#memory(entry);
      for (let i = 0; i < ENTRY_WORDS; i++) words[at + i] = memory[start + i];
      if (this.kind(entry) === TRANSITION) words[at + VALUE] = this.depth(words[at + VALUE] - 1);
      at += ENTRY_WORDS;
    }
    this.release(head);
  }

  /** Writes down again the `entries` that `takeOut` copied to `words`, and returns the newest; -1 for none. */
  restore(words: Int32Array, from: number, entries: number): number {
    const restored = this.#restored;
    let head = -1;
    for (let depth = 1; depth <= entries; depth++) {
      const at = from + (entries - depth) * ENTRY_WORDS;
      const entry = this.#next(head);
      restored[depth] = entry + 1;
      const start = wordOf(entry);
      const memory = this.#memory(entry);
      for (let i = 0; i < ENTRY_WORDS; i++) memory[start + i] = words[at + i];
      if (this.kind(entry) === TRANSITION) memory[start + VALUE] = restored[memory[start + VALUE]];
      head = entry;
    }
    return head;
  }

  /** Number of entries from `head` on. */
  depth(head: number): number {
    return head < 0 ? 0 : this.#word(head, HEADER) >>> DEPTH_SHIFT;
  }

  /** The entry before this one in time, or -1. */
  next(entry: number): number {
    return (entry & PLACE_MASK) === 0 ? this.#memory(entry)[linkOf(entry)] : entry - 1;
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

  #walk(head: number, kind: number, server: boolean): number {
    for (let entry = head; entry >= 0; entry = this.next(entry)) {
      if (this.kind(entry) === kind && this.isServer(entry) === server) return entry;
    }
    return -1;
  }

  /** Enters `entry`, which was put in front of `head`, in the index. */
  #index(head: number, entry: number): void {
    const before = head & ~PLACE_MASK;
    const block = entry & ~PLACE_MASK;
    let index = this.#indexes.get(before);
    if (index === undefined) {
      index = new Int32Array(2 * INDEXED_KINDS);
      for (let kind = 0; kind < INDEXED_KINDS; kind++) {
        index[placeInIndex(kind, false)] = this.#walk(head, kind, false) + 1;
        index[placeInIndex(kind, true)] = this.#walk(head, kind, true) + 1;
      }
      this.#indexes.set(block, index);
    } else if (block !== before) {
      this.#indexes.delete(before);
      this.#indexes.set(block, index);
    }
    const kind = this.kind(entry);
    if (kind < INDEXED_KINDS) index[placeInIndex(kind, this.isServer(entry))] = entry + 1;
  }

  /** The place for an entry in front of `head`. */
  #next(head: number): number {
    const isBlockFull = head < 0 || (head & PLACE_MASK) === PLACE_MASK;
    return isBlockFull ? this.#begin(head) : head + 1;
  }

  /** The first place of a new block, which follows `head`. */
  #begin(head: number): number {
    let block = this.#free;
    if (block >= 0) {
      this.#free = this.#memory(block)[linkOf(block)];
    } else {
      block = this.#used++ << PLACE_BITS;
      if (block >>> (CHUNK_SHIFT + PLACE_BITS) === this.#chunks.length) {
        this.#chunks.push(new Int32Array(BLOCK_WORDS << CHUNK_SHIFT));
      }
    }
    this.#memory(block)[linkOf(block)] = head;
    return block;
  }

  #memory(entry: number): Int32Array {
    return this.#chunks[entry >>> (CHUNK_SHIFT + PLACE_BITS)] as Int32Array;
  }

  #word(entry: number, word: number): number {
    return this.#memory(entry)[wordOf(entry) + word];
  }

  #set(entry: number, word: number, value: number): void {
    this.#memory(entry)[wordOf(entry) + word] = value;
  }
}

function placeInIndex(kind: number, server: boolean): number {
  return server ? kind + INDEXED_KINDS : kind;
}

/** Where the block of an entry starts in its chunk: at its link. */
function linkOf(entry: number): number {
  return ((entry >>> PLACE_BITS) & CHUNK_MASK) * BLOCK_WORDS;
}

/** Where an entry starts in its chunk. */
function wordOf(entry: number): number {
  return linkOf(entry) + LINK_WORDS + (entry & PLACE_MASK) * ENTRY_WORDS;
}
