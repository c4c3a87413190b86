/**
 * What one captured segment proves about both endpoints of its connection.
 *
 * RFC 9293 §3.10.7 says what an endpoint does when a SEGMENT ARRIVES: `segment-arrives/` has a place for each of its
 * steps (reset, SYN, ACK, text, FIN). Read §3.5.2, §3.5.3 and §3.6 first. Two principles run through all of it:
 *
 * - A segment shows what its sender had done and known when it sent it: that is `observed`.
 * - A captured segment is taken as delivered, but `assumed` until the receiver's own segments prove it
 *   (`confirmed`). If the sender repeats it, the earlier copy was lost beyond the tap, and what it was taken
 *   to cause is retracted.
 */
import { ACK, type IcmpError, RST, type Segment, SYN } from '../decode/segment.js';
import { FATAL_ALERT } from '../decode/tls.js';
import { advance, before, within } from '../tcp/sequence.js';
import { FOUND_GONE } from '../tcp/transitions.js';
import { ASSUMED, OBSERVED, QUOTES_ACKNOWLEDGED, QUOTES_UNSENT } from './entries.js';
import { CONTINUATION, type Journal } from './journal.js';
import { Ledger } from './ledger.js';
import {
  HELD_BEFORE,
  ICMP_ERROR,
  OPENED_ANEW,
  RESET,
  SYN_IS_BEHIND,
  SYN_IS_BEHIND_WITH_TIMESTAMP,
  SYN_IS_BEYOND,
  SYN_ON_OPEN_CONNECTION,
  TLS_ALERT,
} from './milestones.js';
import {
  CLIENT,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_SEEN,
  ENDPOINT_SYN_CAPTURED,
  FIRST_FRAME,
  FIRST_NANOSECONDS,
  FIRST_SECONDS,
  FLAGS,
  FOLLOWED,
  ISS,
  isLaterFrame,
  KIND_ACK,
  KIND_RST,
  LAST_ACKNOWLEDGMENT,
  LAST_FRAME,
  LAST_INFO,
  LAST_KIND_SHIFT,
  LAST_KNEW_FIN,
  LAST_NANOSECONDS,
  LAST_ONE_UNSEEN,
  LAST_PAYLOAD_MASK,
  LAST_RESET_SINCE,
  LAST_SECONDS,
  LINK_SOURCE,
  SERVER,
  SND_NXT,
  STATE,
  TTL_MASK,
  TTL_SHIFT,
  UNA,
} from './record.js';
import { Exchange } from './segment-arrives/exchange.js';
import { knowsPeersFin } from './segment-arrives/fin-arrival.js';
import { takeSyn, takeSynAck } from './segment-arrives/opening.js';
import { rememberTimestamp } from './segment-arrives/overtaken.js';
import { takeReset } from './segment-arrives/reset.js';
import { takeSynchronized } from './segment-arrives/synchronized.js';
import { concernsSilence, noteSilence } from './silence.js';

export class Observer {
  readonly #ledger: Ledger;
  readonly #at: Exchange;

