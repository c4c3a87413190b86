/** A binary heap of timed events; the earliest is on top. */
export class EventQueue<Item> {
  private readonly times: number[] = [];
  private readonly items: Item[] = [];

  /** When the next event happens; infinity if there is none. */
  get nextTime(): number {
    return this.times.length > 0 ? this.times[0]! : Number.POSITIVE_INFINITY;
  }

  get next(): Item {
    return this.items[0]!;
  }

  push(time: number, item: Item): void {
    let hole = this.times.length;
    this.times.push(time);
    this.items.push(item);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.times[parent]! <= time) break;
      this.times[hole] = this.times[parent]!;
      this.items[hole] = this.items[parent]!;
      hole = parent;
    }
    this.times[hole] = time;
    this.items[hole] = item;
  }

  /** Gives the item on top a later time: half the work of taking it out and putting it back. */
  postpone(time: number): void {
    this.sink(time, this.items[0]!);
  }

  drop(): void {
    const time = this.times.pop()!;
    const item = this.items.pop()!;
    if (this.times.length > 0) this.sink(time, item);
  }

  private sink(time: number, item: Item): void {
    const { times, items } = this;
    const size = times.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= time) break;
      times[hole] = times[child]!;
      items[hole] = items[child]!;
      hole = child;
    }
    times[hole] = time;
    items[hole] = item;
  }
}
