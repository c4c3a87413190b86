/**
 * Reassembles IP datagrams that were sent in fragments (RFC 791 §3.2; RFC 8200 §4.5). A datagram is complete with the
 * frame that brings its last missing octets, whichever that is, and is decoded with that frame, as in Wireshark.
 *
 * Only headers are ever read, so all that is kept of a datagram is its first octets and which others came. For a
 * fragment cut by the snaplen, its length on the wire counts.
 */
import type { Frame } from '../capture/frame.js';
import { elapsedSeconds } from '../core/time.js';
import type { Packet } from './packet.js';
import { FRAGMENT, MALFORMED, OVERLAPPING_FRAGMENT, REASSEMBLED_FRAGMENT } from './verdict.js';

/** Fragments of one datagram start at multiples of this. */
const UNIT = 8;
/** Octets kept of each datagram, one bit of an int32 for every unit: enough for TCP's header after a tunnel's. */
const HEAD_LENGTH = 32 * UNIT;
const MAX_DATAGRAM_LENGTH = 0xffff;

/** Held at once, some 2 MB; the datagrams begun first are given up for new ones. */
export const MAX_DATAGRAMS = 4096;
export const MAX_FRAGMENTS = 32_768;
/** Of one name, so that nobody can make finding one slow. */
const MAX_OVERDUE = 16;
/** How long to wait for the rest of a datagram, in seconds (RFC 8200 §4.5; the least of RFC 1122 §3.3.2). */
const REASSEMBLY_TIMEOUT = 60;

const BUCKETS = 4096;
const FIRST_PIECES = 8;

/** The length of a piece in the low half, its offset in units above. */
const LENGTH_MASK = 0xffff;
const OFFSET_SHIFT = 16;

/** Called with each fragment, at the packet's offset, and the number of the datagram that it belongs to, from 1 on. */
export type FragmentListener = (packet: Packet, datagram: number) => void;

class Datagram {
  number = 0;
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  identification = 0;
  context = 0;
  domain = 0;

  seconds = 0;
  nanoseconds = 0;
  /** What it carries, as its first fragment says. */
  protocol = 0;
  /** Known from its last fragment; -1 before. */
  length = -1;
  /** Frames that brought fragments of it, duplicates included, since the accounts were closed. */
  frames = 0;
  /** Octets that came, and those of them that were captured. */
  covered = 0;
  captured = 0;
  /** Where fragments lie, ascending. */
  pieces = new Int32Array(FIRST_PIECES);
  count = 0;
  readonly head = new Uint8Array(HEAD_LENGTH);
  /** A bit for each unit of the head that was captured. */
  headUnits = 0;
  /** Fragments of it overlap. */
  isRefused = false;

  older: Datagram | null = null;
  younger: Datagram | null = null;
  chained: Datagram | null = null;

  /** Octets from its start that are at hand. */
  get readable(): number {
    const units =
      this.headUnits === -1 ? HEAD_LENGTH / UNIT : 31 - Math.clz32(~this.headUnits & -~this.headUnits);
    return Math.min(units * UNIT, this.length);
  }
}

export class Fragments {
  readonly #counts: Float64Array;
  readonly #seed: number;
  readonly #listener: FragmentListener | undefined;
  #begun = 0;
  readonly #buckets = new Array<Datagram | null>(BUCKETS).fill(null);
  #oldest: Datagram | null = null;
  #youngest: Datagram | null = null;
  #free: Datagram | null = null;
  #datagrams = 0;
  #fragments = 0;
  readonly #head = new Uint8Array(HEAD_LENGTH);
  readonly #headView = new DataView(this.#head.buffer);

  /**
   * @param counts of frames by verdict: what was counted as `FRAGMENT` and turns out to be something else is moved
   * @param seed of the hash, so that nobody can choose datagrams that collide
   */
  constructor(counts: Float64Array, seed: number, listener: FragmentListener | undefined) {
    this.#counts = counts;
    this.#seed = seed;
    this.#listener = listener;
  }

