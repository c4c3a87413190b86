/**
 * What one captured segment proves about both endpoints of its connection.
 *
 * The steps follow the order in which RFC 9293 §3.10.7.4 processes a segment (reset, SYN, ACK, text, FIN);
 * read §3.5.2, §3.5.3 and §3.6 first. Two principles run through all of it:
 *
 * - A segment shows what its sender had done and known when it sent it: that is `observed`.
 * - A captured segment is taken as delivered, but `assumed` until the receiver's own segments prove it
 *   (`confirmed`). If the sender repeats it, the earlier copy was lost beyond the tap, and what it was taken
 *   to cause is retracted.
 */
import { elapsedSeconds } from '../core/time.js';
import { ACK, FIN, type IcmpError, RST, type Segment, SYN } from '../decode/segment.js';
import { advance, after, before, distance, within } from '../tcp/sequence.js';
import { CLOSE_WAIT, CLOSED, CLOSING, ESTABLISHED, LAST_ACK, SYN_RECEIVED, SYN_SENT } from '../tcp/states.js';
import {
  CAPTURE_STARTED,
  FOUND_GONE,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_RESET,
  RECEIVED_SYN,
  RECEIVED_SYN_ACK,
  SENT_ABORT,
  SENT_FIN,
  SENT_RESET,
  SENT_SYN,
  SENT_SYN_ACK,
  SHOWN_OPEN,
  SYN_NOT_CAPTURED,
  TRANSITIONS,
  transitionFor,
} from '../tcp/transitions.js';
import {
  ASSUMED,
  CONFIRMED,
  detailOf,
  evidenceOf,
  isRetracted,
  OBSERVED,
  packReset,
  retracted,
  rowOf,
  VERDICT_ACCEPTED,
  VERDICT_CHALLENGED,
  VERDICT_IGNORED,
  VERDICT_NO_CONNECTION,
  VERDICT_OUT_OF_WINDOW,
  withEvidence,
} from './entries.js';
import { CONTINUATION, type Journal, MAX_DEPTH, TRANSITION } from './journal.js';
import {
  ACKNOWLEDGED_UNSEEN,
  CHALLENGE_ACK,
  DATA_AFTER_PEER_FIN,
  DATA_BEYOND_OWN_FIN,
  FAST_OPEN_ACCEPTED,
  FIN_COVERED,
  FIN_REPEATED,
  ICMP_ERROR,
  KEEP_ALIVE,
  RESET,
  RETRANSMISSION_RUN,
  SYN_ACK_REPEATED,
  SYN_ON_OPEN_CONNECTION,
  SYN_REPEATED,
  WINDOW_PROBE,
  ZERO_WINDOW,
} from './milestones.js';
import {
  CLIENT,
  CLIENT_DELAY,
  CONTIGUOUS,
  DATA_FRAME,
  DATA_NANOSECONDS,
  DATA_SECONDS,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_COVERED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_FIN_UNPROVED,
  ENDPOINT_HAS_NEW_DATA,
  ENDPOINT_OPEN_UNPROVED,
  ENDPOINT_RESET,
  ENDPOINT_SCALE_OFFERED,
  ENDPOINT_SEEN,
  ENDPOINT_SENT_SYN,
  ENDPOINT_SENT_SYN_ACK,
  ENDPOINT_SYN_CAPTURED,
  ENDPOINT_WINDOW_CLOSED,
  FAST_OPEN,
  FIN_SEQUENCE,
  FLAGS,
  HANDSHAKE_REPEATED,
  ISLAND_END,
  ISLAND_START,
  ISS,
  JOURNAL,
  JOURNAL_FULL,
  KIND_ACK,
  KIND_DATA,
  KIND_FIN,
  KIND_KEEP_ALIVE,
  KIND_RST,
  KIND_SYN,
  KIND_SYN_ACK,
  LAST_ACKNOWLEDGMENT,
  LAST_FRAME,
  LAST_INFO,
  LAST_KIND_MASK,
  LAST_KIND_SHIFT,
  LAST_KNEW_FIN,
  LAST_NANOSECONDS,
  LAST_PAYLOAD_MASK,
  LAST_SECONDS,
  LOST_SEGMENTS,
  RETRANSMISSIONS,
  SCALE_MASK,
  SCALE_SHIFT,
  SERVER,
  SERVER_DELAY,
  SND_NXT,
  STATE,
  STATE_MASK,
  TTL_SHIFT,
  UNA,
  WINDOW,
} from './record.js';

/** Resets written down per connection; a flood of them beyond this is only counted. */
const MAX_RESETS = 32;
/** Assertions of the same opening that may be taken back before only the endpoint's own proof counts. */
const MAX_RETRACTED_OPENINGS = 3;
/** Room for a tap that orders two crossing frames a little wrongly, in microseconds. */
const TAP_SLACK = 1000;
/** Below this, in microseconds, an endpoint answers as fast as only the host of the tap itself can. */
const TAP_IS_AT_ENDPOINT = 150;
/** A duplicate that fills a gap this soon after the gap showed was reordered, not repeated (seconds). */
const REORDERING_WINDOW = 0.003;

export class Observer {
  readonly #journal: Journal;

  // The segment at hand: the record's words, both endpoints' blocks, and who sent it.
  #memory: Int32Array = new Int32Array(0);
  #base = 0;
  #sender = 0;
  #receiver = 0;
  #fromServer = false;
  #segment: Segment;

  constructor(journal: Journal, segment: Segment) {
    this.#journal = journal;
    this.#segment = segment;
  }

  /** Takes in one segment of the connection whose words start at `base` in `memory`. */
  observe(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    this.#memory = memory;
    this.#base = base;
    this.#fromServer = fromServer;
    this.#sender = base + (fromServer ? SERVER : CLIENT);
    this.#receiver = base + (fromServer ? CLIENT : SERVER);
    this.#segment = segment;
    const flags = segment.flags;
    let kind: number;
    if ((flags & RST) !== 0) {
      this.#reset();
      kind = KIND_RST;
    } else if ((flags & SYN) !== 0) {
      kind = (flags & ACK) !== 0 ? this.#synAck() : this.#syn();
    } else {
      kind = this.#synchronized();
    }
    this.#remember(kind);
  }

  /** The 4-tuple was opened anew: whatever `fromServer`'s endpoint still held is gone. */
  observeReplaced(memory: Int32Array, base: number, server: boolean, segment: Segment): void {
    this.#memory = memory;
    this.#base = base;
    this.#segment = segment;
    this.#enter(base + (server ? SERVER : CLIENT), server, FOUND_GONE, OBSERVED);
  }

