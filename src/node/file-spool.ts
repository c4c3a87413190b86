import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemorySpool, type Spool, type Write } from '../report/reporter.js';
import { writeAll } from './output.js';

/** Up to this many octets stay in memory; almost every capture's findings do. */
const IN_MEMORY = 8 << 20;
const PART = 1 << 18;

/** A spool in memory that goes on in a temporary file when it grows large. */
export class FileSpool implements Spool {
  readonly #memory = new MemorySpool();
  #length = 0;
  #file: { readonly folder: string; readonly descriptor: number } | null = null;

  append(octets: Uint8Array): void {
    this.#length += octets.length;
    if (this.#length <= IN_MEMORY) {
      this.#memory.append(octets);
      return;
    }
    this.#file ??= this.#open();
    writeAll(this.#file.descriptor, octets, 'a temporary file');
  }

  drain(write: Write): void {
    this.#memory.drain(write);
    this.#length = 0;
    if (this.#file === null) return;
    const { descriptor } = this.#file;
    const buffer = new Uint8Array(PART);
    for (let position = 0; ; ) {
      const length = readSync(descriptor, buffer, 0, PART, position);
      if (length === 0) break;
      position += length;
      write(buffer.subarray(0, length));
    }
    this.close();
  }

  /** Removes the temporary file, if there is one. Also called if the process ends early. */
  readonly close = (): void => {
    if (this.#file === null) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = null;
    process.off('exit', this.close);
  };

  #open() {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-'));
    process.once('exit', this.close);
    return { folder, descriptor: openSync(join(folder, 'findings'), 'wx+', 0o600) };
  }
}
