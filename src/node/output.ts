import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Text to a file that appears under its name only when it is complete. */
export class OutputFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #descriptor: number;

  /** @throws the system's error if the folder cannot be written to */
  constructor(path: string) {
    this.#path = path;
    // Not a regular file to be replaced, such as /dev/null: written to directly.
    this.#partial = path.startsWith('/dev/')
      ? path
      : join(dirname(path), `.finwait-${process.pid}-${Date.now()}`);
    this.#descriptor = openSync(this.#partial, 'w');
  }

  readonly write = (part: string | Uint8Array): void => {
    writeAll(this.#descriptor, part);
  };

  /** Puts the file in its place. */
  finish(): void {
    closeSync(this.#descriptor);
    if (this.#partial !== this.#path) renameSync(this.#partial, this.#path);
  }

  /** Removes what was written. */
  abandon(): void {
    closeSync(this.#descriptor);
    if (this.#partial !== this.#path) rmSync(this.#partial, { force: true });
  }
}

/** Writes all of `part`, waiting where the receiver is slower. @throws EPIPE if the receiver is gone */
export function writeAll(descriptor: number, part: string | Uint8Array): void {
  const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      // A full pipe that does not block: give its reader a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
