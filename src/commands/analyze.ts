import { randomInt } from 'node:crypto';
import { Analysis } from '../analysis.js';
import type { Separation } from '../decode/domains.js';
import { readBaseline } from '../node/baseline-file.js';
import type { ReaderName } from '../node/read-capture.js';
import type { AnalysisEnd } from '../report/reporter.js';
import type { RuleSettings } from '../rules/evaluation/settings.js';
import type { Suppression } from '../rules/evaluation/suppressions.js';
import { SEVERITIES, type Severity } from '../rules/finding.js';
import { type AnonymizationOptions, anonymizerOf } from './anonymization.js';
import { Choice, checkFirstWord } from './errors.js';
import { allOf, type ConnectionFilter, NOTHING_MATCHES } from './filter.js';
import { findCaptures } from './find-captures.js';
import { EXIT_CAPTURE, EXIT_FINDINGS, EXIT_OK, type Io } from './io.js';
import { grantWishes } from './ladders.js';
import { checkPlace } from './output-place.js';
import { type Destination, openOutputs } from './outputs.js';
import { isUnreadable, readAll, warnOfDamage } from './read-all.js';
import { reportNames } from './report-names.js';
import { noteSuppressions } from './suppression-notes.js';

export interface AnalyzeOptions extends AnonymizationOptions {
  readonly destinations: readonly Destination[];
  readonly connection?: number;
  readonly filter?: ConnectionFilter;
  readonly reader: ReaderName;
  readonly rules: RuleSettings;
  readonly suppressions: readonly Suppression[];
  readonly failOn: Severity | undefined;
  readonly strict?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly join?: boolean;
  readonly verbose?: boolean;
  readonly maxLength?: number;
  /** An earlier report. */
  readonly baseline?: string;
  readonly maxConnections?: number;
  readonly separate?: readonly Separation[];
}

/** Reads the captures and writes the reports. Returns the exit code. */
export async function analyze(names: readonly string[], options: AnalyzeOptions, io: Io): Promise<number> {
  checkFirstWord(names);
  const { paths, isIncomplete } = await findCaptures(names, options, io);
  for (const { path } of options.destinations) if (path !== null) checkPlace(path, paths);
  const anonymizer = await anonymizerOf(options, io);
  const look = { ...options, names: reportNames(paths, io.folder) };
  const outputs = await openOutputs(options.destinations, look, io);
  const choice = options.connection === undefined ? null : new Choice(options.connection);
  try {
    const reporters = outputs.map(({ reporter }) => reporter);
    const analysis = new Analysis({
      reporters,
      rules: options.rules,
      suppressions: options.suppressions,
      baseline: options.baseline === undefined ? undefined : readBaseline(options.baseline),
      filter: allOf(choice?.accepts, options.filter),
      anonymizer,
      seed: randomInt(2 ** 32),
      joined: options.join,
      several: paths.length > 1 && options.join !== true,
      maximumConnections: options.maxConnections,
      separate: options.separate,
    });
    // The table reports damage itself.
    const isTold = options.destinations.some(({ format }) => format === 'table');
    const { opened, readable } = await readAll(paths, analysis, options, io, (facts) => {
      if (!isTold || isUnreadable(facts)) warnOfDamage(facts, io);
    });
    // A report on nothing would look like a clean one, and a wrong connection number is not the problem then.
    if (opened === 0 || (choice !== null && readable === 0)) {
      for (const output of outputs) output.abandon();
      return EXIT_CAPTURE;
    }
    choice?.check();
    await grantWishes(paths, reporters, options, io);
    const end = analysis.finish();
    if (options.filter !== undefined && end.summary.connections === 0)
      io.stderr.write(`finwait: ${NOTHING_MATCHES}\n`);
    noteSuppressions(analysis.suppressions, options.verbose === true, io);
    for (const output of outputs) output.finish();
    return exitCode(end, isIncomplete || readable < paths.length, options);
  } catch (error) {
    for (const output of outputs) output.abandon();
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