  /** A SYN for a new connection reached an endpoint that still holds this one. */
  observeSynOnOpen(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    this.#memory = memory;
    this.#base = base;
    this.#segment = segment;
    this.#note(SYN_ON_OPEN_CONNECTION, fromServer, segment.sequence);
  }

  /** An ICMP error quotes a segment that the endpoint on the given side had sent. */
  observeIcmpError(memory: Int32Array, base: number, server: boolean, error: IcmpError): void {
    this.#memory = memory;
    this.#base = base;
    const journal = this.#journal;
    const head = memory[base + JOURNAL];
    const value = (error.version << 16) | (error.type << 8) | error.code;
    const entry = this.#find(ICMP_ERROR, server);
    if (entry >= 0 && journal.value(entry) === value) {
      const continuation = journal.next(entry);
      journal.setOther(entry, error.frame);
      journal.setFrame(continuation, journal.frame(continuation) + 1);
      journal.setTime(continuation, error.seconds, error.nanoseconds);
      return;
    }
    if (!this.#hasRoom(3)) return;
    const reporter = journal.prepend(
      head,
      CONTINUATION,
      server,
      0,
      error.reporter0,
      error.reporter1,
      error.reporter2,
      error.reporter3,
      error.sequence,
    );
    const run = journal.prepend(reporter, CONTINUATION, server, 0, 1, error.seconds, error.nanoseconds, 0, 0);
    memory[base + JOURNAL] = journal.prepend(
      run,
      ICMP_ERROR,
      server,
      0,
      error.frame,
      error.seconds,
      error.nanoseconds,
      error.frame,
      value,
    );
  }

  // ── SYN (§3.10.7.2 to §3.10.7.4, first and fourth steps) ─────────────────────────────────────────────

  #syn(): number {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const flags = memory[x + STATE];
    memory[x + STATE] = flags | ENDPOINT_SENT_SYN;
    if ((flags & ENDPOINT_SYN_CAPTURED) === 0) {
      this.#startSequence(x);
      this.#enter(x, this.#fromServer, SENT_SYN, OBSERVED);
    } else {
      this.#run(SYN_REPEATED, this.#fromServer, 0);
      this.#setFlag(HANDSHAKE_REPEATED);
      // Without the cookie's data the repeated SYN ends earlier (RFC 7413 §4.2.2).
      if ((flags & ENDPOINT_ACKNOWLEDGED) === 0) this.#startSequence(x);
      this.#disproveOpening(x, this.#fromServer);
    }
    if ((memory[y + STATE] & ENDPOINT_SENT_SYN) !== 0)
      this.#enter(y, !this.#fromServer, RECEIVED_SYN, ASSUMED);
    return KIND_SYN;
  }

  #synAck(): number {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const acknowledgment = this.#segment.acknowledgment;
    const fromServer = this.#fromServer;
    const flags = memory[x + STATE];
    const repeated = (flags & ENDPOINT_SENT_SYN_ACK) !== 0;

    if ((memory[y + STATE] & ENDPOINT_SEEN) === 0 && this.#stateOf(y) === CLOSED && !repeated) {
      this.#continueFrom(y, acknowledgment);
      this.#enterUnseen(y, !fromServer, SYN_NOT_CAPTURED);
    }
    if (repeated) {
      this.#run(SYN_ACK_REPEATED, fromServer, 0);
      this.#setFlag(HANDSHAKE_REPEATED);
      this.#disproveOpening(x, fromServer);
    } else {
      memory[x + STATE] = flags | ENDPOINT_SENT_SYN_ACK;
      if ((flags & ENDPOINT_SYN_CAPTURED) === 0) this.#startSequence(x);
      this.#measureDelay(SERVER_DELAY, y, KIND_SYN);
      if ((flags & STATE_MASK) === SYN_RECEIVED) this.#confirm(fromServer, RECEIVED_SYN, RECEIVED_SYN);
      else this.#enter(x, fromServer, SENT_SYN_ACK, OBSERVED);
    }

