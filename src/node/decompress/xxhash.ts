/**
 * xxHash with seed 0, of octets that arrive in pieces of any size: the checksums of LZ4 and Zstandard.
 * Source: "xxHash fast digest algorithm", doc/xxhash_spec.md of github.com/Cyan4973/xxHash, version 0.1.1.
 */

/** Takes octets in stripes of one length, whose lanes are mixed into accumulators. */
abstract class Stripes {
  readonly #pending: Uint8Array;
  readonly #pendingView: DataView;
  #pendingLength = 0;
  /** Octets so far. */
  protected length = 0;

  constructor(private readonly stripeLength: 16 | 32) {
    this.#pending = new Uint8Array(stripeLength);
    this.#pendingView = new DataView(this.#pending.buffer);
  }

  update(octets: Uint8Array): void {
    const { stripeLength } = this;
    this.length += octets.length;
    let at = 0;
    if (this.#pendingLength > 0) {
      at = Math.min(octets.length, stripeLength - this.#pendingLength);
      this.#pending.set(octets.subarray(0, at), this.#pendingLength);
      this.#pendingLength += at;
      if (this.#pendingLength < stripeLength) return;
      this.mix(this.#pendingView, 0, stripeLength);
    }
    const end = octets.length - ((octets.length - at) % stripeLength);
    this.mix(new DataView(octets.buffer, octets.byteOffset, octets.byteLength), at, end);
    this.#pending.set(octets.subarray(end));
    this.#pendingLength = octets.length - end;
  }

  /** What came after the last whole stripe. */
  protected get rest(): DataView {
    return new DataView(this.#pending.buffer, 0, this.#pendingLength);
  }

  /** Mixes in the whole stripes from `start` to `end`. */
  protected abstract mix(view: DataView, start: number, end: number): void;
}

const PRIME32_1 = 0x9e3779b1 | 0;
const PRIME32_2 = 0x85ebca77 | 0;
const PRIME32_3 = 0xc2b2ae3d | 0;
const PRIME32_4 = 0x27d4eb2f | 0;
const PRIME32_5 = 0x165667b1 | 0;

export class XxHash32 extends Stripes {
  #a = (PRIME32_1 + PRIME32_2) | 0;
  #b = PRIME32_2;
  #c = 0;
  #d = -PRIME32_1 | 0;

  constructor() {
    super(16);
  }

  protected mix(view: DataView, start: number, end: number): void {
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    for (let at = start; at < end; at += 16) {
      a = round32(a, view.getInt32(at, true));
      b = round32(b, view.getInt32(at + 4, true));
      c = round32(c, view.getInt32(at + 8, true));
      d = round32(d, view.getInt32(at + 12, true));
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  /** Of everything so far, unsigned. */
  digest(): number {
    const { rest } = this;
    let hash = PRIME32_5;
    if (this.length >= 16)
      hash = rotate(this.#a, 1) + rotate(this.#b, 7) + rotate(this.#c, 12) + rotate(this.#d, 18);
    hash = (hash + this.length) | 0;
    let at = 0;
    for (; at + 4 <= rest.byteLength; at += 4) {
      const lane = Math.imul(rest.getInt32(at, true), PRIME32_3);
      hash = Math.imul(rotate((hash + lane) | 0, 17), PRIME32_4);
    }
    for (; at < rest.byteLength; at++) {
      const lane = Math.imul(rest.getUint8(at), PRIME32_5);
      hash = Math.imul(rotate((hash + lane) | 0, 11), PRIME32_1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), PRIME32_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME32_3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

function round32(accumulator: number, lane: number): number {
  return Math.imul(rotate((accumulator + Math.imul(lane, PRIME32_2)) | 0, 13), PRIME32_1);
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;
const LANES = 4;
const [PRIME64_1_LOW, PRIME64_1_HIGH] = wordsOf(PRIME64_1);
const [PRIME64_2_LOW, PRIME64_2_HIGH] = wordsOf(PRIME64_2);

/**
 * Stripes are computed in 32-bit words, since a BigInt for every lane costs some fifty times as much; what is done
 * once at the end is not.
 */
export class XxHash64 extends Stripes {
  /** Accumulators, each as its low and its high word. */
  readonly #words = new Int32Array([PRIME64_1 + PRIME64_2, PRIME64_2, 0n, -PRIME64_1].flatMap(wordsOf));

  constructor() {
    super(32);
  }

  protected mix(view: DataView, start: number, end: number): void {
    const words = this.#words;
    for (let lane = 0; lane < LANES; lane++) {
      let low = words[2 * lane];
      let high = words[2 * lane + 1];
      for (let at = start + 8 * lane; at < end; at += 8 * LANES) {
        // accumulator += input * PRIME64_2
        const inputLow = view.getInt32(at, true);
        const inputHigh = view.getInt32(at + 4, true);
        const productLow = Math.imul(inputLow, PRIME64_2_LOW);
        const productHigh =
          (highProduct(inputLow, PRIME64_2_LOW) +
            Math.imul(inputLow, PRIME64_2_HIGH) +
            Math.imul(inputHigh, PRIME64_2_LOW)) |
          0;
        const sum = (low + productLow) | 0;
        const carry = sum >>> 0 < productLow >>> 0 ? 1 : 0;
        const sumHigh = (high + productHigh + carry) | 0;
        // accumulator = rotated by 31 * PRIME64_1
        const rotatedLow = (sum << 31) | (sumHigh >>> 1);
        const rotatedHigh = (sumHigh << 31) | (sum >>> 1);
        low = Math.imul(rotatedLow, PRIME64_1_LOW);
        high =
          (highProduct(rotatedLow, PRIME64_1_LOW) +
            Math.imul(rotatedLow, PRIME64_1_HIGH) +
            Math.imul(rotatedHigh, PRIME64_1_LOW)) |
          0;
      }
      words[2 * lane] = low;
      words[2 * lane + 1] = high;
    }
  }

  get #accumulators(): bigint[] {
    const words = [...this.#words].map((word) => BigInt(word >>> 0));
    return Array.from({ length: LANES }, (_, lane) => words[2 * lane] | (words[2 * lane + 1] << 32n));
  }

  /** Of everything so far. */
  digest(): bigint {
    const { rest } = this;
    let hash = PRIME64_5;
    if (this.length >= 32) {
      const [a, b, c, d] = this.#accumulators;
      hash = u64(rotate64(a, 1n) + rotate64(b, 7n) + rotate64(c, 12n) + rotate64(d, 18n));
      for (const each of [a, b, c, d]) hash = u64((hash ^ round64(each)) * PRIME64_1 + PRIME64_4);
    }
    hash = u64(hash + BigInt(this.length));
    let at = 0;
    for (; at + 8 <= rest.byteLength; at += 8) {
      hash ^= round64(rest.getBigUint64(at, true));
      hash = u64(rotate64(hash, 27n) * PRIME64_1 + PRIME64_4);
    }
    if (at + 4 <= rest.byteLength) {
      hash ^= u64(BigInt(rest.getUint32(at, true)) * PRIME64_1);
      hash = u64(rotate64(hash, 23n) * PRIME64_2 + PRIME64_3);
      at += 4;
    }
    for (; at < rest.byteLength; at++) {
      hash ^= u64(BigInt(rest.getUint8(at)) * PRIME64_5);
      hash = u64(rotate64(hash, 11n) * PRIME64_1);
    }
    hash = u64((hash ^ (hash >> 33n)) * PRIME64_2);
    hash = u64((hash ^ (hash >> 29n)) * PRIME64_3);
    return hash ^ (hash >> 32n);
  }
}

/** The low and the high word. */
function wordsOf(value: bigint): [number, number] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

/** The upper 32 bits of the product of two unsigned words. */
function highProduct(word: number, other: number): number {
  const low = other & 0xffff;
  const high = other >>> 16;
  const wordLow = word & 0xffff;
  const wordHigh = word >>> 16;
  const carried = (Math.imul(wordLow, low) >>> 16) + (Math.imul(wordHigh, low) >>> 0);
  const middle = Math.imul(wordLow, high) + (carried & 0xffff);
  return Math.imul(wordHigh, high) + (carried >>> 16) + (middle >>> 16);
}

/** What a lane does to an accumulator of zero. */
function round64(lane: bigint): bigint {
  return u64(rotate64(u64(lane * PRIME64_2), 31n) * PRIME64_1);
}

function rotate64(word: bigint, by: bigint): bigint {
  return u64(word << by) | (word >> (64n - by));
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
