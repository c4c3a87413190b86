/**
 * The engine from frames to findings: decoder, tracker and rules in a row. It knows neither files nor
 * formats; whoever reads a capture feeds `onFrame`, and reporters are told of every connection as it ends.
 */
import type { Frame } from './capture/frame.js';
import type { Connection, Role } from './connections/connection.js';
import { type Pause, SUSPICIOUS_SECONDS } from './connections/pauses.js';
import { Tracker, type TrackerOptions } from './connections/tracker.js';
import { isKnown, isLater, type Timestamp } from './core/time.js';
import { type CutFrames, Decoder } from './decode/decoder.js';
import type { Separation } from './decode/domains.js';
import type { FragmentListener } from './decode/fragments.js';
import type { NeighbourMessage } from './decode/neighbour-message.js';
import type { IcmpError, Segment } from './decode/segment.js';
import { ICMP_ERROR, NEIGHBOUR, SEGMENT } from './decode/verdict.js';

/** Options of the tracker, which only pass through here. */
type Tracked =
  | 'onBrokenHeader'
  | 'onReuse'
  | 'onAnsweredForPredecessor'
  | 'seed'
  | 'maximumConnections'
  | 'checkpoints';

export interface AnalyzerOptions extends Pick<TrackerOptions, Tracked> {
  /** Called with each connection as it ends, and the time of the capture's first and last frame so far. */
  readonly onConnection: (connection: Connection, start: Timestamp, end: Timestamp) => void;
  /** Called with each segment, its connection's id and its sender; the segment is reused. */
  readonly onSegment?: ((connection: number, from: Role, segment: Segment) => void) | undefined;
  /** Called with each ICMP error about a segment and the connection of that segment; reused as well. */
  readonly onIcmpError?: ((connection: number, error: IcmpError) => void) | undefined;
  /** Called with each request for a link address, and each answer; reused as well. */
  readonly onNeighbour?: ((message: NeighbourMessage) => void) | undefined;
  /** Called with each fragment of an IP datagram, before whatever its frame leads to; a frame may hold several. */
  readonly onFragment?: FragmentListener | undefined;
  /** What separates connections besides addresses and ports; nothing if not given, as in Wireshark. */
  readonly separate?: readonly Separation[] | undefined;
}

/** Further from every second than seconds can be apart. */
const NEVER = Number.NEGATIVE_INFINITY;

export class Analyzer {
  readonly #decoder: Decoder;
  readonly #tracker: Tracker;
  readonly #onNeighbour: ((message: NeighbourMessage) => void) | undefined;
  #brokenHeaders = 0;
  #start: Timestamp | null = null;
  #endSeconds = 0;
  #endNanoseconds = 0;
  /** The second of the latest frame, which need not be the last one. */
  #latest = 0;
  /** The second of the last frame, if that was long before the latest one. */
  #setBackTo = NEVER;

  constructor(options: AnalyzerOptions) {
    this.#decoder = new Decoder(options.separate, options.seed, options.onFragment);
    this.#onNeighbour = options.onNeighbour;
    this.#tracker = new Tracker({
      domains: this.#decoder.domains,
      onConnection: (connection) => {
        const end = { seconds: this.#endSeconds, nanoseconds: this.#endNanoseconds };
        options.onConnection(connection, this.#start ?? end, end);
      },
      onSegment: options.onSegment,
      onIcmpError: options.onIcmpError,
      onBrokenHeader: options.onBrokenHeader,
      onReuse: options.onReuse,
      onAnsweredForPredecessor: options.onAnsweredForPredecessor,
      seed: options.seed,
      maximumConnections: options.maximumConnections,
      checkpoints: options.checkpoints,
    });
  }

