/**
 * The flow table: from a segment's addresses, ports and network to the slot of its connection.
 *
 * Open addressing over one Int32Array of slots and their hashes; the keys stay in the records, and a record
 * whose hash differs is never touched: fetching one from memory takes longer than all the rest. The hash is
 * seeded, so that whoever made the capture cannot choose 4-tuples that collide, and symmetric, so that both
 * directions find the same place. Keys are always compared in full.
 */
import type { AddressPair } from '../core/addresses.js';
import { CLIENT_ADDRESS, DOMAIN, PORTS, SERVER_ADDRESS } from './record.js';

/** Both ends of a packet, as addresses and ports, and their network; a `Segment` is one. */
export interface FourTuple extends AddressPair {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Number of the network, see `Domains`. */
  readonly domain: number;
}

/** Where records are, by slot; each starts with the words of its key. */
export interface Keys {
  memory(slot: number): Int32Array;
  base(slot: number): number;
}

const INITIAL_CAPACITY = 1 << 12;
/** The table grows when more than this share of it is used. */
const MAXIMUM_LOAD = 0.6;

export class FlowTable {
  readonly #store: Keys;
  readonly #seed: number;
  /** Two words a place: slot + 1, or 0 if empty, and the hash of that slot's key. */
  #places = new Int32Array(2 * INITIAL_CAPACITY);
  #mask = INITIAL_CAPACITY - 1;
  #used = 0;
  /** Whether the segment of the last successful `find` came from the record's server. */
  fromServer = false;

  constructor(store: Keys, seed: number) {
    this.#store = store;
    this.#seed = seed | 0;
  }

  /** Slot of the connection that `tuple` belongs to, or -1; sets `fromServer`. */
  find(tuple: FourTuple): number {
    const places = this.#places;
    const mask = this.#mask;
    const hash = this.#hashTuple(tuple);
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = places[2 * place] - 1;
      if (slot < 0) return -1;
      if (places[2 * place + 1] !== hash) continue;
      const memory = this.#store.memory(slot);
      const base = this.#store.base(slot);
      const ports = memory[base + PORTS];
      if (
        ports === ((tuple.sourcePort << 16) | tuple.destinationPort) &&
        memory[base + 3] === tuple.source3 &&
        memory[base + 7] === tuple.destination3 &&
        memory[base] === tuple.source0 &&
        memory[base + 1] === tuple.source1 &&
        memory[base + 2] === tuple.source2 &&
        memory[base + 4] === tuple.destination0 &&
        memory[base + 5] === tuple.destination1 &&
        memory[base + 6] === tuple.destination2 &&
        memory[base + DOMAIN] === tuple.domain
      ) {
        this.fromServer = false;
        return slot;
      }
      if (
        ports === ((tuple.destinationPort << 16) | tuple.sourcePort) &&
        memory[base + 7] === tuple.source3 &&
        memory[base + 3] === tuple.destination3 &&
        memory[base + 4] === tuple.source0 &&
        memory[base + 5] === tuple.source1 &&
        memory[base + 6] === tuple.source2 &&
        memory[base] === tuple.destination0 &&
        memory[base + 1] === tuple.destination1 &&
        memory[base + 2] === tuple.destination2 &&
        memory[base + DOMAIN] === tuple.domain
      ) {
        this.fromServer = true;
        return slot;
      }
    }
  }

  /** Enters the record in `slot`, whose key must not be in the table. */
  insert(slot: number): void {
    if (this.#used + 1 > (this.#mask + 1) * MAXIMUM_LOAD) this.#grow();
    this.#place(slot, this.#hashRecord(slot));
    this.#used++;
  }

  /** Removes the record in `slot`, if it is in the table. */
  remove(slot: number): void {
    const places = this.#places;
    const mask = this.#mask;
    let hole = this.#hashRecord(slot) & mask;
    while (places[2 * hole] !== slot + 1) {
      if (places[2 * hole] === 0) return;
      hole = (hole + 1) & mask;
    }
    // Close the hole, so that no search stops short of an entry that was pushed past it.
    for (let place = (hole + 1) & mask; places[2 * place] !== 0; place = (place + 1) & mask) {
      const home = places[2 * place + 1] & mask;
      if (((place - home) & mask) >= ((place - hole) & mask)) {
        places[2 * hole] = places[2 * place];
        places[2 * hole + 1] = places[2 * place + 1];
        hole = place;
      }
    }
    places[2 * hole] = 0;
    this.#used--;
  }

  /** All slots in the table, in no order. */
  *slots(): Generator<number> {
    const places = this.#places;
    for (let at = 0; at < places.length; at += 2) {
      if (places[at] !== 0) yield places[at] - 1;
    }
  }

  #place(slot: number, hash: number): void {
    const places = this.#places;
    const mask = this.#mask;
    let place = hash & mask;
    while (places[2 * place] !== 0) place = (place + 1) & mask;
    places[2 * place] = slot + 1;
    places[2 * place + 1] = hash;
  }

  #grow(): void {
    const old = this.#places;
    this.#places = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] !== 0) this.#place(old[at] - 1, old[at + 1]);
    }
  }

  #hashTuple(tuple: FourTuple): number {
    const source = this.#hashEnd(
      tuple.source0,
      tuple.source1,
      tuple.source2,
      tuple.source3,
      tuple.sourcePort,
    );
    const destination = this.#hashEnd(
      tuple.destination0,
      tuple.destination1,
      tuple.destination2,
      tuple.destination3,
      tuple.destinationPort,
    );
    return finish((source + destination) | 0, tuple.domain);
  }

  #hashRecord(slot: number): number {
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    const ports = memory[base + PORTS];
    const c = base + CLIENT_ADDRESS;
    const s = base + SERVER_ADDRESS;
    const client = this.#hashEnd(memory[c], memory[c + 1], memory[c + 2], memory[c + 3], ports >>> 16);
    const server = this.#hashEnd(memory[s], memory[s + 1], memory[s + 2], memory[s + 3], ports & 0xffff);
    return finish((client + server) | 0, memory[base + DOMAIN]);
  }

  #hashEnd(word0: number, word1: number, word2: number, word3: number, port: number): number {
    let hash = this.#seed ^ word3;
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15) ^ port, 0x846ca68b);
    if (word0 !== 0) {
      hash = Math.imul(hash ^ (hash >>> 15) ^ word0, 0x7feb352d);
      hash = Math.imul(hash ^ (hash >>> 15) ^ word1, 0x846ca68b);
      hash = Math.imul(hash ^ (hash >>> 15) ^ word2, 0x7feb352d);
    }
    return hash ^ (hash >>> 16);
  }
}

function finish(ends: number, domain: number): number {
  const hash = ends + Math.imul(domain, 0x9e3779b1);
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return mixed ^ (mixed >>> 15);
}
