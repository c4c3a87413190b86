import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { STDIN } from './byte-source.js';

/**
 * What captures in a directory are called: rotated ones have numbers behind, as in `x.pcap3`, `x.pcap.3` or
 * `x.pcap-20240131`, and packed ones a suffix, before the number or behind it.
 */
const CAPTURE_NAME = /\.(?:p?cap|pcapng|dmp|ntar)\d*(?:[._-]\d+)*(?:\.(?:gz|zst|lz4))?(?:\.\d+)?$/i;
/** `part-2` comes before `part-10`, on every machine. */
const BY_NAME = new Intl.Collator('en', { numeric: true });

/**
 * The captures that a word of the command line names: itself; all in a directory, by their names, at any
 * depth (directories behind symbolic links are left out); or what a pattern matches that no shell expanded.
 * A path to nothing is given back as it is: opening it tells more.
 */
export async function captureFiles(word: string): Promise<readonly string[]> {
  if (word === STDIN) return [word];
  const status = await stat(word).catch(() => null);
  if (status?.isDirectory() === false) return [word];
  if (status !== null) return sorted(await capturesIn(word));
  // Most analyses name their captures, and do not wait for this.
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(word)) return [word];
  return sorted(await glob(word, { absolute: isAbsolute(word), expandDirectories: false }));
}

async function capturesIn(directory: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!CAPTURE_NAME.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const isFile = entry.isSymbolicLink() ? (await stat(path).catch(() => null))?.isFile() : entry.isFile();
    if (isFile === true) paths.push(path);
  }
  return paths;
}

/** The expectation files in a directory, at any depth; none if `word` is no directory. */
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
