/**
 * One analysis from frames to reports: engine, rules and reporters together. Captures are read one after
 * another; each has connections of its own, and ids continue from one capture to the next. Joined, they are
 * parts of one capture instead: frames are counted on, and connections continue from one to the next.
 */
import { Analyzer, type AnalyzerOptions } from './analyzer.js';
import { NO_NOTES, type ReaderFacts } from './capture/facts.js';
import type { FrameHandler } from './capture/frame.js';
import { linkTypeName } from './capture/link-types.js';
import { type Connection, stateOf } from './connections/connection.js';
import type { Pause } from './connections/pauses.js';
import { SeenElsewhere } from './connections/seen-elsewhere.js';
import { isLater, secondsLasted, type Timestamp } from './core/time.js';
import { type CutFrames, OTHER_LINK_TYPES } from './decode/decoder.js';
import type { Separation } from './decode/domains.js';
import { ICMP_ERROR, NEIGHBOUR, SEGMENT, VERDICT_NAMES } from './decode/verdict.js';
import type { Anonymizer } from './extract/anonymizer.js';
import { anonymousConnection } from './extract/anonymous-connection.js';
import type { AnalysisEnd, CaptureFacts, Reporter, Summary } from './report/reporter.js';
import { prepareCatalog, prepareSuppressions } from './rules/catalog.js';
import type { Baseline } from './rules/evaluation/baseline.js';
import type { Evaluate } from './rules/evaluation/evaluate.js';
import type { RuleSettings } from './rules/evaluation/settings.js';
import type { Suppression, SuppressionUse, Suppressor } from './rules/evaluation/suppressions.js';
import type { Finding, Located, Pattern, Severity } from './rules/finding.js';
import type { Patterns } from './rules/patterns/prepare.js';
import type { State } from './tcp/states.js';

/** Options that the analyzer of each capture is given; ids that it reports are turned into those of the analysis. */
type AnalyzerOption =
  | 'onSegment'
  | 'onIcmpError'
  | 'onReuse'
  | 'onAnsweredForPredecessor'
  | 'onFragment'
  | 'separate'
  | 'seed'
  | 'maximumConnections'
  | 'checkpoints';

export interface AnalysisOptions extends Pick<AnalyzerOptions, AnalyzerOption> {
  readonly reporters: readonly Reporter[];
  readonly rules?: RuleSettings | undefined;
  /** Captures are parts of one capture, in the order in which they are read. */
  readonly joined?: boolean | undefined;
  /** More than one will be read, each by itself: patterns count a connection in several of them only once. */
  readonly several?: boolean | undefined;
  /** Findings that are neither counted nor reported, except for their number. */
  readonly suppressions?: readonly Suppression[] | undefined;
  /** What an earlier report knew is left out, except for its number. */
  readonly baseline?: Baseline | undefined;
  /**
   * Only connections that this accepts reach reporters, summary and patterns. Patterns still grade their findings by
   * what all connections show: how severe a finding is does not depend on what else is asked for.
   */
  readonly filter?: ((connection: Connection) => boolean) | undefined;
  /** Only segments are asked for: connections are not judged. */
  readonly isUnjudged?: boolean | undefined;
  /** Replaces the addresses and names that reports would show. */
  readonly anonymizer?: Anonymizer | null | undefined;
}

/** What a reader and its opener know of a capture. */
export interface CaptureSource extends ReaderFacts {
  /** As given; `-` for standard input. */
  readonly path: string;
  readonly compression: string | null;
}

/** Patterns, and what keeps them from counting a connection of several captures twice. */
interface Counting {
  readonly patterns: Patterns;
  /** Null if there is only one capture, or all are one. */
  readonly elsewhere: SeenElsewhere | null;
}

/** Connections whose location is kept: some 200 octets each. */
const MOST_LOCATED = 1 << 16;

/** Connections that wait at a capture's end: if there are more, the first are graded by what is known then. */
const MOST_WAITING = 4096;

