/** Size of the reused read buffer. Reads of 256 KiB to 4 MiB measure within 8 % of each other. */
const INITIAL_SIZE = 1 << 20;

/** A place in the reader's buffer that a caller may fill: `length` octets from `offset`. */
export interface Space {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

/**
 * The part of the input that is in memory: octets `start … end` of one reused buffer. Parsers consume from
 * `start`; a parser may move `start` beyond `end`, which skips octets that have not arrived yet without
 * ever holding them.
 *
 * The buffer grows only when a record that a parser has found acceptable really fills it: never because a
 * length field says so.
 */
export class ByteWindow {
  bytes: Uint8Array = new Uint8Array(INITIAL_SIZE);
  view: DataView = new DataView(this.bytes.buffer);
  start = 0;
  end = 0;
  /** How many octets before `start` are consumed, but stay to be looked at once more. */
  kept = 0;
  /** File offset of `bytes[0]`. */
  private origin = 0;

  /** Offset in the file of the octet at `position` of the buffer. */
  fileOffset(position: number): number {
    return this.origin + position;
  }

  /** Octets that have arrived and are not consumed. */
  get available(): number {
    return this.end - this.start;
  }

  /** Moves what is kept and what is not consumed to the front and returns the room after it, at least one octet. */
  reserve(): Space {
    const from = Math.min(this.start - this.kept, this.end);
    if (from > 0) {
      this.bytes.copyWithin(0, from, this.end);
      this.origin += from;
      this.start -= from;
      this.end -= from;
    }
    if (this.end === this.bytes.length) this.grow();
    return { bytes: this.bytes, offset: this.end, length: this.bytes.length - this.end };
  }

  /** Says that `length` octets of the reserved space now hold input. */
  commit(length: number): void {
    this.end += length;
  }

  private grow(): void {
    const larger = new Uint8Array(this.bytes.length * 2);
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
