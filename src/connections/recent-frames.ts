/**
 * Distinguishes frames captured more than once from segments that were sent more than once. Mirror ports
 * that copy both directions, captures on all interfaces, and routers seen from both sides show each packet
 * again, within microseconds or milliseconds, perhaps after many others, with another link layer and a smaller
 * time to live.
 *
 * One table serves all connections, since only the last moments matter: each place holds the last frame whose
 * digest led there.
 */
import { microsecondsOf } from '../core/time.js';
import { ACK, FIN, type Segment, SYN } from '../decode/segment.js';
import { after } from '../tcp/sequence.js';
import {
  DUPLICATE_FRAMES,
  FRAMES,
  KIND_SYN,
  LAST_ACKNOWLEDGMENT,
  LAST_FRAME,
  LAST_INFO,
  LAST_KIND_MASK,
  LAST_KIND_SHIFT,
  LAST_NANOSECONDS,
  LAST_SECONDS,
} from './record.js';

/** Each digest may stand in two places, so that two frames of the same moment rarely displace each other. */
const PAIR_BITS = 12;
// Words of a place: two that must agree, microseconds of the capture's clock, modulo 2^32, and occurrences
// after the first.
const DIGEST = 0;
const SEQUENCE = 1;
const MICROSECONDS = 2;
const REPEATED = 3;
const PLACE_WORDS = 4;
const PAIR_WORDS = 2 * PLACE_WORDS;

/** How far apart copies may be, in microseconds, if IPv4's identification shows that they are copies. */
const IDENTIFIED_WINDOW = 50_000;
/** And if nothing but their likeness does: no stack repeats a SYN or FIN this soon. */
const WINDOW = 5_000;
/** A capture in which at least this share of a connection's frames were copies is one that copies all. */
const COPYING_SHARE = 1 / 16;

export class RecentFrames {
  readonly #places = new Int32Array(PAIR_WORDS << PAIR_BITS);
  /** Microseconds between the last copy and the identical frame before it. */
  apart = 0;

  /**
   * Whether `segment`, already among the frames of the connection at `base`, is a copy of one that came before;
   * its receiver is the endpoint at `y`. Must be called once for every segment.
   */
  holds(memory: Int32Array, base: number, y: number, segment: Segment): boolean {
    const places = this.#places;
    const digest = digestOf(segment);
    const now = microsecondsOf(segment.seconds, segment.nanoseconds);
    const first = (digest >>> (32 - PAIR_BITS)) * PAIR_WORDS;
    const second = first + PLACE_WORDS;
    if (isAt(places, first, digest, segment)) return this.#isCopy(first, now, memory, base, y, segment);
    if (isAt(places, second, digest, segment)) return this.#isCopy(second, now, memory, base, y, segment);
    // In either direction: an empty place is as far from now as one long past, whatever now is.
    const firstApart = Math.abs((now - places[first + MICROSECONDS]) | 0);
    const secondApart = Math.abs((now - places[second + MICROSECONDS]) | 0);
    const at = firstApart >= secondApart ? first : second;
    places[at + DIGEST] = digest;
    places[at + SEQUENCE] = segment.sequence;
    places[at + MICROSECONDS] = now;
    places[at + REPEATED] = 0;
    return false;
  }

  /** Whether a segment like the one at `at` is a copy of it rather than another one. */
  #isCopy(at: number, now: number, memory: Int32Array, base: number, y: number, segment: Segment): boolean {
    const places = this.#places;
    // Merged captures are not always in order.
    const apart = Math.abs((now - places[at + MICROSECONDS]) | 0);
    this.apart = apart;
    if (apart < IDENTIFIED_WINDOW && segment.ipId > 0) {
      places[at + MICROSECONDS] = now;
      return true;
    }
    if (apart < WINDOW) {
      const then = places[at + MICROSECONDS];
      if (isNeverSentTwice(memory, y, segment, then) || isUnasked(memory, y, segment, then)) return true;
      const repeated = places[at + REPEATED] + 1;
      places[at + REPEATED] = repeated;
      if (repeated % copiesIn(memory, base, repeated) !== 0) return true;
    } else {
      places[at + REPEATED] = 0;
    }
    places[at + MICROSECONDS] = now;
    return false;
  }
}

function isAt(places: Int32Array, at: number, digest: number, segment: Segment): boolean {
  return places[at + DIGEST] === digest && places[at + SEQUENCE] === segment.sequence;
}

function digestOf(segment: Segment): number {
  let hash = ((segment.sourcePort << 16) | segment.destinationPort) ^ Math.imul(segment.source3, 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 15) ^ segment.destination3, 0x297a2d39) ^ segment.sequence;
  hash = Math.imul(hash ^ (hash >>> 15), 0x7feb352d) ^ segment.acknowledgment;
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b) ^ ((segment.window << 8) | segment.flags);
  hash = Math.imul(hash ^ (hash >>> 15), 0x7feb352d) ^ ((segment.ipId << 16) ^ segment.payloadLength);
  hash =
    Math.imul(hash ^ (hash >>> 15), 0x846ca68b) ^
    segment.timestampValue ^
    Math.imul(segment.domain, 0x9e3779b1);
  for (let edge = 0; edge < 2 * segment.sackBlocks; edge++)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ segment.sackEdges[edge];
  hash = Math.imul(hash ^ (hash >>> 16), 0x2c1b3c6d);
  return Math.imul(hash ^ (hash >>> 15), 0x297a2d39);
}

/**
 * Whether no stack sends this segment twice so soon. Most others may well be sent twice; so may a SYN-ACK, when the
 * timer and a repeated SYN ask for one at the same time, but a timestamp distinguishes those, unless the SYN has come
 * since `then`: the two may be of one millisecond.
 */
function isNeverSentTwice(memory: Int32Array, y: number, segment: Segment, then: number): boolean {
  const { flags, hasTimestamps } = segment;
  if ((flags & (SYN | ACK)) === (SYN | ACK)) return hasTimestamps !== 0 && !hasCalledSince(memory, y, then);
  return (flags & (SYN | FIN)) !== 0;
}

/** The last segment of the endpoint at `y` is a SYN that came after `then`. */
function hasCalledSince(memory: Int32Array, y: number, then: number): boolean {
  if ((memory[y + LAST_INFO] & LAST_KIND_MASK) !== KIND_SYN << LAST_KIND_SHIFT) return false;
  return ((microsecondsOf(memory[y + LAST_SECONDS], memory[y + LAST_NANOSECONDS]) - then) | 0) > 0;
}

/**
 * Text is sent again before the timer expires only if the receiver asks for it: not if the receiver has been silent
 * since `then`, nor if it has acknowledged the text.
 */
function isUnasked(memory: Int32Array, y: number, segment: Segment, then: number): boolean {
  if (segment.payloadLength === 0) return false;
  if (memory[y + LAST_FRAME] === 0) return true;
  const last = microsecondsOf(memory[y + LAST_SECONDS], memory[y + LAST_NANOSECONDS]);
  return ((last - then) | 0) < 0 || after(memory[y + LAST_ACKNOWLEDGMENT], segment.sequence);
}

/**
 * How many frames the capture makes of one, as far as this connection shows it without the one in question,
 * which came `repeated` times before.
 */
function copiesIn(memory: Int32Array, base: number, repeated: number): number {
  const frames = memory[base + FRAMES] - 1 - repeated;
  const copies = memory[base + DUPLICATE_FRAMES] + 1 - repeated;
  if (copies <= 0 || copies < frames * COPYING_SHARE) return 1;
  return Math.ceil(frames / Math.max(frames - copies, 1));
}
