/**
 * Sorts segments into connections and hands each connection on, immutable, when it has ended.
 *
 * Numbers follow Wireshark's `tcp.stream`: one per 4-tuple, a new one when a SYN opens the 4-tuple again,
 * and one for a 4-tuple known only from a TCP header that an ICMP error quotes or that is broken. Silence never
 * ends a connection; but once very many are held, those closed for longer than TIME-WAIT lasts are let go.
 */
import { elapsedSeconds, NO_TIME, type Timestamp } from '../core/time.js';
import type { Domains } from '../decode/domains.js';
import type { NeighbourMessage } from '../decode/neighbour-message.js';
import { ACK, type BrokenHeader, FIN, type IcmpError, RST, type Segment, SYN } from '../decode/segment.js';
import { FATAL_ALERT, NO_RECORD, NOT_LOOKED_AT } from '../decode/tls.js';
import { advance, distance, within } from '../tcp/sequence.js';
import { CLOSED, SYN_SENT, TIME_WAIT } from '../tcp/states.js';
import { AddressTexts } from './address-texts.js';
import { Checkpoints } from './checkpoints.js';
import type { Connection, Role } from './connection.js';
import { Dormant } from './dormant.js';
import { finishConnection } from './finish.js';
import { FlowTable, type FourTuple } from './flow-table.js';
import { Journal } from './journal.js';
import { Neighbours } from './neighbours.js';
import { Observer } from './observer.js';
import { compareCopy } from './origin.js';
import { type Pause, Pauses } from './pauses.js';
import { isPredicted, takePredicted } from './prediction.js';
import { RecentFrames } from './recent-frames.js';
import {
  CLIENT,
  CLIENT_ADDRESS,
  CLIENT_NOT_TLS,
  COMPLETE_ACK,
  COMPLETE_DATA,
  COMPLETE_FIN,
  COMPLETE_RST,
  COMPLETE_SYN,
  COMPLETE_SYN_ACK,
  DOMAIN,
  DUPLICATE_FRAMES,
  DUPLICATES_APART,
  EVICTED,
  FIRST_FRAME,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  FLAGS,
  FRAMES,
  ID,
  ISS,
  JOURNAL,
  LAST_FRAME,
  LAST_NANOSECONDS,
  LAST_SECONDS,
  lastSender,
  MIDSTREAM,
  MSS,
  MULTIPATH,
  OFFLOADED,
  PAYLOAD_HIGH,
  PAYLOAD_LOW,
  PORTS,
  PREDECESSOR,
  PREDECESSOR_ID,
  QUOTED,
  RESETS_MAX,
  RESETS_SHIFT,
  RecordStore,
  ROLES_BY_SYN,
  ROLES_BY_SYN_ACK,
  SEGMENTS,
  SERVER,
  SERVER_ADDRESS,
  SERVER_NOT_TLS,
  SND_NXT,
  STATE,
  STATE_MASK,
  SUPERSEDED,
  SYN_OPTIONS_CUT,
  TO_ITSELF,
  TRUNCATED,
  ZERO_WINDOWS_AND_RESETS,
  ZERO_WINDOWS_MASK,
} from './record.js';
import { SetBacks } from './set-backs.js';
import {
  AnalysisCounts,
  exchangeBases,
  flagsOf,
  noteBrokenHeader,
  noteRoundTrip,
  opensAgain,
} from './tcp-analysis.js';
import { recordHistory } from './zeek.js';

/** Below this many connections nothing is let go before the capture ends. */
const HELD_WITHOUT_SWEEPING = 16_384;
/** TIME-WAIT as Linux keeps it, the shortest in wide use (RFC 9293 §3.4.2 would allow 240), in seconds. */
const TIME_WAIT_SECONDS = 60;
/** Below this many connections none is packed: there is room enough, and packing takes time. */
const AWAKE_AT_LEAST = 1 << 16;
/** After this many frames without a segment of its own, a connection with nothing but a handshake is packed; */
const DORMANT_FRAMES = 1 << 16;
/** others only after longer than most in use take: this many more frames for each connection that is awake. */
const DORMANT_ROUNDS = 4;
/** Connections held at most unless the caller chooses: 0.7 GB of half-open ones, 1.2 GB of busy ones. */
export const MAXIMUM_CONNECTIONS = 2_000_000;
/** The share of those held that is given up at once: finding the longest idle takes a look at all. */
const EVICTED_SHARE = 1 / 16;
/** Segments from one sweep to the next, and how many records each visits: side by side they are fetched at once. */
const SWEEP_INTERVAL = 64;
const SWEEP_STRIDE = 2 * SWEEP_INTERVAL;

