import { randomInt } from 'node:crypto';
import { Analysis } from '../analysis.js';
import type { Connection } from '../connections/connection.js';
import type { Separation } from '../decode/domains.js';
import { isReadOnce } from '../node/byte-source.js';
import type { ReaderName } from '../node/read-capture.js';
import { ladder } from '../report/ladder/ladder.js';
import { LadderRecorder } from '../report/ladder/recorder.js';
import { ladderFacts, type Reporter } from '../report/reporter.js';
import { captureName } from '../report/text/words.js';
import type { RuleSettings } from '../rules/evaluation/settings.js';
import type { Suppression } from '../rules/evaluation/suppressions.js';
import { type Finding, SEVERITIES } from '../rules/finding.js';
import { Choice, noSuchConnection } from './errors.js';
import { type ConnectionFilter, NOTHING_MATCHES } from './filter.js';
import { findCaptures } from './find-captures.js';
import { EXIT_CAPTURE, EXIT_OK, type Io, UsageError } from './io.js';
import { paletteFor, textWriter } from './options.js';
import { readAll, warnOfDamage } from './read-all.js';

export interface TimelineOptions {
  readonly connection?: number;
  readonly reader: ReaderName;
  readonly rules: RuleSettings;
  readonly suppressions: readonly Suppression[];
  readonly filter?: ConnectionFilter;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly join?: boolean;
  readonly maxConnections?: number;
  readonly separate?: readonly Separation[];
  readonly full?: boolean;
}

interface Found {
  readonly connection: Connection;
  readonly findings: readonly Finding[];
}

/** Prints the ladder of one connection: the one asked for, or the one with the worst finding. */
export async function timeline(names: readonly string[], options: TimelineOptions, io: Io): Promise<number> {
  if (options.connection !== undefined && options.filter !== undefined)
    throw new UsageError('--connection already names one connection: leave out --filter');
  const { paths, isIncomplete } = await findCaptures(names, options, io);
  const id = options.connection ?? (await worstConnection(paths, options, io));
  if (id === null) return EXIT_CAPTURE;
  const recorder = new LadderRecorder();
  let found: Found | null = null;
  const choice = new Choice(id);
  const analysis = new Analysis({
    reporters: [
      reporterOf((connection, findings) => {
        found = { connection, findings };
      }),
    ],
    rules: options.rules,
    suppressions: options.suppressions,
    filter: choice.accepts,
    onSegment: (connection, from, segment) => {
      if (connection === id) recorder.add(from, segment);
    },
    seed: randomInt(2 ** 32),
    joined: options.join,
    maximumConnections: options.maxConnections,
    separate: options.separate,
  });
  const isRepeated = options.connection === undefined;
  const { readable } = await readAll(paths, analysis, { ...options, isRepeated }, io, (facts) => {
    if (!isRepeated) warnOfDamage(facts, io);
  });
  if (readable === 0) return EXIT_CAPTURE;
  const { captures } = analysis.finish();
  choice.check();
  const { connection, findings } = found as unknown as Found;
  const text = ladder(connection, recorder.items(), {
    palette: paletteFor(options.color, io.environment, io.stdout),
    columns: io.stdout.columns,
    isFull: options.full === true,
    ...(captures.length > 1 && options.join !== true
      ? { capture: captureName(captures[connection.capture].path) }
      : {}),
    ...ladderFacts(captures, connection, findings),
  });
  textWriter(io)(text);
  return isIncomplete || readable < paths.length ? EXIT_CAPTURE : EXIT_OK;
}

/**
 * The connection with the most severe finding, the first among equals; null if no capture could be read. Reads
 * the captures an additional time, and reports what is wrong with them.
 */
async function worstConnection(
  paths: readonly string[],
  options: TimelineOptions,
  io: Io,
): Promise<number | null> {
  const pipe = paths.find(isReadOnce);
  if (pipe !== undefined)
    throw new UsageError(
      `${captureName(pipe)} can be read only once: say which connection with --connection N`,
    );
  let worst = { id: Number.POSITIVE_INFINITY, rank: SEVERITIES.length };
  const reporter = reporterOf(({ id }, findings) => {
    const rank = Math.min(SEVERITIES.length, ...findings.map(({ severity }) => SEVERITIES.indexOf(severity)));
    if (rank < worst.rank || (rank === worst.rank && id < worst.id)) worst = { id, rank };
  });
  const analysis = new Analysis({
    reporters: [reporter],
    rules: options.rules,
    suppressions: options.suppressions,
    filter: options.filter,
    seed: randomInt(2 ** 32),
    joined: options.join,
    maximumConnections: options.maxConnections,
    separate: options.separate,
  });
  const { readable } = await readAll(paths, analysis, options, io, (facts) => warnOfDamage(facts, io));
  analysis.finish();
  if (readable === 0) return null;
  if (worst.id < Number.POSITIVE_INFINITY) return worst.id;
  throw new UsageError(options.filter === undefined ? noSuchConnection(0, -1) : NOTHING_MATCHES);
}

function reporterOf(connection: Reporter['connection']): Reporter {
  return { connection, end: () => {} };
}
