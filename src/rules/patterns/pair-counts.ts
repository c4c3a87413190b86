import { MAX_GROUPS } from './members.js';

/** Numbers of clients and services are below this. */
const PLACES = 1 << 14;

if (MAX_GROUPS > PLACES) throw new Error('numbers of groups take more bits');

/** Pairs that are told apart: whoever makes a capture must not choose how much memory it takes. */
export const MAX_PAIRS = 100_000;

/** Counts by client and something else, both numbered. */
export class PairCounts {
  readonly #counts = new Map<number, number>();

  /** Counts once more; false if there is no room for another pair. */
  add(client: number, other: number): boolean {
    const pair = other * PLACES + client;
    const known = this.#counts.get(pair);
    if (known === undefined && this.#counts.size >= MAX_PAIRS) return false;
    this.#counts.set(pair, (known ?? 0) + 1);
    return true;
  }

  of(client: number, other: number): number {
    return this.#counts.get(other * PLACES + client) ?? 0;
  }

  clear(): void {
    this.#counts.clear();
  }

  /** For each other: its clients, with their counts. */
  byOther(): ReadonlyMap<number, ReadonlyMap<number, number>> {
    const all = new Map<number, Map<number, number>>();
    for (const [pair, count] of this.#counts) {
      const other = Math.floor(pair / PLACES);
      const clients = all.get(other);
      if (clients === undefined) all.set(other, new Map([[pair % PLACES, count]]));
      else clients.set(pair % PLACES, count);
    }
    return all;
  }
}
