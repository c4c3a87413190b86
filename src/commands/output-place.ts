import { statSync } from 'node:fs';
import { escapeControls } from '../report/text/escape.js';
import { UsageError } from './io.js';

/**
 * @throws UsageError if what is to be written at `output` would take the place of one of the files that are read,
 * captures mostly, or would be called what it is not
 */
export function checkPlace(output: string, captures: readonly string[]): void {
  if (/\.(gz|zst|lz4|bz2|xz)$/i.test(output))
    throw new UsageError(
      `--output ${escapeControls(output)}: what is written is not compressed; leave out the ending, or use a pipe`,
    );
  const place = identity(output);
  // What does not exist yet takes nobody's place.
  if (place === null || !captures.some((capture) => identity(capture) === place)) return;
  const itself = captures.length > 1 ? 'one of the files that are read' : 'the capture itself';
  throw new UsageError(
    `--output ${escapeControls(output)} is ${itself}, which would be lost: choose another name`,
  );
}

/** What tells a file from others, whatever it is called; null if there is none. */
function identity(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
