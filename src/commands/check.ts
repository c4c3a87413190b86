import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Analysis } from '../analysis.js';
import { compare } from '../check/compare.js';
import { described, refreshed } from '../check/describe.js';
import type { Expectation } from '../check/expectation.js';
import { type Observation, ObservationReporter } from '../check/observation.js';
import { checkGithub } from '../check/report/github.js';
import { checkJunit } from '../check/report/junit.js';
import { checkText } from '../check/report/text.js';
import { type CheckFormat, type CheckReport, type CheckResult, isPassed } from '../check/result.js';
import { captureFiles, expectationFiles } from '../node/capture-files.js';
import {
  captureOfExpectation,
  type ExpectationFile,
  expectationPath,
  newExpectationPath,
  readExpectationFile,
  updateExpectation,
  writeNewExpectation,
} from '../node/expectation-file.js';
import { OutputFile } from '../node/output.js';
import { type ReaderName, readCapture } from '../node/read-capture.js';
import { counted } from '../report/text/words.js';
import type { RuleSettings } from '../rules/evaluation/settings.js';
import type { Suppression } from '../rules/evaluation/suppressions.js';
import { captureProblem } from './errors.js';
import { tellProblems } from './find-captures.js';
import { EXIT_CAPTURE, EXIT_FINDINGS, EXIT_OK, type Io, UsageError } from './io.js';
import { paletteFor, textWriter } from './options.js';
import { checkPlace } from './output-place.js';
import { Progress } from './progress.js';

