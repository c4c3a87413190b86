import { randomInt } from 'node:crypto';
import { Analysis } from '../analysis.js';
import { FileSpool } from '../node/file-spool.js';
import { OutputFile } from '../node/output.js';
import type { ReaderName } from '../node/read-capture.js';
import { FORMATS } from '../report/formats.js';
import type { AnalysisEnd } from '../report/reporter.js';
import { SEVERITIES, type Severity } from '../rules/finding.js';
import type { RuleSettings } from '../rules/settings.js';
import { Choice } from './errors.js';
import { EXIT_CAPTURE, EXIT_FINDINGS, EXIT_OK, type Io, UsageError } from './io.js';
import { paletteFor } from './options.js';
import { readAll, warnOfDamage } from './read-all.js';

export interface AnalyzeOptions {
  readonly format: readonly string[];
  readonly output: readonly string[];
  readonly connection?: number;
  readonly reader: ReaderName;
  readonly rules: RuleSettings;
  readonly failOn?: Severity;
  readonly strict?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Reads the captures and writes the reports. Returns the exit code. */
export async function analyze(paths: readonly string[], options: AnalyzeOptions, io: Io): Promise<number> {
  const outputs = openOutputs(options, io);
  const choice = options.connection === undefined ? null : new Choice(options.connection);
  const analysis = new Analysis({
    reporters: outputs.map(({ reporter }) => reporter),
    rules: options.rules,
    filter: choice?.accepts,
    seed: randomInt(2 ** 32),
  });
  // The table says itself what is damaged.
  const isTold = options.format.includes('table');
  try {
    const read = await readAll(paths, analysis, options, io, (facts) => {
      if (!isTold) warnOfDamage(facts, io);
    });
    if (read === 0) {
      // A report on nothing would look like a clean one.
      for (const { file } of outputs) file?.abandon();
      return EXIT_CAPTURE;
    }
    choice?.check();
    const end = analysis.finish();
    for (const { file } of outputs) file?.finish();
    return exitCode(end, read < paths.length, options);
  } catch (error) {
    for (const { file } of outputs) file?.abandon();
    throw error;
  }
}

function exitCode(end: AnalysisEnd, unreadable: boolean, options: AnalyzeOptions): number {
  const damaged = options.strict === true && end.captures.some(({ damage }) => damage !== null);
  if (unreadable || damaged) return EXIT_CAPTURE;
  if (options.failOn === undefined) return EXIT_OK;
  const grades = SEVERITIES.slice(0, SEVERITIES.indexOf(options.failOn) + 1);
  const found = grades.some((severity) => end.summary.findings[severity] > 0);
  const patterns = end.patterns.some(({ severity }) => grades.includes(severity));
  return found || patterns ? EXIT_FINDINGS : EXIT_OK;
}

/** Each `--format` takes the `--output` of the same place; one format may go without, to standard output. */
function openOutputs(options: AnalyzeOptions, io: Io) {
  const { format: formats, output: files } = options;
  if (files.length > formats.length) {
    throw new UsageError(
      `--output ${files[formats.length]}: it has no --format; give one --format for each --output`,
    );
  }
  if (formats.length - files.length > 1) {
    throw new UsageError('only one report fits standard output: give each further --format an --output FILE');
  }
  return formats.map((name, place) => {
    const path = files[place];
    const file = path === undefined || path === '-' ? null : openOutput(path);
    const look = {
      palette: paletteFor(
        file === null ? options.color : (options.color ?? false),
        io.environment,
        io.stdout,
      ),
      columns: io.stdout.columns,
      verbose: options.verbose === true,
    };
    const write = file === null ? io.stdout.write : file.write;
    const reporter = FORMATS[name].create(write, look, new FileSpool());
    return { reporter, file };
  });
}

function openOutput(path: string): OutputFile {
  try {
    return new OutputFile(path);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(
      `--output ${path}: it cannot be written (${reason}); name a file in a folder you may write to`,
    );
  }
}
