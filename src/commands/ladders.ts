import { randomInt } from 'node:crypto';
import { Analysis } from '../analysis.js';
import { isReadOnce } from '../node/byte-source.js';
import { LadderRecorder } from '../report/ladder/recorder.js';
import type { LadderWishes, Reporter } from '../report/reporter.js';
import type { Io } from './io.js';
import { type ReadAllOptions, readAll } from './read-all.js';

/** In a document, this many segments each of a connection's start and end are enough. */
const ENDS = 60;

/** Reads the captures once more for the segments that reports want to show. Pipes cannot be read again. */
export async function grantWishes(
  paths: readonly string[],
  reporters: readonly Reporter[],
  options: ReadAllOptions,
  io: Io,
): Promise<void> {
  const wishes = reporters.map((reporter) => reporter.wishes?.() ?? new Map());
  const recorders = recordersFor(wishes);
  if (recorders.size === 0 || paths.some(isReadOnce)) return;
  const analysis = new Analysis({
    reporters: [],
    isUnjudged: true,
    onSegment: (connection, from, segment) => recorders.get(connection)?.add(from, segment),
    seed: randomInt(2 ** 32),
    joined: options.join,
    maximumConnections: options.maxConnections,
    separate: options.separate,
  });
  await readAll(paths, analysis, { ...options, isRepeated: true }, io, () => {});
  for (const [place, reporter] of reporters.entries()) {
    for (const id of wishes[place].keys()) reporter.ladder?.(id, recorders.get(id)?.items() ?? []);
  }
}

function recordersFor(wishes: readonly LadderWishes[]): ReadonlyMap<number, LadderRecorder> {
  const frames = new Map<number, number[]>();
  for (const [id, always] of wishes.flatMap((wish) => [...wish])) {
    frames.set(id, [...(frames.get(id) ?? []), ...always]);
  }
  return new Map([...frames].map(([id, always]) => [id, new LadderRecorder({ ends: ENDS, always })]));
}
