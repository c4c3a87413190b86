/**
 * What Wireshark's "TCP Analysis" says about each segment, counted per endpoint. Its User's Guide (section 7.5)
 * defines the flags; where it leaves room, this follows what Wireshark 4.0 does, so that the counts are those
 * of its display filters. They are marks on single frames, made without looking at what follows: finwait's
 * own retransmissions, which leave out copies that only the capture made, may differ.
 *
 * Zero stands for a number that is not known yet, in Wireshark and so here.
 */
import { microsecondsOf } from '../core/time.js';
import { ACK, type BrokenHeader, FIN, type IcmpError, RST, type Segment, SYN } from '../decode/segment.js';
import { after, before, distance } from '../tcp/sequence.js';
import {
  ANALYSIS_BASE,
  ANALYSIS_BITS,
  ANALYSIS_COUNTS,
  ANALYSIS_LAST_ACK,
  ANALYSIS_LAST_MICROSECONDS,
  ANALYSIS_NEXT,
  ANALYSIS_NEXT_NANOSECONDS,
  ANALYSIS_NEXT_SECONDS,
  ANALYSIS_TO_ACK,
  FIRST_ROUND_TRIP,
  SYN_NANOSECONDS,
  SYN_SECONDS,
} from './record.js';

/** The flags in the order of the report, each under the last part of its name in `tcp.analysis.*`. */
export const ANALYSIS_FLAGS = [
  'retransmission',
  'fastRetransmission',
  'spuriousRetransmission',
  'outOfOrder',
  'duplicateAck',
  'lostSegment',
  'ackLostSegment',
  'zeroWindow',
  'windowFull',
  'windowUpdate',
  'keepAlive',
  'keepAliveAck',
] as const;

export type AnalysisFlag = (typeof ANALYSIS_FLAGS)[number];

/** How many segments of an endpoint Wireshark's display filters of these names find. */
export type TcpAnalysis = Readonly<Record<AnalysisFlag, number>>;

/** The first frames of an endpoint with some of the marks; null where there is none. */
export interface FirstMarked {
  readonly outOfOrder: number | null;
  readonly duplicateAck: number | null;
}

const RETRANSMISSION = 1 << 0;
const FAST_RETRANSMISSION = 1 << 1;
const SPURIOUS_RETRANSMISSION = 1 << 2;
const OUT_OF_ORDER = 1 << 3;
const DUPLICATE_ACK = 1 << 4;
const LOST_SEGMENT = 1 << 5;
const ACK_LOST_SEGMENT = 1 << 6;
const ZERO_WINDOW = 1 << 7;
const WINDOW_FULL = 1 << 8;
const WINDOW_UPDATE = 1 << 9;
const KEEP_ALIVE = 1 << 10;
const KEEP_ALIVE_ACK = 1 << 11;
/** Known, but not counted. */
const ZERO_WINDOW_PROBE = 1 << 12;
const COUNTED = ZERO_WINDOW_PROBE - 1;

// ANALYSIS_BITS: the last window, as it stood in the header, then what else is known of the endpoint.
const WINDOW_MASK = 0xffff;
/** It sent a segment, so that its window is known. */
const HAS_WINDOW = 1 << 16;
const LAST_WAS_KEEP_ALIVE = 1 << 17;
/** ANALYSIS_BASE holds something. */
const HAS_BASE = 1 << 18;
/** Its windows are not scaled: it sent a SYN, and no acknowledgment since. */
const UNSCALED = 1 << 19;
/** 0: not known, 1: not in use, else two more than the shift. */
const SCALE_SHIFT = 20;
const SCALE_MASK = 0x1f << SCALE_SHIFT;
const SCALE_UNUSED = 1;
/** Duplicate acknowledgments in a row; counting stops at two. */
const DUPLICATES_SHIFT = 25;
const DUPLICATES_MASK = 0x03 << DUPLICATES_SHIFT;