export interface TrackerOptions {
  /** Called with each connection as it ends. */
  readonly onConnection: (connection: Connection) => void;
  /** Called with each segment and the connection it belongs to. */
  readonly onSegment?: ((connection: number, from: Role, segment: Segment) => void) | undefined;
  /** Called with each ICMP error and the connection whose segment it quotes. */
  readonly onIcmpError?: ((connection: number, error: IcmpError) => void) | undefined;
  /** Called with each connection that was ended by a TCP header which is no segment's, or on whose 4-tuple it came. */
  readonly onBrokenHeader?: ((connection: number) => void) | undefined;
  /** Called with a connection that opens the 4-tuple of one which is not closed, and with that one. */
  readonly onReuse?: ((connection: number, predecessor: number) => void) | undefined;
  /** Called with a connection one of whose segments belonged to the connection that held its 4-tuple before. */
  readonly onAnsweredForPredecessor?: ((connection: number) => void) | undefined;
  /** The networks that segments are in, by their `domain`; without, all networks count as one. */
  readonly domains?: Domains | null | undefined;
  /** Seed of the flow table's hash: choose it at random if captures come from strangers. */
  readonly seed?: number | undefined;
  /** Connections held at most, at least 1; beyond that those idle for longest are given up. */
  readonly maximumConnections?: number | undefined;
  /**
   * When `peek` hands out a connection: at these ages, and after silences of these lengths; in whole seconds,
   * ascending. Without, it hands out none.
   */
  readonly checkpoints?: readonly number[] | undefined;
}

export class Tracker {
  readonly #store = new RecordStore();
  readonly #table: FlowTable;
  readonly #journal = new Journal();
  readonly #dormant: Dormant;
  readonly #counts = new AnalysisCounts();
  readonly #addresses = new AddressTexts();
  readonly #recent = new RecentFrames();
  readonly #setBacks = new SetBacks();
  readonly #neighbours = new Neighbours();
  readonly #pauses = new Pauses();
  readonly #observer: Observer;
  readonly #onConnection: (connection: Connection) => void;
  readonly #onSegment: ((connection: number, from: Role, segment: Segment) => void) | undefined;
  readonly #onIcmpError: ((connection: number, error: IcmpError) => void) | undefined;
  readonly #onBrokenHeader: ((connection: number) => void) | undefined;
  readonly #onReuse: ((connection: number, predecessor: number) => void) | undefined;
  readonly #onAnsweredForPredecessor: ((connection: number) => void) | undefined;
  readonly #domains: Domains | null;
  readonly #maximum: number;
  readonly #checkpoints: Checkpoints | null;
  #nextId = 0;
  #evicted = 0;
  #sweepAt = 0;
  #sinceSweep = 0;
  #seconds = NO_TIME.seconds;
  #nanoseconds = NO_TIME.nanoseconds;
  /** The record that the last segment went to. */
  #previous = -1;
  /** A segment was older than the one before it, on any connection. */
  #ranBackwards = false;

  constructor(options: TrackerOptions) {
    this.#table = new FlowTable(this.#store, options.seed ?? 0);
    this.#dormant = new Dormant(this.#journal, options.seed ?? 0);
    this.#observer = new Observer(this.#journal);
    this.#onConnection = options.onConnection;
    this.#onSegment = options.onSegment;
    this.#onIcmpError = options.onIcmpError;
    this.#onBrokenHeader = options.onBrokenHeader;
    this.#onReuse = options.onReuse;
    this.#onAnsweredForPredecessor = options.onAnsweredForPredecessor;
    this.#domains = options.domains ?? null;
    this.#maximum = options.maximumConnections ?? MAXIMUM_CONNECTIONS;
    this.#checkpoints = options.checkpoints ? new Checkpoints(this.#store, options.checkpoints) : null;
  }

  /** Connections held in memory. */
  get held(): number {
    return this.#store.live + this.#dormant.size;
  }

  /** Connections given up because too many were held. */
  get evicted(): number {
    return this.#evicted;
  }

