import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemorySpool, type Spool, type Write } from '../report/reporter.js';
import { writeAll } from './output.js';

/** Up to this many characters stay in memory; almost every capture's findings do. */
const IN_MEMORY = 8 << 20;
const PIECE = 1 << 20;

/** A spool in memory that moves to a temporary file when it grows large. Its text must be ASCII. */
export class FileSpool implements Spool {
  readonly #memory = new MemorySpool();
  #length = 0;
  #pending = '';
  #file: { readonly folder: string; readonly descriptor: number } | null = null;

  append(text: string): void {
    this.#length += text.length;
    if (this.#length <= IN_MEMORY) {
      this.#memory.append(text);
      return;
    }
    this.#pending += text;
    if (this.#pending.length > PIECE) this.#flush();
  }

  drain(write: Write): void {
    this.#memory.drain(write);
    if (this.#file !== null) {
      this.#flush();
      const { descriptor, folder } = this.#file;
      const buffer = Buffer.alloc(PIECE);
      for (let position = 0; ; ) {
        const length = readSync(descriptor, buffer, 0, PIECE, position);
        if (length === 0) break;
        position += length;
        write(buffer.toString('latin1', 0, length));
      }
      closeSync(descriptor);
      rmSync(folder, { recursive: true, force: true });
      this.#file = null;
    }
    write(this.#pending);
    this.#pending = '';
    this.#length = 0;
  }

  #flush(): void {
    if (this.#file === null) {
      const folder = mkdtempSync(join(tmpdir(), 'finwait-'));
      this.#file = { folder, descriptor: openSync(join(folder, 'findings'), 'wx+', 0o600) };
    }
    writeAll(this.#file.descriptor, this.#pending);
    this.#pending = '';
  }
}
