import { closeSync, copyFileSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getSystemErrorMap } from 'node:util';

/** Output that cannot be written. The message names it and the system's reason. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  constructor(
    output: string,
    /** The system's error code, such as `ENOSPC`. */
    readonly code: string,
    reason: string,
  ) {
    super(`${output} cannot be written: ${reason} (${code})`);
  }
}

/** Tells files apart that are begun in the same moment. */
let partials = 0;

/** Files that are not in their place yet. */
const unfinished = new Set<string>();

/** What is not finished does not outlive the process, even if that ends before its time, as by Ctrl-C. */
function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true });
}

function begin(path: string): void {
  if (unfinished.size === 0) process.on('exit', removeUnfinished);
  unfinished.add(path);
}

function end(path: string): void {
  unfinished.delete(path);
  if (unfinished.size === 0) process.off('exit', removeUnfinished);
}

/** Text to a file that appears under its name only when it is complete. */
export class OutputFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #descriptor: number;
  #isOpen = true;

  /** @throws OutputError if it cannot be created */
  constructor(path: string) {
    this.#path = path;
    // Not a regular file to be replaced, such as /dev/null or a named pipe: written to directly.
    this.#partial = isReplaceable(path)
      ? join(dirname(path), `.finwait-${process.pid}-${Date.now()}-${partials++}`)
      : path;
    this.#descriptor = reported(path, () => openSync(this.#partial, 'w'));
    if (this.#partial !== path) begin(this.#partial);
  }

  readonly write = (part: string | Uint8Array): void => {
    writeAll(this.#descriptor, part, this.#path);
  };

  /** Puts the file in its place. @throws OutputError */
  finish(): void {
    reported(this.#path, () => {
      this.#close();
      if (this.#partial !== this.#path) place(this.#partial, this.#path);
    });
    end(this.#partial);
  }

  /** Removes what was written, unless it is in its place already. */
  abandon(): void {
    this.#close();
    if (this.#partial !== this.#path) rmSync(this.#partial, { force: true });
    end(this.#partial);
  }

  #close(): void {
    if (!this.#isOpen) return;
    // What a failing close leaves behind is not this process's any more.
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }
}

/**
 * Writes all of `part`, waiting where the receiver is slower.
 *
 * @param output what is written to, for the error
 * @throws OutputError, with code EPIPE if the receiver is gone
 */
export function writeAll(descriptor: number, part: string | Uint8Array, output: string): void {
  const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw outputError(output, error);
      // A full pipe that does not block: give its reader a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** A file that is mounted by itself, as containers do, cannot be replaced, only written to. */
function place(partial: string, path: string): void {
  try {
    renameSync(partial, path);
  } catch (error) {
    if (codeOf(error) !== 'EBUSY') throw error;
    copyFileSync(partial, path);
    rmSync(partial);
  }
}

function isReplaceable(path: string): boolean {
  const stats = reported(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stats?.isDirectory() === true)
    throw new OutputError(path, 'EISDIR', 'it is a directory; name a file in it');
  return stats === undefined || stats.isFile();
}

function reported<Result>(output: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw outputError(output, error);
  }
}

/** The error of the operating system in words; any other as it is. */
function outputError(output: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  if (code === 'ENOENT') return new OutputError(output, code, `there is no folder ${dirname(output)}`);
  const known = [...getSystemErrorMap().values()].find(([name]) => name === code);
  return new OutputError(output, code, known?.[1] ?? 'the system refuses');
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
