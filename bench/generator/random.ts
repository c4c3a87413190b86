/** Pseudo-random numbers (sfc32) that depend on nothing but the seed, so that a capture can be made again. */
export class Random {
  private a = 0x9e3779b9 | 0;
  private b = 0x243f6a88 | 0;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.c = seed | 0;
    // Seeds that differ in one bit give similar first numbers; a dozen rounds drive them apart.
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** 32 random bits as an int32. */
  bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    return (this.bits() >>> 0) / 0x1_0000_0000;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Uniform among the integers from `lowest` to `highest`, both included. */
  integer(lowest: number, highest: number): number {
    return lowest + Math.floor(this.fraction() * (highest - lowest + 1));
  }

  /** Whole number, exponentially distributed. */
  exponential(mean: number): number {
    return Math.floor(-Math.log(1 - this.fraction()) * mean);
  }

  /** One of the names, each as likely as its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[];
    let total = 0;
    for (const name of names) total += weights[name];
    let left = this.fraction() * total;
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return names[names.length - 1]!;
  }
}