export class Analysis {
  readonly #options: AnalysisOptions;
  readonly #evaluate: Evaluate;
  /** All connections, by which findings are graded. */
  readonly #everything: Counting;
  /** Those that the filter accepts, whose patterns are reported: the same if there is none. */
  readonly #chosen: Counting;
  readonly #suppressor: Suppressor;
  readonly #captures: CaptureFacts[] = [];
  readonly #findings: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  readonly #finalStates: Partial<Record<State, number>> = {};
  /** While a capture ends: connections whose findings a pattern may grade, once all of them are known. */
  #waiting: { readonly connection: Connection; readonly findings: readonly Finding[] }[] | null = null;
  #connections = 0;
  /** Id of the first connection of the capture at hand. */
  #firstId = 0;
  #nextId = 0;
  /** Time of the first frame of the first capture. */
  #start: Timestamp | null = null;
  /** When the capture at hand ended, as far as it was read. */
  #end: Timestamp = { seconds: 0, nanoseconds: 0 };
  /** When joined captures ended, by what they state: a part may state a later time than the one after it. */
  #joinedEnd: Timestamp | null = null;
  /** When the capture that ends began, if it states an earlier time than that of its first frame. */
  #statedStart: Timestamp | null = null;
  /** The same for joined captures: what the first of them states. */
  #joinedStart: Timestamp | null = null;
  #analyzer: Analyzer | null = null;
  /** Joined: the number of each capture's first frame. */
  readonly #firstFrames: number[] = [];
  /** For the first connections, by id, if networks are separated. */
  readonly #located = new Map<number, Located>();
  /** Id of each capture's first connection; for joined captures, of the first alone. */
  readonly #firstIds: number[] = [];
  /** Joined: frames of the captures that have ended, and what was counted of them. */
  #framesBefore = 0;
  #countedBefore: Counts = NOTHING_COUNTED;

  /** @throws SettingsError for rules or options that do not exist, or values that cannot be */
  constructor(options: AnalysisOptions) {
    this.#options = options;
    const counting = (patterns: Patterns): Counting => ({
      patterns,
      elsewhere: options.several === true ? new SeenElsewhere() : null,
    });
    const { evaluate, patterns } = prepareCatalog(options.rules);
    this.#evaluate = evaluate;
    this.#everything = counting(patterns);
    this.#chosen =
      options.filter === undefined ? this.#everything : counting(prepareCatalog(options.rules).patterns);
    this.#suppressor = prepareSuppressions(options.suppressions ?? []);
  }

  /** What each suppression has done so far. */
  get suppressions(): readonly SuppressionUse[] {
    return this.#suppressor.uses;
  }

