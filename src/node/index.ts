/** finwait as a library in Node: the same as elsewhere, and captures by their paths. */

import { fileURLToPath } from 'node:url';
import {
  type AnalysisResult,
  type AnalyzedConnection,
  type AnalyzeOptions,
  analyze as analyzeInput,
  type CaptureInput,
  collected,
  LibraryRun,
  streamConnections as streamInput,
} from '../library.js';
import type { AnalysisEnd } from '../report/reporter.js';
import { readCapture } from './read-capture.js';

export * from '../index.js';
export { InputError } from './input-error.js';

/** A path, `-` for standard input, or a file URL; or octets, which must not be compressed. */
export type NodeInput = string | URL | CaptureInput;

/**
 * Analyses a capture: a file, compressed or not, octets, or a stream of them.
 *
 * @throws InputError if a file cannot be read
 * @throws CaptureError if it is not a capture; damage inside one is reported in `captures[0].damage` instead
 * @throws SettingsError for rules or options that do not exist, or values that cannot be
 */
export async function analyze(input: NodeInput, options: AnalyzeOptions = {}): Promise<AnalysisResult> {
  return isFile(input) ? collected(streamFile(input, options)) : analyzeInput(input, options);
}

/**
 * Analyses a capture and hands out each connection as it ends: memory is that of the open ones. The
 * generator's return value is what is known at the end. Throws as `analyze` does.
 */
export function streamConnections(
  input: NodeInput,
  options: AnalyzeOptions = {},
): AsyncGenerator<AnalyzedConnection, AnalysisEnd> {
  return isFile(input) ? streamFile(input, options) : streamInput(input, options);
}

function isFile(input: NodeInput): input is string | URL {
  return typeof input === 'string' || input instanceof URL;
}

async function* streamFile(
  input: string | URL,
  options: AnalyzeOptions,
): AsyncGenerator<AnalyzedConnection, AnalysisEnd> {
  const { signal } = options;
  signal?.throwIfAborted();
  const path = typeof input === 'string' ? input : fileURLToPath(input);
  const run = new LibraryRun(options);
  const stop = new AbortController();
  let wake = (): void => {};
  let goOn = (): void => {};
  let isOver = false;
  /** The reader waits while there are connections that nobody has taken. */
  const beforeRead = async (): Promise<void> => {
    if (!run.isWaiting) return;
    wake();
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  };
  const abort = (): void => {
    stop.abort();
    goOn();
    wake();
  };
  signal?.addEventListener('abort', abort, { once: true });
  const reading = readCapture(path, run.analysis.begin(), { signal: stop.signal, beforeRead })
    .then((facts) => {
      run.analysis.endCapture(facts);
      return run.finish();
    })
    .finally(() => {
      isOver = true;
      wake();
    });
  // A caller who stops taking does not wait for the end, which may never come if nobody writes to a pipe.
  reading.catch(() => {});
  try {
    while (!isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        goOn();
      });
      signal?.throwIfAborted();
      yield* run.take();
    }
    const end = await reading;
    yield* run.take();
    return end;
  } finally {
    signal?.removeEventListener('abort', abort);
    abort();
  }
}