  /** Takes in the next frame. Bound, so that it can be handed to a reader as it is. */
  readonly onFrame = (frame: Frame): void => {
    if (this.#start === null) this.#start = { seconds: frame.seconds, nanoseconds: frame.nanoseconds };
    const waited = (frame.seconds >>> 0) - this.#latest;
    if (waited > 0) {
      if (waited >= SUSPICIOUS_SECONDS && this.#latest > 0) this.#gap(frame);
      this.#latest = frame.seconds >>> 0;
      this.#setBackTo = NEVER;
    } else if (waited <= -SUSPICIOUS_SECONDS) {
      this.#runBack(frame.seconds >>> 0);
    }
    this.#endSeconds = frame.seconds;
    this.#endNanoseconds = frame.nanoseconds;
    const verdict = this.#decoder.decode(frame);
    if (verdict === SEGMENT) this.#tracker.segment(this.#decoder.segment);
    else if (verdict === ICMP_ERROR) this.#tracker.icmpError(this.#decoder.icmpError);
    else if (verdict === NEIGHBOUR) this.#neighbour(this.#decoder.neighbour);
    else if (this.#decoder.brokenHeaders !== this.#brokenHeaders) {
      this.#brokenHeaders = this.#decoder.brokenHeaders;
      this.#tracker.brokenHeader(this.#decoder.brokenHeader);
    }
  };

  /** One frame from long before has a wrong time; two show that the clock was set back, and continues from there. */
  #runBack(seconds: number): void {
    this.#tracker.forgetGap();
    const isConfirmed = Math.abs(seconds - this.#setBackTo) < SUSPICIOUS_SECONDS;
    if (isConfirmed) this.#latest = seconds;
    this.#setBackTo = isConfirmed ? NEVER : seconds;
  }

  #gap({ number, seconds, nanoseconds }: Frame): void {
    const from = { seconds: this.#endSeconds, nanoseconds: this.#endNanoseconds };
    if (isKnown(from)) this.#tracker.gap(number, from, { seconds, nanoseconds });
  }

  #neighbour(message: NeighbourMessage): void {
    this.#onNeighbour?.(message);
    this.#tracker.neighbour(message);
  }

  /** See `Tracker.peek`; `visit` gets the times as `onConnection` does. */
  peek(visit: (connection: Connection, start: Timestamp, end: Timestamp) => void): void {
    const end = { seconds: this.#endSeconds, nanoseconds: this.#endNanoseconds };
    this.#tracker.peek(end, (connection) => visit(connection, this.#start ?? end, end));
  }

  /**
   * Ends every connection that is still open. Call it once, after the last frame.
   *
   * @param captureEnd until when the capture lasted, if that is known to be later than its last frame
   */
  finish(captureEnd: Timestamp | null = null): void {
    const last = { seconds: this.#endSeconds, nanoseconds: this.#endNanoseconds };
    if (captureEnd !== null && isLater(captureEnd, last)) {
      this.#endSeconds = captureEnd.seconds;
      this.#endNanoseconds = captureEnd.nanoseconds;
    }
    this.#tracker.finish();
  }

  /** Frames that were counted so far stay counted as they are, when another part of the capture follows. */
  endPart(): void {
    this.#decoder.closeAccounts();
  }

  /** Frames by what became of them; the index is the decoder's verdict. */
  get verdicts(): ArrayLike<number> {
    return this.#decoder.counts;
  }

  /** See `Decoder`. */
  get undecoded(): ReadonlyMap<number, number> {
    return this.#decoder.undecoded;
  }

  /** See `Decoder`. */
  get cut(): Readonly<CutFrames> {
    return this.#decoder.cut;
  }

  /** See `Decoder`. */
  get aggregates(): number {
    return this.#decoder.aggregates;
  }

  /** Connections given up because too many were held. */
  get evicted(): number {
    return this.#tracker.evicted;
  }

  /** See `Tracker`. */
  get pauses(): readonly Pause[] {
    return this.#tracker.pauses;
  }

  /** Connections held in memory at the moment. */
  get held(): number {
    return this.#tracker.held;
  }
}