  /**
   * Hands out the open connections that have reached one of the `checkpoints` since the last call, as they are `now`;
   * they stay open. The first call only starts the clock.
   */
  peek(now: Timestamp, visit: (connection: Connection) => void): void {
    const store = this.#store;
    const slots = this.#checkpoints?.reached(now) ?? [];
    const idOf = (slot: number): number => store.memory(slot)[store.base(slot) + ID];
    for (const slot of [...slots].sort((a, b) => idOf(a) - idOf(b))) {
      visit(this.#finished(store.memory(slot), store.base(slot)));
    }
  }

  /** Takes in a segment; it is not kept. */
  segment(segment: Segment): void {
    const store = this.#store;
    let slot = this.#find(segment);
    let fromServer = this.#table.fromServer;
    if (slot >= 0) {
      const memory = store.memory(slot);
      const base = store.base(slot);
      const isNumberOnly = memory[base + FRAMES] === 0;
      if (
        (segment.flags & (SYN | ACK | RST)) === SYN &&
        opensAgain(memory, base + (fromServer ? SERVER : CLIENT), segment)
      ) {
        slot = isNumberOnly ? this.#reopen(slot, segment) : this.#supersede(slot, fromServer, segment);
        fromServer = false;
      } else if (isNumberOnly) {
        slot = this.#adopt(slot, fromServer, segment);
        fromServer = this.#table.fromServer;
      }
    } else {
      slot = this.#open(segment);
      fromServer = this.#table.fromServer;
    }

    if (this.#checkpoints !== null) this.#checkpoints.touch(slot);
    const memory = store.memory(slot);
    const base = store.base(slot);
    if (this.#onSegment !== undefined) {
      this.#onSegment(memory[base + ID], fromServer ? 'server' : 'client', segment);
    }
    const later = (segment.seconds >>> 0) - (this.#seconds >>> 0);
    if (later < 0 || (later === 0 && segment.nanoseconds < this.#nanoseconds)) this.#runBack(slot, segment);
    this.#seconds = segment.seconds;
    this.#nanoseconds = segment.nanoseconds;
    this.#previous = slot;
    // If the clock never ran back, it did so on no connection.
    if (this.#ranBackwards) this.#setBacks.compare(memory, base, segment);
    if (this.#pauses.watchedFrom !== 0) this.#watch(memory, base, fromServer, segment);
    countFrame(memory, base, fromServer, segment);
    const sender = base + (fromServer ? SERVER : CLIENT);
    const receiver = base + (fromServer ? CLIENT : SERVER);
    const predecessor = memory[base + PREDECESSOR] - 1;
    const isPlain = predecessor < 0 && (memory[base + FLAGS] & TO_ITSELF) === 0 && segment.tls < FATAL_ALERT;
    if (isPlain && isPredicted(memory, base, sender, receiver, segment)) {
      // Nothing like it came before, but copies may follow.
      this.#recent.holds(memory, base, receiver, segment);
      countSegment(memory, sender, segment);
      takePredicted(memory, sender, receiver, segment);
    } else {
      const found = flagsOf(memory, base, sender, receiver, segment);
      if (found !== 0) this.#counts.add(memory, sender, found, segment.frame);
      if (predecessor < 0 || !this.#takeBesidePredecessor(slot, predecessor, fromServer, segment)) {
        this.#take(memory, base, fromServer, segment);
      }
    }
    if (++this.#sinceSweep >= SWEEP_INTERVAL) {
      this.#sinceSweep = 0;
      if (store.live > HELD_WITHOUT_SWEEPING) this.#sweep(segment.frame);
    }
  }

  /** Takes in an ICMP error that quotes a TCP header. */
  icmpError(error: IcmpError): void {
    const known = this.#find(error);
    const { fromServer } = this.#table;
    // Wireshark gives a 4-tuple quoted with its whole header a stream of its own.
    if (known < 0 && error.hasHeader === 0) return;
    const slot = known < 0 ? this.#create(error, false) : known;
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    this.#onIcmpError?.(memory[base + ID], error);
    if (error.hasHeader !== 0) {
      // Wireshark treats the quoted segment as one without payload.
      const opens = known < 0 && (error.flags & (SYN | ACK)) === SYN ? COMPLETE_SYN : 0;
      memory[base + FLAGS] = memory[base + FLAGS] | QUOTED | opens | completenessBy(error.flags, 0);
      noteRoundTrip(memory, base, error);
    }
    if (known >= 0 && error.isDirect !== 0) this.#observer.observeIcmpError(memory, base, fromServer, error);
  }

  /** Takes in a request for a link address, or an answer; it is not kept. */
  neighbour(message: NeighbourMessage): void {
    this.#neighbours.take(message);
  }

  /**
   * Takes in a TCP header that is no segment's. It changes nothing that is reported of a connection; but its
   * 4-tuple has a number from then on, and its SYN may open that 4-tuple anew, as in Wireshark.
   */
  brokenHeader(header: BrokenHeader): void {
    const store = this.#store;
    let slot = this.#find(header);
    let fromServer = slot >= 0 && this.#table.fromServer;
    if (slot < 0) {
      slot = this.#create(header, false);
    } else if (
      (header.flags & (SYN | ACK)) === SYN &&
      opensAgain(store.memory(slot), store.base(slot) + (fromServer ? SERVER : CLIENT), header)
    ) {
      this.#onBrokenHeader?.(store.memory(slot)[store.base(slot) + ID]);
      this.#letPredecessorGo(slot);
      this.#end(slot);
      slot = this.#create(header, false);
      fromServer = false;
    }
    this.#onBrokenHeader?.(store.memory(slot)[store.base(slot) + ID]);
    const client = store.base(slot) + CLIENT;
    const server = store.base(slot) + SERVER;
    noteBrokenHeader(store.memory(slot), fromServer ? server : client, fromServer ? client : server, header);
  }

  /** The capture holds no frame between two times; `frame` is the first after that. */
  gap(frame: number, from: Timestamp, to: Timestamp): void {
    this.#pauses.gap(frame, from, to);
  }

  /** A frame dates from before the end of the last gap: one of the times was wrong. */
  forgetGap(): void {
    this.#pauses.forgetGap();
  }

  /** When the capture paused, as far as it is known. */
  get pauses(): readonly Pause[] {
    return this.#pauses.found;
  }

  /** Ends all connections that are still held, in the order of their first frames. */
  finish(): void {
    this.#pauses.settle();
    const store = this.#store;
    const places = new Int32Array(this.held);
    let count = 0;
    for (let slot = 0; slot < store.highWater; slot++) if (store.isLive(slot)) places[count++] = slot;
    for (const slot of this.#dormant.slots()) places[count++] = ~slot;
    for (const place of this.#inOrder(places)) this.#end(this.#slotOf(place));
  }

  /** Slot of the connection that `tuple` belongs to, or -1; sets the table's `fromServer`. */
  #find(tuple: FourTuple): number {
    const slot = this.#table.find(tuple);
    if (slot >= 0) return slot;
    const dormant = this.#dormant.find(tuple);
    if (dormant < 0) return -1;
    this.#wake(dormant);
    return this.#table.find(tuple);
  }

  /** The slot of the connection in `place`. A negative place is the `~slot` of a dormant one, which is woken. */
  #slotOf(place: number): number {
    return place < 0 ? this.#wake(~place) : place;
  }

  /**
   * Sorts places (see `#slotOf`) by their connections' numbers: where dormant ones come up in the table depends on
   * a seed, and what is reported of a capture must not.
   */
  #inOrder(places: Int32Array): Int32Array {
    // Number above, place below: these sort many times faster than places whose numbers have to be looked up.
    const keys = new BigUint64Array(places.length);
    for (let i = 0; i < keys.length; i++) {
      keys[i] = (BigInt(this.#idIn(places[i])) << 32n) | BigInt(places[i] >>> 0);
    }
    keys.sort();
    for (let i = 0; i < keys.length; i++) places[i] = Number(BigInt.asIntN(32, keys[i]));
    return places;
  }

  #idIn(place: number): number {
    if (place < 0) return this.#dormant.idOf(~place);
    return this.#store.memory(place)[this.#store.base(place) + ID];
  }

  #wake(dormant: number): number {
    const slot = this.#store.allocate();
    this.#dormant.wake(dormant, this.#store.memory(slot), this.#store.base(slot));
    this.#table.insert(slot);
    return slot;
  }

  /** Whether a connection that is not over may be packed: it was idle for long when `frame` came. */
  #mayBePacked(slot: number, memory: Int32Array, base: number, frame: number): boolean {
    const awake = this.#store.live;
    // Checkpoints and `#previous` refer to connections by their slots, which packing changes.
    if (
      awake <= AWAKE_AT_LEAST ||
      this.#checkpoints !== null ||
      slot === this.#previous ||
      memory[base + PREDECESSOR] !== 0
    )
      return false;
    const isOnlyOpened = (memory[base + FLAGS] & (COMPLETE_ACK | COMPLETE_DATA)) === 0;
    const rounds = isOnlyOpened ? 0 : DORMANT_ROUNDS * awake;
    const idle = (frame - lastFrameOf(memory, base)) >>> 0;
    return idle > DORMANT_FRAMES + rounds && this.#dormant.accepts(memory, base);
  }

  /** After a gap that may be a pause: notes whether a connection continues where it was, by its first segment since. */
  #watch(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    const pauses = this.#pauses;
    const { flags, sequence, acknowledgment } = segment;
    const isKnown = memory[base + FRAMES] !== 0;
    if (isKnown && (flags & (SYN | RST)) === 0 && lastFrameOf(memory, base) < pauses.watchedFrom) {
      const sender = base + (fromServer ? SERVER : CLIENT);
      const receiver = base + (fromServer ? CLIENT : SERVER);
      pauses.resumed(
        isBeyond(memory, sender, sequence) ||
          ((flags & ACK) !== 0 && isBeyond(memory, receiver, acknowledgment)),
      );
    }
    pauses.settleBy({ seconds: segment.seconds, nanoseconds: segment.nanoseconds });
  }

  /** Counts a new connection, by its first segment: how many begin in the middle speaks for or against a pause. */
  #noteOpening({ flags }: Segment): void {
    this.#pauses.opened((flags & (SYN | RST)) === 0);
  }

  /** A connection on a 4-tuple never seen; sets the table's `fromServer` for the segment. */
  #open(segment: Segment): number {
    this.#noteOpening(segment);
    const fromServer = isFromServer(segment);
    const slot = this.#create(segment, fromServer);
    this.#table.fromServer = fromServer;
    const memory = this.#store.memory(slot);
    memory[this.#store.base(slot) + FLAGS] = openingFlags(segment);
    return slot;
  }

  /** A SYN opens a 4-tuple again that had nothing but a number. */
  #reopen(slot: number, segment: Segment): number {
    this.#end(slot);
    return this.#open(segment);
  }

  /** The 4-tuple has nothing but a number: its first segment says who is who. */
  #adopt(slot: number, fromServer: boolean, segment: Segment): number {
    this.#noteOpening(segment);
    this.#table.remove(slot);
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    const isFirstFromServer = isFromServer(segment);
    writeKey(memory, base, segment, isFirstFromServer);
    if (fromServer !== isFirstFromServer) exchangeBases(memory, base + CLIENT, base + SERVER);
    const known = memory[base + FLAGS];
    // A segment that an error quotes counts as the first; a broken header does not.
    memory[base + FLAGS] = (known & QUOTED) !== 0 ? known | flagsOfFirst(segment) : openingFlags(segment);
    this.#table.insert(slot);
    this.#table.fromServer = isFirstFromServer;
    return slot;
  }

  /** A SYN opens the 4-tuple of the connection in `old` again: a new connection, with the old one behind it. */
  #supersede(old: number, fromServer: boolean, segment: Segment): number {
    const store = this.#store;
    if (this.held >= this.#maximum) {
      this.#evict();
      // The old one may have been idle for longest itself.
      if (!store.isLive(old)) return this.#open(segment);
    }
    this.#table.remove(old);
    const oldMemory = store.memory(old);
    const oldBase = store.base(old);
    oldMemory[oldBase + FLAGS] = oldMemory[oldBase + FLAGS] | SUPERSEDED;
    const responder = oldBase + (fromServer ? CLIENT : SERVER);
    const oldId = oldMemory[oldBase + ID];
    const isHeld = stateAt(oldMemory, responder) !== CLOSED;
    const waited =
      stateAt(oldMemory, responder) !== TIME_WAIT
        ? -1
        : Math.max(0, quietSeconds(oldMemory, oldBase, segment.seconds, segment.nanoseconds));
    if (isHeld) this.#observer.observeSynOnOpen(oldMemory, oldBase, fromServer, segment);

    this.#noteOpening(segment);
    const slot = this.#create(segment, false);
    const memory = store.memory(slot);
    const base = store.base(slot);
    memory[base + FLAGS] = flagsOfFirst(segment) | COMPLETE_SYN;
    memory[base + PREDECESSOR_ID] = isHeld ? oldId + 1 : 0;
    if (isHeld) this.#observer.observeHeldBefore(memory, base, waited, segment);
    const isClosed = isBothClosed(oldMemory, oldBase);
    if (isHeld || !isClosed) this.#onReuse?.(memory[base + ID], oldId);
    this.#letPredecessorGo(old);
    if (isClosed) this.#end(old);
    else memory[base + PREDECESSOR] = old + 1;
    return slot;
  }