/**
 * Since this endpoint's acknowledgment last moved, the peer acknowledged more than it is known to have sent. That
 * is marked once, and not at all after duplicate acknowledgments; what the peer then repeats counts as a fast
 * retransmission, as if those had come.
 */
const UNSEEN_ACKED = 1 << 27;

/** A retransmission this soon after the last duplicate acknowledgment is a fast one. */
const FAST_MICROSECONDS = 20_000;
/** How late a segment out of order may come while no round trip is known. */
const REORDERING_NANOSECONDS = 3_000_000;

// FIRST_ROUND_TRIP: 0 without a SYN.
const SYN_SEEN = 1;
const MEASURED = 2;

type SomeHeader = Pick<Segment, 'flags' | 'sequence' | 'acknowledgment' | 'payloadLength'>;

/** Behind an endpoint's counts: its first frame out of order, and its first duplicate acknowledgment; 0 for none. */
const FIRST_OUT_OF_ORDER = ANALYSIS_FLAGS.length;
const FIRST_DUPLICATE_ACK = ANALYSIS_FLAGS.length + 1;
const SLOT_WORDS = ANALYSIS_FLAGS.length + 2;

/** Counts of flags, handed out when an endpoint gets its first flag; most endpoints never do. */
export class AnalysisCounts {
  #counts = new Uint32Array(SLOT_WORDS * 64);
  #used = 0;
  readonly #free: number[] = [];

  /** Adds one to each of the flags that were `found` on `frame`, for the endpoint whose block is at `x`. */
  add(memory: Int32Array, x: number, found: number, frame: number): void {
    if (memory[x + ANALYSIS_COUNTS] === 0) memory[x + ANALYSIS_COUNTS] = 1 + this.#allocate();
    const counts = this.#counts;
    const at = (memory[x + ANALYSIS_COUNTS] - 1) * SLOT_WORDS;
    for (let left = found; left !== 0; left &= left - 1) counts[at + 31 - Math.clz32(left & -left)]++;
    if ((found & OUT_OF_ORDER) !== 0 && counts[at + FIRST_OUT_OF_ORDER] === 0)
      counts[at + FIRST_OUT_OF_ORDER] = frame;
    if ((found & DUPLICATE_ACK) !== 0 && counts[at + FIRST_DUPLICATE_ACK] === 0)
      counts[at + FIRST_DUPLICATE_ACK] = frame;
  }

  /** How often each flag was found on segments of the endpoint whose block is at `x`. */
  of(memory: Int32Array, x: number): TcpAnalysis {
    const slot = memory[x + ANALYSIS_COUNTS] - 1;
    if (slot < 0) return UNMARKED;
    const counts = {} as Record<AnalysisFlag, number>;
    for (const [flag, name] of ANALYSIS_FLAGS.entries()) {
      counts[name] = this.#counts[slot * SLOT_WORDS + flag];
    }
    return counts;
  }

  /** The first frames with the marks of the endpoint whose block is at `x`. */
  firstOf(memory: Int32Array, x: number): FirstMarked {
    const slot = memory[x + ANALYSIS_COUNTS] - 1;
    if (slot < 0) return NONE_MARKED;
    const outOfOrder = this.#counts[slot * SLOT_WORDS + FIRST_OUT_OF_ORDER];
    const duplicateAck = this.#counts[slot * SLOT_WORDS + FIRST_DUPLICATE_ACK];
    if (outOfOrder === 0 && duplicateAck === 0) return NONE_MARKED;
    return { outOfOrder: outOfOrder || null, duplicateAck: duplicateAck || null };
  }

  /** The endpoint no longer needs them. */
  release(memory: Int32Array, x: number): void {
    const slot = memory[x + ANALYSIS_COUNTS] - 1;
    if (slot >= 0) this.#free.push(slot);
    memory[x + ANALYSIS_COUNTS] = 0;
  }

