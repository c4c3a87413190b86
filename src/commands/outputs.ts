import { FileSpool } from '../node/file-spool.js';
import { OutputError, OutputFile } from '../node/output.js';
import { FORMATS, formatOfFile } from '../report/formats.js';
import type { Reporter, Write } from '../report/reporter.js';
import { type Io, UsageError } from './io.js';
import { paletteFor, textWriter } from './options.js';

const STANDARD_OUTPUT = '-';
const DEFAULT_FORMAT = Object.keys(FORMATS)[0];

/** A report to be written: its format, and the file it goes to; null for standard output. */
export interface Destination {
  readonly format: string;
  readonly path: string | null;
}

/**
 * `--format` and `--output` in command-line order. A file belongs to the format before it; without one, it takes the
 * format of its extension, or else the format that follows.
 */
export class OutputPlan {
  readonly #reports: { format: string | null; path: string | null }[] = [];

  addFormat(format: string): void {
    const last = this.#reports.at(-1);
    if (last !== undefined && last.format === null && mayBe(last.path, format)) last.format = format;
    else this.#reports.push({ format, path: null });
  }

  addOutput(path: string): void {
    const last = this.#reports.at(-1);
    if (last !== undefined && last.path === null) last.path = path;
    else this.#reports.push({ format: null, path });
  }

  /** @throws UsageError if two reports would go to the same place */
  destinations(): Destination[] {
    const reports = this.#reports.length === 0 ? [{ format: null, path: null }] : this.#reports;
    const taken = new Set<string>();
    return reports.map(({ format, path }) => {
      const place = path ?? STANDARD_OUTPUT;
      if (taken.has(place)) throw new UsageError(collision(place));
      taken.add(place);
      return {
        format: format ?? formatOfFile(place) ?? DEFAULT_FORMAT,
        path: place === STANDARD_OUTPUT ? null : place,
      };
    });
  }
}

/** A file with another format's extension does not take this one; `.txt` may be any. */
function mayBe(path: string | null, format: string): boolean {
  const own = path === null ? null : formatOfFile(path);
  return own === null || own === format || own === DEFAULT_FORMAT;
}

function collision(place: string): string {
  return place === STANDARD_OUTPUT
    ? 'only one report fits standard output: give each further --format an --output FILE'
    : `--output ${place}: two reports cannot go to one file`;
}

export interface Look {
  /** Names of captures for documents, by their paths. */
  readonly names?: ReadonlyMap<string, string>;
  readonly color?: boolean;
  readonly verbose?: boolean;
  readonly maxLength?: number;
}

/** A reporter and where its text goes. */
export interface Output {
  readonly reporter: Reporter;
  /** Everything has been written. */
  finish(): void;
  /** There will be no report. */
  abandon(): void;
}

/** @throws OutputError for a file that cannot be written */
export async function openOutputs(
  destinations: readonly Destination[],
  look: Look,
  io: Io,
): Promise<Output[]> {
  const opened: Output[] = [];
  const receivers = { left: destinations.length };
  try {
    for (const destination of destinations) opened.push(await openOutput(destination, receivers, look, io));
    return opened;
  } catch (error) {
    for (const output of opened) output.abandon();
    throw error;
  }
}

async function openOutput(
  { format, path }: Destination,
  receivers: Receivers,
  look: Look,
  io: Io,
): Promise<Output> {
  const file = path === null ? null : await OutputFile.open(path);
  const spool = new FileSpool();
  const isScreen = file === null && format === DEFAULT_FORMAT;
  const write = untilNobodyIsLeft(file?.write ?? (isScreen ? textWriter(io) : io.stdout.write), receivers);
  // What the terminal supports does not matter for a file.
  const color = file === null ? look.color : (look.color ?? false);
  const options = {
    palette: paletteFor(color, io.environment, io.stdout),
    columns: io.stdout.columns,
    verbose: look.verbose === true,
    maxLength: look.maxLength,
  };
  const reporter = FORMATS[format].create(write, options, spool);
  return {
    // On the screen, captures keep the names that the user gave: they appear in commands to copy.
    reporter: isScreen ? reporter : renaming(reporter, look.names),
    finish: () => file?.finish(),
    abandon: () => {
      spool.close();
      file?.abandon();
    },
  };
}

/** How many of those who receive reports are still reading. */
interface Receivers {
  left: number;
}

/** Writes until the receiver goes away, as `head` does. Only when all have gone is there nothing left to do. */
function untilNobodyIsLeft(write: Write, receivers: Receivers): Write {
  let isGone = false;
  return (part) => {
    if (isGone) return;
    try {
      write(part);
    } catch (error) {
      if (!(error instanceof OutputError) || error.code !== 'EPIPE') throw error;
      receivers.left--;
      if (receivers.left === 0) throw error;
      isGone = true;
    }
  };
}

/** Gives a reporter other names for captures. */
function renaming(reporter: Reporter, names: ReadonlyMap<string, string> = new Map()): Reporter {
  return {
    connection: (connection, findings, start) => reporter.connection(connection, findings, start),
    ...(reporter.wishes && { wishes: () => reporter.wishes!() }),
    ...(reporter.ladder && { ladder: (connection, items) => reporter.ladder!(connection, items) }),
    end: (end) => {
      const captures = end.captures.map((facts) => ({ ...facts, path: names.get(facts.path) ?? facts.path }));
      reporter.end({ ...end, captures });
    },
  };
}