  /**
   * Takes in the fragment at the packet's offset, whose header has been read. Answers with the number of the
   * protocol that the whole datagram carries, the packet then being at its start, or with a negated verdict.
   */
  take(packet: Packet, frame: Frame): number {
    const start = packet.offset;
    const offset = packet.fragmentOffset;
    const length = packet.wireEnd - start;
    const end = offset + length;
    const isLast = packet.moreFragments === 0;
    if (length <= 0 || (!isLast && length % UNIT !== 0)) return -MALFORMED;
    if (end + packet.unfragmentable > MAX_DATAGRAM_LENGTH) return -MALFORMED;

    const datagram = this.#find(packet, frame) ?? this.#begin(packet, frame);
    datagram.frames++;
    this.#listener?.(packet, datagram.number);
    if (datagram.isRefused) return -OVERLAPPING_FRAGMENT;
    const place = placeOf(datagram, offset);
    if (isRepeated(datagram, place, packet, end, isLast)) return -FRAGMENT;
    if (contradicts(datagram, place, offset, end, isLast)) {
      this.#refuse(datagram);
      return -OVERLAPPING_FRAGMENT;
    }
    if (offset === 0) datagram.protocol = packet.fragmentProtocol;
    if (isLast) datagram.length = end;
    insert(datagram, place, offset, length);
    keepHead(datagram, packet, end);
    this.#fragments++;
    if (datagram.covered === datagram.length) {
      this.#open(packet, datagram);
      this.#settle(datagram, REASSEMBLED_FRAGMENT);
      this.#release(datagram);
      return datagram.protocol;
    }
    while (this.#fragments > MAX_FRAGMENTS) this.#release(this.#oldest!);
    return -FRAGMENT;
  }

  /** What was counted so far stays as it is, whatever becomes of the datagrams. */
  closeAccounts(): void {
    for (let datagram = this.#oldest; datagram !== null; datagram = datagram.younger) datagram.frames = 0;
  }

  /** Leads the packet to the datagram. */
  #open(packet: Packet, datagram: Datagram): void {
    const { readable, length, captured } = datagram;
    this.#head.set(datagram.head);
    packet.view = this.#headView;
    packet.offset = 0;
    packet.end = readable;
    packet.wireEnd = length;
    packet.beyond = captured - readable;
  }

  /** The earlier frames of a datagram, and not this one, were more than fragments. */
  #settle(datagram: Datagram, verdict: number): void {
    const earlier = datagram.frames - 1;
    this.#counts[FRAGMENT] -= earlier;
    this.#counts[verdict] += earlier;
  }

  /** RFC 5722 §4: what else comes of the datagram is dropped as well, as long as it is waited for. */
  #refuse(datagram: Datagram): void {
    this.#settle(datagram, OVERLAPPING_FRAGMENT);
    datagram.isRefused = true;
    this.#forgetPieces(datagram);
  }

  #forgetPieces(datagram: Datagram): void {
    this.#fragments -= datagram.count;
    datagram.count = 0;
    if (datagram.pieces.length > FIRST_PIECES) datagram.pieces = new Int32Array(FIRST_PIECES);
  }

  /**
   * The datagram that the fragment belongs to: the last begun with its name, within the time that one is waited for.
   * Only its own fragments show whether it is waited for: an extract has no others. So overdue ones stay until there
   * is no room for them, or too many have that name.
   */
  #find(packet: Packet, at: Frame): Datagram | null {
    const { segment } = packet;
    let overdue = 0;
    for (
      let datagram = this.#buckets[this.#bucketOf(packet)];
      datagram !== null;
      datagram = datagram.chained
    ) {
      if (
        datagram.identification !== packet.identification ||
        datagram.context !== packet.fragmentContext ||
        datagram.domain !== segment.domain ||
        datagram.source3 !== segment.source3 ||
        datagram.destination3 !== segment.destination3 ||
        datagram.source0 !== segment.source0 ||
        datagram.source1 !== segment.source1 ||
        datagram.source2 !== segment.source2 ||
        datagram.destination0 !== segment.destination0 ||
        datagram.destination1 !== segment.destination1 ||
        datagram.destination2 !== segment.destination2
      )
        continue;
      if (!isOverdue(datagram, at)) return datagram;
      if (++overdue < MAX_OVERDUE) continue;
      this.#release(datagram);
      return null;
    }
    return null;
  }

  #begin(packet: Packet, at: Frame): Datagram {
    if (this.#datagrams === MAX_DATAGRAMS) this.#release(this.#oldest!);
    const datagram = this.#free ?? new Datagram();
    this.#free = datagram === this.#free ? datagram.chained : null;
    const { segment } = packet;
    datagram.source0 = segment.source0;
    datagram.source1 = segment.source1;
    datagram.source2 = segment.source2;
    datagram.source3 = segment.source3;
    datagram.destination0 = segment.destination0;
    datagram.destination1 = segment.destination1;
    datagram.destination2 = segment.destination2;
    datagram.destination3 = segment.destination3;
    datagram.identification = packet.identification;
    datagram.context = packet.fragmentContext;
    datagram.domain = segment.domain;
    datagram.seconds = at.seconds;
    datagram.nanoseconds = at.nanoseconds;
    datagram.number = ++this.#begun;
    datagram.isRefused = false;
    datagram.length = -1;
    datagram.frames = 0;
    datagram.covered = 0;
    datagram.captured = 0;
    datagram.headUnits = 0;

    const bucket = this.#bucketOf(packet);
    datagram.chained = this.#buckets[bucket];
    this.#buckets[bucket] = datagram;
    datagram.older = this.#youngest;
    datagram.younger = null;
    if (this.#youngest !== null) this.#youngest.younger = datagram;
    else this.#oldest = datagram;
    this.#youngest = datagram;
    this.#datagrams++;
    return datagram;
  }

  #release(datagram: Datagram): void {
    const bucket = this.#bucket(
      datagram.source3,
      datagram.destination3,
      datagram.identification,
      datagram.context,
    );
    let before: Datagram | null = null;
    for (let each = this.#buckets[bucket]; each !== datagram; each = each!.chained) before = each;
    if (before === null) this.#buckets[bucket] = datagram.chained;
    else before.chained = datagram.chained;
    if (datagram.older !== null) datagram.older.younger = datagram.younger;
    else this.#oldest = datagram.younger;
    if (datagram.younger !== null) datagram.younger.older = datagram.older;
    else this.#youngest = datagram.older;
    this.#datagrams--;
    this.#forgetPieces(datagram);
    datagram.chained = this.#free;
    this.#free = datagram;
  }

  #bucketOf({ segment, identification, fragmentContext }: Packet): number {
    return this.#bucket(segment.source3, segment.destination3, identification, fragmentContext);
  }

  #bucket(source: number, destination: number, identification: number, context: number): number {
    let hash = Math.imul(source ^ this.#seed, 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15) ^ destination, 0x846ca68b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ identification, 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15) ^ context, 0x846ca68b);
    return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
  }
}

