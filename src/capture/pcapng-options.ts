import { grouped } from '../core/numbers.js';

/** The code that ends a list of options before its block does. */
const END_OF_OPTIONS = 0;
const OPTION_HEADER_LENGTH = 4;

/**
 * Walks the options of one pcapng block after another: code, length and value, padded to 32 bits. Each packet may
 * have some, so a list costs no allocation.
 * Source: draft-ietf-opsawg-pcapng, "Options".
 */
export class Options {
  code = 0;
  /** Of the value. */
  offset = 0;
  length = 0;
  /** What is wrong with the list, once `next` has found that. */
  fault: string | null = null;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private at = 0;
  private end = 0;
  private littleEndian = true;

  /** Goes to the list between the two offsets. */
  open(view: DataView, start: number, end: number, littleEndian: boolean): this {
    this.view = view;
    this.at = start;
    this.end = end;
    this.littleEndian = littleEndian;
    this.fault = null;
    return this;
  }

  /** Goes to the next option; false at the end of the list, and if it is wrong. */
  next(): boolean {
    const { view, at, end, littleEndian } = this;
    if (end - at < OPTION_HEADER_LENGTH) return false;
    this.code = view.getUint16(at, littleEndian);
    this.length = view.getUint16(at + 2, littleEndian);
    if (this.code === END_OF_OPTIONS) return false;
    this.offset = at + OPTION_HEADER_LENGTH;
    if (this.length > end - this.offset) {
      this.fault = `option ${this.code} says that it is ${grouped(this.length)} octets long, but its block has ${grouped(end - this.offset)} octets left`;
      return false;
    }
    this.at = this.offset + ((this.length + 3) & ~3);
    return true;
  }
}
