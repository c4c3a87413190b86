/**
 * Octets of ASCII text, assembled in one buffer. Writing them there directly is several times
 * faster than building strings that are flattened, encoded and thrown away: copying a prepared piece takes
 * the same dozen nanoseconds whatever its length, and nothing is left for the garbage collector.
 */
import type { Write } from './reporter.js';

const QUOTE = 0x22;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Strings longer than this are encoded by the platform; for shorter ones a loop is faster. */
const SHORT = 48;
/** Pieces longer than this are copied by the platform; for shorter ones a loop over words is faster. */
const SHORT_PIECE = 80;
const WORD = Float64Array.BYTES_PER_ELEMENT;

/** What needs no escape in JSON: printable ASCII except the quote and the backslash. */
const NEEDS_ESCAPES = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
/** Larger numbers are written in parts of as many digits as fit in 31 bits. */
const LIMB_DIGITS = 9;
const LIMB = 10 ** LIMB_DIGITS;
/** Up to this many seconds a double holds every nanosecond. */
const EXACT_SECONDS = 4_000_000;

/** The most octets of UTF-8 that a UTF-16 code unit becomes. */
const MOST_OCTETS = 3;

const encoder = new TextEncoder();

/** This machine's byte order. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** An ASCII text that is used again and again. */
export interface Piece {
  readonly octets: Uint8Array;
  /** The same, eight octets at a time, padded with zeros: ASCII is never a NaN, which copies may change. */
  readonly words: Float64Array;
}

/** `text` must be ASCII. */
export function piece(text: string): Piece {
  const words = new Float64Array(Math.ceil(text.length / WORD));
  const octets = new Uint8Array(words.buffer, 0, text.length);
  encoder.encodeInto(text, octets);
  return { octets, words };
}

/** `value` as JSON in pure ASCII, other characters escaped. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export class AsciiText {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  piece({ octets, words }: Piece): void {
    const { length } = octets;
    this.#reserve(length + WORD);
    const start = this.#length;
    if (length > SHORT_PIECE) {
      this.#bytes.set(octets, start);
    } else {
      // The last word's zeros are overwritten by what follows.
      const view = this.#view;
      for (let i = 0; i < words.length; i++) view.setFloat64(start + i * WORD, words[i], IS_LITTLE_ENDIAN);
    }
    this.#length = start + length;
  }

  /** `text` must be ASCII: otherwise a long text stays as it is, and a short one is corrupted. */
  text(text: string): void {
    const { length } = text;
    if (length > SHORT) {
      this.#reserve(length * MOST_OCTETS);
      this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
      return;
    }
    this.#reserve(length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let i = 0; i < length; i++) bytes[start + i] = text.charCodeAt(i);
    this.#length += length;
  }

  /** `text` as a JSON string, everything but ASCII escaped. */
  quoted(text: string): void {
    if (NEEDS_ESCAPES.test(text)) {
      this.text(asciiJson(text));
      return;
    }
    this.#octet(QUOTE);
    this.text(text);
    this.#octet(QUOTE);
  }

  number(value: number): void {
    if (value >= 0 && (value | 0) === value) {
      let digits = 1;
      for (let limit = 10; digits < 10 && value >= limit; limit *= 10) digits++;
      this.digits(value, digits);
    } else if (value >= LIMB && value <= Number.MAX_SAFE_INTEGER && Number.isInteger(value)) {
      // Mostly sequence numbers and octet counts.
      const upper = Math.floor(value / LIMB);
      this.number(upper);
      this.digits(value - upper * LIMB, LIMB_DIGITS);
    } else {
      this.text(Number.isFinite(value) ? String(value) : 'null');
    }
  }

  /** A number of `count` digits, with leading zeros. `value` must fit in 31 bits. */
  digits(value: number, count: number): void {
    this.#reserve(count);
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let i = this.#length + count - 1; i >= this.#length; i--) {
      const next = (rest / 10) | 0;
      bytes[i] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += count;
  }

  /** Seconds as a decimal number without needless zeros; `nanoseconds` is 0…999,999,999. */
  seconds(whole: number, nanoseconds: number, negative = false): void {
    if (negative) this.#octet(MINUS);
    this.number(whole);
    if (nanoseconds === 0) return;
    this.#octet(POINT);
    this.digits(nanoseconds, 9);
    while (this.#bytes[this.#length - 1] === ZERO) this.#length--;
  }

  /** Seconds to the nanosecond, of any size and sign, known only as a double. */
  decimal(value: number): void {
    if (value >= 0 && value < EXACT_SECONDS) {
      const nanoseconds = Math.round(value * 1e9);
      const whole = Math.floor(nanoseconds / 1e9);
      this.seconds(whole, nanoseconds - whole * 1e9);
    } else {
      this.text(Number.isFinite(value) ? String(Math.round(value * 1e9) / 1e9) : 'null');
    }
  }

  /** Hands on what has been gathered and starts anew. The octets handed on are valid only during the call. */
  flush(write: Write): void {
    if (this.#length > 0) write(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }

  #octet(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
