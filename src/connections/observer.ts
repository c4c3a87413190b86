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
import { ACK, CWR, ECE, FIN, type IcmpError, RST, type Segment, SYN } from '../decode/segment.js';
import { advance, after, before, distance, within } from '../tcp/sequence.js';
import { CLOSED, CLOSING, ESTABLISHED, SYN_RECEIVED, SYN_SENT } from '../tcp/states.js';
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
  transitionFor,
} from '../tcp/transitions.js';
import {
  ASSUMED,
  CONFIRMED,
  evidenceOf,
  MAX_RETRACTED_OPENINGS,
  OBSERVED,
  QUOTES_UNSENT,
  VERDICT_ACCEPTED,
  VERDICT_CHALLENGED,
  verdictOf,
} from './entries.js';
import { Exchange } from './exchange.js';
import { CONTINUATION, type Journal } from './journal.js';
import { Ledger } from './ledger.js';
import {
  ACKNOWLEDGED_UNSEEN,
  CHALLENGE_ACK,
  DATA_AFTER_PEER_FIN,
  DATA_BEYOND_OWN_FIN,
  FAST_OPEN_ACCEPTED,
  FAST_OPEN_REFUSED,
  FIN_COVERED,
  FIN_REPEATED,
  HELD_BEFORE,
  ICMP_ERROR,
  KEEP_ALIVE,
  OPENED_ANEW,
  RESET,
  RETRANSMISSION_RUN,
  SECOND_SYN,
  SYN_ACK_REPEATED,
  SYN_DATA,
  SYN_IS_BEHIND,
  SYN_IS_BEHIND_WITH_TIMESTAMP,
  SYN_IS_BEYOND,
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
  ECN_ASKED,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_COVERED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_FIN_UNPROVED,
  ENDPOINT_HAS_NEW_DATA,
  ENDPOINT_OPEN_UNPROVED,
  ENDPOINT_OTHER_ISN,
  ENDPOINT_RESET,
  ENDPOINT_SCALE_OFFERED,
  ENDPOINT_SECOND_FIN,
  ENDPOINT_SEEN,
  ENDPOINT_SENT_SYN,
  ENDPOINT_SENT_SYN_ACK,
  ENDPOINT_SYN_CAPTURED,
  ENDPOINT_WINDOW_CLOSED,
  FAST_OPEN,
  FIN_SEQUENCE,
  FIRST_FRAME,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  FLAGS,
  FOLLOWED,
  HANDSHAKE_REPEATED,
  ISLAND_END,
  ISLAND_START,
  ISS,
  isLaterFrame,
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
  LAST_RESET_SINCE,
  LAST_SECONDS,
  LOST_SEGMENTS,
  MSS,
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
import { noteReset, verdictOn } from './resets.js';
import {
  isSmaller,
  NO_SIZES,
  noteAcknowledgedSize,
  noteSize,
  packSizes,
  packTraits,
} from './segment-sizes.js';
import { continueFrom, extendContiguous, reachContiguous, startSequence } from './sequence-space.js';
import { concernsSilence, noteSilence } from './silence.js';
import {
  delayTowards,
  measureDelay,
  REORDERING_WINDOW,
  secondsSinceLast,
  tapIsAt,
  wasSwapped,
} from './tap.js';

/** By both of these a SYN asks for ECN (RFC 3168 §6.1.1). */
const ECN_SETUP = ECE | CWR;

/** Room for a tap that orders two crossing frames a little wrongly, in microseconds. */
const TAP_SLACK = 1000;
/** Two segments that crossed on the way are no further apart than this, on slow paths than two round trips (seconds). */
const LONGEST_CROSSING = 1;
/** A window without scale, the largest shift of one, and the largest window there is (RFC 7323 §2.2, §2.3). */
const LARGEST_UNSCALED_WINDOW = 0xffff;
const LARGEST_SCALE = 14;
const LARGEST_WINDOW = 2 ** 30;

export class Observer {
  readonly #ledger: Ledger;
  readonly #at = new Exchange();

  constructor(journal: Journal) {
    this.#ledger = new Ledger(journal);
  }

  /** Takes in one segment of the connection whose words start at `base` in `memory`. */
  observe(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    this.#at.enter(memory, base, fromServer, segment);
    if ((memory[base + FLAGS] & FOLLOWED) !== 0) {
      this.#remember(KIND_ACK);
      return;
    }
    this.#ledger.open(memory, base, segment);
    if (concernsSilence(memory, base, this.#at.sender, segment))
      noteSilence(memory, base, fromServer, segment);
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

  /**
   * The 4-tuple was opened anew, as a segment of the new connection shows, which the given side of this one sent:
   * whatever was still held is gone. The side that opened it is `opener`; its SYN is the first segment of the new
   * connection, whose words start at `successorBase` in `successor`.
   */
  observeReplaced(
    memory: Int32Array,
    base: number,
    fromServer: boolean,
    opener: boolean,
    successor: Int32Array,
    successorBase: number,
    segment: Segment,
  ): void {
    const ledger = this.#ledger;
    ledger.open(memory, base, segment);
    const newest = ledger.newest(opener);
    const frame = successor[successorBase + FIRST_FRAME];
    if (newest < 0 || !isLaterFrame(ledger.journal.frame(newest), frame)) {
      const seconds = successor[successorBase + FIRST_SECONDS];
      const nanoseconds = successor[successorBase + FIRST_NANOSECONDS];
      ledger.enterAt(opener, FOUND_GONE, OBSERVED, frame, seconds, nanoseconds);
    } else {
      ledger.enter(opener, FOUND_GONE, fromServer === opener ? OBSERVED : ASSUMED);
    }
    ledger.enter(!opener, FOUND_GONE, fromServer === opener ? ASSUMED : OBSERVED);
    const byServer = ledger.find(SYN_ON_OPEN_CONNECTION, true) >= 0;
    if (!byServer && ledger.find(SYN_ON_OPEN_CONNECTION, false) < 0) return;
    ledger.note(OPENED_ANEW, byServer, (segment.flags & RST) !== 0 ? 1 : 0);
  }

  /** A SYN for a new connection, or a copy of it, reached an endpoint that still held this one. */
  observeSynOnOpen(memory: Int32Array, base: number, fromServer: boolean, segment: Segment): void {
    const ledger = this.#ledger;
    ledger.open(memory, base, segment);
    const isFirst = ledger.find(SYN_ON_OPEN_CONNECTION, fromServer) < 0;
    const sender = base + (fromServer ? SERVER : CLIENT);
    ledger.run(SYN_ON_OPEN_CONNECTION, fromServer, isFirst ? comparedWithOld(memory, sender, segment) : 0);
  }

  /**
   * The server of this connection, which has only its SYN, still held the one before, with this `value`; or it speaks
   * for that one, with 0.
   */
  observeHeldBefore(memory: Int32Array, base: number, value: number, segment: Segment): void {
    this.#ledger.open(memory, base, segment);
    this.#ledger.run(HELD_BEFORE, true, value);
  }

  /** An ICMP error quotes a segment that the endpoint on the given side had sent. */
  observeIcmpError(memory: Int32Array, base: number, server: boolean, error: IcmpError): void {
    const ledger = this.#ledger;
    ledger.open(memory, base, error);
    // A reset may carry any number, and an error may quote it.
    const isUnsent =
      ledger.find(RESET, server) < 0 &&
      hasNeverSent(memory, base + (server ? SERVER : CLIENT), error.sequence);
    const value = (isUnsent ? QUOTES_UNSENT : 0) | (error.version << 16) | (error.type << 8) | error.code;
    const entry = ledger.find(ICMP_ERROR, server);
    const mtu = error.mtu | 0;
    if (entry >= 0 && ledger.journal.value(entry) === value && ledger.markOf(entry) === mtu) {
      ledger.extend(entry, 0);
      return;
    }
    // A run's reporter is in an entry of its own, which cannot be used again.
    if (!ledger.hasRoom(3) || ledger.hasAllRuns(ICMP_ERROR, server)) return;
    const { reporter0, reporter1, reporter2, reporter3 } = error;
    ledger.prepend(CONTINUATION, server, 0, reporter0, reporter1, reporter2, reporter3, error.sequence);
    ledger.startRun(ICMP_ERROR, server, value, mtu);
  }

  // ── SYN (§3.10.7.2 to §3.10.7.4, first and fourth steps) ─────────────────────────────────────────────

  #syn(): number {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const flags = memory[x + STATE];
    memory[x + STATE] = flags | ENDPOINT_SENT_SYN;
    if ((flags & ENDPOINT_SYN_CAPTURED) === 0) {
      startSequence(memory, x, this.#at.segment);
      this.#ledger.enter(this.#at.fromServer, SENT_SYN, OBSERVED);
      if ((this.#at.segment.flags & ECN_SETUP) === ECN_SETUP) this.#setFlag(ECN_ASKED);
    } else {
      const gaveUpEcn =
        (memory[this.#at.base + FLAGS] & ECN_ASKED) !== 0 && (this.#at.segment.flags & ECN_SETUP) === 0;
      this.#ledger.run(SYN_REPEATED, this.#at.fromServer, gaveUpEcn ? 1 : 0);
      this.#setFlag(HANDSHAKE_REPEATED);
      // Without the cookie's data the repeated SYN ends earlier (RFC 7413 §4.2.2).
      if ((flags & ENDPOINT_ACKNOWLEDGED) === 0) startSequence(memory, x, this.#at.segment);
      this.#disproveResetOfOpening(x, this.#at.fromServer);
      this.#disproveOpening(x, this.#at.fromServer);
    }
    const payload = this.#at.segment.payloadLength;
    const asksFastOpen = this.#at.segment.fastOpenCookieLength >= 0;
    if (payload > 0 && asksFastOpen) this.#ledger.run(SYN_DATA, this.#at.fromServer, payload);
    if ((memory[y + STATE] & ENDPOINT_SENT_SYN) !== 0) {
      if ((flags & ENDPOINT_SYN_CAPTURED) === 0) this.#ledger.note(SECOND_SYN, this.#at.fromServer, 0);
      this.#ledger.enter(!this.#at.fromServer, RECEIVED_SYN, ASSUMED);
    }
    return KIND_SYN;
  }

  #synAck(): number {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const acknowledgment = this.#at.segment.acknowledgment;
    const fromServer = this.#at.fromServer;
    const flags = memory[x + STATE];
    const isFirst = (flags & ENDPOINT_SENT_SYN_ACK) === 0;
    if (this.#opensAfterBothFins()) return KIND_SYN_ACK;
    const isOther = !isFirst && this.#at.segment.sequence !== memory[x + ISS];
    if (isOther && !this.#replacesSynAck()) return KIND_SYN_ACK;
    const repeated = !isFirst && !isOther;

    if ((memory[y + STATE] & ENDPOINT_SEEN) === 0 && this.#stateOf(y) === CLOSED && !repeated) {
      continueFrom(memory, y, acknowledgment);
      this.#ledger.enterUnseen(!fromServer, SYN_NOT_CAPTURED);
    }
    if (repeated) {
      this.#ledger.run(SYN_ACK_REPEATED, fromServer, 0);
      this.#setFlag(HANDSHAKE_REPEATED);
      this.#disproveResetOfOpening(x, fromServer);
      this.#disproveOpening(x, fromServer);
    } else {
      memory[x + STATE] = flags | ENDPOINT_SENT_SYN_ACK;
      if (isOther || (flags & ENDPOINT_SYN_CAPTURED) === 0) this.#startWithSynAck(x);
      // A client's SYN-ACK answers a SYN of the server, and says nothing of the way to that.
      if (fromServer) measureDelay(memory, this.#at.base, SERVER_DELAY, y, KIND_SYN, this.#at.segment);
      const own = flags & STATE_MASK;
      // Where both opened, the peer's SYN-ACK may have been captured before its own.
      if (own === SYN_RECEIVED || (own === ESTABLISHED && (flags & ENDPOINT_SENT_SYN) !== 0))
        this.#ledger.confirm(fromServer, RECEIVED_SYN, RECEIVED_SYN);
      else this.#ledger.enter(fromServer, SENT_SYN_ACK, OBSERVED);
    }

    const first = advance(memory[y + ISS], 1);
    if (!within(acknowledgment, first, memory[y + SND_NXT])) return KIND_SYN_ACK;
    this.#raiseAcknowledged(y, acknowledgment);
    if (after(acknowledgment, first)) this.#acceptFastOpen();
    else if (isFirst && memory[y + SND_NXT] !== first) this.#refuseFastOpen();
    // Who opened actively as well sent its SYN first, and that arrives first.
    if ((flags & ENDPOINT_SENT_SYN) !== 0) this.#ledger.enter(!fromServer, RECEIVED_SYN, ASSUMED);
    const state = this.#stateOf(y);
    if (state === SYN_SENT) {
      this.#enterOpen(!fromServer, RECEIVED_SYN_ACK);
    } else if (state === SYN_RECEIVED) {
      this.#enterOpen(!fromServer, RECEIVED_ACK_OF_SYN);
    } else if (
      repeated &&
      state === ESTABLISHED &&
      (memory[y + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0 &&
      !this.#tapIsAt(!this.#at.fromServer)
    ) {
      // The copy before this one cannot have arrived: its receiver would have stopped the repetition.
      this.#ledger.retractFrom(!fromServer, RECEIVED_SYN_ACK);
      memory[y + STATE] &= ~ENDPOINT_OPEN_UNPROVED;
      this.#enterOpen(!fromServer, RECEIVED_SYN_ACK);
    }
    return KIND_SYN_ACK;
  }

  /**
   * A SYN-ACK that starts from another number than the one before: its host forgot that one, or two hosts answer.
   * The peer takes the first that reaches it, and answers the others with what it acknowledges already. Tells whether
   * that is this one.
   */
  #replacesSynAck(): boolean {
    const { memory, sender: x, receiver: y, segment } = this.#at;
    if ((memory[x + STATE] & (ENDPOINT_ACKNOWLEDGED | ENDPOINT_FIN_SENT)) !== 0) return false;
    this.#setFlag(HANDSHAKE_REPEATED);
    if (this.#stateOf(y) === SYN_SENT) {
      memory[x + STATE] &= ~ENDPOINT_OTHER_ISN;
      return true;
    }
    memory[x + STATE] |= ENDPOINT_OTHER_ISN;
    memory[x + FIN_SEQUENCE] = segment.sequence;
    return false;
  }

  /** The peer had sent SYN-ACKs with two numbers: if this acknowledges the other one, it is that which opened. */
  #chooseIsn(): void {
    const { memory, sender: x, receiver: y, fromServer, segment } = this.#at;
    const other = advance(memory[y + FIN_SEQUENCE], 1);
    memory[y + STATE] &= ~ENDPOINT_OTHER_ISN;
    if (segment.acknowledgment !== other) return;
    continueFrom(memory, y, other);
    if ((memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) === 0 || this.#lastKindOf(y) !== KIND_SYN_ACK) return;
    this.#ledger.retractFrom(fromServer, RECEIVED_SYN_ACK);
    const [seconds, nanoseconds] = [memory[y + LAST_SECONDS], memory[y + LAST_NANOSECONDS]];
    const frame = memory[y + LAST_FRAME];
    this.#ledger.enterAt(fromServer, RECEIVED_SYN_ACK, ASSUMED, frame, seconds, nanoseconds);
  }

  /**
   * A SYN-ACK with an acknowledgment that is none of this connection, though both its FINs are through: it belongs to
   * another one on the same ports, whose SYN was not captured, and nothing is left of this one.
   */
  #opensAfterBothFins(): boolean {
    const { memory, sender: x, receiver: y, fromServer, segment } = this.#at;
    const areThrough = (memory[x + STATE] & memory[y + STATE] & ENDPOINT_FIN_COVERED) !== 0;
    if (!areThrough || within(segment.acknowledgment, memory[y + ISS], memory[y + SND_NXT])) return false;
    this.#ledger.enter(fromServer, FOUND_GONE, OBSERVED);
    this.#ledger.enterUnseen(!fromServer, FOUND_GONE);
    this.#setFlag(FOLLOWED);
    return true;
  }

  /** Its data may have been captured first, where several queues feed the capture. */
  #startWithSynAck(x: number): void {
    const memory = this.#at.memory;
    const hasSent =
      (memory[x + STATE] & ENDPOINT_SEEN) !== 0 && memory[x + ISS] === this.#at.segment.sequence;
    const next = memory[x + SND_NXT];
    const contiguous = memory[x + CONTIGUOUS];
    startSequence(memory, x, this.#at.segment);
    if (!hasSent) return;
    memory[x + SND_NXT] = next;
    memory[x + CONTIGUOUS] = contiguous;
  }

  #acceptFastOpen(): void {
    if ((this.#at.memory[this.#at.base + FLAGS] & FAST_OPEN) !== 0) return;
    this.#setFlag(FAST_OPEN);
    this.#ledger.note(FAST_OPEN_ACCEPTED, this.#at.fromServer, 0);
  }

  /** Covers the SYN alone, though more was sent: with the SYN, or captured too early. */
  #refuseFastOpen(): void {
    const { fromServer, segment } = this.#at;
    if (this.#ledger.find(SYN_DATA, !fromServer) < 0) return;
    this.#ledger.startRun(FAST_OPEN_REFUSED, fromServer, Math.max(0, segment.fastOpenCookieLength));
  }

  // ── Any other segment (§3.10.7.4, fifth to eighth steps) ─────────────────────────────────────────────

  #synchronized(): number {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const segment = this.#at.segment;

    if ((memory[x + STATE] & ENDPOINT_SEEN) === 0) this.#meetSender();
    if (this.#isReset(x)) this.#disproveReset(x, this.#at.fromServer);
    // A segment without ACK is unacceptable once synchronized, and dropped (§3.10.7.4, fifth step).
    if ((segment.flags & ACK) === 0) return KIND_ACK;

    this.#acknowledge();
    let kind: number;
    if (segment.payloadLength > 0 || (segment.flags & FIN) !== 0) {
      kind = this.#text();
      if ((memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0) this.#deliverFin(x, y);
    } else {
      kind = this.#bare();
    }
    this.#window();
    if (this.#hasOpenFin(y)) this.#refuseFin();
    return kind;
  }

  /** The sender's first captured segment, and no SYN of its own was seen: take up its numbers from here. */
  #meetSender(): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const segment = this.#at.segment;
    memory[x + ISS] = advance(segment.sequence, -1);
    if (this.#stateOf(x) === CLOSED || (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) === 0) {
      memory[x + SND_NXT] = segment.sequence;
      memory[x + CONTIGUOUS] = segment.sequence;
    }
    if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) {
      continueFrom(memory, y, segment.acknowledgment);
      this.#ledger.enter(this.#at.fromServer, CAPTURE_STARTED, ASSUMED);
      this.#ledger.enter(!this.#at.fromServer, CAPTURE_STARTED, ASSUMED);
    } else if (this.#stateOf(x) === CLOSED && this.#stateOf(y) === SYN_SENT) {
      // The peer's SYN was captured, this endpoint's SYN-ACK was not.
      this.#ledger.enterUnseen(this.#at.fromServer, SENT_SYN_ACK);
      this.#ledger.enter(this.#at.fromServer, SHOWN_OPEN, OBSERVED);
      this.#ledger.enter(!this.#at.fromServer, RECEIVED_SYN_ACK, ASSUMED);
    }
  }

  /** The acknowledgment field: what the sender has received, and what that tells its peer. */
  #acknowledge(): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const fromServer = this.#at.fromServer;
    const acknowledgment = this.#at.segment.acknowledgment;
    const flags = memory[x + STATE];
    const state = flags & STATE_MASK;

    if ((memory[y + STATE] & ENDPOINT_OTHER_ISN) !== 0) this.#chooseIsn();
    if ((flags & ENDPOINT_OPEN_UNPROVED) !== 0) {
      this.#ledger.confirm(fromServer, RECEIVED_SYN_ACK, RECEIVED_ACK_OF_SYN);
      memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_OPEN_UNPROVED;
    } else if (state === SYN_SENT) {
      if (!this.#openByProof()) this.#ledger.enter(fromServer, SHOWN_OPEN, OBSERVED);
      if (this.#stateOf(y) === CLOSED && (memory[y + STATE] & (ENDPOINT_SEEN | ENDPOINT_RESET)) === 0) {
        this.#ledger.enterUnseen(!fromServer, SENT_SYN_ACK);
        continueFrom(memory, y, acknowledgment);
      }
    } else if (state === SYN_RECEIVED && (memory[this.#at.base + FLAGS] & FAST_OPEN) === 0) {
      this.#ledger.enter(fromServer, SHOWN_OPEN, OBSERVED);
    }

    const peerFlags = memory[y + STATE];
    if (
      !fromServer &&
      (peerFlags & STATE_MASK) === SYN_RECEIVED &&
      acknowledgment === advance(memory[y + ISS], 1)
    ) {
      measureDelay(memory, this.#at.base, CLIENT_DELAY, y, KIND_SYN_ACK, this.#at.segment);
    }
    if ((peerFlags & STATE_MASK) === SYN_RECEIVED && after(acknowledgment, memory[y + ISS])) {
      this.#enterOpen(!fromServer, RECEIVED_ACK_OF_SYN);
    }
    if ((peerFlags & ENDPOINT_FIN_SENT) !== 0) {
      if (this.#knowsFinOf(y)) this.#coverFin();
      else if (this.#isPastFin(y)) this.#refuseFinAsOld();
      if (this.#acknowledgesUnsent(y)) return;
    }
    this.#raiseAcknowledged(y, acknowledgment);
  }

  /**
   * The sender, which may have been taken for open too often, acknowledges a SYN-ACK whose last copy was captured
   * since it last spoke: that arrived. Tells whether there is one.
   */
  #openByProof(): boolean {
    const { memory, sender: x, receiver: y, fromServer, segment } = this.#at;
    const ledger = this.#ledger;
    const frame = memory[y + LAST_FRAME];
    const isSynAck = this.#lastKindOf(y) === KIND_SYN_ACK && (memory[y + LAST_INFO] & LAST_RESET_SINCE) === 0;
    const isAcceptable =
      within(memory[y + LAST_ACKNOWLEDGMENT], advance(memory[x + ISS], 1), memory[x + SND_NXT]) &&
      after(segment.acknowledgment, memory[y + ISS]);
    if (!isSynAck || !isAcceptable || !isLaterFrame(frame, memory[x + LAST_FRAME])) return false;
    const [seconds, nanoseconds] = [memory[y + LAST_SECONDS], memory[y + LAST_NANOSECONDS]];
    ledger.enterAt(fromServer, RECEIVED_SYN_ACK, CONFIRMED, frame, seconds, nanoseconds);
    const entry = ledger.newest(fromServer);
    if (entry >= 0) ledger.journal.setOther(entry, segment.frame);
    return true;
  }

  /** The sender's acknowledgment covers its peer's FIN: it has received it, and now tells the peer so. */
  #coverFin(): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const fromServer = this.#at.fromServer;
    if ((memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) {
      this.#ledger.confirm(fromServer, RECEIVED_FIN, RECEIVED_FIN);
      memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_FIN_UNPROVED;
    } else if (transitionFor(memory[x + STATE] & STATE_MASK, RECEIVED_FIN) >= 0) {
      this.#receiveFinByProof();
    }
    if ((memory[y + STATE] & ENDPOINT_FIN_COVERED) === 0) {
      // One that lay beyond the window could be held after all: the capture had missed what widened it.
      if (!after(memory[y + SND_NXT], memory[y + FIN_SEQUENCE]))
        memory[y + SND_NXT] = advance(memory[y + FIN_SEQUENCE], 1);
      memory[y + STATE] = memory[y + STATE] | ENDPOINT_FIN_COVERED;
      this.#ledger.note(FIN_COVERED, !fromServer, 0);
    }
    this.#ledger.enter(!fromServer, RECEIVED_ACK_OF_FIN, ASSUMED);
  }

  /**
   * The peer's FIN lay beyond a gap of the capture, or its first copy was taken as lost: the acknowledgment
   * is the proof that it arrived, at the latest with its last copy.
   */
  #receiveFinByProof(): void {
    const ledger = this.#ledger;
    const journal = ledger.journal;
    const server = this.#at.fromServer;
    const copies = this.#copiesOfFin(!server);
    if (copies < 0) {
      ledger.enter(server, RECEIVED_FIN, OBSERVED);
      return;
    }
    const last = journal.next(copies);
    const frame = journal.other(copies);
    ledger.enterAt(server, RECEIVED_FIN, CONFIRMED, frame, journal.seconds(last), journal.nanoseconds(last));
    const entry = ledger.newest(server);
    if (entry >= 0) journal.setOther(entry, this.#at.segment.frame);
  }

  /** A segment with payload, a FIN, or both. */
  #text(): number {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const segment = this.#at.segment;
    const sequence = segment.sequence;
    const payload = segment.payloadLength;
    const hasFin = (segment.flags & FIN) !== 0;
    const textEnd = advance(sequence, payload);
    const end = hasFin ? advance(textEnd, 1) : textEnd;
    let next = memory[x + SND_NXT];

    if (payload === 1 && !hasFin && this.#isProbe(sequence, next)) return KIND_KEEP_ALIVE;
    if (hasFin) {
      if (this.#hasOpenFin(x) && this.#endsBeforeFin(sequence, textEnd)) {
        this.#disproveFin(x, this.#at.fromServer);
        next = memory[x + SND_NXT];
      }
      // The receiver drops it (§3.10.7.4, first step), and the stream goes on below, if that is how it was.
      if (this.#isBeyondWindow(sequence)) {
        this.#fin(textEnd);
        return KIND_FIN;
      }
    } else if ((memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0 && this.#isNoneOfTheStream(sequence)) {
      return KIND_DATA;
    }

    const fresh = after(end, next);
    if (!fresh) {
      this.#repeatSynData(sequence);
      this.#retransmission(sequence, end);
    } else if (sequence === next) {
      if (after(memory[x + UNA], next)) this.#catchUp(end);
    } else if (before(sequence, memory[x + CONTIGUOUS]) && payload > 0) {
      // New octets behind repeated ones: both happened.
      this.#repeatSynData(sequence);
      memory[x + RETRANSMISSIONS] = memory[x + RETRANSMISSIONS] + 1;
    }
    if (payload > 0 && after(textEnd, next)) this.#newData(textEnd, next);
    if (fresh) memory[x + SND_NXT] = end;
    extendContiguous(memory, x, sequence, end);
    if (hasFin) this.#fin(textEnd);
    return hasFin ? KIND_FIN : KIND_DATA;
  }

  /** The first octets again, which came with the SYN and were not covered by the SYN-ACK: they were thrown away. */
  #repeatSynData(sequence: number): void {
    const { memory, sender: x, fromServer } = this.#at;
    if (sequence !== advance(memory[x + ISS], 1) || memory[x + UNA] !== sequence) return;
    const entry = this.#ledger.find(FAST_OPEN_REFUSED, !fromServer);
    if (entry >= 0) this.#ledger.extend(entry, 0);
  }

  #newData(textEnd: number, next: number): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const segment = this.#at.segment;
    const fromServer = this.#at.fromServer;
    memory[x + STATE] = (memory[x + STATE] | ENDPOINT_HAS_NEW_DATA) & ~ENDPOINT_SECOND_FIN;
    memory[x + DATA_FRAME] = segment.frame;
    memory[x + DATA_SECONDS] = segment.seconds;
    memory[x + DATA_NANOSECONDS] = segment.nanoseconds;
    noteSize(memory, x, segment.payloadLength, textEnd);
    const octets = distance(textEnd, after(segment.sequence, next) ? segment.sequence : next);
    const finSent = (memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0;
    if (
      finSent &&
      after(textEnd, advance(memory[x + FIN_SEQUENCE], 1)) &&
      this.#isNearFin(segment.sequence)
    ) {
      this.#ledger.run(DATA_BEYOND_OWN_FIN, fromServer, octets);
    }
    if (this.#knowsFinOf(y)) this.#ledger.run(DATA_AFTER_PEER_FIN, fromServer, octets);
  }

  /**
   * A number no further from the sender's FIN than the receiver's window reaches. Beyond that the receiver drops
   * what comes (§3.10.7.4, first step): a stray of a device on the path, or of another connection on the same
   * ports whose SYN was not captured, tells nothing of how this stream ended.
   */
  #isNearFin(sequence: number): boolean {
    const { memory, sender: x, receiver: y } = this.#at;
    return Math.abs(distance(sequence, memory[x + FIN_SEQUENCE])) <= this.#widestWindow(y);
  }

  /** A stray with octets far behind the sender's FIN, or on either side once that was acknowledged. */
  #isNoneOfTheStream(sequence: number): boolean {
    const { memory, sender: x } = this.#at;
    const isBehind = after(sequence, memory[x + FIN_SEQUENCE]);
    return (isBehind || (memory[x + STATE] & ENDPOINT_FIN_COVERED) !== 0) && !this.#isNearFin(sequence);
  }

  /** The widest window that the endpoint at `y` may have given its peer, as far as that is known. */
  #widestWindow(y: number): number {
    const { memory, sender, receiver } = this.#at;
    const scaleKnown = (memory[sender + STATE] & memory[receiver + STATE] & ENDPOINT_SYN_CAPTURED) !== 0;
    const window = Math.max(memory[y + WINDOW], LARGEST_UNSCALED_WINDOW);
    return scaleKnown ? window : Math.min(window * 2 ** LARGEST_SCALE, LARGEST_WINDOW);
  }

  /** A segment of the sender that begins beyond all that its receiver can hold. */
  #isBeyondWindow(sequence: number): boolean {
    const { memory, sender: x, receiver: y } = this.#at;
    return after(sequence, advance(memory[x + CONTIGUOUS], this.#widestWindow(y)));
  }

  /** `x` sent a FIN that no acknowledgment covers yet. */
  #hasOpenFin(x: number): boolean {
    return (this.#at.memory[x + STATE] & (ENDPOINT_FIN_SENT | ENDPOINT_FIN_COVERED)) === ENDPOINT_FIN_SENT;
  }

  /** A FIN of the sender that its receiver takes first: it comes right after all octets, below the one known so far. */
  #endsBeforeFin(sequence: number, textEnd: number): boolean {
    const { memory, sender: x } = this.#at;
    const contiguous = memory[x + CONTIGUOUS];
    return before(textEnd, memory[x + FIN_SEQUENCE]) && within(contiguous, sequence, textEnd);
  }

  /**
   * The peer's FIN lay beyond the window, and the sender's word after it shows that it still does: who sent it was
   * not the peer, which keeps to the window, and the sender drops it.
   */
  #refuseFin(): void {
    const { memory, receiver: y, sender: x, fromServer } = this.#at;
    const fin = memory[y + FIN_SEQUENCE];
    if (after(memory[y + SND_NXT], fin)) return;
    const edge = advance(memory[y + CONTIGUOUS], this.#widestWindow(x));
    if (after(fin, edge)) this.#disproveFin(y, !fromServer);
  }

  /** The segment at hand acknowledges `y`'s FIN: whoever takes that in takes nothing behind it (§3.10.7.4, seventh step). */
  #knowsFinOf(y: number): boolean {
    const { memory, segment } = this.#at;
    return (
      (memory[y + STATE] & ENDPOINT_FIN_SENT) !== 0 &&
      segment.acknowledgment === advance(memory[y + FIN_SEQUENCE], 1)
    );
  }

  /** The sender has received more than the place of `y`'s FIN: to it that FIN was an old segment, and it dropped it. */
  #isPastFin(y: number): boolean {
    const { memory, segment } = this.#at;
    return after(segment.acknowledgment, advance(memory[y + FIN_SEQUENCE], 1));
  }

  /** The FIN held to have reached the sender lay below its RCV.NXT (§3.10.7.4, first step). */
  #refuseFinAsOld(): void {
    const { memory, sender: x, fromServer } = this.#at;
    if ((memory[x + STATE] & ENDPOINT_FIN_UNPROVED) === 0) return;
    this.#ledger.retractFrom(fromServer, RECEIVED_FIN);
    memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
  }

  /**
   * It acknowledges octets behind the last of `y`, a FIN that was acknowledged before or that `y` repeats all the same:
   * `y` drops it (§3.10.7.4, fifth step).
   */
  #acknowledgesUnsent(y: number): boolean {
    const { memory, segment, fromServer } = this.#at;
    return (
      after(segment.acknowledgment, memory[y + SND_NXT]) &&
      this.#isPastFin(y) &&
      ((memory[y + STATE] & ENDPOINT_FIN_COVERED) !== 0 || this.#copiesOfFin(!fromServer) >= 0)
    );
  }

  /** The sender's FIN, whose own sequence number is `finSequence`. */
  #fin(finSequence: number): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const fromServer = this.#at.fromServer;
    if ((memory[x + STATE] & ENDPOINT_FIN_SENT) === 0) {
      memory[x + STATE] = (memory[x + STATE] | ENDPOINT_FIN_SENT) & ~ENDPOINT_OTHER_ISN;
      memory[x + FIN_SEQUENCE] = finSequence;
      const answer = this.#answerCapturedBefore();
      this.#sendFin(x, fromServer);
      if (answer >= 0) this.#putBehind(answer);
      return;
    }
    if (finSequence !== memory[x + FIN_SEQUENCE]) {
      if (this.#isNearFin(finSequence)) this.#ledger.run(DATA_BEYOND_OWN_FIN, fromServer, 0);
      if (memory[x + CONTIGUOUS] === advance(finSequence, 1)) memory[x + STATE] |= ENDPOINT_SECOND_FIN;
      return;
    }
    this.#ledger.run(FIN_REPEATED, fromServer, 0);
    this.#dropAcknowledgmentOfUnsent();
    if (this.#answersCrossedFin()) return;
    this.#disproveAckOfFin(fromServer);
    if ((memory[y + STATE] & ENDPOINT_FIN_UNPROVED) !== 0 && !this.#tapIsAt(!this.#at.fromServer))
      this.#disproveArrivalOfFin(y, !fromServer);
  }

  /** The sender repeats its FIN: an acknowledgment of octets behind that was of none that were missed. */
  #dropAcknowledgmentOfUnsent(): void {
    const { memory, base, sender: x, fromServer } = this.#at;
    const end = memory[x + SND_NXT];
    if (end !== advance(memory[x + FIN_SEQUENCE], 1) || !after(memory[x + UNA], end)) return;
    const entry = this.#ledger.find(ACKNOWLEDGED_UNSEEN, fromServer);
    if (entry < 0 || this.#ledger.countOf(entry) === 0) return;
    const note = this.#ledger.noteOf(entry);
    memory[base + LOST_SEGMENTS] = memory[base + LOST_SEGMENTS] - 1;
    this.#ledger.takeBack(entry, distance(memory[x + UNA], note));
    memory[x + UNA] = note;
    memory[x + CONTIGUOUS] = end;
  }

  /**
   * The sender, which repeats its FIN, acknowledges with it for the first time the peer's, which had crossed the first
   * copy: some stacks do so instead of with a bare acknowledgment. It says nothing of what became of that copy.
   */
  #answersCrossedFin(): boolean {
    const { memory, sender: x, receiver: y, fromServer } = this.#at;
    if ((memory[x + LAST_INFO] & LAST_KNEW_FIN) !== 0 || !this.#knowsFinOf(y)) return false;
    const acknowledged = this.#ledger.newestBy(fromServer, RECEIVED_ACK_OF_FIN);
    return acknowledged < 0 || this.#ledger.stateBefore(acknowledged) === CLOSING;
  }

  /**
   * The peer of `y` repeats its FIN: the earlier copy cannot have arrived, unless `y` could not have said so by now.
   * From here on only an acknowledgment tells that one did.
   */
  #disproveArrivalOfFin(y: number, server: boolean): void {
    const ledger = this.#ledger;
    const received = ledger.newestBy(server, RECEIVED_FIN);
    if (received < 0 || this.#tooSoon(received, server)) return;
    const newest = ledger.newest(server);
    ledger.retractFrom(server, RECEIVED_FIN);
    this.#at.memory[y + STATE] &= ~ENDPOINT_FIN_UNPROVED;
    // What acknowledged its own FIN did arrive.
    if (ledger.eventOf(newest) !== RECEIVED_ACK_OF_FIN) return;
    this.#enterAsBefore(server, RECEIVED_ACK_OF_FIN, newest, ASSUMED);
  }

  /**
   * The entry of the peer's FIN, if that acknowledges the sender's at hand: the capture took the two in the wrong
   * order, and by the acknowledgment numbers, which alone count, the peer closed second. Else -1.
   */
  #answerCapturedBefore(): number {
    const { memory, sender: x, receiver: y, fromServer } = this.#at;
    if ((memory[y + STATE] & ENDPOINT_FIN_SENT) === 0 || this.#knowsFinOf(y)) return -1;
    const entry = this.#ledger.newestBy(!fromServer, SENT_FIN);
    const covering = advance(memory[x + FIN_SEQUENCE], 1);
    return entry >= 0 && this.#ledger.journal.other(entry) === covering ? entry : -1;
  }

  /** Puts the peer's FIN at `entry` behind the sender's, which it acknowledges. */
  #putBehind(entry: number): void {
    const { memory, sender: x, fromServer } = this.#at;
    const ledger = this.#ledger;
    const { journal } = ledger;
    const frame = journal.frame(entry);
    const [seconds, nanoseconds] = [journal.seconds(entry), journal.nanoseconds(entry)];
    ledger.retractFrom(!fromServer, SENT_FIN);
    ledger.enter(!fromServer, RECEIVED_FIN, CONFIRMED);
    const received = ledger.newest(!fromServer);
    if (received >= 0) journal.setOther(received, frame);
    ledger.enterAt(!fromServer, SENT_FIN, OBSERVED, frame, seconds, nanoseconds);
    memory[x + STATE] |= ENDPOINT_FIN_COVERED;
    if (ledger.hasRoom(1)) ledger.prepend(FIN_COVERED, fromServer, 0, frame, seconds, nanoseconds, frame, 0);
    // What reached the sender was the acknowledgment, and then the peer's FIN.
    const newest = ledger.newest(fromServer);
    const hasFin = newest >= 0 && ledger.eventOf(newest) === RECEIVED_FIN;
    if (hasFin) ledger.retractFrom(fromServer, RECEIVED_FIN);
    ledger.enterAt(fromServer, RECEIVED_ACK_OF_FIN, ASSUMED, frame, seconds, nanoseconds);
    if (hasFin) ledger.enterAt(fromServer, RECEIVED_FIN, ASSUMED, frame, seconds, nanoseconds);
  }

  /** The run of an endpoint's repeated FINs, or -1. */
  #copiesOfFin(server: boolean): number {
    const entry = this.#ledger.find(FIN_REPEATED, server);
    return entry >= 0 && this.#ledger.countOf(entry) > 0 ? entry : -1;
  }

  #sendFin(x: number, server: boolean): void {
    const ledger = this.#ledger;
    const newest = ledger.newest(server);
    // What it had not received when it sent its FIN crossed that, and comes second: a reset, and before it a FIN.
    const isReset = newest >= 0 && ledger.eventOf(newest) === RECEIVED_RESET;
    const reset = isReset ? ledger.retractFrom(server, RECEIVED_RESET) : -1;
    const isUnproved = (this.#at.memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0;
    const isUnknown = isUnproved && !this.#knowsFinOf(this.#at.receiver);
    const fin = isUnknown ? ledger.retractFrom(server, RECEIVED_FIN) : -1;
    // An observed transition needs no proof in another frame: there is room for what the FIN acknowledges.
    if (ledger.enter(server, SENT_FIN, OBSERVED)) {
      const entry = ledger.newestBy(server, SENT_FIN);
      if (entry >= 0) ledger.journal.setOther(entry, this.#at.segment.acknowledgment);
    }
    if (fin >= 0) {
      const longest = LONGEST_CROSSING + (2 * delayTowards(this.#at.memory, this.#at.base, server)) / 1e6;
      if (this.#since(fin) <= longest) this.#receiveAfterAll(server, RECEIVED_FIN, fin);
      else this.#at.memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
    }
    if (reset >= 0) this.#receiveAfterAll(server, RECEIVED_RESET, reset);
  }

  /** What was taken back as of `entry` reaches the endpoint only after what it has just sent. */
  #receiveAfterAll(server: boolean, event: number, entry: number): void {
    const { seconds, nanoseconds } = this.#at.segment;
    const frame = this.#ledger.journal.frame(entry);
    this.#ledger.enterAt(server, event, ASSUMED, frame, seconds, nanoseconds);
  }

  /** Tells `y` of `x`'s FIN if all octets before it are there (§3.10.7.4: in sequence order, SHLD-31). */
  #deliverFin(x: number, y: number): void {
    const memory = this.#at.memory;
    if (memory[x + CONTIGUOUS] !== advance(memory[x + FIN_SEQUENCE], 1)) return;
    if ((memory[x + STATE] & ENDPOINT_FIN_COVERED) !== 0) return;
    if ((memory[y + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) return;
    if (this.#copiesOfFin(this.#at.fromServer) >= 0 && !this.#tapIsAt(!this.#at.fromServer)) return;
    if (this.#ledger.enter(!this.#at.fromServer, RECEIVED_FIN, ASSUMED)) {
      memory[y + STATE] = memory[y + STATE] | ENDPOINT_FIN_UNPROVED;
    }
  }

  /** A segment without payload or FIN: an acknowledgment, a keep-alive, or a window probe. */
  #bare(): number {
    const segment = this.#at.segment;
    const next = this.#at.memory[this.#at.sender + SND_NXT];
    if (this.#isProbe(segment.sequence, next)) return KIND_KEEP_ALIVE;
    if (this.#hasOpenFin(this.#at.sender)) this.#goOnBelowFin();
    if ((this.#at.memory[this.#at.receiver + LAST_INFO] & LAST_RESET_SINCE) !== 0) this.#challenge(next);
    return KIND_ACK;
  }

  /** After a reset of its peer: the sender's first word on it, which says nothing new, challenges it (RFC 5961 §3.2). */
  #challenge(next: number): void {
    const { memory, sender: x, receiver: y, fromServer, segment } = this.#at;
    const ledger = this.#ledger;
    const reset = ledger.find(RESET, !fromServer);
    if (reset < 0 || ledger.find(CHALLENGE_ACK, fromServer) >= 0) return;
    const challenges =
      verdictOf(ledger.journal.detail(reset)) === VERDICT_CHALLENGED &&
      isLaterFrame(memory[y + LAST_FRAME], memory[x + LAST_FRAME]) &&
      segment.sequence === next &&
      segment.acknowledgment === memory[x + LAST_ACKNOWLEDGMENT];
    if (challenges) ledger.note(CHALLENGE_ACK, fromServer, 0);
  }

  /**
   * Keep-alives carry SEQ = SND.NXT - 1 with no or one garbage octet (§3.8.4); window probes carry the
   * next octet (§3.8.6.1) or, on Linux, look like keep-alives. Only the closed window tells them apart.
   */
  #isProbe(sequence: number, next: number): boolean {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const windowClosed = (memory[this.#at.receiver + STATE] & ENDPOINT_WINDOW_CLOSED) !== 0;
    const payload = this.#at.segment.payloadLength;
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
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const entry = this.#lastKindOf(x) === KIND_KEEP_ALIVE ? this.#ledger.find(kind, this.#at.fromServer) : -1;
    if (entry < 0) {
      this.#ledger.startRun(kind, this.#at.fromServer, 0);
      return;
    }
    // The peer spoke since the probe before this one: that one was answered.
    const y = this.#at.receiver;
    const isAnswered =
      isLaterFrame(memory[y + LAST_FRAME], memory[x + LAST_FRAME]) || wasSwapped(memory, y, x);
    this.#ledger.extend(entry, isAnswered ? 1 : 0);
  }

  #retransmission(sequence: number, end: number): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const contiguous = memory[x + CONTIGUOUS];
    // It fills a gap in what was captured: reordered if that gap has only just shown.
    if (!before(sequence, contiguous) && this.#sinceLast(x) < REORDERING_WINDOW) return;
    memory[x + RETRANSMISSIONS] = memory[x + RETRANSMISSIONS] + 1;
    if (end === sequence) return;
    const ledger = this.#ledger;
    const age = Math.max(0, Math.min(this.#sinceNewData(x) * 1000, 0x7fffffff)) | 0;
    const entry = ledger.find(RETRANSMISSION_RUN, this.#at.fromServer);
    if (entry >= 0 && isLaterFrame(ledger.journal.frame(entry), memory[this.#at.receiver + LAST_FRAME])) {
      const mark = ledger.markOf(entry);
      if (sequence === mark) {
        ledger.extend(entry, 0);
        this.#noteRetransmitted(entry);
        return;
      }
      // What is sent again after the first octet that is missing tells less than that does.
      if (after(sequence, mark) && !before(mark, memory[x + UNA])) return;
    }
    // A run of one that was answered is not worth a place of its own.
    if (entry >= 0 && ledger.countOf(entry) === 1) ledger.restartRun(entry, age, sequence);
    else ledger.startRun(RETRANSMISSION_RUN, this.#at.fromServer, age, sequence);
    const begun = ledger.find(RETRANSMISSION_RUN, this.#at.fromServer);
    // A journal without room did not begin one.
    if (begun < 0 || ledger.journal.frame(begun) !== (this.#at.segment.frame | 0)) return;
    this.#noteRetransmitted(begun);
  }

  /**
   * Seconds since the last octets of the sender that were new: what it sends again is at least as old, and just as
   * old if it was the last. Of a FIN without payload only the segment before it tells.
   */
  #sinceNewData(x: number): number {
    const { memory, segment } = this.#at;
    const hasData = segment.payloadLength > 0 && (memory[x + STATE] & ENDPOINT_HAS_NEW_DATA) !== 0;
    if (!hasData) return this.#sinceLast(x);
    const { seconds, nanoseconds } = segment;
    return elapsedSeconds(memory[x + DATA_SECONDS], memory[x + DATA_NANOSECONDS], seconds, nanoseconds);
  }

  /** Writes the segment's size down on its run. */
  #noteRetransmitted(entry: number): void {
    const { memory, sender, receiver, segment } = this.#at;
    const ledger = this.#ledger;
    const isFirst = ledger.countOf(entry) === 1;
    const earlier = isFirst ? NO_SIZES : ledger.noteOf(entry);
    const sizes = packSizes(memory, sender, segment, earlier);
    ledger.setNote(entry, sizes);
    const isSmallest = isFirst || isSmaller(sizes, earlier);
    const traits = isFirst ? 0 : ledger.noteDetailOf(entry);
    ledger.setNoteDetail(entry, packTraits(segment, memory[receiver + MSS], isSmallest, traits));
  }

  #window(): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const segment = this.#at.segment;
    const flags = memory[x + STATE];
    const scaled = (memory[this.#at.receiver + STATE] & flags & ENDPOINT_SCALE_OFFERED) !== 0;
    memory[x + WINDOW] = scaled ? segment.window << ((flags & SCALE_MASK) >>> SCALE_SHIFT) : segment.window;
    if (segment.window === 0) {
      if ((segment.flags & FIN) !== 0) return;
      if ((flags & ENDPOINT_WINDOW_CLOSED) === 0) {
        memory[x + STATE] = flags | ENDPOINT_WINDOW_CLOSED;
        this.#ledger.startRun(ZERO_WINDOW, this.#at.fromServer, 0);
      } else {
        const entry = this.#ledger.find(ZERO_WINDOW, this.#at.fromServer);
        if (entry >= 0) this.#ledger.extend(entry, 0);
      }
    } else if ((flags & ENDPOINT_WINDOW_CLOSED) !== 0) {
      memory[x + STATE] = flags & ~ENDPOINT_WINDOW_CLOSED;
      const entry = this.#ledger.find(ZERO_WINDOW, this.#at.fromServer);
      // The window's opening ends the run: its last frame is the one that opened it.
      if (entry >= 0) this.#ledger.extend(entry, 0);
    }
  }

  // ── Resets (§3.5.2, §3.5.3, §3.10.7, RFC 5961 §3.2) ──────────────────────────────────────────────────

  #reset(): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const segment = this.#at.segment;
    const fromServer = this.#at.fromServer;
    const hasAck = (segment.flags & ACK) !== 0;
    if ((memory[x + STATE] & ENDPOINT_SEEN) === 0 && this.#stateOf(y) === CLOSED) {
      if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) {
        continueFrom(memory, x, segment.sequence);
        this.#ledger.enter(fromServer, CAPTURE_STARTED, ASSUMED);
        this.#ledger.enter(!fromServer, CAPTURE_STARTED, ASSUMED);
      }
    }
    const verdict = verdictOn(this.#at, this.#ledger, hasAck);
    noteReset(this.#at, this.#ledger, hasAck, verdict);
    this.#loseByOwnReset(hasAck);
    if (verdict === VERDICT_ACCEPTED && this.#ledger.enter(!fromServer, RECEIVED_RESET, ASSUMED)) {
      memory[y + STATE] = memory[y + STATE] | ENDPOINT_RESET;
    }
  }

  /** The sender of a reset has no connection any more, if the reset is really its own. */
  #loseByOwnReset(hasAck: boolean): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const y = this.#at.receiver;
    const segment = this.#at.segment;
    const fromServer = this.#at.fromServer;
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
    // What it acknowledges has reached its sender, though nobody may have read it. But Windows, which resets with
    // a closed window, acknowledges in this way what meets a socket that it has closed, and throws it away.
    const refusing = (memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0 && segment.window === 0;
    if (hasAck && !refusing && within(segment.acknowledgment, memory[y + UNA], memory[y + SND_NXT])) {
      this.#raiseAcknowledged(y, segment.acknowledgment);
    }
    // It went on repeating its SYN-ACK and now knows of no connection: it never took an acknowledgment.
    if (
      answers &&
      (memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0 &&
      this.#ledger.retractedOpenings(fromServer) > 0
    ) {
      this.#ledger.retractFrom(fromServer, RECEIVED_ACK_OF_SYN);
      memory[x + STATE] &= ~(ENDPOINT_OPEN_UNPROVED | ENDPOINT_FIN_UNPROVED);
    }
    // It answers the SYN-ACK, and not with an acknowledgment: it never opened, or its program had given up by then.
    if (
      answers &&
      this.#lastKindOf(y) === KIND_SYN_ACK &&
      (memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0
    ) {
      this.#ledger.retractFrom(fromServer, RECEIVED_SYN_ACK);
      memory[x + STATE] &= ~ENDPOINT_OPEN_UNPROVED;
    }
    // It answers the peer's FIN, or what came before that: it never took that in, or it would have acknowledged it.
    const answersEarlier = !hasAck && before(segment.sequence, memory[y + LAST_ACKNOWLEDGMENT]);
    if ((answers || answersEarlier) && (memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) {
      this.#ledger.retractFrom(fromServer, RECEIVED_FIN);
      memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
    }
    // It acknowledges less than the peer's FIN: that had not come by then.
    if (hasAck && (memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0 && this.#leavesFinOut(y)) {
      this.#ledger.retractFrom(fromServer, RECEIVED_FIN);
      memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
    }
    // It answers what was sent before the FIN was acknowledged: that acknowledgment was still on its way.
    if (!hasAck && this.#precedesAckOfFin(x)) this.#ledger.retractFrom(fromServer, RECEIVED_ACK_OF_FIN);
    if (this.#ledger.enter(fromServer, hasAck ? SENT_ABORT : SENT_RESET, OBSERVED)) {
      // Whether the peer's FIN had reached it changes nothing any more: repeating that FIN takes nothing back.
      memory[x + STATE] = (memory[x + STATE] | ENDPOINT_RESET) & ~ENDPOINT_FIN_UNPROVED;
    }
  }

  /** What is acknowledged at hand ends with octets of `y` before its FIN. */
  #leavesFinOut(y: number): boolean {
    const { memory, segment } = this.#at;
    const known =
      (memory[y + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 ? memory[y + UNA] : advance(memory[y + ISS], 1);
    return within(segment.acknowledgment, known, memory[y + FIN_SEQUENCE]);
  }

  /** The reset at hand has the number of its sender's FIN, which nobody had acknowledged to it by then. */
  #precedesAckOfFin(x: number): boolean {
    const { memory, segment, fromServer } = this.#at;
    if ((memory[x + STATE] & ENDPOINT_FIN_SENT) === 0 || segment.sequence !== memory[x + FIN_SEQUENCE])
      return false;
    const acknowledged = this.#ledger.newestBy(fromServer, RECEIVED_ACK_OF_FIN);
    return acknowledged >= 0 && this.#tooSoon(acknowledged, fromServer);
  }

  // ── Taking back ──────────────────────────────────────────────────────────────────────────────────────

  /** `x` repeats its SYN or SYN-ACK: the segment held to have opened it never arrived. */
  #disproveOpening(x: number, server: boolean): void {
    if ((this.#at.memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) === 0) return;
    const bySynAck = this.#ledger.newestBy(server, RECEIVED_SYN_ACK);
    const entry = bySynAck >= 0 ? bySynAck : this.#ledger.newestBy(server, RECEIVED_ACK_OF_SYN);
    if (entry < 0 || this.#tooSoon(entry, server)) return;
    // What it went through since is taken back as well, a FIN held to have reached it included.
    this.#ledger.retractFrom(server, this.#ledger.eventOf(entry));
    this.#at.memory[x + STATE] &= ~(ENDPOINT_OPEN_UNPROVED | ENDPOINT_FIN_UNPROVED);
  }

  /** The sender repeats its FIN: the acknowledgment held to have reached it never did. */
  #disproveAckOfFin(server: boolean): void {
    const ledger = this.#ledger;
    const journal = ledger.journal;
    const acknowledged = ledger.newestBy(server, RECEIVED_ACK_OF_FIN);
    if (acknowledged < 0 || this.#tooSoon(acknowledged, server)) return;
    // The peer's FIN, if it came after that, did arrive: it stands, from the state that is left.
    const received = ledger.newest(server);
    const hasFin = received !== acknowledged && ledger.eventOf(received) === RECEIVED_FIN;
    const evidence = evidenceOf(journal.detail(received));
    const proof = journal.other(received);
    ledger.retractFrom(server, RECEIVED_ACK_OF_FIN);
    if (!hasFin) return;
    if (evidence !== CONFIRMED) {
      // The peer's FIN brings the acknowledgment along: without that it has not arrived, unless it is on its way.
      if (!this.#tooSoon(received, server)) {
        this.#at.memory[this.#at.sender + STATE] &= ~ENDPOINT_FIN_UNPROVED;
        return;
      }
      this.#enterAsBefore(server, RECEIVED_ACK_OF_FIN, received, evidence);
    }
    // Else the peer's FIN, which had crossed the first copy, did arrive: it stands, from the state that is left.
    this.#enterAsBefore(server, RECEIVED_FIN, received, evidence);
    const again = ledger.newest(server);
    if (evidence === CONFIRMED && again >= 0) journal.setOther(again, proof);
  }

  /** An acknowledgment carries SND.NXT (§3.10.7.4): its sender has sent neither its FIN nor the octets missing before. */
  #goOnBelowFin(): void {
    const { memory, sender: x, fromServer, segment } = this.#at;
    const isBelow =
      segment.sequence === memory[x + CONTIGUOUS] && before(segment.sequence, memory[x + FIN_SEQUENCE]);
    if (isBelow && this.#sinceLast(x) >= REORDERING_WINDOW) this.#disproveFin(x, fromServer);
  }

  /** The FIN of `x`, which its peer never took in, was not its own: what it went through since is taken back. */
  #disproveFin(x: number, server: boolean): void {
    const { memory } = this.#at;
    const ledger = this.#ledger;
    const { journal } = ledger;
    const received = ledger.newest(server);
    const event = received < 0 ? -1 : ledger.eventOf(received);
    // After a reset nothing is left to be put right; a peer's FIN that came since stands, from the state that is left.
    if (event !== SENT_FIN && event !== RECEIVED_FIN) return;
    const evidence = evidenceOf(journal.detail(received));
    const proof = journal.other(received);
    if (ledger.retractFrom(server, SENT_FIN) < 0) return;
    memory[x + STATE] &= ~ENDPOINT_FIN_SENT;
    if (after(memory[x + SND_NXT], memory[x + FIN_SEQUENCE])) {
      memory[x + SND_NXT] = memory[x + CONTIGUOUS];
      memory[x + ISLAND_START] = 0;
      memory[x + ISLAND_END] = 0;
    }
    const copies = this.#copiesOfFin(server);
    if (copies >= 0) ledger.takeAllBack(copies);
    if (event !== RECEIVED_FIN) return;
    this.#enterAsBefore(server, RECEIVED_FIN, received, evidence);
    const again = ledger.newest(server);
    if (evidence === CONFIRMED && again >= 0) journal.setOther(again, proof);
  }

  #enterAsBefore(server: boolean, event: number, entry: number, evidence: number): void {
    const { journal } = this.#ledger;
    const [seconds, nanoseconds] = [journal.seconds(entry), journal.nanoseconds(entry)];
    this.#ledger.enterAt(server, event, evidence, journal.frame(entry), seconds, nanoseconds);
  }

  /** `x` was held to have no connection after a reset, yet it sends: the reset was not its own, or failed. */
  #disproveReset(x: number, server: boolean): void {
    const ledger = this.#ledger;
    const segment = this.#at.segment;
    const entry = ledger.newest(server);
    if (entry < 0) return;
    const since = this.#since(entry);
    // It was sent before the reset, and the capture took the two in the wrong order.
    if (since < 0 && since > -REORDERING_WINDOW) return;
    const event = ledger.eventOf(entry);
    if (event === RECEIVED_RESET) {
      if (this.#tooSoon(entry, server)) return;
    } else if (event === SENT_ABORT || event === SENT_RESET) {
      // An older segment overtaken by the reset proves nothing.
      const reset = ledger.find(RESET, server);
      const end = advance(segment.sequence, segment.payloadLength);
      if (reset >= 0 && before(end, ledger.journal.other(reset)) && this.#tooSoon(entry, server)) return;
    } else {
      return;
    }
    ledger.retractFrom(server, event);
    this.#at.memory[x + STATE] &= ~ENDPOINT_RESET;
    const bare = segment.payloadLength === 0 && (segment.flags & (SYN | FIN)) === 0;
    if (event === RECEIVED_RESET && bare) ledger.note(CHALLENGE_ACK, server, 0);
  }

  /** `x` repeats its SYN or SYN-ACK after a reset that had ended its opening: it is still at it. */
  #disproveResetOfOpening(x: number, server: boolean): void {
    const entry = this.#isReset(x) ? this.#ledger.newest(server) : -1;
    if (entry < 0) return;
    const state = this.#ledger.stateBefore(entry);
    const isUnproved = (this.#at.memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0;
    // Numbers that come again after that are those of another connection.
    if (state === SYN_SENT || state === SYN_RECEIVED || isUnproved) this.#disproveReset(x, server);
  }

  /** The endpoint may have sent this before the segment of `entry`, captured on its way there, arrived. */
  #tooSoon(entry: number, server: boolean): boolean {
    return this.#since(entry) * 1e6 < delayTowards(this.#at.memory, this.#at.base, server) * 1.25 + TAP_SLACK;
  }

  /** Seconds from an entry of the journal to the segment at hand. */
  #since(entry: number): number {
    const journal = this.#ledger.journal;
    const { seconds, nanoseconds } = this.#at.segment;
    return elapsedSeconds(journal.seconds(entry), journal.nanoseconds(entry), seconds, nanoseconds);
  }

  // ── Small steps ──────────────────────────────────────────────────────────────────────────────────────

  #stateOf(x: number): number {
    return this.#at.memory[x + STATE] & STATE_MASK;
  }

  /** It lost its connection by a reset. */
  #isReset(x: number): boolean {
    return (this.#at.memory[x + STATE] & (STATE_MASK | ENDPOINT_RESET)) === (CLOSED | ENDPOINT_RESET);
  }

  /** What its last segment was, resets left aside. */
  #lastKindOf(x: number): number {
    return (this.#at.memory[x + LAST_INFO] & LAST_KIND_MASK) >>> LAST_KIND_SHIFT;
  }

  #setFlag(flag: number): void {
    this.#at.memory[this.#at.base + FLAGS] |= flag;
  }

  #tapIsAt(server: boolean): boolean {
    return tapIsAt(this.#at.memory, this.#at.base, server);
  }

  #sinceLast(x: number): number {
    return secondsSinceLast(this.#at.memory, x, this.#at.segment);
  }

  /** An endpoint becomes ESTABLISHED by a segment captured on its way there. */
  #enterOpen(server: boolean, event: number): void {
    if (this.#ledger.retractedOpenings(server) >= MAX_RETRACTED_OPENINGS) return;
    if (this.#ledger.enter(server, event, ASSUMED)) {
      this.#at.memory[this.#at.base + (server ? SERVER : CLIENT) + STATE] |= ENDPOINT_OPEN_UNPROVED;
    }
  }

  /** The peer acknowledged `x` up to `acknowledgment`. */
  #raiseAcknowledged(x: number, acknowledgment: number): void {
    const memory = this.#at.memory;
    const flags = memory[x + STATE];
    if ((flags & ENDPOINT_ACKNOWLEDGED) !== 0 && !after(acknowledgment, memory[x + UNA])) {
      const isBack = before(acknowledgment, memory[x + UNA]) && before(memory[x + SND_NXT], memory[x + UNA]);
      if (isBack) this.#acknowledgeAnew(x, acknowledgment);
      return;
    }
    const beyond = distance(acknowledgment, memory[x + SND_NXT]);
    if ((flags & (ENDPOINT_SEEN | ENDPOINT_SYN_CAPTURED)) === 0) {
      // This side was never captured: its numbers are what the peer acknowledges.
      memory[x + SND_NXT] = acknowledgment;
    } else if (beyond === 1 && this.#beganWithProbe(x)) {
      memory[x + SND_NXT] = acknowledgment;
    } else if (beyond > 0) {
      this.#acknowledgedUnseen(x, beyond);
    }
    memory[x + STATE] = flags | ENDPOINT_ACKNOWLEDGED;
    memory[x + UNA] = acknowledgment;
    noteAcknowledgedSize(memory, x, acknowledgment);
    if (after(acknowledgment, memory[x + CONTIGUOUS])) reachContiguous(memory, x, acknowledgment);
  }

  /**
   * Its first captured segments were keep-alives, which carry SND.NXT - 1 (§3.8.4): only the answer, one beyond,
   * tells them from acknowledgments. The octet in between was sent before the capture began.
   */
  #beganWithProbe(x: number): boolean {
    const memory = this.#at.memory;
    return (
      (memory[x + STATE] & (ENDPOINT_SYN_CAPTURED | ENDPOINT_ACKNOWLEDGED | ENDPOINT_HAS_NEW_DATA)) === 0 &&
      memory[x + SND_NXT] === advance(memory[x + ISS], 1)
    );
  }

  /** The peer acknowledged `octets` of `x` that were not captured, at least not yet. */
  #acknowledgedUnseen(x: number, octets: number): void {
    const memory = this.#at.memory;
    const server = x === this.#at.base + SERVER;
    memory[this.#at.base + LOST_SEGMENTS] = memory[this.#at.base + LOST_SEGMENTS] + 1;
    this.#ledger.run(ACKNOWLEDGED_UNSEEN, server, octets);
    const entry = this.#ledger.find(ACKNOWLEDGED_UNSEEN, server);
    // A journal without room did not begin a run.
    if (entry >= 0) this.#ledger.setNote(entry, memory[x + SND_NXT]);
  }

  /**
   * The sender's octets up to `end` come right after the acknowledgment that covers them: the capture took the
   * two in the wrong order, as it does where several queues feed it, and missed nothing. Or they come late and end
   * beyond: no such octets had been sent, and the acknowledgment was not its peer's.
   */
  #catchUp(end: number): void {
    const { memory, base, sender: x, receiver: y, fromServer, segment } = this.#at;
    const unacknowledged = memory[x + UNA];
    if (before(end, unacknowledged)) return;
    const isLate = this.#sinceLast(y) >= REORDERING_WINDOW;
    // Octets that were missed and acknowledged may be sent again, and end no further than then.
    if (isLate && !after(advance(segment.sequence, segment.payloadLength), unacknowledged)) return;
    const entry = this.#ledger.find(ACKNOWLEDGED_UNSEEN, fromServer);
    if (entry < 0 || this.#ledger.countOf(entry) === 0) return;
    const note = this.#ledger.noteOf(entry);
    memory[base + LOST_SEGMENTS] = memory[base + LOST_SEGMENTS] - 1;
    this.#ledger.takeBack(entry, distance(unacknowledged, note));
    if (!isLate) return;
    memory[x + UNA] = note;
    memory[x + CONTIGUOUS] = memory[x + SND_NXT];
  }

  /**
   * The peer acknowledges less than before, but octets of `x` that were captured since: it had received nothing
   * beyond them, and the earlier acknowledgment was not its own (§3.10.7.4, fifth step: `x` drops that).
   */
  #acknowledgeAnew(x: number, acknowledgment: number): void {
    const { memory, base, fromServer } = this.#at;
    const ledger = this.#ledger;
    const entry = ledger.find(ACKNOWLEDGED_UNSEEN, !fromServer);
    if (entry < 0 || ledger.countOf(entry) === 0) return;
    const note = ledger.noteOf(entry);
    if (!after(acknowledgment, note) || after(acknowledgment, memory[x + SND_NXT])) return;
    const { journal } = ledger;
    // The continuation has the run's last time.
    if (this.#since(journal.next(entry)) < REORDERING_WINDOW) return;
    memory[base + LOST_SEGMENTS] = memory[base + LOST_SEGMENTS] - 1;
    ledger.takeBack(entry, distance(memory[x + UNA], note));
    memory[x + UNA] = acknowledgment;
    memory[x + CONTIGUOUS] = memory[x + SND_NXT];
  }

  /** Keeps what the next segments will be held against. */
  #remember(kind: number): void {
    const memory = this.#at.memory;
    const x = this.#at.sender;
    const segment = this.#at.segment;
    let flags = memory[x + STATE];
    if ((flags & ENDPOINT_SEEN) === 0) flags |= ENDPOINT_SEEN | (segment.ttl << TTL_SHIFT);
    memory[x + STATE] = flags;
    memory[x + LAST_FRAME] = segment.frame;
    memory[x + LAST_SECONDS] = segment.seconds;
    memory[x + LAST_NANOSECONDS] = segment.nanoseconds;
    if (kind === KIND_RST) {
      // Nothing answers a reset (§3.10.7.1): what came before it is what the peer's next segments answer.
      memory[x + LAST_INFO] = memory[x + LAST_INFO] | LAST_RESET_SINCE;
      return;
    }
    memory[x + LAST_ACKNOWLEDGMENT] = segment.acknowledgment;
    const payload = Math.min(segment.payloadLength, LAST_PAYLOAD_MASK);
    const knewFin = (segment.flags & ACK) !== 0 && this.#knowsFinOf(this.#at.receiver) ? LAST_KNEW_FIN : 0;
    memory[x + LAST_INFO] = payload | (kind << LAST_KIND_SHIFT) | knewFin;
  }
}

/** As much may have been sent that the capture missed (octets). */
const UNSEEN_OCTETS = 1 << 22;

/**
 * Far from all that the endpoint at `x` sent, as far as that is known: from its SYN on, with room for what the
 * capture missed.
 */
function hasNeverSent(memory: Int32Array, x: number, sequence: number): boolean {
  const flags = memory[x + STATE];
  if ((flags & ENDPOINT_SYN_CAPTURED) === 0) return false;
  const highest = advance(memory[x + SND_NXT], UNSEEN_OCTETS);
  if (within(sequence, memory[x + ISS], highest)) return false;
  // Numbers come again after 4 GiB: then the recent ones count.
  const known = (flags & ENDPOINT_ACKNOWLEDGED) === 0 ? memory[x + ISS] : memory[x + UNA];
  return !within(sequence, advance(known, -UNSEEN_OCTETS), highest);
}

/** How the number of a SYN lies to those that its sender, the endpoint at `x`, used on the old connection. */
function comparedWithOld(memory: Int32Array, x: number, syn: Segment): number {
  if ((memory[x + STATE] & ENDPOINT_SEEN) === 0) return 0;
  if (!before(syn.sequence, memory[x + SND_NXT])) return SYN_IS_BEYOND;
  return syn.hasTimestamps === 0 ? SYN_IS_BEHIND : SYN_IS_BEHIND_WITH_TIMESTAMP;
}