  constructor(journal: Journal) {
    this.#ledger = new Ledger(journal);
    this.#at = new Exchange(this.#ledger);
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
      takeReset(this.#at);
      kind = KIND_RST;
    } else if ((flags & SYN) !== 0) {
      kind = (flags & ACK) !== 0 ? takeSynAck(this.#at) : takeSyn(this.#at);
    } else {
      kind = takeSynchronized(this.#at);
      const alert = segment.tls - FATAL_ALERT;
      if (alert >= 0 && this.#ledger.find(TLS_ALERT, fromServer) < 0)
        this.#ledger.note(TLS_ALERT, fromServer, alert);
    }
    this.#remember(kind);
  }

  /**
   * A segment of the new connection, sent by the given side of this one, shows that the 4-tuple was opened anew:
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
   * The server of this connection, which so far is only a SYN, still held the previous one, with this `value`; or it
   * sends for that one, with 0.
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
    const sender = base + (server ? SERVER : CLIENT);
    const isUnsent = ledger.find(RESET, server) < 0 && hasNeverSent(memory, sender, error.sequence);
    const place = isUnsent
      ? QUOTES_UNSENT
      : isAcknowledged(memory, sender, error.sequence)
        ? QUOTES_ACKNOWLEDGED
        : 0;
    const value = place | (error.version << 16) | (error.type << 8) | error.code;
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

  /** Keeps what the next segments will be compared with. */
  #remember(kind: number): void {
    const { memory, base, sender: x, segment } = this.#at;
    const flags = memory[x + STATE];
    // A reset may have another TTL than what its sender's sockets send, or come from elsewhere, and another
    // connection may take another path.
    const isOther = kind === KIND_RST || (memory[base + FLAGS] & FOLLOWED) !== 0;
    if (!isOther || (flags & ENDPOINT_SEEN) === 0) {
      memory[x + STATE] = (flags & ~TTL_MASK) | ENDPOINT_SEEN | (segment.ttl << TTL_SHIFT);
    }
    memory[x + LAST_FRAME] = segment.frame;
    memory[x + LAST_SECONDS] = segment.seconds;
    memory[x + LAST_NANOSECONDS] = segment.nanoseconds;
    rememberTimestamp(memory, x, segment);
    if (!isOther) memory[x + LINK_SOURCE] = segment.linkSource;
    if (kind === KIND_RST) {
      // Nothing answers a reset (§3.10.7.1): what came before it is what the peer's next segments answer.
      memory[x + LAST_INFO] = memory[x + LAST_INFO] | LAST_RESET_SINCE;
      return;
    }
    memory[x + LAST_ACKNOWLEDGMENT] = segment.acknowledgment;
    const payload = Math.min(segment.payloadLength, LAST_PAYLOAD_MASK);
    const knewFin = (segment.flags & ACK) !== 0 && knowsPeersFin(this.#at) ? LAST_KNEW_FIN : 0;
    const isOneBeyond = kind === KIND_ACK && segment.sequence === advance(memory[x + SND_NXT], 1);
    const unseen = isOneBeyond ? LAST_ONE_UNSEEN : 0;
    memory[x + LAST_INFO] = payload | (kind << LAST_KIND_SHIFT) | knewFin | unseen;
  }
}

/** How much may have been sent that the capture missed (octets). */
const UNSEEN_OCTETS = 1 << 22;

/**
 * The number is far from all that the endpoint at `x` is known to have sent: from its SYN on, with room for what the
 * capture missed.
 */
function hasNeverSent(memory: Int32Array, x: number, sequence: number): boolean {
  const flags = memory[x + STATE];
  if ((flags & ENDPOINT_SYN_CAPTURED) === 0) return false;
  const highest = advance(memory[x + SND_NXT], UNSEEN_OCTETS);
  if (within(sequence, memory[x + ISS], highest)) return false;
  // Numbers repeat after 4 GiB: then the recent ones count.
  const known = (flags & ENDPOINT_ACKNOWLEDGED) === 0 ? memory[x + ISS] : memory[x + UNA];
  return !within(sequence, advance(known, -UNSEEN_OCTETS), highest);
}

/** The endpoint at `x` knew that its peer has the octet of that number. */
function isAcknowledged(memory: Int32Array, x: number, sequence: number): boolean {
  return (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 && before(sequence, memory[x + UNA]);
}

/** How the number of a SYN relates to those that its sender, the endpoint at `x`, used on the old connection. */
function comparedWithOld(memory: Int32Array, x: number, syn: Segment): number {
  if ((memory[x + STATE] & ENDPOINT_SEEN) === 0) return 0;
  if (!before(syn.sequence, memory[x + SND_NXT])) return SYN_IS_BEYOND;
  return syn.hasTimestamps === 0 ? SYN_IS_BEHIND : SYN_IS_BEHIND_WITH_TIMESTAMP;
}
