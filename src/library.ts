/** Captures in, typed results out: bytes and streams of them, without files. */
import { Analysis, type AnalysisOptions } from './analysis.js';
import { CaptureReader } from './capture/reader.js';
import type { Connection } from './connections/connection.js';
import type { Separation } from './decode/domains.js';
import { ladder } from './report/ladder/ladder.js';
import { LadderRecorder } from './report/ladder/recorder.js';
import { type AnalysisEnd, ladderFacts } from './report/reporter.js';
import { PLAIN } from './report/text/palette.js';
import type { RuleSettings } from './rules/evaluation/settings.js';
import type { Suppression } from './rules/evaluation/suppressions.js';
import type { Finding } from './rules/finding.js';

/** A capture: its octets, or a stream of them in pieces of any size. */
export type CaptureInput =
  | Uint8Array
  | ArrayBuffer
  | Iterable<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>;

export interface AnalyzeOptions {
  /** Severities and options of rules, by their ids. */
  readonly rules?: RuleSettings;
  /** Findings that are known and not to be reported. */
  readonly suppressions?: readonly Suppression[];
  /** Connections held at once, 2,000,000 by default; beyond that those idle for longest are given up. */
  readonly maximumConnections?: number;
  /**
   * What separates connections with the same addresses and ports in several networks. Without it they count as
   * one, as in Wireshark; with it, numbers are no longer Wireshark's.
   */
  readonly separate?: readonly Separation[];
  /** Draw each connection's ladder, for `ladderOf`. It costs time and memory for each segment. */
  readonly ladders?: boolean;
  /** Ends the analysis with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A connection that has ended, and what there is to say about it. */
export interface AnalyzedConnection {
  readonly connection: Connection;
  readonly findings: readonly Finding[];
}

/** Everything that a capture shows. */
export interface AnalysisResult extends AnalysisEnd {
  /** In the order of their numbers. */
  readonly connections: readonly Connection[];
  readonly findings: readonly Finding[];
}

/**
 * Analyses a capture.
 *
 * @throws CaptureError if it is not a capture; damage inside one is reported in `captures[0].damage` instead
 * @throws TypeError for an input that is none of these, such as a path: those are read in Node only
 * @throws SettingsError for rules or options that do not exist, or values that cannot be
 */
export async function analyze(input: CaptureInput, options: AnalyzeOptions = {}): Promise<AnalysisResult> {
  return collected(streamConnections(input, options));
}

/**
 * Analyses a capture and hands out each connection as it ends: memory is that of the open ones. The
 * generator's return value is what is known at the end. Throws as `analyze` does.
 */
export async function* streamConnections(
  input: CaptureInput,
  options: AnalyzeOptions = {},
): AsyncGenerator<AnalyzedConnection, AnalysisEnd> {
  options.signal?.throwIfAborted();
  const pieces = iteratorOf(input);
  const run = new LibraryRun(options);
  const reader = new CaptureReader(run.analysis.begin());
  let parts = 0;
  try {
    while (!reader.finished) {
      const { value, done } = await orAborted(pieces.next(), options.signal);
      if (done === true) break;
      for (const part of partsOf(value)) {
        if (++parts % PARTS_BETWEEN_TURNS === 0) await new Promise((resolve) => setTimeout(resolve));
        options.signal?.throwIfAborted();
        reader.push(part);
        yield* run.take();
        if (reader.finished) break;
      }
    }
  } finally {
    // What the input answers on leaving matters to nobody; one that hangs may never answer.
    const left = Promise.resolve(pieces.return?.()).catch(() => {});
    if (options.signal?.aborted !== true) await left;
  }
  reader.end();
  run.analysis.endCapture({ path: '', compression: null, ...reader.facts() });
  const end = run.finish();
  yield* run.take();
  return end;
}

/** Everything that a stream of connections holds. */
export async function collected(
  stream: AsyncGenerator<AnalyzedConnection, AnalysisEnd>,
): Promise<AnalysisResult> {
  const found: AnalyzedConnection[] = [];
  for (;;) {
    const { value, done } = await stream.next();
    if (done === true) {
      found.sort((a, b) => a.connection.id - b.connection.id);
      return {
        ...value,
        connections: found.map(({ connection }) => connection),
        findings: found.flatMap(({ findings }) => findings),
      };
    }
    found.push(value);
  }
}

/** An analysis whose connections wait to be taken. */
export class LibraryRun {
  readonly analysis: Analysis;
  readonly #options: AnalyzeOptions;
  readonly #ready: AnalyzedConnection[] = [];
  readonly #recorders = new Map<number, LadderRecorder>();
  /** With their recorders, until the end of the capture is known. */
  readonly #toDraw: AnalyzedConnection[] = [];

