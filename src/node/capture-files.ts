import type { Dirent } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { STDIN } from './byte-source.js';
import { InputError, toInputError } from './input-error.js';

/**
 * Names of captures in a directory: rotated ones have a number appended, as in `x.pcap3`, `x.pcap.3` or
 * `x.pcap-20240131`, and compressed ones a suffix, before or after the number.
 */
const CAPTURE_NAME = /\.(?:p?cap|pcapng|dmp|ntar)\d*(?:[._-]\d+)*(?:\.(?:gz|zst|lz4))?(?:\.\d+)?$/i;
/** `part-2` comes before `part-10`, on every machine. */
const BY_NAME = new Intl.Collator('en', { numeric: true });

/** What a word names. */
export interface CaptureFiles {
  readonly paths: readonly string[];
  /** Directories that could not be read, each with the reason: captures may be missing. */
  readonly unreadable: readonly InputError[];
}

/**
 * The captures that a word of the command line names: itself; all in a directory, by their names, at any
 * depth (without following symbolic links to directories); or what a glob matches that no shell expanded.
 * A path to nothing, and a glob that matches nothing, is returned as it is: opening it says more.
 */
export async function captureFiles(word: string): Promise<CaptureFiles> {
  if (word === STDIN) return these([word]);
  const status = await stat(word).catch(() => null);
  if (status?.isDirectory() === false) return these([word]);
  if (status !== null) return capturesIn(word);
  // Most runs name their captures, and should not wait for this import.
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(word)) return these([word]);
  const matching = await glob(word, { absolute: isAbsolute(word), expandDirectories: false });
  return these(matching.length === 0 ? [word] : sorted(matching));
}

function these(paths: readonly string[]): CaptureFiles {
  return { paths, unreadable: [] };
}

/** Directory by directory: a recursive `readdir` fails altogether if one may not be read or has gone meanwhile. */
async function capturesIn(top: string): Promise<CaptureFiles> {
  const paths: string[] = [];
  const unreadable: InputError[] = [];
  const directories = [top];
  for (const directory of directories) {
    try {
      for (const entry of await readdir(directory, { withFileTypes: true })) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) directories.push(path);
        else if (CAPTURE_NAME.test(entry.name) && (await isFile(entry, path))) paths.push(path);
      }
    } catch (error) {
      unreadable.push(inputError(error, directory));
    }
  }
  return { paths: sorted(paths), unreadable };
}

/** Why a word names no capture: there is nothing at all, or a directory without one. */
export async function whyNone(word: string): Promise<InputError> {
  try {
    await access(word);
  } catch (error) {
    return inputError(error, word);
  }
  const names = '*.pcap, *.pcapng, *.cap, *.dmp or *.ntar';
  return new InputError(`there is no capture in this directory: none is called ${names}`, word, null);
}

/** Rethrows what is not an error of the system. */
function inputError(error: unknown, path: string): InputError {
  const problem = toInputError(error, path);
  if (problem instanceof InputError) return problem;
  throw problem;
}

async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  const status = await stat(path).catch(() => null);
  return status?.isFile() === true;
}

/** The expectation files in a directory, at any depth; none if `word` is not a directory. */
export async function expectationFiles(word: string): Promise<readonly string[]> {
  const status = await stat(word).catch(() => null);
  if (status?.isDirectory() !== true) return [];
  const { glob } = await import('tinyglobby');
  const names = await glob('**/*.expect.{yaml,yml,json}', {
    cwd: word,
    followSymbolicLinks: false,
    expandDirectories: false,
  });
  return sorted(names).map((name) => join(word, name));
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort((a, b) => BY_NAME.compare(a, b) || (a < b ? -1 : 1));
}