  /**
   * While a new connection has only its SYN, the 4-tuple's other segments still belong to the old one: the
   * acknowledgment with old numbers that answers the SYN, and the reset that this draws (RFC 9293 §3.5.1,
   * Figure 9). Takes the segment as belonging to either and returns true; or lets the old one go, as the new one
   * continues with this segment, which is then still to be taken.
   */
  #takeBesidePredecessor(slot: number, predecessor: number, fromServer: boolean, segment: Segment): boolean {
    const store = this.#store;
    const memory = store.memory(slot);
    const base = store.base(slot);
    const oldMemory = store.memory(predecessor);
    const oldBase = store.base(predecessor);
    const flags = segment.flags;
    const wasHeld = memory[base + PREDECESSOR_ID] !== 0;
    const sameRoles = oldMemory[oldBase + PORTS] === memory[base + PORTS];
    // The SYN that opened the 4-tuple anew, and its copies, are the new connection's own.
    if ((flags & (SYN | ACK)) === SYN) {
      const isFirst = memory[base + FRAMES] === 1;
      if (this.#take(memory, base, fromServer, segment) && !isFirst && wasHeld && !fromServer)
        this.#observer.observeSynOnOpen(oldMemory, oldBase, !sameRoles, segment);
      return true;
    }
    const embryonic =
      stateAt(memory, base + CLIENT) === SYN_SENT && stateAt(memory, base + SERVER) === CLOSED;
    // Whoever knows the SYN no longer knows the old connection: it may also answer it with a reset (§3.10.7.1), or its
    // SYN-ACK may be captured a little late.
    const knowsSyn = within(
      fromServer ? segment.acknowledgment : segment.sequence,
      advance(memory[base + CLIENT + ISS], 1),
      memory[base + CLIENT + SND_NXT],
    );
    if (embryonic && (flags & SYN) === 0 && !knowsSyn) {
      this.#onAnsweredForPredecessor?.(memory[base + ID]);
      this.#checkpoints?.touch(predecessor);
      // Its frame counts here, and so do the copies that the capture makes of one.
      if (this.#isCopy(memory, base, fromServer, segment)) return true;
      this.#observe(oldMemory, oldBase, fromServer === sameRoles, segment);
      if (wasHeld && fromServer) this.#observer.observeHeldBefore(memory, base, 0, segment);
      return true;
    }
    this.#observer.observeReplaced(
      oldMemory,
      oldBase,
      fromServer === sameRoles,
      !sameRoles,
      memory,
      base,
      segment,
    );
    this.#letPredecessorGo(slot);
    return false;
  }