  constructor(options: AnalyzeOptions) {
    this.#options = options;
    this.analysis = new Analysis({
      ...settingsOf(options),
      seed: Math.floor(Math.random() * 2 ** 32),
      reporters: [
        {
          connection: (connection, findings) => {
            this.#ready.push({ connection, findings });
            if (options.ladders === true) this.#toDraw.push({ connection, findings });
          },
          end: () => {},
        },
      ],
      onSegment:
        options.ladders === true
          ? (id, from, segment) => {
              const recorder = this.#recorders.get(id) ?? new LadderRecorder();
              this.#recorders.set(id, recorder);
              recorder.add(from, segment);
            }
          : undefined,
    });
  }

  /** Connections that ended since the last call. */
  take(): AnalyzedConnection[] {
    return this.#ready.splice(0);
  }

  get isWaiting(): boolean {
    return this.#ready.length > 0;
  }

  finish(): AnalysisEnd {
    this.#options.signal?.throwIfAborted();
    const end = this.analysis.finish();
    for (const { connection, findings } of this.#toDraw) {
      const text = ladder(connection, this.#recorders.get(connection.id)?.items() ?? [], {
        palette: PLAIN,
        columns: LADDER_COLUMNS,
        ...ladderFacts(end.captures, connection, findings),
      });
      LADDERS.set(connection, text);
    }
    return end;
  }
}

const LADDER_COLUMNS = 100;
const LADDERS = new WeakMap<Connection, string>();

/** The ladder of a connection that was analysed with `ladders: true`, once its capture has ended; else null. */
export function ladderOf(connection: Connection): string | null {
  return LADDERS.get(connection) ?? null;
}

function settingsOf(options: AnalyzeOptions): Partial<AnalysisOptions> {
  const { rules, suppressions, maximumConnections, separate } = options;
  return { rules, suppressions, maximumConnections, separate };
}

/** How many octets are taken in at once, so that connections come out while a large piece is read. */
const PART = 1 << 20;
/** How many parts go by before the event loop gets its turn, for signals, and for a page that must respond. */
const PARTS_BETWEEN_TURNS = 16;

type Pieces = Pick<AsyncIterator<unknown> | Iterator<unknown>, 'next' | 'return'>;

function iteratorOf(input: CaptureInput): Pieces {
  if (input instanceof ArrayBuffer) return [new Uint8Array(input)].values();
  if (input instanceof Uint8Array) return [input].values();
  const other: unknown = input;
  if (typeof other === 'string' || other instanceof URL) {
    throw new TypeError('a path can be read only in Node: give the capture’s octets, or a stream of them');
  }
  if (typeof input === 'object' && input !== null) {
    // Not every browser can iterate over a stream.
    if ('getReader' in input) return readerOf(input);
    if (Symbol.asyncIterator in input) return input[Symbol.asyncIterator]();
    if (Symbol.iterator in input) return input[Symbol.iterator]();
    if (other instanceof Blob) throw new TypeError('a file or blob is analysed by its stream: file.stream()');
  }
  throw new TypeError(`a capture is given as octets, or a stream of them, not as ${kindOf(other)}`);
}

function readerOf(stream: ReadableStream<Uint8Array>): Pieces {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
    return: async () => {
      await reader.cancel();
      return { value: undefined, done: true };
    },
  };
}

/** Rejects with the signal's reason as soon as it is given. */
function orAborted<T>(value: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return Promise.resolve(value);
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    Promise.resolve(value)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

function* partsOf(piece: unknown): Generator<Uint8Array> {
  const octets = checked(piece);
  for (let at = 0; at < octets.length; at += PART) yield octets.subarray(at, at + PART);
}

function checked(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError(`a stream of octets gives Uint8Array, not ${kindOf(piece)}`);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
