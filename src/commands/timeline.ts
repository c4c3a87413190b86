import { randomInt } from 'node:crypto';
import { Analysis } from '../analysis.js';
import type { Connection, Role } from '../connections/connection.js';
import type { Segment } from '../decode/segment.js';
import { SYN } from '../decode/segment.js';
import { type ReaderName, readCapture } from '../node/read-capture.js';
import { type LadderSegment, ladder } from '../report/ladder.js';
import { type Finding, SEVERITIES } from '../rules/finding.js';
import type { RuleSettings } from '../rules/settings.js';
import { captureProblem } from './errors.js';
import { EXIT_CAPTURE, EXIT_OK, type Io, UsageError } from './io.js';
import { paletteFor } from './options.js';

export interface TimelineOptions {
  readonly connection?: number;
  readonly reader: ReaderName;
  readonly rules: RuleSettings;
  readonly color?: boolean;
}

/** Longest ladder kept; what lies between its first and last parts is a run that would be folded anyway. */
const MOST_SEGMENTS = 100_000;

/** Prints the ladder of one connection: the one asked for, or the one with the worst finding. */
export async function timeline(path: string, options: TimelineOptions, io: Io): Promise<number> {
  try {
    const id = options.connection ?? (await worstConnection(path, options));
    const found = await collect(path, id, options);
    if (found === null) {
      io.stderr.write(`finwait: ${path} has no connection ${id}; finwait ${path} lists those it has\n`);
      return EXIT_CAPTURE;
    }
    const { connection, findings, segments } = found;
    const palette = paletteFor(options.color, io.environment, io.stdout);
    io.stdout.write(ladder(connection, segments, { palette, columns: io.stdout.columns, findings }));
    return EXIT_OK;
  } catch (error) {
    const problem = captureProblem(error, path);
    if (problem === null) throw error;
    io.stderr.write(`finwait: ${problem}\n`);
    return EXIT_CAPTURE;
  }
}

/** The connection with the gravest finding, the first among equals. Reads the capture once more. */
async function worstConnection(path: string, options: TimelineOptions): Promise<number> {
  if (path === '-')
    throw new UsageError('standard input can be read only once: say which connection with --connection N');
  let worst = { id: 0, rank: SEVERITIES.length };
  const reporter = {
    connection: ({ id }: Connection, findings: readonly Finding[]): void => {
      const rank = Math.min(
        SEVERITIES.length,
        ...findings.map(({ severity }) => SEVERITIES.indexOf(severity)),
      );
      if (rank < worst.rank || (rank === worst.rank && id < worst.id)) worst = { id, rank };
    },
    end: (): void => {},
  };
  await run(
    path,
    new Analysis({ reporters: [reporter], rules: options.rules, seed: randomInt(2 ** 32) }),
    options,
  );
  return worst.id;
}

async function collect(path: string, id: number, options: TimelineOptions) {
  const segments: LadderSegment[] = [];
  const bases: Partial<Record<Role, number>> = {};
  let found: { connection: Connection; findings: readonly Finding[] } | null = null;
  const analysis = new Analysis({
    reporters: [
      {
        connection: (connection, findings) => {
          found = { connection, findings };
        },
        end: () => {},
      },
    ],
    rules: options.rules,
    filter: (connection) => connection.id === id,
    onSegment: (connection, from, segment) => {
      if (connection === id && segments.length < MOST_SEGMENTS) segments.push(relative(segment, from, bases));
    },
    seed: randomInt(2 ** 32),
  });
  await run(path, analysis, options);
  return found === null
    ? null
    : { ...(found as { connection: Connection; findings: readonly Finding[] }), segments };
}

async function run(path: string, analysis: Analysis, options: TimelineOptions): Promise<void> {
  const facts = await readCapture(path, analysis.begin(), { reader: options.reader });
  analysis.endCapture(facts);
  analysis.finish();
}

/** A segment with numbers counted from each side's first: its SYN is 0, as in Wireshark. */
function relative(segment: Segment, from: Role, bases: Partial<Record<Role, number>>): LadderSegment {
  const peer = from === 'client' ? 'server' : 'client';
  if ((segment.flags & SYN) !== 0) bases[from] = segment.sequence;
  bases[from] ??= segment.sequence - 1;
  if (segment.acknowledgment !== 0) bases[peer] ??= segment.acknowledgment - 1;
  return {
    frame: segment.frame,
    time: { seconds: segment.seconds, nanoseconds: segment.nanoseconds },
    from,
    flags: segment.flags,
    sequence: (segment.sequence - bases[from]) >>> 0,
    acknowledgment: (segment.acknowledgment - (bases[peer] ?? 0)) >>> 0,
    payload: segment.payloadLength,
    window: segment.window,
  };
}