  /**
   * A segment that belongs to the connection at `base`, unless it is a copy that only the capture made; returns
   * whether it is no copy.
   */
  #take(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): boolean {
    if (this.#isCopy(memory, base, fromServer, segment)) return false;
    this.#observe(memory, base, fromServer, segment);
    return true;
  }

  /** Whether this segment, among the frames of the connection at `base`, is the capture's own copy; counts it if so. */
  #isCopy(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): boolean {
    const holds = this.#recent.holds(memory, base, base + (fromServer ? CLIENT : SERVER), segment);
    // A broken header may make a copy open its 4-tuple again: the first segment is nobody's copy.
    if (!holds || memory[base + FRAMES] === 1) return false;
    memory[base + DUPLICATE_FRAMES] = memory[base + DUPLICATE_FRAMES] + 1;
    if (this.#recent.apart > memory[base + DUPLICATES_APART])
      memory[base + DUPLICATES_APART] = this.#recent.apart;
    compareCopy(memory, base, base + (fromServer ? SERVER : CLIENT), segment);
    return true;
  }

  #observe(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    recordHistory(memory, base, fromServer, segment, this.#journal);
    countSegment(memory, base + (fromServer ? SERVER : CLIENT), segment);
    this.#observer.observe(memory, base, fromServer, segment);
    if ((memory[base + FLAGS] & TO_ITSELF) === 0) return;
    // Whatever this socket sends it receives as well: as each of two endpoints, it goes through the same states.
    countSegment(memory, base + SERVER, segment);
    this.#observer.observe(memory, base, true, segment);
  }

  /** This segment is older than the last one: one of the two has a wrong time, or all that follow do. */
  #runBack(slot: number, { frame, seconds, nanoseconds }: Segment): void {
    this.#ranBackwards = true;
    const store = this.#store;
    const back = elapsedSeconds(seconds, nanoseconds, this.#seconds, this.#nanoseconds);
    this.#setBacks.note(store.memory(slot), store.base(slot), back, frame);
    const previous = this.#previous;
    if (previous === slot || !store.isLive(previous)) return;
    this.#setBacks.note(store.memory(previous), store.base(previous), back, frame);
  }

  #letPredecessorGo(slot: number): void {
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    const predecessor = memory[base + PREDECESSOR] - 1;
    if (predecessor < 0) return;
    memory[base + PREDECESSOR] = 0;
    this.#end(predecessor);
  }

  #create(tuple: FourTuple, fromServer: boolean): number {
    if (this.held >= this.#maximum) this.#evict();
    const slot = this.#store.allocate();
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    writeKey(memory, base, tuple, fromServer);
    memory[base + ID] = this.#nextId++;
    memory[base + JOURNAL] = -1;
    this.#table.insert(slot);
    return slot;
  }

  #finished(memory: Int32Array, base: number): Connection {
    const domain = memory[base + DOMAIN];
    const finished = finishConnection(
      memory,
      base,
      this.#journal,
      this.#counts,
      this.#addresses,
      this.#setBacks,
    );
    const connection = this.#neighbours.withMilestones(this.#pauses.withPauses(finished), domain);
    if (this.#domains === null) return connection;
    return {
      ...connection,
      network: this.#domains.nameOf(domain),
      networkPath: this.#domains.pathOf(domain),
    };
  }

  /** Hands the connection on and gives its memory back. */
  #end(slot: number): void {
    const memory = this.#store.memory(slot);
    const base = this.#store.base(slot);
    if (memory[base + FRAMES] > 0) this.#onConnection(this.#finished(memory, base));
    this.#counts.release(memory, base + CLIENT);
    this.#counts.release(memory, base + SERVER);
    this.#setBacks.forget(memory, base);
    this.#checkpoints?.forget(slot);
    if ((memory[base + FLAGS] & SUPERSEDED) === 0) this.#table.remove(slot);
    this.#journal.release(memory[base + JOURNAL]);
    this.#store.release(slot);
  }

  /**
   * Visits a few records, lets go of those that have been closed for as long as TIME-WAIT lasts, and packs those that
   * have long been silent, up to `frame`.
   */
  #sweep(frame: number): void {
    const store = this.#store;
    for (let i = 0; i < SWEEP_STRIDE; i++) {
      if (this.#sweepAt >= store.highWater) this.#sweepAt = 0;
      const slot = this.#sweepAt++;
      if (!store.isLive(slot)) continue;
      const memory = store.memory(slot);
      const base = store.base(slot);
      if ((memory[base + FLAGS] & SUPERSEDED) !== 0) continue;
      if (!isOver(memory, base)) {
        if (this.#mayBePacked(slot, memory, base, frame)) {
          this.#table.remove(slot);
          this.#dormant.add(memory, base);
          store.release(slot);
        }
        continue;
      }
      // A clock that was set back does not say how long it has been, nor when it will have caught up.
      if (Math.abs(quietSeconds(memory, base, this.#seconds, this.#nanoseconds)) >= TIME_WAIT_SECONDS) {
        this.#letPredecessorGo(slot);
        this.#end(slot);
      }
    }
  }

  /** Gives up the connections that have been idle for longest, in the order of their first frames. */
  #evict(): void {
    const store = this.#store;
    const places = new Int32Array(this.held);
    const lastFrames = new Uint32Array(this.held);
    let count = 0;
    for (let slot = 0; slot < store.highWater; slot++) {
      if (!store.isLive(slot)) continue;
      const memory = store.memory(slot);
      const base = store.base(slot);
      // Those behind a new connection on their 4-tuple go with it.
      if ((memory[base + FLAGS] & SUPERSEDED) !== 0) continue;
      places[count] = slot;
      lastFrames[count] = lastFrameOf(memory, base);
      count++;
    }
    for (const slot of this.#dormant.slots()) {
      places[count] = ~slot;
      lastFrames[count] = this.#dormant.lastFrameOf(slot);
      count++;
    }
    const latest = lastFrames.slice(0, count).sort()[Math.floor(count * EVICTED_SHARE)];
    let given = 0;
    for (let i = 0; i < count; i++) if (lastFrames[i] <= latest) places[given++] = places[i];
    for (const place of this.#inOrder(places.subarray(0, given))) {
      const slot = this.#slotOf(place);
      const memory = store.memory(slot);
      const base = store.base(slot);
      memory[base + FLAGS] = memory[base + FLAGS] | EVICTED;
      if (memory[base + FRAMES] > 0) this.#evicted++;
      this.#letPredecessorGo(slot);
      this.#end(slot);
    }
  }
}

