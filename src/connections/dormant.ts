/**
 * Connections that have long been silent, packed. A flood or a network scan leaves millions half-open, each with a
 * record of 104 words and a journal that has room for a few entries: most words are zero, and half of the others
 * repeat the value of another one. Packed, such a connection takes less than half the room and loses nothing. A
 * segment wakes it.
 */
import { FlowTable, type FourTuple } from './flow-table.js';
import { ENTRY_WORDS, type Journal } from './journal.js';
import { ID, JOURNAL, KEY_WORDS, LAST_FRAME, lastSender, RECORD_WORDS } from './record.js';

// A packed connection: its key, as in a record, and its number; then
/** The frame of its last segment; */
const LAST = KEY_WORDS + 1;
/** how many other words are not zero, how many values these have, and how many journal entries (eight bits each); */
const SIZES = LAST + 1;
const VALUES_SHIFT = 8;
const ENTRIES_SHIFT = 16;
/** a bit for each word, set if it is not zero; the values; and for each word that is not zero an octet: which value. */
const BITS = SIZES + 1;

/** The words of a record that are packed: all after its number. */
const FIRST_WORD = ID + 1;
const PACKED_WORDS = RECORD_WORDS - FIRST_WORD;
/** Connections with more entries stay awake: much has happened on them, and may again. */
const MAX_ENTRIES = 16;
const MAX_WORDS = PACKED_WORDS + MAX_ENTRIES * ENTRY_WORDS;
/** More places than there can be values. */
const HASH_BITS = 8;
const HASH_MASK = (1 << HASH_BITS) - 1;

export class Dormant {
  readonly #blocks = new Blocks();
  readonly #table: FlowTable;
  readonly #journal: Journal;
  readonly #words = new Int32Array(MAX_WORDS);
  readonly #bits = new Int32Array((MAX_WORDS + 31) >>> 5);
  readonly #values = new Int32Array(MAX_WORDS);
  readonly #codes = new Uint8Array(MAX_WORDS);
  /** One more than the place of each value, where its hash leads; 0 if empty. */
  readonly #hashed = new Uint8Array(1 << HASH_BITS);
  #size = 0;

  constructor(journal: Journal, seed: number) {
    this.#journal = journal;
    this.#table = new FlowTable(this.#blocks, seed);
  }

  /** Connections held. */
  get size(): number {
    return this.#size;
  }

  /** Whether the connection at `base` may be packed. */
  accepts(memory: Int32Array, base: number): boolean {
    return this.#journal.depth(memory[base + JOURNAL]) <= MAX_ENTRIES;
  }

