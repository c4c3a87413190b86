import { randomInt } from 'node:crypto';
import { Analysis } from '../analysis.js';
import type { FrameHandler } from '../capture/frame.js';
import { CaptureError } from '../core/errors.js';
import type { Separation } from '../decode/domains.js';
import { type ReaderName, readCapture } from '../node/read-capture.js';
import type { Reporter } from '../report/reporter.js';
import { TableReporter } from '../report/table.js';
import { JsonVoice, TextVoice, WatchReporter } from '../report/watch.js';
import type { RuleSettings } from '../rules/evaluation/settings.js';
import type { Suppression } from '../rules/evaluation/suppressions.js';
import type { Severity } from '../rules/finding.js';
import { captureProblem } from './errors.js';
import type { ConnectionFilter } from './filter.js';
import { EXIT_CAPTURE, EXIT_INTERRUPTED, EXIT_OK, type Io } from './io.js';
import { paletteFor, textWriter } from './options.js';
import { isUnreadable, warnOfDamage } from './read-all.js';
import { noteSuppressions } from './suppression-notes.js';

export interface WatchOptions {
  readonly format: 'text' | 'ndjson';
  readonly severity: Severity;
  readonly reader: ReaderName;
  readonly rules: RuleSettings;
  readonly suppressions: readonly Suppression[];
  readonly filter?: ConnectionFilter;
  readonly maxConnections?: number;
  readonly separate?: readonly Separation[];
  readonly color?: boolean;
}

/**
 * Rules look at a connection when it reaches these ages, and when it has been quiet for so long (seconds). What they
 * report grows with time, so looking more rarely as it grows loses little.
 */
const CHECKPOINTS = [
  1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 61, 90, 120, 180, 300, 600, 1200, 1800, 3600, 7200,
];

/**
 * Reports findings while the capture comes in, by the capture's own clock, and a summary at its end or when
 * interrupted. Returns the exit code.
 */
export async function watch(path: string, options: WatchOptions, io: Io): Promise<number> {
  const palette = paletteFor(options.color, io.environment, io.stdout);
  const voice =
    options.format === 'ndjson' ? new JsonVoice(io.stdout.write) : new TextVoice(textWriter(io), palette);
  const watcher = new WatchReporter(voice, options.severity);
  const reporters: Reporter[] = [watcher];
  if (options.format === 'text') {
    const look = { palette, columns: io.stdout.columns, verbose: false, isLive: true };
    reporters.push(new TableReporter(textWriter(io), look));
  }
  const analysis = new Analysis({
    reporters,
    rules: options.rules,
    suppressions: options.suppressions,
    filter: options.filter,
    seed: randomInt(2 ** 32),
    maximumConnections: options.maxConnections,
    checkpoints: CHECKPOINTS,
    separate: options.separate,
  });
  const interruption = new AbortController();
  const release = io.onInterrupt(() => interruption.abort());
  try {
    const onFrame = looking(analysis, watcher);
    const facts = await readCapture(path, onFrame, { reader: options.reader, signal: interruption.signal });
    if (options.format === 'ndjson' || isUnreadable(facts)) warnOfDamage(facts, io);
    analysis.endCapture(facts);
    analysis.finish();
    noteSuppressions(analysis.suppressions, false, io);
    if (interruption.signal.aborted) return EXIT_INTERRUPTED;
    return isUnreadable(facts) ? EXIT_CAPTURE : EXIT_OK;
  } catch (error) {
    // If the user interrupts before anything came in, an empty capture is no error.
    if (interruption.signal.aborted && error instanceof CaptureError) return EXIT_INTERRUPTED;
    const problem = captureProblem(error, path);
    if (problem === null) throw error;
    io.stderr.write(`finwait: ${problem}\n`);
    return EXIT_CAPTURE;
  } finally {
    release();
  }
}

/** Passes frames on, and looks at the open connections whenever the capture's clock shows another second. */
function looking(analysis: Analysis, watcher: WatchReporter): FrameHandler {
  const handle = analysis.begin();
  let second = -1;
  return (frame) => {
    handle(frame);
    if (frame.seconds === second) return;
    second = frame.seconds;
    analysis.peek((connection, findings, start) => watcher.open(connection, findings, start));
  };
}