/** Seconds from a connection's last segment to the given time. */
function quietSeconds(memory: Int32Array, base: number, seconds: number, nanoseconds: number): number {
  const last = lastSender(memory, base);
  return elapsedSeconds(memory[last + LAST_SECONDS], memory[last + LAST_NANOSECONDS], seconds, nanoseconds);
}

/** Who sends the first segment of a connection: SYN and SYN-ACK show it; otherwise the lower port is the server's. */
function isFromServer(segment: Segment): boolean {
  if ((segment.flags & SYN) !== 0) return (segment.flags & ACK) !== 0;
  return segment.sourcePort < segment.destinationPort;
}

function flagsOfFirst(segment: Segment): number {
  const self = isToItself(segment) ? TO_ITSELF : 0;
  if ((segment.flags & SYN) === 0) return self | MIDSTREAM;
  return self | ((segment.flags & ACK) !== 0 ? ROLES_BY_SYN_ACK : ROLES_BY_SYN);
}

function isToItself(segment: Segment): boolean {
  return (
    segment.sourcePort === segment.destinationPort &&
    segment.source0 === segment.destination0 &&
    segment.source1 === segment.destination1 &&
    segment.source2 === segment.destination2 &&
    segment.source3 === segment.destination3
  );
}

/** The flags of a connection whose very first frame this is. */
function openingFlags(segment: Segment): number {
  const first = flagsOfFirst(segment);
  if ((first & ROLES_BY_SYN) === 0) return first;
  return first | COMPLETE_SYN | (segment.payloadLength > 0 ? COMPLETE_DATA : 0);
}