  /** Packs the connection whose words start at `base` in `memory`, and gives its journal back. */
  add(memory: Int32Array, base: number): void {
    const words = this.#words;
    const head = memory[base + JOURNAL];
    const entries = this.#journal.depth(head);
    copyWords(memory, base + FIRST_WORD, words, 0, PACKED_WORDS);
    words[JOURNAL - FIRST_WORD] = 0;
    this.#journal.takeOut(head, words, PACKED_WORDS);
    const count = PACKED_WORDS + entries * ENTRY_WORDS;

    const { coded, known } = this.#encode(count);
    const slot = this.#blocks.allocate(lengthOf(count, known, coded));
    const into = this.#blocks.memory(slot);
    const start = this.#blocks.base(slot);
    copyWords(memory, base, into, start, FIRST_WORD);
    into[start + LAST] = memory[lastSender(memory, base) + LAST_FRAME];
    into[start + SIZES] = coded | (known << VALUES_SHIFT) | (entries << ENTRIES_SHIFT);
    const bitWords = (count + 31) >>> 5;
    copyWords(this.#bits, 0, into, start + BITS, bitWords);
    copyWords(this.#values, 0, into, start + BITS + bitWords, known);
    const codes = this.#codes;
    for (let i = 0, at = start + BITS + bitWords + known; i < coded; i += 4) {
      into[at++] = codes[i] | (codes[i + 1] << 8) | (codes[i + 2] << 16) | (codes[i + 3] << 24);
    }
    this.#table.insert(slot);
    this.#size++;
  }

  /** Splits the first `count` of `#words` into bits, values and codes; returns how many codes and values there are. */
  #encode(count: number): { coded: number; known: number } {
    const words = this.#words;
    const bits = this.#bits.fill(0);
    const values = this.#values;
    const codes = this.#codes;
    const hashed = this.#hashed.fill(0);
    let coded = 0;
    let known = 0;
    for (let i = 0; i < count; i++) {
      const word = words[i];
      if (word === 0) continue;
      bits[i >>> 5] |= 1 << (i & 31);
      let at = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
      while (hashed[at] !== 0 && values[hashed[at] - 1] !== word) at = (at + 1) & HASH_MASK;
      if (hashed[at] === 0) {
        values[known++] = word;
        hashed[at] = known;
      }
      codes[coded++] = hashed[at] - 1;
    }
    return { coded, known };
  }

  /** The packed connection that `tuple` belongs to, or -1. */
  find(tuple: FourTuple): number {
    return this.#size === 0 ? -1 : this.#table.find(tuple);
  }

  /** Unpacks a connection into the zeroed record at `base` in `memory`, and forgets it. */
  wake(slot: number, memory: Int32Array, base: number): void {
    const from = this.#blocks.memory(slot);
    const start = this.#blocks.base(slot);
    const sizes = from[start + SIZES];
    const coded = sizes & 0xff;
    const known = (sizes >>> VALUES_SHIFT) & 0xff;
    const entries = sizes >>> ENTRIES_SHIFT;
    const count = PACKED_WORDS + entries * ENTRY_WORDS;
    const bits = start + BITS;
    const values = bits + ((count + 31) >>> 5);
    const codes = values + known;
    const words = this.#words.fill(0, PACKED_WORDS, count);
    copyWords(from, start, memory, base, FIRST_WORD);
    let next = 0;
    for (let i = 0; i < count; i += 32) {
      for (let left = from[bits + (i >>> 5)]; left !== 0; left &= left - 1) {
        const place = i + 31 - Math.clz32(left & -left);
        const code = (from[codes + (next >>> 2)] >>> ((next & 3) << 3)) & 0xff;
        const value = from[values + code];
        if (place < PACKED_WORDS) memory[base + FIRST_WORD + place] = value;
        else words[place] = value;
        next++;
      }
    }
    memory[base + JOURNAL] = this.#journal.restore(words, PACKED_WORDS, entries);
    this.#table.remove(slot);
    this.#blocks.release(slot, lengthOf(count, known, coded));
    this.#size--;
  }

  /** All packed connections, in no order. */
  slots(): Iterable<number> {
    return this.#table.slots();
  }

  /** The connection's number. */
  idOf(slot: number): number {
    return this.#blocks.memory(slot)[this.#blocks.base(slot) + ID];
  }

  /** The frame of the connection's last segment, as records hold it. */
  lastFrameOf(slot: number): number {
    return this.#blocks.memory(slot)[this.#blocks.base(slot) + LAST];
  }
}

/** So few words are copied faster one by one than through views on them. */
function copyWords(from: Int32Array, at: number, into: Int32Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) into[to + i] = from[at + i];
}

/** Words of a packed connection. */
function lengthOf(count: number, values: number, coded: number): number {
  return BITS + ((count + 31) >>> 5) + values + ((coded + 3) >>> 2);
}

/** A slot is the number of a block's first granule of eight words. */
const GRANULE_SHIFT = 3;
const CHUNK_SHIFT = 14;
const CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

/** Memory in blocks of any length, with a list of returned blocks for each length. */
class Blocks {
  readonly #chunks: Int32Array[] = [];
  /** By granules: the first free block, each of which starts with the next; -1 for none. */
  readonly #free = new Int32Array(1 + granulesOf(lengthOf(MAX_WORDS, MAX_WORDS, MAX_WORDS))).fill(-1);
  #used = 0;

  allocate(words: number): number {
    const granules = granulesOf(words);
    const free = this.#free[granules];
    if (free >= 0) {
      this.#free[granules] = this.memory(free)[this.base(free)];
      return free;
    }
    const left = (1 << CHUNK_SHIFT) - (this.#used & CHUNK_MASK);
    // A block lies in one chunk.
    if (left < granules) this.#used += left;
    const slot = this.#used;
    this.#used += granules;
    if (slot >>> CHUNK_SHIFT === this.#chunks.length) {
      this.#chunks.push(new Int32Array(1 << (CHUNK_SHIFT + GRANULE_SHIFT)));
    }
    return slot;
  }

  release(slot: number, words: number): void {
    const granules = granulesOf(words);
    this.memory(slot)[this.base(slot)] = this.#free[granules];
    this.#free[granules] = slot;
  }

  memory(slot: number): Int32Array {
    return this.#chunks[slot >>> CHUNK_SHIFT] as Int32Array;
  }

  base(slot: number): number {
    return (slot & CHUNK_MASK) << GRANULE_SHIFT;
  }
}

function granulesOf(words: number): number {
  return (words + (1 << GRANULE_SHIFT) - 1) >>> GRANULE_SHIFT;
}
