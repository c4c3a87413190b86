import { close, closeSync, constants, createReadStream, fstatSync, open, readSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { InputError, toInputError } from './input-error.js';

/** The path that stands for standard input. */
export const STDIN = '-';
const STDIN_FD = 0;

/** How much of a stream is kept so that a failed decompression can be repeated more carefully. */
const KEPT_LENGTH = 1 << 20;

/** Where octets come from, whatever it is. */
export interface ByteSource {
  /** Length of the input in octets if it is known beforehand. */
  readonly size: number | null;
  /** Octets read so far. */
  readonly position: number;
  /**
   * Reads up to `length` octets into `target`; resolves to 0 at the end. Files answer at once, so that
   * reading them costs no promise.
   * @throws InputError if the system fails to read
   */
  read(target: Uint8Array, offset: number, length: number): number | Promise<number>;
  /** Goes back to the beginning; false if that is gone. */
  rewind(): boolean;
  close(): void;
}

/** A regular file, read synchronously: a stream's 64 KiB chunks take three times as long. */
class FileSource implements ByteSource {
  position = 0;

  constructor(
    private readonly path: string,
    private readonly fd: number,
    readonly size: number,
  ) {}

  read(target: Uint8Array, offset: number, length: number): number {
    try {
      const count = readSync(this.fd, target, offset, length, this.position);
      this.position += count;
      return count;
    } catch (error) {
      throw toInputError(error, this.path);
    }
  }

  rewind(): boolean {
    this.position = 0;
    return true;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/**
 * A pipe, socket or redirected standard input. It must be a stream: a `read` that blocks in the thread
 * pool would keep the process from exiting until the next octet arrives, and non-blocking descriptors
 * answer EAGAIN to a synchronous one.
 */
class StreamSource implements ByteSource {
  readonly size = null;
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);
  /** Everything handed out so far, or null once that is more than `KEPT_LENGTH`. */
  private kept: Uint8Array[] | null = [];

  constructor(
    private readonly path: string,
    private readonly stream: Readable,
  ) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.rest.length === 0) {
      const next = await this.next();
      if (next === null) return 0;
      this.rest = next;
    }
    const part = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(part.length);
    target.set(part, offset);
    this.position += part.length;
    if (this.kept !== null) {
      if (this.position <= KEPT_LENGTH) this.kept.push(part);
      else this.kept = null;
    }
    return part.length;
  }

  private async next(): Promise<Uint8Array | null> {
    try {
      const result = await this.chunks.next();
      return result.done ? null : result.value;
    } catch (error) {
      throw toInputError(error, this.path);
    }
  }

  rewind(): boolean {
    if (this.kept === null) return false;
    this.rest = concatenate([...this.kept, this.rest]);
    this.kept = [];
    this.position = 0;
    return true;
  }

  close(): void {
    this.stream.destroy();
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Opening a named pipe waits for its writer, in a thread that keeps the process from ending. On Linux it need not
 * wait: polling the pipe reports nothing until the writer comes. Elsewhere that would look like the end.
 */
const PIPE_FLAGS =
  process.platform === 'linux' ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY;

/** Whether what is read from a path is then gone: a pipe, whatever it is called, or standard input. */
export function isReadOnce(path: string): boolean {
  if (path === STDIN) return true;
  try {
    const stats = statSync(path);
    return !stats.isFile() && !stats.isDirectory();
  } catch {
    // Opening it will show why.
    return false;
  }
}

/**
 * Opens a path, or standard input for `-`.
 * @throws InputError if that is not possible or the path is nothing that can be read
 */
export async function openSource(path: string): Promise<ByteSource> {
  if (path === STDIN) return openStdin();
  try {
    const fd = await promisify(open)(path, (await stat(path)).isFIFO() ? PIPE_FLAGS : constants.O_RDONLY);
    const stats = fstatSync(fd);
    if (stats.isFile()) return new FileSource(path, fd, stats.size);
    if (stats.isFIFO()) return new StreamSource(path, new Socket({ fd, readable: true, writable: false }));
    if (stats.isDirectory()) {
      await promisify(close)(fd);
      throw new InputError('this is a directory; name the capture files in it', path, 'EISDIR');
    }
    return new StreamSource(path, createReadStream('', { fd }));
  } catch (error) {
    throw toInputError(error, path);
  }
}

function openStdin(): ByteSource {
  if (isatty(STDIN_FD)) {
    throw new InputError('this is a terminal; pipe a capture into it', STDIN, null);
  }
  return new StreamSource(STDIN, process.stdin);
}
