import { realpathSync } from 'node:fs';
import { escapeControls } from '../report/escape.js';
import { UsageError } from './io.js';

/** @throws UsageError if what is to be written at `output` would take the place of one of the files that are read, captures mostly */
export function checkPlace(output: string, captures: readonly string[]): void {
  const place = realPath(output);
  // What does not exist yet takes nobody's place.
  if (place === null || !captures.some((capture) => realPath(capture) === place)) return;
  const itself = captures.length > 1 ? 'one of the files that are read' : 'the capture itself';
  throw new UsageError(
    `--output ${escapeControls(output)} is ${itself}, which would be lost: choose another name`,
  );
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
