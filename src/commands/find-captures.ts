import { existsSync } from 'node:fs';
import { secondsBetween, type Timestamp } from '../core/time.js';
import { STDIN } from '../node/byte-source.js';
import { captureFiles } from '../node/capture-files.js';
import { type ReaderName, readCapture } from '../node/read-capture.js';
import { captureProblem } from './errors.js';
import { UsageError } from './io.js';

export interface FindOptions {
  readonly reader: ReaderName;
  readonly join?: boolean;
}

/**
 * The captures that the command line names, to be joined in the order of their first frames.
 * @throws UsageError if a word names none
 */
export async function findCaptures(
  words: readonly string[],
  options: FindOptions,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const word of words) {
    const found = await captureFiles(word);
    if (found.length === 0)
      throw new UsageError(
        existsSync(word)
          ? `there is no capture in ${word}: none is called *.pcap, *.pcapng, *.cap, *.dmp or *.ntar`
          : `no file matches ${word}; check the spelling and the current directory`,
      );
    paths.push(...found);
  }
  if (options.join !== true || paths.length < 2) return paths;
  if (paths.includes(STDIN))
    throw new UsageError(
      'standard input cannot be joined with files; join them before: mergecap -w - FILES | finwait -',
    );
  const dated: { readonly path: string; readonly first: Timestamp | null }[] = [];
  for (const path of paths) dated.push({ path, first: await firstFrameAt(path, options) });
  return dated.sort((a, b) => compare(a.first, b.first)).map(({ path }) => path);
}

/** Those that cannot be read come last, where reading tells why. */
function compare(a: Timestamp | null, b: Timestamp | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return -secondsBetween(a, b);
}

/** Thrown out of the reading of a capture when its first frame is there. */
class Enough extends Error {}

async function firstFrameAt(path: string, { reader }: FindOptions): Promise<Timestamp | null> {
  let first: Timestamp | null = null;
  try {
    await readCapture(
      path,
      ({ seconds, nanoseconds }) => {
        first = { seconds, nanoseconds };
        throw new Enough();
      },
      { reader },
    );
  } catch (error) {
    if (!(error instanceof Enough) && captureProblem(error, path) === null) throw error;
  }
  return first;
}