function isOverdue({ seconds, nanoseconds }: Datagram, at: Frame): boolean {
  return Math.abs(elapsedSeconds(seconds, nanoseconds, at.seconds, at.nanoseconds)) > REASSEMBLY_TIMEOUT;
}

/** Where fragments of a datagram lie, ascending: the first `count` of `pieces`. */
interface Pieces {
  readonly pieces: ArrayLike<number>;
  readonly count: number;
}

/**
 * Where among the pieces one that starts at `offset` belongs. A datagram may have thousands, and whoever sent it
 * chooses in which order they come.
 */
export function placeOf({ pieces, count }: Pieces, offset: number): number {
  // In order, each comes after all others.
  if (count === 0 || offsetOf(pieces[count - 1]) < offset) return count;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (offsetOf(pieces[middle]) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The same fragment once more, which RFC 8200 §4.5 lets pass. Nothing beyond the head is ever read, so no difference
 * there can matter.
 */
function isRepeated(
  { pieces, count, length, head, headUnits }: Datagram,
  place: number,
  packet: Packet,
  end: number,
  isLast: boolean,
): boolean {
  const offset = packet.fragmentOffset;
  if (place === count || offsetOf(pieces[place]) !== offset || endOf(pieces[place]) !== end) return false;
  if (isLast !== (length === end)) return false;
  const last = Math.min(offset + packet.end - packet.offset, HEAD_LENGTH);
  for (let at = offset; at < last; at++) {
    if ((headUnits & (1 << (at / UNIT))) === 0) continue;
    if (head[at] !== packet.view.getUint8(packet.offset + at - offset)) return false;
  }
  return true;
}

/** No honest sender's fragments overlap (RFC 5722), or lie beyond the last one. */
function contradicts(
  { pieces, count, length }: Datagram,
  place: number,
  offset: number,
  end: number,
  isLast: boolean,
): boolean {
  if (place > 0 && endOf(pieces[place - 1]) > offset) return true;
  if (place < count && (isLast || offsetOf(pieces[place]) < end)) return true;
  return length >= 0 && (isLast || end > length);
}

function insert(datagram: Datagram, place: number, offset: number, length: number): void {
  const { count } = datagram;
  if (count === datagram.pieces.length) {
    const larger = new Int32Array(2 * count);
    larger.set(datagram.pieces);
    datagram.pieces = larger;
  }
  datagram.pieces.copyWithin(place + 1, place, count);
  datagram.pieces[place] = ((offset / UNIT) << OFFSET_SHIFT) | length;
  datagram.count = count + 1;
  datagram.covered += length;
}

/** Keeps what the fragment has of the datagram's first octets. */
function keepHead(datagram: Datagram, packet: Packet, end: number): void {
  const offset = packet.fragmentOffset;
  const captured = Math.max(packet.end - packet.offset, 0);
  datagram.captured += captured;
  const last = Math.min(offset + captured, HEAD_LENGTH);
  for (let at = offset; at < last; at++) {
    datagram.head[at] = packet.view.getUint8(packet.offset + at - offset);
    // The datagram's last unit may be a short one.
    if (at % UNIT === UNIT - 1 || at === end - 1) datagram.headUnits |= 1 << (at / UNIT);
  }
}

function offsetOf(piece: number): number {
  return (piece >>> OFFSET_SHIFT) * UNIT;
}

function endOf(piece: number): number {
  return offsetOf(piece) + (piece & LENGTH_MASK);
}