    const first = advance(memory[y + ISS], 1);
    if (!within(acknowledgment, first, memory[y + SND_NXT])) return KIND_SYN_ACK;
    this.#raiseAcknowledged(y, acknowledgment);
    if (after(acknowledgment, first)) this.#acceptFastOpen();
    // Who opened actively as well sent its SYN first, and that arrives first.
    if ((flags & ENDPOINT_SENT_SYN) !== 0) this.#enter(y, !fromServer, RECEIVED_SYN, ASSUMED);
    const state = this.#stateOf(y);
    if (state === SYN_SENT) {
      this.#enterOpen(y, !fromServer, RECEIVED_SYN_ACK);
    } else if (state === SYN_RECEIVED) {
      this.#enterOpen(y, !fromServer, RECEIVED_ACK_OF_SYN);
    } else if (repeated && state === ESTABLISHED && this.#isUnprovedOpen(y) && !this.#tapIsAt(y)) {
      // The copy before this one cannot have arrived: its receiver would have stopped the repetition.
      this.#retractFrom(y, !fromServer, RECEIVED_SYN_ACK);
      this.#enterOpen(y, !fromServer, RECEIVED_SYN_ACK);
    }
    return KIND_SYN_ACK;
  }

  #acceptFastOpen(): void {
    if ((this.#memory[this.#base + FLAGS] & FAST_OPEN) !== 0) return;
    this.#setFlag(FAST_OPEN);
    this.#note(FAST_OPEN_ACCEPTED, this.#fromServer, 0);
  }

  // ── Any other segment (§3.10.7.4, fifth to eighth steps) ─────────────────────────────────────────────

  #synchronized(): number {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const segment = this.#segment;

    if ((memory[x + STATE] & ENDPOINT_SEEN) === 0) this.#meetSender();
    if ((memory[x + STATE] & (STATE_MASK | ENDPOINT_RESET)) === (CLOSED | ENDPOINT_RESET)) {
      this.#disproveReset(x, this.#fromServer);
    }
    // A segment without ACK is unacceptable once synchronized, and dropped (§3.10.7.4, fifth step).
    if ((segment.flags & ACK) === 0) return KIND_ACK;

    this.#acknowledge();
    const kind = segment.payloadLength > 0 || (segment.flags & FIN) !== 0 ? this.#text() : this.#bare();
    if ((memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0) this.#deliverFin(x, y);
    this.#window();
    return kind;
  }

  /** The sender's first captured segment, and no SYN of its own was seen: take up its numbers from here. */
  #meetSender(): void {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const segment = this.#segment;
    memory[x + ISS] = advance(segment.sequence, -1);
    if (this.#stateOf(x) === CLOSED || (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) === 0) {
      memory[x + SND_NXT] = segment.sequence;
      memory[x + CONTIGUOUS] = segment.sequence;
    }
    if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) {
      this.#continueFrom(y, segment.acknowledgment);
      this.#enter(x, this.#fromServer, CAPTURE_STARTED, ASSUMED);
      this.#enter(y, !this.#fromServer, CAPTURE_STARTED, ASSUMED);
    } else if (this.#stateOf(x) === CLOSED && this.#stateOf(y) === SYN_SENT) {
      // The peer's SYN was captured, this endpoint's SYN-ACK was not.
      this.#enterUnseen(x, this.#fromServer, SENT_SYN_ACK);
      this.#enter(x, this.#fromServer, SHOWN_OPEN, OBSERVED);
      this.#enter(y, !this.#fromServer, RECEIVED_SYN_ACK, ASSUMED);
    }
  }

  /** The acknowledgment field: what the sender has received, and what that tells its peer. */
  #acknowledge(): void {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const fromServer = this.#fromServer;
    const acknowledgment = this.#segment.acknowledgment;
    const flags = memory[x + STATE];
    const state = flags & STATE_MASK;

    if ((flags & ENDPOINT_OPEN_UNPROVED) !== 0) {
      this.#confirm(fromServer, RECEIVED_SYN_ACK, RECEIVED_ACK_OF_SYN);
      memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_OPEN_UNPROVED;
    } else if (state === SYN_SENT) {
      this.#enter(x, fromServer, SHOWN_OPEN, OBSERVED);
      if (this.#stateOf(y) === CLOSED && (memory[y + STATE] & (ENDPOINT_SEEN | ENDPOINT_RESET)) === 0) {
        this.#enterUnseen(y, !fromServer, SENT_SYN_ACK);
        this.#continueFrom(y, acknowledgment);
      }
    } else if (state === SYN_RECEIVED && (memory[this.#base + FLAGS] & FAST_OPEN) === 0) {
      this.#enter(x, fromServer, SHOWN_OPEN, OBSERVED);
    }

    const peerFlags = memory[y + STATE];
    if ((peerFlags & STATE_MASK) === SYN_RECEIVED && acknowledgment === advance(memory[y + ISS], 1)) {
      this.#measureDelay(CLIENT_DELAY, y, KIND_SYN_ACK);
    }
    if ((peerFlags & STATE_MASK) === SYN_RECEIVED && after(acknowledgment, memory[y + ISS])) {
      this.#enterOpen(y, !fromServer, RECEIVED_ACK_OF_SYN);
    }
    if ((peerFlags & ENDPOINT_FIN_SENT) !== 0 && after(acknowledgment, memory[y + FIN_SEQUENCE])) {
      this.#coverFin();
    }
    this.#raiseAcknowledged(y, acknowledgment);
  }

  /** The sender's acknowledgment covers its peer's FIN: it has received it, and now tells the peer so. */
  #coverFin(): void {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const fromServer = this.#fromServer;
    if ((memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) {
      this.#confirm(fromServer, RECEIVED_FIN, RECEIVED_FIN);
      memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_FIN_UNPROVED;
    } else {
      // Its FIN lay beyond a gap of the capture, or was taken as lost: the acknowledgment is the proof.
      this.#enter(x, fromServer, RECEIVED_FIN, OBSERVED);
    }
    if ((memory[y + STATE] & ENDPOINT_FIN_COVERED) === 0) {
      memory[y + STATE] = memory[y + STATE] | ENDPOINT_FIN_COVERED;
      this.#note(FIN_COVERED, !fromServer, 0);
    }
    this.#enter(y, !fromServer, RECEIVED_ACK_OF_FIN, ASSUMED);
  }

  /** A segment with payload, a FIN, or both. */
  #text(): number {
    const memory = this.#memory;
    const x = this.#sender;
    const segment = this.#segment;
    const sequence = segment.sequence;
    const payload = segment.payloadLength;
    const hasFin = (segment.flags & FIN) !== 0;
    const textEnd = advance(sequence, payload);
    const end = hasFin ? advance(textEnd, 1) : textEnd;
    const next = memory[x + SND_NXT];

    if (payload === 1 && !hasFin && this.#isProbe(sequence, next)) return KIND_KEEP_ALIVE;

    const fresh = after(end, next);
    if (!fresh) {
      this.#retransmission(sequence, end);
    } else if (before(sequence, memory[x + CONTIGUOUS]) && payload > 0) {
      // New octets behind repeated ones: both happened.
      memory[x + RETRANSMISSIONS] = memory[x + RETRANSMISSIONS] + 1;
    }
    if (payload > 0 && after(textEnd, next)) this.#newData(textEnd, next);
    if (fresh) memory[x + SND_NXT] = end;
    this.#extendContiguous(x, sequence, end);
    if (hasFin) this.#fin(textEnd);
    return hasFin ? KIND_FIN : KIND_DATA;
  }

  #newData(textEnd: number, next: number): void {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const segment = this.#segment;
    const fromServer = this.#fromServer;
    memory[x + STATE] = memory[x + STATE] | ENDPOINT_HAS_NEW_DATA;
    memory[x + DATA_FRAME] = segment.frame;
    memory[x + DATA_SECONDS] = segment.seconds;
    memory[x + DATA_NANOSECONDS] = segment.nanoseconds;
    const octets = distance(textEnd, after(segment.sequence, next) ? segment.sequence : next);
    const finSent = (memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0;
    if (finSent && after(textEnd, advance(memory[x + FIN_SEQUENCE], 1))) {
      this.#run(DATA_BEYOND_OWN_FIN, fromServer, octets);
    }
    if (this.#knowsFinOf(y)) this.#run(DATA_AFTER_PEER_FIN, fromServer, octets);
  }

  /** The segment at hand acknowledges `y`'s FIN. */
  #knowsFinOf(y: number): boolean {
    return (
      (this.#memory[y + STATE] & ENDPOINT_FIN_SENT) !== 0 &&
      after(this.#segment.acknowledgment, this.#memory[y + FIN_SEQUENCE])
    );
  }

  /** The sender's FIN, whose own sequence number is `finSequence`. */
  #fin(finSequence: number): void {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const fromServer = this.#fromServer;
    if ((memory[x + STATE] & ENDPOINT_FIN_SENT) === 0) {
      memory[x + STATE] = memory[x + STATE] | ENDPOINT_FIN_SENT;
      memory[x + FIN_SEQUENCE] = finSequence;
      this.#sendFin(x, fromServer);
      return;
    }
    if (finSequence !== memory[x + FIN_SEQUENCE]) {
      this.#run(DATA_BEYOND_OWN_FIN, fromServer, distance(finSequence, memory[x + FIN_SEQUENCE]));
      return;
    }
    this.#run(FIN_REPEATED, fromServer, 0);
    this.#disproveAckOfFin(x, fromServer);
    if ((memory[y + STATE] & ENDPOINT_FIN_UNPROVED) !== 0 && !this.#tapIsAt(y)) {
      // The earlier copy cannot have arrived; `#deliverFin` asserts it anew for this one.
      this.#retractFrom(y, !fromServer, RECEIVED_FIN);
      memory[y + STATE] = memory[y + STATE] & ~ENDPOINT_FIN_UNPROVED;
    }
  }

  #sendFin(x: number, server: boolean): void {
    const memory = this.#memory;
    const segment = this.#segment;
    const unproved = (memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0;
    if (!unproved || this.#knowsFinOf(this.#receiver)) {
      this.#enter(x, server, SENT_FIN, OBSERVED);
      return;
    }
    // It had not received the peer's FIN when it sent its own: the two crossed, and that FIN comes second.
    const entry = this.#retractFrom(x, server, RECEIVED_FIN);
    this.#enter(x, server, SENT_FIN, OBSERVED);
    this.#enterAt(
      x,
      server,
      RECEIVED_FIN,
      ASSUMED,
      this.#journal.frame(entry),
      segment.seconds,
      segment.nanoseconds,
    );
  }

  /** Tells `y` of `x`'s FIN if all octets before it are there (§3.10.7.4: in sequence order, SHLD-31). */
  #deliverFin(x: number, y: number): void {
    const memory = this.#memory;
    if (memory[x + CONTIGUOUS] !== advance(memory[x + FIN_SEQUENCE], 1)) return;
    if ((memory[x + STATE] & ENDPOINT_FIN_COVERED) !== 0) return;
    if ((memory[y + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) return;
    if (this.#enter(y, !this.#fromServer, RECEIVED_FIN, ASSUMED)) {
      memory[y + STATE] = memory[y + STATE] | ENDPOINT_FIN_UNPROVED;
    }
  }

  /** A segment without payload or FIN: an acknowledgment, a keep-alive, or a window probe. */
  #bare(): number {
    const segment = this.#segment;
    const next = this.#memory[this.#sender + SND_NXT];
    if (this.#isProbe(segment.sequence, next)) return KIND_KEEP_ALIVE;
    return KIND_ACK;
  }

  /**
   * Keep-alives carry SEQ = SND.NXT - 1 with no or one garbage octet (§3.8.4); window probes carry the
   * next octet (§3.8.6.1) or, on Linux, look like keep-alives. Only the closed window tells them apart.
   */
  #isProbe(sequence: number, next: number): boolean {
    const memory = this.#memory;
    const x = this.#sender;
    const windowClosed = (memory[this.#receiver + STATE] & ENDPOINT_WINDOW_CLOSED) !== 0;
    const payload = this.#segment.payloadLength;
    const behind = distance(next, sequence);
    if (windowClosed) {
      const atEdge = sequence === memory[x + UNA] || advance(sequence, 1) === memory[x + UNA];
      if (!atEdge || (payload === 0 && behind === 0)) return false;
      this.#probe(WINDOW_PROBE);
      // RFC 9293's probe carries an octet of the stream: it is sent, and counted once the window opens.
      return behind > 0 || payload === 0;
    }
    if (behind !== 1 || this.#stateOf(x) < ESTABLISHED) return false;
    // An octet below UNA - 1 would be a retransmission; everything must be acknowledged already.
    if ((memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 && memory[x + UNA] !== next) return false;
    this.#probe(KEEP_ALIVE);
    return true;
  }

  /** Another probe of the sender; it goes on with the run if the last segment of the sender was one. */
  #probe(kind: number): void {
    const memory = this.#memory;
    const x = this.#sender;
    const previous = (memory[x + LAST_INFO] & LAST_KIND_MASK) >>> LAST_KIND_SHIFT;
    const entry = previous === KIND_KEEP_ALIVE ? this.#find(kind, this.#fromServer) : -1;
    if (entry >= 0) this.#extend(entry, 0);
    else this.#startRun(kind, this.#fromServer, 0);
  }

  #retransmission(sequence: number, end: number): void {
    const memory = this.#memory;
    const x = this.#sender;
    const segment = this.#segment;
    const contiguous = memory[x + CONTIGUOUS];
    // It fills a gap in what was captured: reordered if that gap has only just shown.
    if (!before(sequence, contiguous) && this.#sinceLast(x) < REORDERING_WINDOW) return;
    memory[x + RETRANSMISSIONS] = memory[x + RETRANSMISSIONS] + 1;
    if (end === sequence) return;
    const entry = this.#find(RETRANSMISSION_RUN, this.#fromServer);
    const y = this.#receiver;
    if (entry >= 0) {
      const unanswered = memory[y + LAST_FRAME] < this.#journal.frame(entry);
      const same = !after(sequence, this.#journal.value(this.#journal.next(entry)));
      if (unanswered && same) {
        this.#extend(entry, 0);
        return;
      }
      // A run of one that was answered is not worth a place of its own.
      if (this.#journal.frame(this.#journal.next(entry)) === 1) {
        this.#restartRun(entry, sequence);
        return;
      }
    }
    const gap = Math.min(this.#sinceLast(x) * 1000, 0x7fffffff) | 0;
    this.#startRun(RETRANSMISSION_RUN, this.#fromServer, gap);
    const fresh = this.#find(RETRANSMISSION_RUN, this.#fromServer);
    if (fresh >= 0) this.#journal.setValue(this.#journal.next(fresh), segment.sequence);
  }

  #restartRun(entry: number, sequence: number): void {
    const journal = this.#journal;
    const segment = this.#segment;
    journal.setFrame(entry, segment.frame);
    journal.setTime(entry, segment.seconds, segment.nanoseconds);
    journal.setOther(entry, segment.frame);
    journal.setValue(entry, Math.min(this.#sinceLast(this.#sender) * 1000, 0x7fffffff) | 0);
    const continuation = journal.next(entry);
    journal.setTime(continuation, segment.seconds, segment.nanoseconds);
    journal.setValue(continuation, sequence);
  }

  #window(): void {
    const memory = this.#memory;
    const x = this.#sender;
    const segment = this.#segment;
    const flags = memory[x + STATE];
    const scaled = (memory[this.#receiver + STATE] & flags & ENDPOINT_SCALE_OFFERED) !== 0;
    memory[x + WINDOW] = scaled ? segment.window << ((flags & SCALE_MASK) >>> SCALE_SHIFT) : segment.window;
    if (segment.window === 0) {
      if ((segment.flags & FIN) !== 0) return;
      if ((flags & ENDPOINT_WINDOW_CLOSED) === 0) {
        memory[x + STATE] = flags | ENDPOINT_WINDOW_CLOSED;
        this.#startRun(ZERO_WINDOW, this.#fromServer, 0);
      } else {
        const entry = this.#find(ZERO_WINDOW, this.#fromServer);
        if (entry >= 0) this.#extend(entry, 0);
      }
    } else if ((flags & ENDPOINT_WINDOW_CLOSED) !== 0) {
      memory[x + STATE] = flags & ~ENDPOINT_WINDOW_CLOSED;
      const entry = this.#find(ZERO_WINDOW, this.#fromServer);
      // The window's opening ends the run: its last frame is the one that opened it.
      if (entry >= 0) this.#extend(entry, 0);
    }
  }

  // ── Resets (§3.5.2, §3.5.3, §3.10.7, RFC 5961 §3.2) ──────────────────────────────────────────────────

  #reset(): void {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const segment = this.#segment;
    const fromServer = this.#fromServer;
    const hasAck = (segment.flags & ACK) !== 0;
    if ((memory[x + STATE] & ENDPOINT_SEEN) === 0 && this.#stateOf(y) === CLOSED) {
      if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) {
        this.#continueFrom(x, segment.sequence);
        this.#enter(x, fromServer, CAPTURE_STARTED, ASSUMED);
        this.#enter(y, !fromServer, CAPTURE_STARTED, ASSUMED);
      }
    }
    const verdict = this.#verdict(hasAck);
    this.#noteReset(hasAck, verdict);
    this.#loseByOwnReset(hasAck);
    if (verdict === VERDICT_ACCEPTED && this.#enter(y, !fromServer, RECEIVED_RESET, ASSUMED)) {
      memory[y + STATE] = memory[y + STATE] | ENDPOINT_RESET;
    }
  }

  /** Would the receiver act on this reset? Its RCV.NXT lies between what it acknowledged and what it could have. */
  #verdict(hasAck: boolean): number {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const segment = this.#segment;
    const state = this.#stateOf(y);
    if (state === CLOSED) return VERDICT_NO_CONNECTION;
    if (state === SYN_SENT) {
      const first = advance(memory[y + ISS], 1);
      const acceptable = hasAck && within(segment.acknowledgment, first, memory[y + SND_NXT]);
      return acceptable ? VERDICT_ACCEPTED : VERDICT_IGNORED;
    }
    const flags = memory[x + STATE];
    // Without a single segment of the sender there is nothing to hold the number against.
    if ((flags & (ENDPOINT_SEEN | ENDPOINT_ACKNOWLEDGED)) === 0) return VERDICT_ACCEPTED;
    const contiguous = memory[x + CONTIGUOUS];
    let low = (flags & ENDPOINT_ACKNOWLEDGED) !== 0 ? memory[x + UNA] : contiguous;
    const high = after(low, contiguous) ? low : contiguous;
    const windowEnd = advance(high, memory[y + WINDOW]);
    // At its own tap the receiver has exactly what was captured; elsewhere it may be behind that.
    if (this.#tapIsAt(y)) low = high;
    const sequence = segment.sequence;
    if (within(sequence, low, high)) return VERDICT_ACCEPTED;
    // A closed socket answers data with the number of its FIN; Linux accepts RCV.NXT - 1 after a FIN.
    const finReceived = state === CLOSE_WAIT || state === LAST_ACK || state === CLOSING;
    if (finReceived && advance(sequence, 1) === low) return VERDICT_ACCEPTED;
    return after(sequence, low) && before(sequence, windowEnd) ? VERDICT_CHALLENGED : VERDICT_OUT_OF_WINDOW;
  }

  /** The sender of a reset has no connection any more, if the reset is really its own. */
  #loseByOwnReset(hasAck: boolean): void {
    const memory = this.#memory;
    const x = this.#sender;
    const y = this.#receiver;
    const segment = this.#segment;
    const state = this.#stateOf(x);
    if (state === CLOSED) return;
    const answers = !hasAck && segment.sequence === memory[y + LAST_ACKNOWLEDGMENT];
    // SYN-SENT and SYN-RECEIVED refuse an unacceptable acknowledgment and stay (§3.10.7.3, §3.10.7.4).
    const refused =
      answers && !within(memory[y + LAST_ACKNOWLEDGMENT], advance(memory[x + ISS], 1), memory[x + SND_NXT]);
    if ((state === SYN_SENT || state === SYN_RECEIVED) && refused) return;
    // A number that the endpoint never reached is not its own: injected, or stale beyond use.
    const seen = (memory[x + STATE] & ENDPOINT_SEEN) !== 0;
    const own = !seen || answers || within(segment.sequence, memory[x + ISS], memory[x + SND_NXT]);
    if (!own) return;
    if (this.#enter(x, this.#fromServer, hasAck ? SENT_ABORT : SENT_RESET, OBSERVED)) {
      memory[x + STATE] = memory[x + STATE] | ENDPOINT_RESET;
    }
  }

  #noteReset(hasAck: boolean, verdict: number): void {
    const memory = this.#memory;
    const journal = this.#journal;
    const x = this.#sender;
    const y = this.#receiver;
    const segment = this.#segment;
    if (!this.#hasRoom(3)) return;
    const previous = this.#find(RESET, this.#fromServer);
    if (previous >= 0 && this.#resetCount(previous) >= MAX_RESETS) return;
    const peerSeen = (memory[y + STATE] & ENDPOINT_SEEN) !== 0;
    const info = memory[y + LAST_INFO];
    const isAnswer =
      peerSeen && (hasAck ? this.#answersSyn(info) : segment.sequence === memory[y + LAST_ACKNOWLEDGMENT]);
    const fin = (info & LAST_KNEW_FIN) !== 0 ? 1 : 0;
    const idle = Math.min(this.#idleBeforeLast(x, y) * 1000, 0x7fffffff) | 0;
    let head = memory[this.#base + JOURNAL];
    head = journal.prepend(
      head,
      CONTINUATION,
      this.#fromServer,
      0,
      segment.window,
      0,
      0,
      segment.ttl,
      this.#resetCount(previous) + 1,
    );
    head = journal.prepend(
      head,
      CONTINUATION,
      this.#fromServer,
      fin,
      isAnswer ? memory[y + LAST_FRAME] : 0,
      memory[y + LAST_SECONDS],
      memory[y + LAST_NANOSECONDS],
      info,
      idle,
    );
    head = journal.prepend(
      head,
      RESET,
      this.#fromServer,
      packReset(verdict, hasAck),
      segment.frame,
      segment.seconds,
      segment.nanoseconds,
      segment.sequence,
      segment.acknowledgment,
    );
    memory[this.#base + JOURNAL] = head;
  }

  /** Resets of the same sender written down up to and with `entry`. */
  #resetCount(entry: number): number {
    if (entry < 0) return 0;
    const journal = this.#journal;
    return journal.value(journal.next(journal.next(entry)));
  }

  /** A reset with ACK is an answer only to a SYN: it acknowledges exactly that (§3.10.7.1). */
  #answersSyn(info: number): boolean {
    const memory = this.#memory;
    return (
      (info & LAST_KIND_MASK) >>> LAST_KIND_SHIFT === KIND_SYN &&
      this.#segment.acknowledgment === memory[this.#receiver + SND_NXT]
    );
  }

  /** Seconds between the last segment of `x` and the one of `y` after it. */
  #idleBeforeLast(x: number, y: number): number {
    const memory = this.#memory;
    if (memory[x + LAST_FRAME] === 0) return 0;
    const idle = elapsedSeconds(
      memory[x + LAST_SECONDS],
      memory[x + LAST_NANOSECONDS],
      memory[y + LAST_SECONDS],
      memory[y + LAST_NANOSECONDS],
    );
    return Math.max(idle, 0);
  }

  // ── Taking back ──────────────────────────────────────────────────────────────────────────────────────

  /** `x` repeats its SYN or SYN-ACK: the segment held to have opened it never arrived. */
  #disproveOpening(x: number, server: boolean): void {
    if (!this.#isUnprovedOpen(x)) return;
    const entry = this.#newestOf(server);
    if (entry < 0 || this.#tooSoon(entry, x)) return;
    this.#retractFrom(x, server, TRANSITIONS[rowOf(this.#journal.detail(entry))].event);
    this.#memory[x + STATE] = this.#memory[x + STATE] & ~ENDPOINT_OPEN_UNPROVED;
  }

  /** `x` repeats its FIN: the acknowledgment held to have reached it never did. */
  #disproveAckOfFin(x: number, server: boolean): void {
    const journal = this.#journal;
    const memory = this.#memory;
    let acknowledged = -1;
    let received = -1;
    for (let entry = memory[this.#base + JOURNAL]; entry >= 0; entry = journal.next(entry)) {
      if (journal.kind(entry) !== TRANSITION || journal.isServer(entry) !== server) continue;
      const detail = journal.detail(entry);
      if (isRetracted(detail)) continue;
      const event = TRANSITIONS[rowOf(detail)].event;
      if (event === RECEIVED_FIN) received = entry;
      if (event === RECEIVED_ACK_OF_FIN) {
        acknowledged = entry;
        break;
      }
    }
    if (acknowledged < 0 || this.#tooSoon(acknowledged, x)) return;
    this.#retractFrom(x, server, RECEIVED_ACK_OF_FIN);
    if (received < 0) return;
    // The peer's FIN did arrive: it stands, from the state that is left.
    this.#enterAt(
      x,
      server,
      RECEIVED_FIN,
      evidenceOf(journal.detail(received)),
      journal.frame(received),
      journal.seconds(received),
      journal.nanoseconds(received),
    );
    const proof = journal.other(received);
    const again = this.#newestOf(server);
    if (again >= 0 && evidenceOf(journal.detail(again)) === CONFIRMED) journal.setOther(again, proof);
  }

  /** `x` was held to have no connection after a reset, yet it sends: the reset was not its own, or failed. */
  #disproveReset(x: number, server: boolean): void {
    const journal = this.#journal;
    const memory = this.#memory;
    const segment = this.#segment;
    const entry = this.#newestOf(server);
    if (entry < 0) return;
    const event = TRANSITIONS[rowOf(journal.detail(entry))].event;
    if (event === RECEIVED_RESET) {
      if (this.#tooSoon(entry, x)) return;
    } else if (event === SENT_ABORT || event === SENT_RESET) {
      // An older segment overtaken by the reset proves nothing.
      const reset = this.#find(RESET, server);
      const end = advance(segment.sequence, segment.payloadLength);
      if (reset >= 0 && before(end, journal.other(reset)) && this.#tooSoon(entry, x)) return;
    } else {
      return;
    }
    this.#retractFrom(x, server, event);
    memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_RESET;
    const bare = segment.payloadLength === 0 && (segment.flags & FIN) === 0;
    if (event === RECEIVED_RESET && bare) this.#note(CHALLENGE_ACK, server, 0);
  }

  /**
   * Marks the newest standing transition of `x` by `event`, and all after it, as disproved by this segment,
   * and puts `x` back into the state before. Returns that transition's entry, or -1.
   */
  #retractFrom(x: number, server: boolean, event: number): number {
    const journal = this.#journal;
    const memory = this.#memory;
    const frame = this.#segment.frame;
    const head = memory[this.#base + JOURNAL];
    let found = -1;
    for (let entry = head; entry >= 0 && found < 0; entry = journal.next(entry)) {
      if (this.#isStanding(entry, server) && TRANSITIONS[rowOf(journal.detail(entry))].event === event)
        found = entry;
    }
    if (found < 0) return -1;
    for (let entry = head; entry >= 0; entry = journal.next(entry)) {
      if (this.#isStanding(entry, server)) {
        journal.setDetail(entry, retracted(journal.detail(entry)));
        journal.setOther(entry, frame);
      }
      if (entry === found) break;
    }
    let previous = CLOSED;
    for (let entry = journal.next(found); entry >= 0; entry = journal.next(entry)) {
      if (this.#isStanding(entry, server)) {
        previous = TRANSITIONS[rowOf(journal.detail(entry))].to;
        break;
      }
    }
    memory[x + STATE] = (memory[x + STATE] & ~STATE_MASK) | previous;
    return found;
  }

  #isStanding(entry: number, server: boolean): boolean {
    const journal = this.#journal;
    return (
      journal.kind(entry) === TRANSITION &&
      journal.isServer(entry) === server &&
      !isRetracted(journal.detail(entry))
    );
  }

  #newestOf(server: boolean): number {
    const journal = this.#journal;
    for (let entry = this.#memory[this.#base + JOURNAL]; entry >= 0; entry = journal.next(entry)) {
      if (this.#isStanding(entry, server)) return entry;
    }
    return -1;
  }

  /** `x` may have sent this before the segment of `entry`, captured on its way to `x`, could reach it. */
  #tooSoon(entry: number, x: number): boolean {
    const journal = this.#journal;
    const segment = this.#segment;
    const elapsed = elapsedSeconds(
      journal.seconds(entry),
      journal.nanoseconds(entry),
      segment.seconds,
      segment.nanoseconds,
    );
    return elapsed * 1e6 < this.#delayTowards(x) * 1.25 + TAP_SLACK;
  }

  // ── Vantage point ────────────────────────────────────────────────────────────────────────────────────

  /** Microseconds from the tap to `x` and back, as the handshake showed; 0 while unknown. */
  #delayTowards(x: number): number {
    const delay = this.#memory[this.#base + (x === this.#base + SERVER ? SERVER_DELAY : CLIENT_DELAY)];
    return delay > 0 ? delay - 1 : 0;
  }

  /** The capture was taken at `x` itself: what was captured on its way there has arrived. */
  #tapIsAt(x: number): boolean {
    const server = this.#memory[this.#base + SERVER_DELAY];
    const client = this.#memory[this.#base + CLIENT_DELAY];
    if (server === 0 || client === 0) return false;
    const near = this.#delayTowards(x);
    return near <= TAP_IS_AT_ENDPOINT || near * 5 < server + client;
  }

  /** Stores 1 + the microseconds since `y`'s last segment, if that was of `kind`; 0 means unknown. */
  #measureDelay(word: number, y: number, kind: number): void {
    const memory = this.#memory;
    const info = memory[y + LAST_INFO];
    if (memory[this.#base + word] !== 0 || memory[y + LAST_FRAME] === 0) return;
    if ((info & LAST_KIND_MASK) >>> LAST_KIND_SHIFT !== kind) return;
    const micros = this.#sinceLast(y) * 1e6;
    memory[this.#base + word] = 1 + Math.max(0, Math.min(micros, 0x7ffffffe));
  }

  /** Seconds since the last segment of `x`. */
  #sinceLast(x: number): number {
    const memory = this.#memory;
    const segment = this.#segment;
    return elapsedSeconds(
      memory[x + LAST_SECONDS],
      memory[x + LAST_NANOSECONDS],
      segment.seconds,
      segment.nanoseconds,
    );
  }

  // ── Sequence space ───────────────────────────────────────────────────────────────────────────────────

  #startSequence(x: number): void {
    const memory = this.#memory;
    const segment = this.#segment;
    const end = advance(segment.sequence, 1 + segment.payloadLength);
    memory[x + ISS] = segment.sequence;
    memory[x + SND_NXT] = end;
    memory[x + CONTIGUOUS] = end;
    let flags = memory[x + STATE] | ENDPOINT_SYN_CAPTURED;
    if (segment.windowScale >= 0) {
      flags = (flags & ~SCALE_MASK) | ENDPOINT_SCALE_OFFERED | (segment.windowScale << SCALE_SHIFT);
    }
    memory[x + STATE] = flags;
    // A SYN's window is never scaled (RFC 7323 §2.2).
    memory[x + WINDOW] = segment.window;
  }

  /** Nothing of `x` before `next` was captured. */
  #continueFrom(x: number, next: number): void {
    const memory = this.#memory;
    memory[x + ISS] = advance(next, -1);
    memory[x + SND_NXT] = next;
    memory[x + CONTIGUOUS] = next;
  }

  /** The peer acknowledged `x` up to `acknowledgment`. */
  #raiseAcknowledged(x: number, acknowledgment: number): void {
    const memory = this.#memory;
    const flags = memory[x + STATE];
    if ((flags & ENDPOINT_ACKNOWLEDGED) !== 0 && !after(acknowledgment, memory[x + UNA])) return;
    const beyond = distance(acknowledgment, memory[x + SND_NXT]);
    if ((flags & (ENDPOINT_SEEN | ENDPOINT_SYN_CAPTURED)) === 0) {
      // This side was never captured: its numbers are what the peer acknowledges.
      memory[x + SND_NXT] = acknowledgment;
    } else if (beyond > 0) {
      memory[this.#base + LOST_SEGMENTS] = memory[this.#base + LOST_SEGMENTS] + 1;
      this.#run(ACKNOWLEDGED_UNSEEN, x === this.#base + SERVER, beyond);
    }
    memory[x + STATE] = flags | ENDPOINT_ACKNOWLEDGED;
    memory[x + UNA] = acknowledgment;
    if (after(acknowledgment, memory[x + CONTIGUOUS])) this.#reachContiguous(x, acknowledgment);
  }

  /** `x` sent the octets from `start` to `end`; moves `CONTIGUOUS` over them if nothing is missing before. */
  #extendContiguous(x: number, start: number, end: number): void {
    const memory = this.#memory;
    const contiguous = memory[x + CONTIGUOUS];
    if (!after(start, contiguous)) {
      if (after(end, contiguous)) this.#reachContiguous(x, end);
      return;
    }
    const islandStart = memory[x + ISLAND_START];
    const islandEnd = memory[x + ISLAND_END];
    if (islandStart === islandEnd) {
      memory[x + ISLAND_START] = start;
      memory[x + ISLAND_END] = end;
    } else if (!after(start, islandEnd) && !before(end, islandStart)) {
      if (before(start, islandStart)) memory[x + ISLAND_START] = start;
      if (after(end, islandEnd)) memory[x + ISLAND_END] = end;
    }
    // A second island is forgotten: the acknowledgments will tell when all of it has arrived.
  }

  #reachContiguous(x: number, end: number): void {
    const memory = this.#memory;
    let reached = end;
    const islandStart = memory[x + ISLAND_START];
    const islandEnd = memory[x + ISLAND_END];
    if (islandStart !== islandEnd && !after(islandStart, reached)) {
      if (after(islandEnd, reached)) reached = islandEnd;
      memory[x + ISLAND_START] = 0;
      memory[x + ISLAND_END] = 0;
    }
    memory[x + CONTIGUOUS] = reached;
  }

  // ── Writing down ─────────────────────────────────────────────────────────────────────────────────────

  #stateOf(x: number): number {
    return this.#memory[x + STATE] & STATE_MASK;
  }

  #setFlag(flag: number): void {
    this.#memory[this.#base + FLAGS] = this.#memory[this.#base + FLAGS] | flag;
  }

  #isUnprovedOpen(x: number): boolean {
    return (this.#memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0;
  }

  /** `x` becomes ESTABLISHED by a segment captured on its way to `x`. */
  #enterOpen(x: number, server: boolean, event: number): void {
    if (this.#retractedOpenings(server) >= MAX_RETRACTED_OPENINGS) return;
    if (this.#enter(x, server, event, ASSUMED)) {
      this.#memory[x + STATE] = this.#memory[x + STATE] | ENDPOINT_OPEN_UNPROVED;
    }
  }

  #retractedOpenings(server: boolean): number {
    const journal = this.#journal;
    let count = 0;
    for (let entry = this.#memory[this.#base + JOURNAL]; entry >= 0; entry = journal.next(entry)) {
      if (journal.kind(entry) !== TRANSITION || journal.isServer(entry) !== server) continue;
      const detail = journal.detail(entry);
      if (isRetracted(detail) && TRANSITIONS[rowOf(detail)].to === ESTABLISHED) count++;
    }
    return count;
  }

  #enter(x: number, server: boolean, event: number, evidence: number): boolean {
    const segment = this.#segment;
    return this.#enterAt(x, server, event, evidence, segment.frame, segment.seconds, segment.nanoseconds);
  }

  /** A transition that no captured packet shows. */
  #enterUnseen(x: number, server: boolean, event: number): boolean {
    const segment = this.#segment;
    return this.#enterAt(x, server, event, ASSUMED, 0, segment.seconds, segment.nanoseconds);
  }

  /** Moves `x` by `event` if the table says so, and writes it down; tells whether it did. */
  #enterAt(
    x: number,
    server: boolean,
    event: number,
    evidence: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): boolean {
    const memory = this.#memory;
    const row = transitionFor(this.#stateOf(x), event);
    if (row < 0) return false;
    const to = TRANSITIONS[row].to;
    memory[x + STATE] = (memory[x + STATE] & ~STATE_MASK) | to;
    if (this.#hasRoom(1)) {
      memory[this.#base + JOURNAL] = this.#journal.prepend(
        memory[this.#base + JOURNAL],
        TRANSITION,
        server,
        detailOf(row, evidence),
        frame,
        seconds,
        nanoseconds,
        0,
        0,
      );
    }
    return true;
  }

  /** The newest standing transition of `x` by one of two events is proved by this segment. */
  #confirm(server: boolean, event: number, otherEvent: number): void {
    const journal = this.#journal;
    for (let entry = this.#memory[this.#base + JOURNAL]; entry >= 0; entry = journal.next(entry)) {
      if (!this.#isStanding(entry, server)) continue;
      const detail = journal.detail(entry);
      const found = TRANSITIONS[rowOf(detail)].event;
      if (found !== event && found !== otherEvent) continue;
      journal.setDetail(entry, withEvidence(detail, CONFIRMED));
      journal.setOther(entry, this.#segment.frame);
      return;
    }
  }

  #hasRoom(entries: number): boolean {
    if (this.#journal.depth(this.#memory[this.#base + JOURNAL]) + entries <= MAX_DEPTH) return true;
    this.#setFlag(JOURNAL_FULL);
    return false;
  }

  /** A single event. */
  #note(kind: number, server: boolean, value: number): void {
    if (!this.#hasRoom(1)) return;
    const memory = this.#memory;
    const segment = this.#segment;
    memory[this.#base + JOURNAL] = this.#journal.prepend(
      memory[this.#base + JOURNAL],
      kind,
      server,
      0,
      segment.frame,
      segment.seconds,
      segment.nanoseconds,
      segment.frame,
      value,
    );
  }

  /** One more of a kind that is counted as one run per connection and endpoint; `value` adds up. */
  #run(kind: number, server: boolean, value: number): void {
    const entry = this.#find(kind, server);
    if (entry >= 0) this.#extend(entry, value);
    else this.#startRun(kind, server, value);
  }

  #startRun(kind: number, server: boolean, value: number): void {
    if (!this.#hasRoom(2)) return;
    const memory = this.#memory;
    const segment = this.#segment;
    const count = this.#journal.prepend(
      memory[this.#base + JOURNAL],
      CONTINUATION,
      server,
      0,
      1,
      segment.seconds,
      segment.nanoseconds,
      0,
      0,
    );
    memory[this.#base + JOURNAL] = count;
    this.#note(kind, server, value);
  }

  #extend(entry: number, value: number): void {
    const journal = this.#journal;
    const segment = this.#segment;
    const continuation = journal.next(entry);
    journal.setOther(entry, segment.frame);
    journal.setValue(entry, (journal.value(entry) + value) | 0);
    journal.setFrame(continuation, journal.frame(continuation) + 1);
    journal.setTime(continuation, segment.seconds, segment.nanoseconds);
  }

  /** The newest milestone of a kind, or -1. */
  #find(kind: number, server: boolean): number {
    const journal = this.#journal;
    for (let entry = this.#memory[this.#base + JOURNAL]; entry >= 0; entry = journal.next(entry)) {
      if (journal.kind(entry) === kind && journal.isServer(entry) === server) return entry;
    }
    return -1;
  }

  /** Keeps what the next segments will be held against. */
  #remember(kind: number): void {
    const memory = this.#memory;
    const x = this.#sender;
    const segment = this.#segment;
    let flags = memory[x + STATE];
    if ((flags & ENDPOINT_SEEN) === 0) flags |= ENDPOINT_SEEN | (segment.ttl << TTL_SHIFT);
    memory[x + STATE] = flags;
    memory[x + LAST_FRAME] = segment.frame;
    memory[x + LAST_SECONDS] = segment.seconds;
    memory[x + LAST_NANOSECONDS] = segment.nanoseconds;
    memory[x + LAST_ACKNOWLEDGMENT] = segment.acknowledgment;
    const payload = Math.min(segment.payloadLength, LAST_PAYLOAD_MASK);
    const knewFin = (segment.flags & ACK) !== 0 && this.#knowsFinOf(this.#receiver) ? LAST_KNEW_FIN : 0;
    memory[x + LAST_INFO] = payload | (kind << LAST_KIND_SHIFT) | knewFin;
  }
}