  /** Starts the next capture; hand the result to its reader. */
  begin(): FrameHandler {
    const { onSegment, onIcmpError, onReuse, onAnsweredForPredecessor, onFragment } = this.#options;
    const { separate, seed, maximumConnections, checkpoints, joined } = this.#options;
    if (joined === true && this.#analyzer !== null) return this.#goOn(this.#analyzer);
    this.#firstId = this.#nextId;
    this.#firstIds.push(this.#firstId);
    this.#firstFrames[this.#captures.length] = 1;
    this.#analyzer = new Analyzer({
      onConnection: (connection, start, end) => this.#take(connection, start, end),
      onSegment: onSegment && ((id, from, segment) => onSegment(this.#firstId + id, from, segment)),
      onIcmpError: onIcmpError && ((id, error) => onIcmpError(this.#firstId + id, error)),
      onReuse: onReuse && ((id, predecessor) => onReuse(this.#firstId + id, this.#firstId + predecessor)),
      onAnsweredForPredecessor:
        onAnsweredForPredecessor && ((id) => onAnsweredForPredecessor(this.#firstId + id)),
      onFragment,
      separate,
      seed,
      maximumConnections,
      checkpoints,
    });
    return this.#analyzer.onFrame;
  }

  /** Ends the capture that `begin` started. */
  endCapture(read: CaptureSource): void {
    const source = this.#options.anonymizer ? anonymousSource(read) : read;
    const analyzer = this.#analyzer;
    if (analyzer === null) throw new Error('no capture was begun');
    const firstFrame = this.#firstFrames[this.#captures.length];
    if (this.#options.joined === true) {
      const counts = snapshot(analyzer);
      const since = difference(counts, this.#countedBefore);
      this.#countedBefore = counts;
      analyzer.endPart();
      if (source.endAt !== null && (this.#joinedEnd === null || isLater(source.endAt, this.#joinedEnd)))
        this.#joinedEnd = source.endAt;
      if (this.#captures.length === 0) this.#joinedStart = source.startAt;
      this.#framesBefore += source.frames;
      this.#captures.push(captureFacts(source, since, firstFrame, this.#options.separate));
      return;
    }
    this.#finishAnalyzer(analyzer, source.startAt, source.endAt);
    const isEndStated = this.#isStatedEnd(source.endAt);
    this.#everything.patterns.endCapture(this.#end, isEndStated);
    if (this.#chosen !== this.#everything) this.#chosen.patterns.endCapture(this.#end, isEndStated);
    this.#captures.push(captureFacts(source, analyzer, firstFrame, this.#options.separate));
    this.#addPauses(analyzer.pauses, this.#captures.length - 1);
    this.#analyzer = null;
  }

  /**
   * Judges connections that are still open as if the capture ended now. See `Tracker.peek`; `start` is the
   * time of the first frame.
   */
  peek(visit: (connection: Connection, findings: readonly Finding[], start: Timestamp) => void): void {
    this.#analyzer?.peek((real, start, end) => {
      if (this.#options.filter?.(real) === false) return;
      const connection = this.#shown(real);
      const findings = this.#evaluate(connection, end, start);
      visit(connection, this.#suppressor.glance(real, findings), start);
    });
  }

  /** Tells the reporters that everything has been read, and returns what they are told. */
  finish(): AnalysisEnd {
    if (this.#analyzer !== null) {
      this.#finishAnalyzer(this.#analyzer, this.#joinedStart, this.#joinedEnd);
      if (this.#options.joined === true) this.#addPauses(this.#analyzer.pauses, 0);
    }
    this.#analyzer = null;
    const { baseline } = this.#options;
    const found = this.#chosen.patterns.finish(this.#end, this.#captures, this.#isStatedEnd(this.#joinedEnd));
    const fresh = baseline === undefined ? found : baseline.freshPatterns(found);
    const patterns = fresh.map((pattern) => this.#placed(pattern));
    const summary: Summary = {
      connections: this.#connections,
      findings: this.#findings,
      suppressed: this.suppressions.reduce((sum, { findings }) => sum + findings, 0),
      finalStates: this.#finalStates,
      ...(baseline !== undefined && { baseline: baseline.outcome() }),
    };
    const { severities = {}, options: limits = {} } = this.#options.rules ?? {};
    const isRestricted =
      this.#options.filter !== undefined || Object.keys(severities).length + Object.keys(limits).length > 0;
    const end: AnalysisEnd = {
      captures: this.#captures,
      summary,
      patterns,
      ...(isRestricted && { isRestricted }),
    };
    for (const reporter of this.#options.reporters) reporter.end(end);
    return end;
  }

  /** A connection has ended: counts it for patterns, and reports it, or has it wait if a pattern may still grade it. */
  #take(ended: Connection, captureStart: Timestamp, captureEnd: Timestamp): void {
    const real = this.#renumbered(ended);
    this.#nextId = Math.max(this.#nextId, real.id + 1);
    this.#start ??= captureStart;
    this.#end = captureEnd;
    if (this.#options.isUnjudged === true) return;
    // Whoever asks for connections means real addresses; whoever reads about them need not learn these.
    const isChosen = this.#options.filter?.(real) !== false;
    const connection = this.#shown(real);
    const stated = this.#statedStart;
    const lastedFrom = stated !== null && isLater(captureStart, stated) ? stated : captureStart;
    const found = this.#evaluate(connection, captureEnd, lastedFrom);
    const all = isChosen ? this.#suppressor.keep(real, found) : this.#suppressor.glance(real, found);
    const withheld = this.#suppressor.withheld(real, isChosen);
    const count = ({ patterns, elsewhere }: Counting): void =>
      patterns.add(connection, all, captureEnd, withheld, elsewhere?.add(real) === true);
    count(this.#everything);
    if (!isChosen) return;
    if (this.#chosen !== this.#everything) count(this.#chosen);
    this.#locate(connection);
    if (this.#waiting === null || !this.#everything.patterns.mayGrade(all)) {
      this.#report(connection, all);
      return;
    }
    if (this.#waiting.length === MOST_WAITING) this.#release();
    this.#waiting.push({ connection, findings: all });
  }

  /** Connections open at the end of a capture come one by one; those that wait are graded once the last is known. */
  #finishAnalyzer(analyzer: Analyzer, startAt: Timestamp | null, endAt: Timestamp | null | undefined): void {
    this.#waiting = [];
    this.#statedStart = startAt;
    analyzer.finish(endAt);
    this.#statedStart = null;
    this.#release();
    this.#waiting = null;
  }

  /** Whether the capture ended at the time that it states, if it states any; not if a frame is later. */
  #isStatedEnd(stated: Timestamp | null | undefined): boolean {
    return stated !== null && stated !== undefined && !isLater(this.#end, stated);
  }

  /** Adds pauses found in the captures from `first` on, which are parts of one, to the part in which each ends. */
  #addPauses(pauses: readonly Pause[], first: number): void {
    for (const pause of pauses) {
      const place = Math.max(
        first,
        this.#firstFrames.findLastIndex((frame) => frame <= pause.frame),
      );
      const facts = this.#captures[place];
      if (facts !== undefined) this.#captures[place] = { ...facts, pauses: [...(facts.pauses ?? []), pause] };
    }
  }

  #release(): void {
    for (const { connection, findings } of this.#waiting?.splice(0) ?? []) this.#report(connection, findings);
  }

  #report(connection: Connection, all: readonly Finding[]): void {
    const graded = this.#everything.patterns.graded(connection, all);
    const findings = this.#options.baseline?.freshFindings(connection, graded) ?? graded;
    this.#summarize(connection, findings);
    for (const reporter of this.#options.reporters) reporter.connection(connection, findings, this.#start!);
  }

  #shown(connection: Connection): Connection {
    const { anonymizer } = this.#options;
    return anonymizer ? anonymousConnection(connection, anonymizer) : connection;
  }

  /** The next part of a joined capture, for the engine that read those before. */
  #goOn(analyzer: Analyzer): FrameHandler {
    const before = this.#framesBefore;
    this.#firstFrames[this.#captures.length] = before + 1;
    return (frame) => {
      // The frame is the reader's own, which continues counting in it.
      frame.number += before;
      analyzer.onFrame(frame);
      frame.number -= before;
    };
  }

  /** A connection that is numbered by its capture, as all captures together number it. */
  #renumbered(connection: Connection): Connection {
    const { stream, predecessor } = connection;
    const capture =
      this.#options.joined === true
        ? this.#firstFrames.findLastIndex((first) => first <= connection.firstFrame)
        : this.#captures.length;
    if (capture === 0) return connection;
    const first = this.#firstId;
    return {
      ...connection,
      id: first + stream,
      capture,
      predecessor: predecessor === null ? null : first + predecessor,
    };
  }

  /** The pattern with what locates its connections in their captures. */
  #placed(pattern: Pattern): Pattern {
    const byCapture = new Map<number, number[]>();
    for (const id of pattern.connections) {
      const capture = this.#firstIds.findLastIndex((first) => first <= id);
      const ids = byCapture.get(capture);
      if (ids === undefined) byCapture.set(capture, [id]);
      else ids.push(id);
    }
    const { separate = [] } = this.#options;
    const places = [...byCapture].map(([capture, ids]) => ({
      capture: this.#firstIds.length > 1 ? capture : null,
      connections:
        separate.length === 0
          ? ids.map((id) => id - this.#firstIds[capture])
          : ids.flatMap((id) => this.#located.get(id) ?? []),
    }));
    const isKnown = places.length > 0 && places.every(({ connections }) => connections.length > 0);
    return isKnown ? { ...pattern, places } : pattern;
  }

  /** Wireshark's numbers ignore networks: connections of patterns are located by what is kept of them here. */
  #locate({ id, networkPath, client, server }: Connection): void {
    if (networkPath === null || this.#located.size >= MOST_LOCATED) return;
    const endOf = ({ address, port }: Connection['client']) => ({ address, port });
    this.#located.set(id, { networkPath, client: endOf(client), server: endOf(server) });
  }

  #summarize(connection: Connection, findings: readonly Finding[]): void {
    this.#connections++;
    for (const finding of findings) this.#findings[finding.severity]++;
    for (const endpoint of [connection.client, connection.server]) {
      const state = stateOf(endpoint);
      if (state !== null) this.#finalStates[state] = (this.#finalStates[state] ?? 0) + 1;
    }
  }
}

/** Without anything that may name somebody: folders are named after customers, interfaces after machines. */
function anonymousSource(source: CaptureSource): CaptureSource {
  return {
    ...source,
    ...NO_NOTES,
    path: baseNameOf(source.path),
    interfaces: source.interfaces.map((each) => ({ ...each, name: null, description: null, comments: [] })),
  };
}

/** The last part of a path, as Unix or Windows writes it. */
function baseNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Interfaces, and link types, that a report lists; a capture may have very many. */
const MOST_INTERFACES = 256;
const MOST_LINK_TYPES = 256;

/** What the engine counts of a capture. */
interface Counts {
  readonly verdicts: ArrayLike<number>;
  readonly undecoded: ReadonlyMap<number, number>;
  readonly cut: Readonly<CutFrames>;
  readonly aggregates: number;
  readonly evicted: number;
}

/** Verdicts on frames that play a part; all others are reasons for which one does not. */
const ANALYSED: readonly number[] = [SEGMENT, ICMP_ERROR, NEIGHBOUR];

const NOTHING_COUNTED: Counts = {
  verdicts: VERDICT_NAMES.map(() => 0),
  undecoded: new Map(),
  cut: { frames: 0, octets: 0 },
  aggregates: 0,
  evicted: 0,
};

function snapshot({ verdicts, undecoded, cut, aggregates, evicted }: Counts): Counts {
  return {
    verdicts: Array.from(verdicts),
    undecoded: new Map(undecoded),
    cut: { ...cut },
    aggregates,
    evicted,
  };
}

function difference(counts: Counts, before: Counts): Counts {
  return {
    verdicts: VERDICT_NAMES.map((_name, verdict) => counts.verdicts[verdict] - before.verdicts[verdict]),
    undecoded: new Map(
      [...counts.undecoded]
        .map(([linkType, count]): [number, number] => [
          linkType,
          count - (before.undecoded.get(linkType) ?? 0),
        ])
        .filter(([, count]) => count > 0),
    ),
    cut: { frames: counts.cut.frames - before.cut.frames, octets: counts.cut.octets },
    aggregates: counts.aggregates - before.aggregates,
    evicted: counts.evicted - before.evicted,
  };
}

function captureFacts(
  source: CaptureSource,
  { verdicts, undecoded, cut, aggregates, evicted }: Counts,
  firstFrame: number,
  separate: readonly Separation[] = [],
): CaptureFacts {
  const skipped: Record<string, number> = {};
  for (const [verdict, name] of VERDICT_NAMES.entries()) {
    if (!ANALYSED.includes(verdict) && verdicts[verdict] > 0) skipped[name] = verdicts[verdict];
  }
  const undecodedLinkTypes: Record<string, number> = {};
  for (const [linkType, count] of undecoded) {
    const name = linkType === OTHER_LINK_TYPES ? 'others' : linkTypeName(linkType);
    undecodedLinkTypes[name] = (undecodedLinkTypes[name] ?? 0) + count;
  }
  const { firstFrameAt, lastFrameAt } = source;
  const goesOn = source.endAt !== null && lastFrameAt !== null && isLater(source.endAt, lastFrameAt);
  const endAt = goesOn ? source.endAt : lastFrameAt;
  const duration = firstFrameAt && endAt ? secondsLasted(firstFrameAt, endAt) : 0;
  const isTimeless = source.frames > 0 && firstFrameAt === null;
  return {
    path: source.path,
    format: source.format,
    compression: source.compression,
    linkTypes: source.linkTypes.slice(0, MOST_LINK_TYPES),
    omittedLinkTypes: Math.max(0, source.linkTypes.length - MOST_LINK_TYPES),
    timePrecision: source.timePrecision,
    firstFrame,
    frames: source.frames,
    tcpSegments: verdicts[SEGMENT],
    icmpErrors: verdicts[ICMP_ERROR],
    neighbourMessages: verdicts[NEIGHBOUR],
    bytes: source.bytes,
    firstFrameAt,
    lastFrameAt,
    endAt,
    durationSeconds: isTimeless ? null : Math.round(duration * 1e9) / 1e9,
    ...(source.framesWithoutTime > 0 && { framesWithoutTime: source.framesWithoutTime }),
    dropped: source.dropped,
    ...(source.appended !== null && { appended: source.appended }),
    interfaces: source.interfaces.slice(0, MOST_INTERFACES),
    omittedInterfaces: Math.max(0, source.interfaces.length - MOST_INTERFACES),
    application: source.application,
    hardware: source.hardware,
    operatingSystem: source.operatingSystem,
    comments: source.comments,
    // Joined, frames are counted on from one capture to the next.
    frameComments: source.frameComments.map(({ frame, text }) => ({ frame: frame + firstFrame - 1, text })),
    omittedFrameComments: source.omittedFrameComments,
    skipped,
    undecodedLinkTypes,
    ...(cut.frames > 0 && { cutHeaders: { ...cut } }),
    aggregates,
    evicted,
    ...(separate.length > 0 && { separatedBy: separate }),
    damage: source.damage,
  };
}