/** What a frame adds to Wireshark's completeness, except for the SYN: only the very first frame can be that. */
function completenessBy(flags: number, payload: number): number {
  let complete = 0;
  if ((flags & (SYN | ACK)) === (SYN | ACK)) complete |= COMPLETE_SYN_ACK;
  if ((flags & (SYN | ACK)) === ACK) complete |= payload > 0 ? COMPLETE_DATA : COMPLETE_ACK;
  if ((flags & (FIN | ACK)) === (FIN | ACK)) complete |= COMPLETE_FIN;
  if ((flags & RST) !== 0) complete |= COMPLETE_RST;
  return complete;
}

function writeKey(memory: Int32Array, base: number, tuple: FourTuple, fromServer: boolean): void {
  memory[base + DOMAIN] = tuple.domain;
  const source = base + (fromServer ? SERVER_ADDRESS : CLIENT_ADDRESS);
  const destination = base + (fromServer ? CLIENT_ADDRESS : SERVER_ADDRESS);
  memory[source] = tuple.source0;
  memory[source + 1] = tuple.source1;
  memory[source + 2] = tuple.source2;
  memory[source + 3] = tuple.source3;
  memory[destination] = tuple.destination0;
  memory[destination + 1] = tuple.destination1;
  memory[destination + 2] = tuple.destination2;
  memory[destination + 3] = tuple.destination3;
  memory[base + PORTS] = fromServer
    ? (tuple.destinationPort << 16) | tuple.sourcePort
    : (tuple.sourcePort << 16) | tuple.destinationPort;
}

