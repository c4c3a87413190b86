import { CaptureError } from '../core/errors.js';
import { InputError } from '../node/input-error.js';
import { escapeControls } from '../report/escape.js';

/** What is wrong with an input, in one line; null if the error is about something else. */
export function captureProblem(error: unknown, path: string): string | null {
  const name = escapeControls(path);
  if (error instanceof InputError) return `${name}: ${error.message}`;
  if (error instanceof CaptureError)
    return `${name}: ${escapeControls(error.message)} (byte ${error.offset})`;
  return null;
}
