import { statSync } from 'node:fs';
import { escapeControls } from '../report/text/escape.js';
import { UsageError } from './io.js';

/**
 * @throws UsageError if writing to `output` would overwrite one of the files that are read, or if its name ends like a
 * compressed file's
 */
export function checkPlace(output: string, captures: readonly string[]): void {
  if (/\.(gz|zst|lz4|bz2|xz)$/i.test(output))
    throw new UsageError(
      `--output ${escapeControls(output)}: output is not compressed; leave out the extension, or use a pipe`,
    );
  const place = identity(output);
  // A file that does not exist yet overwrites nothing.
  if (place === null || !captures.some((capture) => identity(capture) === place)) return;
  const itself = captures.length > 1 ? 'one of the files that are read' : 'the capture itself';
  throw new UsageError(
    `--output ${escapeControls(output)} is ${itself}, which would be overwritten: choose another name`,
  );
}

/** Identifies a file whatever its name; null if it does not exist. */
function identity(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
