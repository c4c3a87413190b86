import { Analysis } from '../src/analysis.js';
import { Analyzer } from '../src/analyzer.js';
import type { FrameHandler } from '../src/capture/frame.js';
import { CaptureReader, type FrameReader } from '../src/capture/reader.js';
import type { Connection } from '../src/connections/connection.js';
import { CaptureError } from '../src/core/errors.js';
import type { Separation } from '../src/decode/domains.js';
import { FORMATS } from '../src/report/formats.js';
import { LadderRecorder } from '../src/report/ladder/recorder.js';
import { type AnalysisEnd, MemorySpool, type Reporter } from '../src/report/reporter.js';
import { PLAIN } from '../src/report/text/palette.js';
import type { Finding } from '../src/rules/finding.js';
import { textOf } from '../test/support/report.js';

export interface OutcomeOptions {
  /** Names of the formats to write. */
  readonly formats?: readonly string[];
  /** The lengths of the pieces that the captures are read in, over and over. */
  readonly sizes?: readonly number[];
  /** The captures are parts of one. */
  readonly joined?: boolean;
  readonly separate?: readonly Separation[];
  readonly maximumConnections?: number;
  readonly reader?: (onFrame: FrameHandler) => FrameReader;
  /** What comes between the reader and the engine. */
  readonly between?: (onFrame: FrameHandler) => FrameHandler;
  /** What reports call the capture. */
  readonly path?: string;
}

/** What an analysis reported, and which frames belong to which connection. */
export interface Outcome {
  readonly texts: Readonly<Record<string, string>>;
  readonly connections: readonly Connection[];
  readonly findings: readonly Finding[];
  readonly end: AnalysisEnd;
  /** The frames of each connection: its segments, and ICMP errors about them. */
  readonly frames: ReadonlyMap<number, ReadonlySet<number>>;
  /** The most connections that were held at the same time. */
  readonly mostHeld: number;
}

const LOOK = { palette: PLAIN, columns: 100, verbose: true };

/** What analysing captures yields, several only if joined; or the message of the error with which one is refused. */
export function outcomeOf(captures: readonly Uint8Array[], options: OutcomeOptions = {}): Outcome | string {
  const { formats = ['json'], joined, separate, maximumConnections } = options;
  const texts: Record<string, string> = {};
  const connections: Connection[] = [];
  const findings: Finding[] = [];
  const frames = new Map<number, Set<number>>();
  const writers = formats.map((name) => {
    texts[name] = '';
    return FORMATS[name].create(
      (part) => {
        texts[name] += textOf(part);
      },
      LOOK,
      new MemorySpool(),
    );
  });
  const collector: Reporter = {
    connection: (connection, found) => {
      connections.push(connection);
      findings.push(...found);
    },
    end: () => {},
  };
  const ladders = new Map<number, LadderRecorder>();
  const analysis = new Analysis({
    reporters: [collector, ...writers],
    onSegment: writers.some(({ wishes }) => wishes !== undefined)
      ? (id, from, segment) => {
          const ladder = ladders.get(id) ?? new LadderRecorder();
          ladders.set(id, ladder);
          ladder.add(from, segment);
        }
      : undefined,
    joined,
    separate,
    maximumConnections,
  });
  const note = (id: number, { frame }: { readonly frame: number }): void => {
    const own = frames.get(id) ?? new Set();
    frames.set(id, own.add(frame));
  };
  const witness = new Analyzer({
    onConnection: () => {},
    onSegment: (id, _from, segment) => note(id, segment),
    onIcmpError: note,
    separate,
    maximumConnections,
  });
  let before = 0;
  let mostHeld = 0;
  try {
    for (const capture of captures) {
      const engine = analysis.begin();
      const onFrame: FrameHandler = (frame) => {
        engine(frame);
        frame.number += before;
        witness.onFrame(frame);
        frame.number -= before;
        mostHeld = Math.max(mostHeld, witness.held);
      };
      const reader = (options.reader ?? readerOf)(options.between?.(onFrame) ?? onFrame);
      feed(reader, capture, options.sizes ?? [capture.length + 1]);
      const facts = reader.facts();
      before += facts.frames;
      analysis.endCapture({ path: options.path ?? 'capture', compression: null, ...facts });
    }
    for (const writer of writers) {
      for (const id of writer.wishes?.().keys() ?? []) writer.ladder?.(id, ladders.get(id)?.items() ?? []);
    }
    return { texts, connections, findings, end: analysis.finish(), frames, mostHeld };
  } catch (error) {
    if (error instanceof CaptureError) return error.message;
    throw error;
  }
}

function readerOf(onFrame: FrameHandler): FrameReader {
  return new CaptureReader(onFrame);
}

export function feed(reader: FrameReader, capture: Uint8Array, sizes: readonly number[]): void {
  for (let at = 0, piece = 0; at < capture.length; piece++) {
    const size = sizes[piece % sizes.length];
    reader.push(capture.subarray(at, at + size));
    at += size;
  }
  reader.end();
}

export function isRefused(outcome: Outcome | string): outcome is string {
  return typeof outcome === 'string';
}

/** What the outcome shows of the engine's behaviour in words, to tell new behaviour from old. */
export function behaviourOf(outcome: Outcome | string): Set<string> {
  if (isRefused(outcome)) return new Set([`refused: ${withoutNumbers(outcome)}`]);
  const { connections, findings, end } = outcome;
  const behaviour = new Set<string>();
  for (const { skipped, damage } of end.captures) {
    for (const reason of Object.keys(skipped)) behaviour.add(reason);
    behaviour.add(`damage: ${damage === null ? 'none' : withoutNumbers(damage.message)}`);
  }
  for (const { rule, endpoint, confidence } of findings) behaviour.add(`${rule} ${endpoint} ${confidence}`);
  for (const { rule } of end.patterns) behaviour.add(rule);
  for (const { client, server, zeek } of connections) {
    behaviour.add(zeek.connState);
    for (const { timeline } of [client, server]) {
      for (const { state, cause, evidence, retractedBy } of timeline)
        behaviour.add(`${state} ${cause} ${evidence} ${retractedBy === null}`);
    }
  }
  return behaviour;
}

/** Every number and every octet in a message would be a behaviour of its own. */
export function withoutNumbers(message: string): string {
  return message.replace(/\(.*|\b(?:0x)?[\da-f]*\d[\da-f]*\b/g, '');
}
