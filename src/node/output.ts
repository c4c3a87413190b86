import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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

/** Distinguishes files that are begun at the same moment. */
let partials = 0;

/** Files that are not yet in place. */
const unfinished = new Set<string>();

/** Unfinished files do not outlive the process, even if it ends early, as by Ctrl-C. */
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

/**
 * A text file that appears under its name only when it is complete: a failed run leaves an older one as it was.
 * An existing file keeps its owner, its permissions, and the links to it.
 */
export class OutputFile {
  readonly #path: string;
  /** Where the text goes in the end. */
  readonly #place: string;
  /** Where it is until then; the same path if there is no content to preserve, as for /dev/null or a named pipe. */
  readonly #partial: string;
  readonly #descriptor: number;
  /** The file itself has to be written to, as no replacement could be made like it. */
  readonly #isCopied: boolean;
  #isOpen = true;

  private constructor(path: string, place: string, begun: Begun) {
    this.#path = path;
    this.#place = place;
    this.#partial = begun.partial;
    this.#descriptor = begun.descriptor;
    this.#isCopied = begun.isCopied;
    if (this.#partial !== place) begin(this.#partial);
  }

  /** Waits for the reader of a named pipe. @throws OutputError if it cannot be written */
  static async open(path: string): Promise<OutputFile> {
    try {
      if (path === '') throw new OutputError("''", 'ENOENT', 'a file needs a name');
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats?.isDirectory() === true)
        throw new OutputError(path, 'EISDIR', 'it is a directory; name a file in it');
      if (stats?.isFIFO() === true) return new OutputFile(path, path, written(path, await openPipe(path)));
      if (stats?.isFile() === false || SYSTEM_PATH.test(path))
        return new OutputFile(path, path, written(path, openSync(path, 'w')));
      const place = behindLinks(path);
      return new OutputFile(path, place, stats === undefined ? beginNew(place) : beginOver(place, stats));
    } catch (error) {
      throw outputError(path, error);
    }
  }