  #allocate(): number {
    const slot = this.#free.pop() ?? this.#used++;
    const at = slot * SLOT_WORDS;
    if (at >= this.#counts.length) {
      const larger = new Uint32Array(this.#counts.length * 2);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.#counts.fill(0, at, at + SLOT_WORDS);
    return slot;
  }
}

/** For an endpoint none of whose segments is marked. */
export const UNMARKED = Object.freeze(
  Object.fromEntries(ANALYSIS_FLAGS.map((name) => [name, 0])),
) as TcpAnalysis;

export const NONE_MARKED: FirstMarked = Object.freeze({ outOfOrder: null, duplicateAck: null });

/**
 * The flags of `segment`, which the endpoint at `x` sent to that at `y`; `base` is their connection's. Must see
 * every segment.
 */
export function flagsOf(memory: Int32Array, base: number, x: number, y: number, segment: Segment): number {
  const { flags, window } = segment;
  const length = segment.payloadLength;
  const { sequence, acknowledgment } = segment;
  const textEnd = (sequence + length) | 0;
  if ((memory[x + ANALYSIS_BITS] & memory[y + ANALYSIS_BITS] & HAS_BASE) === 0)
    noteBases(memory, x, y, segment);
  if ((flags & SYN) !== 0) {
    noteScale(memory, x, y, segment);
    if ((flags & ACK) !== 0) memory[x + ANALYSIS_BASE] = sequence;
    else if (!opensAgain(memory, x, segment)) {
      memory[x + ANALYSIS_BASE] = sequence;
      // Copies go back to where nothing is missing yet: what came since may have been a stray reset's number.
      memory[x + ANALYSIS_NEXT] = memory[x + ANALYSIS_TO_ACK];
    }
  }

  const own = memory[x + ANALYSIS_BITS];
  const peer = memory[y + ANALYSIS_BITS];
  const next = memory[x + ANALYSIS_NEXT];
  const lastAck = memory[x + ANALYSIS_LAST_ACK];
  const plain = (flags & (SYN | FIN | RST)) === 0;
  const repeatsAck = length === 0 && sequence === next && acknowledgment === lastAck && plain;
  const lastWindow = own & WINDOW_MASK;

  let found = 0;
  if (length === 1 && sequence === next && (peer & (HAS_WINDOW | WINDOW_MASK)) === HAS_WINDOW) {
    found = ZERO_WINDOW_PROBE;
  } else {
    if (window === 0 && plain) found |= ZERO_WINDOW;
    if (next !== 0 && after(sequence, next) && (flags & RST) === 0) found |= LOST_SEGMENT;
    if (length <= 1 && sequence === ((next - 1) | 0) && plain) found |= KEEP_ALIVE;
    if (length > 0 && plain && reachesWindow(memory, y, textEnd)) found |= WINDOW_FULL;
    if (repeatsAck && window !== 0) {
      if (window !== lastWindow) found |= WINDOW_UPDATE;
      else if ((peer & LAST_WAS_KEEP_ALIVE) !== 0) found |= KEEP_ALIVE_ACK;
      else found |= DUPLICATE_ACK;
    }
  }
  const toAck = memory[y + ANALYSIS_TO_ACK];
  if ((flags & ACK) !== 0 && toAck !== 0 && after(acknowledgment, toAck)) {
    const peerNext = memory[y + ANALYSIS_NEXT];
    // Octets beyond a gap were not seen either, but those after them were.
    if (toAck !== peerNext || (peer & (UNSEEN_ACKED | DUPLICATES_MASK)) === 0) found |= ACK_LOST_SEGMENT;
    if (toAck === peerNext) memory[y + ANALYSIS_BITS] = (peer & ~DUPLICATES_MASK) | UNSEEN_ACKED;
    memory[y + ANALYSIS_TO_ACK] = peerNext;
  }
  const end = (flags & (SYN | FIN)) !== 0 ? (textEnd + 1) | 0 : textEnd;
  // Most segments continue where the last one ended, and beyond what was acknowledged.
  const goesOn = sequence === next && (length === 0 || after(textEnd, memory[y + ANALYSIS_LAST_ACK]));
  if (!goesOn && end !== sequence && (found & KEEP_ALIVE) === 0) {
    found |= repetition(memory, base, x, y, segment, sequence, end);
  }
  if ((found & ZERO_WINDOW_PROBE) === 0) {
    if (next === 0 || after(end, next)) {
      memory[x + ANALYSIS_NEXT] = end;
      memory[x + ANALYSIS_NEXT_SECONDS] = segment.seconds;
      memory[x + ANALYSIS_NEXT_NANOSECONDS] = segment.nanoseconds;
    }
    const awaited = memory[x + ANALYSIS_TO_ACK];
    if (awaited === 0 || sequence === awaited) memory[x + ANALYSIS_TO_ACK] = memory[x + ANALYSIS_NEXT];
  }
  let repeated = own & (UNSEEN_ACKED | DUPLICATES_MASK);
  if (acknowledgment !== lastAck) repeated = 0;
  else if ((found & DUPLICATE_ACK) !== 0) {
    const duplicates = (repeated & DUPLICATES_MASK) >>> DUPLICATES_SHIFT;
    repeated = Math.min(duplicates + 1, 2) << DUPLICATES_SHIFT;
  }
  let unscaled = own & UNSCALED;
  if ((flags & SYN) !== 0) unscaled = UNSCALED;
  else if ((flags & ACK) !== 0) unscaled = 0;
  memory[x + ANALYSIS_LAST_ACK] = acknowledgment;
  memory[x + ANALYSIS_LAST_MICROSECONDS] = microsecondsOf(segment.seconds, segment.nanoseconds);
  memory[x + ANALYSIS_BITS] =
    (own & SCALE_MASK) |
    HAS_WINDOW |
    HAS_BASE |
    window |
    ((found & KEEP_ALIVE) !== 0 ? LAST_WAS_KEEP_ALIVE : 0) |
    unscaled |
    repeated;
  noteRoundTrip(memory, base, segment);
  return found & COUNTED;
}

/**
 * Whether `segment`, which carries an acknowledgment, a window, and neither SYN, FIN nor RST, continues where its
 * sender's last ones ended, so that there is nothing to say about it. Arguments as for `flagsOf`.
 */
export function isUnremarkable(
  memory: Int32Array,
  base: number,
  x: number,
  y: number,
  segment: Segment,
): boolean {
  const { acknowledgment, payloadLength: length, sequence } = segment;
  const peer = memory[y + ANALYSIS_BITS];
  const toAck = memory[y + ANALYSIS_TO_ACK];
  if (
    (memory[x + ANALYSIS_BITS] & peer & HAS_BASE) === 0 ||
    memory[base + FIRST_ROUND_TRIP] === SYN_SEEN ||
    sequence !== memory[x + ANALYSIS_NEXT] ||
    (toAck !== 0 && after(acknowledgment, toAck))
  )
    return false;
  if (length === 0) return acknowledgment !== memory[x + ANALYSIS_LAST_ACK];
  const end = (sequence + length) | 0;
  return (
    (peer & WINDOW_MASK) !== 0 && after(end, memory[y + ANALYSIS_LAST_ACK]) && !reachesWindow(memory, y, end)
  );
}

/** Takes note of a segment that `isUnremarkable`, of the endpoint at `x`. */
export function noteUnremarkable(memory: Int32Array, x: number, segment: Segment): void {
  const { acknowledgment, nanoseconds, payloadLength, seconds, sequence } = segment;
  if (payloadLength > 0) {
    memory[x + ANALYSIS_NEXT] = (sequence + payloadLength) | 0;
    memory[x + ANALYSIS_NEXT_SECONDS] = seconds;
    memory[x + ANALYSIS_NEXT_NANOSECONDS] = nanoseconds;
  }
  const awaited = memory[x + ANALYSIS_TO_ACK];
  if (awaited === 0 || sequence === awaited) memory[x + ANALYSIS_TO_ACK] = memory[x + ANALYSIS_NEXT];
  const own = memory[x + ANALYSIS_BITS];
  const moves = acknowledgment !== memory[x + ANALYSIS_LAST_ACK];
  memory[x + ANALYSIS_BITS] =
    (own & (moves ? SCALE_MASK : SCALE_MASK | UNSEEN_ACKED | DUPLICATES_MASK)) |
    HAS_WINDOW |
    HAS_BASE |
    segment.window;
  memory[x + ANALYSIS_LAST_ACK] = acknowledgment;
  memory[x + ANALYSIS_LAST_MICROSECONDS] = microsecondsOf(seconds, nanoseconds);
}

/**
 * Whether a SYN of the endpoint at `x` opens the 4-tuple again, rather than repeating its own or starting what the
 * peer's acknowledgments had already shown: those of the SYN alone, or of the data in it as well.
 */
export function opensAgain(memory: Int32Array, x: number, segment: SomeHeader): boolean {
  const bits = memory[x + ANALYSIS_BITS];
  if ((bits & HAS_BASE) === 0) return false;
  const beyond = distance(memory[x + ANALYSIS_BASE], segment.sequence);
  return beyond !== 0 && ((bits & HAS_WINDOW) !== 0 || beyond !== segment.payloadLength);
}

/** Both bases, from the first segment that shows them: a SYN, else the number before the first one seen. */
function noteBases(memory: Int32Array, x: number, y: number, segment: SomeHeader): void {
  const { flags, sequence, acknowledgment } = segment;
  if ((memory[x + ANALYSIS_BITS] & HAS_BASE) === 0) {
    memory[x + ANALYSIS_BASE] = (flags & SYN) !== 0 ? sequence : (sequence - 1) | 0;
    memory[x + ANALYSIS_BITS] |= HAS_BASE;
  }
  if ((memory[y + ANALYSIS_BITS] & HAS_BASE) === 0 && (flags & ACK) !== 0) {
    memory[y + ANALYSIS_BASE] = (acknowledgment - 1) | 0;
    memory[y + ANALYSIS_BITS] |= HAS_BASE;
  }
}

/** What a header that is no segment's shows of the bases: nothing more if it ends past its datagram. */
export function noteBrokenHeader(memory: Int32Array, x: number, y: number, header: BrokenHeader): void {
  if ((header.flags & (SYN | ACK)) === (SYN | ACK)) memory[x + ANALYSIS_BASE] = header.sequence;
  if (header.payloadLength >= 0) noteBases(memory, x, y, header);
}

/** The endpoints at `x` and `y`, known only from broken headers, change places. */
export function exchangeBases(memory: Int32Array, x: number, y: number): void {
  const base = memory[x + ANALYSIS_BASE];
  const bits = memory[x + ANALYSIS_BITS];
  memory[x + ANALYSIS_BASE] = memory[y + ANALYSIS_BASE];
  memory[x + ANALYSIS_BITS] = memory[y + ANALYSIS_BITS];
  memory[y + ANALYSIS_BASE] = base;
  memory[y + ANALYSIS_BITS] = bits;
}

/**
 * A SYN says how its sender scales windows; without the option neither side does (RFC 7323 §2.2). Later copies of
 * it add nothing, but one with the option counts again.
 */
function noteScale(memory: Int32Array, x: number, y: number, segment: Segment): void {
  if (segment.windowScale >= 0) {
    const refused = (segment.flags & ACK) !== 0 && scaleOf(memory, y) === SCALE_UNUSED;
    setScale(memory, x, refused ? SCALE_UNUSED : 2 + segment.windowScale);
  } else if (scaleOf(memory, x) === 0) {
    setScale(memory, x, SCALE_UNUSED);
    setScale(memory, y, SCALE_UNUSED);
  }
}

function scaleOf(memory: Int32Array, x: number): number {
  return (memory[x + ANALYSIS_BITS] & SCALE_MASK) >>> SCALE_SHIFT;
}

function setScale(memory: Int32Array, x: number, scale: number): void {
  memory[x + ANALYSIS_BITS] = (memory[x + ANALYSIS_BITS] & ~SCALE_MASK) | (scale << SCALE_SHIFT);
}

/**
 * From the last SYN to the first segment that acknowledges a SYN-ACK; segments that are only quoted count as well.
 * Zero stands for no time here, too.
 */
export function noteRoundTrip(memory: Int32Array, base: number, from: Segment | IcmpError): void {
  if (memory[base + FIRST_ROUND_TRIP] === MEASURED) return;
  const { seconds, nanoseconds } = from;
  const handshake = from.flags & (SYN | ACK);
  if (handshake === SYN) {
    memory[base + FIRST_ROUND_TRIP] = seconds === 0 && nanoseconds === 0 ? 0 : SYN_SEEN;
    memory[base + SYN_SECONDS] = seconds;
    memory[base + SYN_NANOSECONDS] = nanoseconds;
  } else if (handshake === ACK && memory[base + FIRST_ROUND_TRIP] === SYN_SEEN) {
    const wholeSeconds = (seconds - memory[base + SYN_SECONDS]) | 0;
    const rest = nanoseconds - memory[base + SYN_NANOSECONDS];
    if (wholeSeconds === 0 && rest === 0) return;
    memory[base + FIRST_ROUND_TRIP] = MEASURED;
    memory[base + SYN_SECONDS] = wholeSeconds;
    memory[base + SYN_NANOSECONDS] = rest;
  }
}

/** Whether payload up to `end` fills the window that the endpoint at `y` advertised last. */
function reachesWindow(memory: Int32Array, y: number, end: number): boolean {
  const bits = memory[y + ANALYSIS_BITS];
  const scale = (bits & SCALE_MASK) >>> SCALE_SHIFT;
  if (scale === 0) return false;
  const shift = scale === SCALE_UNUSED || (bits & UNSCALED) !== 0 ? 0 : scale - 2;
  return end === ((memory[y + ANALYSIS_LAST_ACK] + ((bits & WINDOW_MASK) << shift)) | 0);
}

/** Which kind of repetition a segment with payload, SYN or FIN is, if it is one. */
function repetition(
  memory: Int32Array,
  base: number,
  x: number,
  y: number,
  segment: Segment,
  sequence: number,
  end: number,
): number {
  const length = segment.payloadLength;
  const next = memory[x + ANALYSIS_NEXT];
  const acknowledged = memory[y + ANALYSIS_LAST_ACK];
  if (length > 0 && acknowledged !== 0 && !after((sequence + length) | 0, acknowledged)) {
    return SPURIOUS_RETRANSMISSION | RETRANSMISSION;
  }
  if (next === 0 || !before(sequence, next)) return 0;
  // One octet before the next number and longer than a probe: it continues from a window probe.
  if (length > 1 && sequence === ((next - 1) | 0)) return 0;
  const peer = memory[y + ANALYSIS_BITS];
  const asked = (peer & UNSEEN_ACKED) !== 0 || (peer & DUPLICATES_MASK) >>> DUPLICATES_SHIFT >= 2;
  if (asked && acknowledged === sequence) {
    const since =
      (microsecondsOf(segment.seconds, segment.nanoseconds) - memory[y + ANALYSIS_LAST_MICROSECONDS]) | 0;
    if (since >= 0 && since < FAST_MICROSECONDS) return FAST_RETRANSMISSION | RETRANSMISSION;
  }
  const since =
    ((segment.seconds >>> 0) - (memory[x + ANALYSIS_NEXT_SECONDS] >>> 0)) * 1e9 +
    (segment.nanoseconds - memory[x + ANALYSIS_NEXT_NANOSECONDS]);
  const isKnown = memory[base + FIRST_ROUND_TRIP] === MEASURED;
  const limit = isKnown
    ? memory[base + SYN_SECONDS] * 1e9 + memory[base + SYN_NANOSECONDS]
    : REORDERING_NANOSECONDS;
  // A time that ran backwards counts as the longest of all.
  const isSoon = since < 0 === limit < 0 ? since < limit : limit < 0;
  return isSoon && next !== end ? OUT_OF_ORDER : RETRANSMISSION;
}