function stateAt(memory: Int32Array, endpoint: number): number {
  return memory[endpoint + STATE] & STATE_MASK;
}

function isBothClosed(memory: Int32Array, base: number): boolean {
  return stateAt(memory, base + CLIENT) === CLOSED && stateAt(memory, base + SERVER) === CLOSED;
}

/** Neither endpoint expects anything but stragglers. */
function isOver(memory: Int32Array, base: number): boolean {
  const client = stateAt(memory, base + CLIENT);
  const server = stateAt(memory, base + SERVER);
  return (client === CLOSED || client === TIME_WAIT) && (server === CLOSED || server === TIME_WAIT);
}

/** Counts a frame of the 4-tuple's newest connection, as Wireshark does. */
function countFrame(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
  const peer = base + (fromServer ? CLIENT : SERVER);
  const flags = segment.flags;
  const payload = segment.payloadLength;
  const frames = memory[base + FRAMES];
  memory[base + FRAMES] = frames + 1;
  if (frames === 0) {
    memory[base + FIRST_FRAME] = segment.frame;
    memory[base + FIRST_SECONDS] = segment.seconds;
    memory[base + FIRST_NANOSECONDS] = segment.nanoseconds;
  }

  let complete = memory[base + FLAGS] | completenessBy(flags, payload);
  // A SYN only offers it: if the server does not take it up, this is plain TCP (RFC 8684 §3.1).
  if (segment.multipath !== 0 && (flags & (SYN | ACK)) !== SYN) complete |= MULTIPATH;
  if (segment.payloadCaptured < payload) complete |= TRUNCATED;
  if (segment.optionsIncomplete !== 0 && (flags & SYN) !== 0) complete |= SYN_OPTIONS_CUT;
  const limit = memory[peer + MSS];
  if (limit !== 0 && payload > limit) complete |= OFFLOADED;
  if (segment.tls !== NOT_LOOKED_AT) {
    const notTls = fromServer ? SERVER_NOT_TLS : CLIENT_NOT_TLS;
    complete = segment.tls === NO_RECORD ? complete | notTls : complete & ~notTls;
  }
  memory[base + FLAGS] = complete;
}

/** Counts a segment for its sender. */
function countSegment(memory: Int32Array, endpoint: number, segment: Segment): void {
  const flags = segment.flags;
  const payload = segment.payloadLength;
  memory[endpoint + SEGMENTS] = memory[endpoint + SEGMENTS] + 1;
  if ((flags & SYN) !== 0 && segment.maximumSegmentSize > 0)
    memory[endpoint + MSS] = segment.maximumSegmentSize;
  if (payload > 0) {
    const low = memory[endpoint + PAYLOAD_LOW];
    const sum = (low + payload) | 0;
    memory[endpoint + PAYLOAD_LOW] = sum;
    if (sum >>> 0 < low >>> 0) memory[endpoint + PAYLOAD_HIGH] = memory[endpoint + PAYLOAD_HIGH] + 1;
  }
  const counts = memory[endpoint + ZERO_WINDOWS_AND_RESETS];
  if ((flags & RST) !== 0) {
    if (counts >>> RESETS_SHIFT < RESETS_MAX) {
      memory[endpoint + ZERO_WINDOWS_AND_RESETS] = counts + (1 << RESETS_SHIFT);
    }
  } else if (
    segment.window === 0 &&
    (flags & (SYN | FIN)) === 0 &&
    (counts & ZERO_WINDOWS_MASK) < ZERO_WINDOWS_MASK
  ) {
    memory[endpoint + ZERO_WINDOWS_AND_RESETS] = counts + 1;
  }
}

/** The last frame of the connection at `base`. */
function lastFrameOf(memory: Int32Array, base: number): number {
  return memory[lastSender(memory, base) + LAST_FRAME] >>> 0;
}

/** Whether a number is beyond all that the endpoint was seen to send. */
function isBeyond(memory: Int32Array, endpoint: number, number: number): boolean {
  return memory[endpoint + SEGMENTS] > 0 && distance(number, memory[endpoint + SND_NXT]) > 0;
}