export interface CheckOptions {
  readonly format: CheckFormat;
  readonly output?: string;
  readonly update?: boolean;
  readonly init?: boolean;
  readonly reader: ReaderName;
  readonly rules: RuleSettings;
  readonly suppressions: readonly Suppression[];
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** A capture to be checked, and the file that says what it should show; null if there is none. */
interface Subject {
  readonly capture: string;
  readonly file: string | null;
}

/**
 * Compares captures with the expectations beside them, updates those, or writes new ones. Returns the exit code.
 */
export async function check(words: readonly string[], options: CheckOptions, io: Io): Promise<number> {
  const { subjects, isIncomplete } = await subjectsOf(words, io);
  // A report on nothing would look as if everything were as expected.
  if (isIncomplete && subjects.length === 0) return EXIT_CAPTURE;
  const code = await checkAll(words, subjects, options, io);
  return isIncomplete ? EXIT_CAPTURE : code;
}

async function checkAll(
  words: readonly string[],
  subjects: readonly Subject[],
  options: CheckOptions,
  io: Io,
): Promise<number> {
  const { output } = options;
  if (output !== undefined && output !== '-')
    checkPlace(
      output,
      subjects.flatMap(({ capture, file }) => [capture, ...(file === null ? [] : [file])]),
    );
  if (options.init === true) return initialise(subjects, options, io);
  const expected = subjects.filter(({ file }) => file !== null);
  if (expected.length === 0) {
    const many = counted(subjects.length, 'capture');
    throw new UsageError(
      `${many} in ${words.join(' ')}, none with an expectation beside it; write them with: finwait check --init ${words.join(' ')}`,
    );
  }
  // All are read before any capture is: finding a mistake in them should not take an analysis.
  const files: { readonly capture: string; readonly file: ExpectationFile }[] = [];
  for (const { capture, file } of expected)
    files.push({ capture, file: await readExpectationFile(file as string) });
  return options.update === true
    ? update(files, options, io)
    : compareAll(files, subjects.length - expected.length, options, io);
}

async function compareAll(
  files: readonly { readonly capture: string; readonly file: ExpectationFile }[],
  without: number,
  options: CheckOptions,
  io: Io,
): Promise<number> {
  const results: CheckResult[] = [];
  for (const { capture, file } of files) {
    const observed = await observe(capture, file.expectation, options, io);
    const head = { capture, file: file.path };
    if (typeof observed === 'string') {
      results.push({ ...head, differences: [], failure: observed });
      continue;
    }
    const filters = new Map(observed.connections.map(({ id, filter }) => [id, filter]));
    const differences = compare(file.expectation, observed).map((each) => ({
      ...each,
      line: file.lineOf(each.path),
      filter: (each.connection === null ? null : filters.get(each.connection)) ?? null,
    }));
    results.push({ ...head, differences, failure: null });
  }
  await write({ results, without }, options, io);
  if (results.some(({ failure }) => failure !== null)) return EXIT_CAPTURE;
  return results.every(isPassed) ? EXIT_OK : EXIT_FINDINGS;
}

async function write(report: CheckReport, options: CheckOptions, io: Io): Promise<void> {
  const toFile = options.output !== undefined && options.output !== '-';
  const palette = paletteFor(toFile ? false : options.color, io.environment, io.stdout);
  const text = {
    table: () => checkText(report, palette, options.verbose === true),
    junit: () => checkJunit(report),
    github: () => checkGithub(report),
  }[options.format]();
  if (!toFile) {
    (options.format === 'table' ? textWriter(io) : io.stdout.write)(text);
    return;
  }
  const file = await OutputFile.open(options.output as string);
  file.write(text);
  file.finish();
}

async function update(
  files: readonly { readonly capture: string; readonly file: ExpectationFile }[],
  options: CheckOptions,
  io: Io,
): Promise<number> {
  const changed: string[] = [];
  let failed = 0;
  for (const { capture, file } of files) {
    const observed = await observe(capture, file.expectation, options, io);
    if (typeof observed === 'string') {
      io.stderr.write(`finwait: ${observed}\n`);
      failed++;
    } else if (
      compare(file.expectation, observed).length > 0 &&
      updateExpectation(file, refreshed(file.value, observed))
    ) {
      changed.push(file.path);
    }
  }
  io.stdout.write(
    [
      ...changed.map((path) => `changed ${path}\n`),
      `${counted(changed.length, 'expectation')} changed, ${files.length - changed.length - failed} unchanged\n`,
    ].join(''),
  );
  return failed > 0 ? EXIT_CAPTURE : EXIT_OK;
}

async function initialise(subjects: readonly Subject[], options: CheckOptions, io: Io): Promise<number> {
  let started = 0;
  let failed = false;
  for (const { capture, file } of subjects) {
    if (file !== null) continue;
    const observed = await observe(capture, {}, options, io);
    if (typeof observed === 'string') {
      io.stderr.write(`finwait: ${observed}\n`);
      failed = true;
      continue;
    }
    const path = newExpectationPath(capture);
    writeNewExpectation(path, described(observed));
    io.stdout.write(`wrote ${path}\n`);
    started++;
  }
  const kept = subjects.filter(({ file }) => file !== null).length;
  io.stdout.write(`${counted(started, 'expectation')} written, ${kept} existed before\n`);
  return failed ? EXIT_CAPTURE : EXIT_OK;
}

/** What a capture shows, or why it cannot be read. */
async function observe(
  capture: string,
  { separate }: Expectation,
  options: CheckOptions,
  io: Io,
): Promise<Observation | string> {
  const observer = new ObservationReporter();
  const analysis = new Analysis({
    reporters: [observer],
    rules: options.rules,
    suppressions: options.suppressions,
    seed: randomInt(2 ** 32),
    separate,
  });
  const progress = new Progress(options.quiet === true ? null : io.stderr, capture);
  try {
    const facts = await readCapture(capture, analysis.begin(), {
      reader: options.reader,
      onProgress: ({ bytesRead, bytesTotal }) => progress.show(bytesRead, bytesTotal),
    });
    analysis.endCapture(facts);
    analysis.finish();
    return observer.observation();
  } catch (error) {
    const problem = captureProblem(error, capture);
    if (problem === null) throw error;
    return problem;
  } finally {
    progress.clear();
  }
}

/**
 * The captures that the words name, and those that have expectations even if they are gone. Words that name neither are
 * reported on stderr.
 */
async function subjectsOf(
  words: readonly string[],
  io: Io,
): Promise<{ readonly subjects: readonly Subject[]; readonly isIncomplete: boolean }> {
  const captures = new Set<string>();
  let isIncomplete = false;
  for (const word of words) {
    const captureOfWord = captureOfExpectation(word);
    const { paths, unreadable } =
      captureOfWord === null ? await captureFiles(word) : { paths: [captureOfWord], unreadable: [] };
    const known = paths.filter((path) => existsSync(path) || expectationPath(path) !== null);
    const expectations = await expectationFiles(word);
    const isNone = known.length + expectations.length + unreadable.length === 0;
    if (await tellProblems(word, isNone, unreadable, io)) isIncomplete = true;
    for (const capture of known) captures.add(capture);
    for (const path of expectations) captures.add(captureOfExpectation(path) as string);
  }
  const subjects = [...captures].map((capture) => ({ capture, file: expectationPath(capture) }));
  return { subjects, isIncomplete };
}
