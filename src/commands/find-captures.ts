import { secondsBetween, type Timestamp } from '../core/time.js';
import { isReadOnce } from '../node/byte-source.js';
import { captureFiles, whyNone } from '../node/capture-files.js';
import type { InputError } from '../node/input-error.js';
import { type ReaderName, readCapture } from '../node/read-capture.js';
import { captureName } from '../report/text/words.js';
import { captureProblem } from './errors.js';
import { type Io, UsageError } from './io.js';

export interface FindOptions {
  readonly reader: ReaderName;
  readonly join?: boolean;
}

export interface FoundCaptures {
  readonly paths: readonly string[];
  /** Something that was named is missing; stderr says what and why. */
  readonly isIncomplete: boolean;
}

/**
 * The captures that the command line names; with `--join`, in the order of their first frames. Words that name none are
 * reported on stderr and skipped, as are captures that cannot be read.
 * @throws UsageError if they cannot be read in the way that was asked for
 */
export async function findCaptures(
  words: readonly string[],
  options: FindOptions,
  io: Io,
): Promise<FoundCaptures> {
  const paths: string[] = [];
  let isIncomplete = false;
  for (const word of words) {
    const found = await captureFiles(word);
    paths.push(...found.paths);
    const isNone = found.paths.length + found.unreadable.length === 0;
    if (await tellProblems(word, isNone, found.unreadable, io)) isIncomplete = true;
  }
  const twice = paths.find((path, place) => isReadOnce(path) && paths.indexOf(path) < place);
  if (twice !== undefined) throw new UsageError(`${captureName(twice)} can be named only once`);
  return { paths: await inOrder(paths, options), isIncomplete };
}

/** Says on stderr why a word names nothing, or what part of it cannot be read. Returns whether there was a problem. */
export async function tellProblems(
  word: string,
  isNone: boolean,
  unreadable: readonly InputError[],
  io: Io,
): Promise<boolean> {
  const problems = isNone ? [await whyNone(word)] : unreadable;
  for (const problem of problems) io.stderr.write(`finwait: ${captureProblem(problem, problem.path)}\n`);
  return problems.length > 0;
}

async function inOrder(paths: readonly string[], options: FindOptions): Promise<readonly string[]> {
  if (options.join !== true || paths.length < 2) return paths;
  const pipe = paths.find(isReadOnce);
  if (pipe !== undefined)
    throw new UsageError(
      `${captureName(pipe)} can be read only once, so it cannot be joined with others; join them first: mergecap -w - FILES | finwait -`,
    );
  const dated: { readonly path: string; readonly first: Timestamp | null }[] = [];
  for (const path of paths) dated.push({ path, first: await firstFrameAt(path, options) });
  return dated.sort((a, b) => compare(a.first, b.first)).map(({ path }) => path);
}

/** Those that cannot be read come last; reading them reports why. */
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
