import type { Frame } from './frame.js';

/** Writes frames as a capture, part by part. Parts are valid only during the call: their buffer is reused. */
export interface FrameWriter {
  add(frame: Frame): void;
  /** Writes what is still held back. Call it once, after the last frame. */
  end(): void;
}

export type WriteOctets = (octets: Uint8Array) => void;

const INITIAL_SIZE = 1 << 16;

/** Octets that are handed on in larger parts. Call `room` before putting numbers into `view`. */
export class OctetBuffer {
  bytes = new Uint8Array(INITIAL_SIZE);
  view = new DataView(this.bytes.buffer);
  /** Where the next octet goes. */
  length = 0;
  readonly #write: WriteOctets;

  constructor(write: WriteOctets) {
    this.#write = write;
  }

  /** Makes sure that `octets` more fit after `length`, which may become 0. */
  room(octets: number): void {
    if (this.length + octets <= this.bytes.length) return;
    this.flush();
    if (octets <= this.bytes.length) return;
    this.bytes = new Uint8Array(octets);
    this.view = new DataView(this.bytes.buffer);
  }

  flush(): void {
    if (this.length > 0) this.#write(this.bytes.subarray(0, this.length));
    this.length = 0;
  }
}
