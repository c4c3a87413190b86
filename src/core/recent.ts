/**
 * A map of limited size: a new key displaces the one that came first. The keys' order is kept beside the map,
 * since finding a map's first key takes longer the more were deleted before it.
 */
export class Recent<K, V> {
  readonly #values = new Map<K, V>();
  readonly #keys: K[] = [];
  readonly #limit: number;
  #oldest = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  set(key: K, value: V): void {
    if (!this.#values.has(key)) this.#enter(key);
    this.#values.set(key, value);
  }

  #enter(key: K): void {
    if (this.#keys.length < this.#limit) {
      this.#keys.push(key);
      return;
    }
    this.#values.delete(this.#keys[this.#oldest]);
    this.#keys[this.#oldest] = key;
    this.#oldest = (this.#oldest + 1) % this.#limit;
  }
}