  readonly write = (part: string | Uint8Array): void => {
    writeAll(this.#descriptor, part, this.#path);
  };

  /** Moves the file into place. @throws OutputError */
  finish(): void {
    reported(this.#path, () => {
      this.#close();
      if (this.#partial !== this.#place) putInPlace(this.#partial, this.#place, this.#isCopied);
    });
    end(this.#partial);
  }

  /** Removes what was written, unless it is already in place. */
  abandon(): void {
    this.#close();
    if (this.#partial !== this.#place) rmSync(this.#partial, { force: true });
    end(this.#partial);
  }

  #close(): void {
    if (!this.#isOpen) return;
    // After a failed close the descriptor no longer belongs to this process.
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }
}

/**
 * Writes all of `part`, waiting for a slower receiver.
 *
 * @param output name of the output, for the error
 * @throws OutputError, with code EPIPE if the receiver is gone
 */
export function writeAll(descriptor: number, part: string | Uint8Array, output: string): void {
  const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
  let offset = 0;
  let stall: Stall | null = null;
  try {
    while (offset < bytes.length) {
      try {
        offset += writeSync(descriptor, bytes, offset);
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN') throw outputError(output, error);
        stall ??= new Stall();
        stall.wait();
      }
    }
  } finally {
    stall?.end();
  }
}

/** Signals whose listeners remove half-written files before the program ends. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A reader that is merely slow does not take this long (milliseconds). */
const PATIENCE = 100;

/**
 * Waits for the reader of a full pipe. No listener runs meanwhile, so if the reader takes long, signals end the program
 * directly: otherwise Ctrl-C could not, if the reader never returns. Node does not say which signals its listeners still
 * wait for, so one that came before they are removed is lost, and has to be sent again. Removing them at once would
 * lose more: those from before every short wait.
 */
class Stall {
  readonly #start = performance.now();
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  /** Null while the reader has not taken long. */
  #listeners: readonly (() => void)[] | null = null;

  wait(): void {
    if (this.#listeners === null && performance.now() - this.#start > PATIENCE) this.#listeners = setAside();
    Atomics.wait(this.#cell, 0, 0, 1);
  }

  end(): void {
    for (const putBack of this.#listeners ?? []) putBack();
  }
}

/** Removes the signal listeners, so that the system's default applies. Each result puts one back. */
function setAside(): readonly (() => void)[] {
  return ENDING_SIGNALS.flatMap((signal) => {
    const listeners = process.rawListeners(signal) as NodeJS.SignalsListener[];
    for (const listener of listeners) process.off(signal, listener);
    return listeners.map((listener) => () => void process.on(signal, listener));
  });
}

/** A file that text goes to, and whether its content is copied in the end. */
interface Begun {
  readonly partial: string;
  readonly descriptor: number;
  readonly isCopied: boolean;
}

/** These paths lead to what others have open, and must not be replaced, whatever they are. */
const SYSTEM_PATH = /^\/(?:dev|proc)\//;

function written(path: string, descriptor: number): Begun {
  return { partial: path, descriptor, isCopied: false };
}

function partialIn(folder: string): string {
  return join(folder, `.finwait-${process.pid}-${Date.now()}-${partials++}`);
}

function beginNew(place: string): Begun {
  const partial = partialIn(dirname(place));
  return { partial, descriptor: openSync(partial, 'wx'), isCopied: false };
}

/** Begins the replacement of a file: one like it, or else any, whose content is then copied. */
function beginOver(place: string, like: Stats): Begun {
  // A file that may not be written to may not be replaced either.
  closeSync(openSync(place, constants.O_WRONLY));
  let partial = partialIn(dirname(place));
  let descriptor: number;
  try {
    descriptor = openSync(partial, 'wx', 0o600);
  } catch (error) {
    // The file may be written to, but its folder may not.
    if (!REFUSALS.includes(codeOf(error) ?? '')) throw error;
    partial = partialIn(tmpdir());
    return { partial, descriptor: openSync(partial, 'wx', 0o600), isCopied: true };
  }
  return { partial, descriptor, isCopied: like.nlink > 1 || !makeLike(descriptor, like) };
}

const REFUSALS = ['EACCES', 'EPERM', 'EROFS'];

/** Gives a file the owner and the permissions of another; false if it may not. */
function makeLike(descriptor: number, { uid, gid, mode }: Stats): boolean {
  try {
    const own = fstatSync(descriptor);
    if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode & PERMISSIONS);
    return true;
  } catch (error) {
    if (!REFUSALS.includes(codeOf(error) ?? '')) throw error;
    return false;
  }
}

const PERMISSIONS = 0o7777;

/** The path at the end of symbolic links; the last one may lead to nothing. */
function behindLinks(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
  // A link's target is relative to the folder that it is really in.
  return behindLinks(resolve(realpathSync(dirname(path)), readlinkSync(path)));
}

/** Opens a named pipe as soon as it has a reader: waiting in open(2) would block this thread. */
async function openPipe(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO') throw error;
      await setTimeout(READER_INTERVAL);
    }
  }
}

/** How often to check whether a named pipe has a reader, in milliseconds. */
const READER_INTERVAL = 50;

function putInPlace(partial: string, place: string, isCopied: boolean): void {
  if (!isCopied) {
    try {
      renameSync(partial, place);
      return;
    } catch (error) {
      // A file that is itself a mount point, as in containers, cannot be replaced, only written to.
      if (codeOf(error) !== 'EBUSY') throw error;
    }
  }
  copyInto(partial, place);
  rmSync(partial);
}

/**
 * Writes one file's content into another, which stays the same file. The part that makes it longer comes first: if
 * there is no room for that, the file is as it was before. Overwriting the rest needs no room.
 */
function copyInto(from: string, to: string): void {
  const source = openSync(from, 'r');
  const target = openSync(to, constants.O_WRONLY);
  try {
    const { size } = fstatSync(source);
    const before = fstatSync(target).size;
    try {
      copyPart(source, target, before, size);
      // Network file systems allocate the room only then.
      if (size > before) fsyncSync(target);
    } catch (error) {
      ftruncateSync(target, before);
      throw error;
    }
    copyPart(source, target, 0, Math.min(before, size));
    if (size < before) ftruncateSync(target, size);
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** Copies the octets from `start` up to `end` to the same place in another file. */
function copyPart(source: number, target: number, start: number, end: number): void {
  const part = new Uint8Array(1 << 18);
  for (let at = start; at < end; ) {
    const length = readSync(source, part, 0, Math.min(part.length, end - at), at);
    if (length === 0) return;
    for (let done = 0; done < length; ) done += writeSync(target, part, done, length - done, at + done);
    at += length;
  }
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
  if (code === 'ENOENT') return new OutputError(output, code, `there is no folder ${folderOf(output)}`);
  const known = [...getSystemErrorMap().values()].find(([name]) => name === code);
  return new OutputError(output, code, known?.[1] ?? 'the system refuses');
}

function folderOf(output: string): string {
  try {
    return dirname(behindLinks(output));
  } catch {
    return dirname(output);
  }
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
