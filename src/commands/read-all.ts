import type { Analysis, CaptureSource } from '../analysis.js';
import type { FrameHandler } from '../capture/frame.js';
import type { Damage } from '../core/errors.js';
import { grouped } from '../core/numbers.js';
import { secondsBetween } from '../core/time.js';
import type { Separation } from '../decode/domains.js';
import { type ReaderName, readCapture } from '../node/read-capture.js';
import { escapeControls } from '../report/text/escape.js';
import { captureName } from '../report/text/words.js';
import { captureProblem } from './errors.js';
import type { Io } from './io.js';
import { Progress } from './progress.js';

export interface ReadAllOptions {
  readonly reader: ReaderName;
  readonly quiet?: boolean;
  readonly maxConnections?: number;
  /** See `AnalyzerOptions`. */
  readonly separate?: readonly Separation[];
  /** The captures are parts of one, in this order. */
  readonly join?: boolean;
  /** This is a second reading: problems were reported during the first. */
  readonly isRepeated?: boolean;
}

/** How many captures could be opened, and how many of those had something to read. */
export interface Reading {
  readonly opened: number;
  readonly readable: number;
}

/**
 * Reads captures one after another into `analysis`. One that cannot be read at all is reported on stderr and
 * skipped; `onRead` receives the facts of all others.
 */
export async function readAll(
  paths: readonly string[],
  analysis: Analysis,
  options: ReadAllOptions,
  io: Io,
  onRead: (facts: CaptureSource) => void = () => {},
): Promise<Reading> {
  let opened = 0;
  let readable = 0;
  let before: CaptureSource | null = null;
  for (const path of paths) {
    const facts = await readOne(path, analysis, options, io);
    if (facts === null) continue;
    opened++;
    if (!isUnreadable(facts)) readable++;
    if (options.join === true && options.isRepeated !== true && before !== null)
      warnOfOverlap(before, facts, io);
    before = facts;
    onRead(facts);
  }
  return { opened, readable };
}

/** Says on stderr where a capture is damaged, for reports that do not. */
export function warnOfDamage({ path, damage, frames }: CaptureSource, io: Io): void {
  if (damage === null) return;
  const place = `damaged at byte ${grouped(damage.offset)}, frame ${grouped(damage.frame)}`;
  const message = escapeControls(damage.message);
  const before = isUnreadable({ damage, frames }) ? '' : '; everything before it was analysed';
  io.stderr.write(`finwait: ${captureName(path)}: ${place}: ${message}${before}\n`);
}

/** Whether a capture is damaged before its first frame: nothing of it could be read. */
export function isUnreadable({
  damage,
  frames,
}: {
  readonly damage: Damage | null;
  readonly frames: number;
}): boolean {
  return damage !== null && frames === 0;
}

/** Joined captures are read one after another, which is right only if they do not overlap. */
function warnOfOverlap(before: CaptureSource, after: CaptureSource, io: Io): void {
  if (before.lastFrameAt === null || after.firstFrameAt === null) return;
  if (secondsBetween(before.lastFrameAt, after.firstFrameAt) >= 0) return;
  io.stderr.write(
    `finwait: ${captureName(after.path)} starts before ${captureName(before.path)} ends, so joining them mixes up the order; ` +
      'merge them frame by frame first: mergecap -w ALL.pcapng FILES\n',
  );
}

async function readOne(
  path: string,
  analysis: Analysis,
  options: ReadAllOptions,
  io: Io,
): Promise<CaptureSource | null> {
  const facts = await readFrames(path, analysis.begin(), options, io);
  if (facts !== null) analysis.endCapture(facts);
  return facts;
}

/** Reads one capture with progress on stderr; null if it cannot be read at all, with the reason on stderr. */
export async function readFrames(
  path: string,
  onFrame: FrameHandler,
  options: ReadAllOptions,
  io: Io,
): Promise<CaptureSource | null> {
  const progress = new Progress(options.quiet === true ? null : io.stderr, path);
  try {
    const facts = await readCapture(path, onFrame, {
      reader: options.reader,
      onProgress: (state) => progress.show(state.bytesRead, state.bytesTotal),
    });
    progress.clear();
    return facts;
  } catch (error) {
    progress.clear();
    const problem = captureProblem(error, path);
    if (problem === null) throw error;
    if (options.isRepeated !== true) io.stderr.write(`finwait: ${problem}\n`);
    return null;
  }
}
