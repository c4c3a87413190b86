/**
 * Resets: whether the receiver acts on one, and what is written down about it.
 *
 * RFC 9293 §3.5.2 says who sends them, §3.5.3 and §3.10.7 who accepts them, RFC 5961 §3.2 what else an
 * inexact one draws.
 */
import { elapsedSeconds } from '../core/time.js';
import { advance, after, before, distance, within } from '../tcp/sequence.js';
import { CLOSE_WAIT, CLOSED, CLOSING, LAST_ACK, SYN_SENT } from '../tcp/states.js';
import {
  packReset,
  VERDICT_ACCEPTED,
  VERDICT_CHALLENGED,
  VERDICT_IGNORED,
  VERDICT_NO_CONNECTION,
  VERDICT_OUT_OF_WINDOW,
  VERDICT_UNDELIVERED,
} from './entries.js';
import type { Exchange } from './exchange.js';
import { CONTINUATION } from './journal.js';
import type { Ledger } from './ledger.js';
import { KEEP_ALIVE, RESET, RETRANSMISSION_RUN } from './milestones.js';
import {
  CLOCK_BACKWARDS,
  CONTIGUOUS,
  DATA_FRAME,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_SEEN,
  FLAGS,
  ISS,
  isLaterFrame,
  KIND_SYN,
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
  SND_NXT,
  STATE,
  STATE_MASK,
  UNA,
  WINDOW,
} from './record.js';
import { delayTowards, tapIsAt } from './tap.js';

/** What answers a segment follows within this, or within two round trips where those take longer (seconds). */
const LONGEST_REACTION = 1;
/** Resets written down per endpoint; a flood of them beyond this is only counted. */
const MAX_RESETS = 32;

/** Would the receiver act on this reset? Its RCV.NXT lies between what it acknowledged and what it could have. */
export function verdictOn(at: Exchange, ledger: Ledger, hasAck: boolean): number {
  if (isUnanswered(at, ledger)) return VERDICT_UNDELIVERED;
  const { memory, sender: x, receiver: y, segment } = at;
  const state = memory[y + STATE] & STATE_MASK;
  if (state === CLOSED) return VERDICT_NO_CONNECTION;
  if (state === SYN_SENT) {
    const first = advance(memory[y + ISS], 1);
    const acceptable = hasAck && within(segment.acknowledgment, first, memory[y + SND_NXT]);
    return acceptable ? VERDICT_ACCEPTED : VERDICT_IGNORED;
  }
  const flags = memory[x + STATE];
  // Without a single segment of the sender there is nothing to hold the number against.
  if ((flags & (ENDPOINT_SEEN | ENDPOINT_ACKNOWLEDGED)) === 0) return VERDICT_ACCEPTED;
  const low = leastExpected(at);
  const high = mostExpected(at);
  const windowEnd = advance(high, memory[y + WINDOW]);
  const sequence = segment.sequence;
  if (within(sequence, low, high)) return VERDICT_ACCEPTED;
  // A closed socket answers data with the number of its FIN; Linux accepts RCV.NXT - 1 after a FIN.
  const finReceived = state === CLOSE_WAIT || state === LAST_ACK || state === CLOSING;
  if (finReceived && advance(sequence, 1) === low) return VERDICT_ACCEPTED;
  return after(sequence, low) && before(sequence, windowEnd) ? VERDICT_CHALLENGED : VERDICT_OUT_OF_WINDOW;
}

/** The receiver's RCV.NXT at least: at its own tap it has exactly what was captured, elsewhere it may be behind. */
function leastExpected(at: Exchange): number {
  const { memory, sender: x } = at;
  if (tapIsAt(memory, at.base, !at.fromServer) || (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) === 0)
    return mostExpected(at);
  return memory[x + UNA];
}

/** The receiver's RCV.NXT at most. */
function mostExpected({ memory, sender: x }: Exchange): number {
  const contiguous = memory[x + CONTIGUOUS];
  const isAhead = (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 && after(memory[x + UNA], contiguous);
  return isAhead ? memory[x + UNA] : contiguous;
}

/**
 * By how many octets the receiver's verdict fails the reset: from its RCV.NXT if it lies in the window, else from
 * the nearer edge of that, negative before it.
 */
function missedBy(at: Exchange, verdict: number): number {
  const { sequence } = at.segment;
  const low = leastExpected(at);
  if (verdict === VERDICT_CHALLENGED) return distance(sequence, low);
  if (verdict !== VERDICT_OUT_OF_WINDOW) return 0;
  if (before(sequence, low)) return distance(sequence, low);
  return distance(sequence, advance(mostExpected(at), Math.max(at.memory[at.receiver + WINDOW] - 1, 0)));
}

/** The sender had repeated itself before, or probed, without any answer: nothing says that more arrives. */
function isUnanswered(at: Exchange, ledger: Ledger): boolean {
  const { memory } = at;
  for (const kind of [KEEP_ALIVE, RETRANSMISSION_RUN]) {
    const entry = ledger.find(kind, at.fromServer);
    if (entry < 0 || ledger.countOf(entry) < 2) continue;
    const isLast = ledger.journal.other(entry) === memory[at.sender + LAST_FRAME];
    if (isLast && isLaterFrame(ledger.journal.frame(entry), memory[at.receiver + LAST_FRAME])) return true;
  }
  return false;
}

/** Writes a reset down: its form, what its receiver makes of it, and what it answers. */
export function noteReset(at: Exchange, ledger: Ledger, hasAck: boolean, verdict: number): void {
  const { memory, sender: x, receiver: y, segment, fromServer: server } = at;
  const count = resetCount(ledger, ledger.find(RESET, server));
  if (count >= MAX_RESETS || !ledger.hasRoom(3)) return;
  const info = memory[y + LAST_INFO];
  const answered = answeredBy(at, hasAck);
  const trigger = answered < 0 ? 0 : memory[answered];
  const knewFin = (info & LAST_KNEW_FIN) !== 0 ? 1 : 0;
  const idle = answered < 0 ? 0 : Math.min(idleBefore(memory, x, answered) * 1000, 0x7fffffff) | 0;
  ledger.prepend(
    CONTINUATION,
    server,
    0,
    segment.window,
    segment.payloadLength,
    missedBy(at, verdict),
    segment.ttl,
    count + 1,
  );
  ledger.prepend(
    CONTINUATION,
    server,
    knewFin,
    trigger,
    answered < 0 ? 0 : memory[answered + 1],
    answered < 0 ? 0 : memory[answered + 2],
    info,
    idle,
  );
  ledger.prepend(
    RESET,
    server,
    packReset(verdict, hasAck),
    segment.frame,
    segment.seconds,
    segment.nanoseconds,
    segment.sequence,
    segment.acknowledgment,
  );
}

/** Resets of the same sender written down up to and with `entry`. */
function resetCount(ledger: Ledger, entry: number): number {
  if (entry < 0) return 0;
  const { journal } = ledger;
  return journal.value(journal.next(journal.next(entry)));
}

/**
 * Where frame and time of the receiver's segment stand that the reset answers, or -1: it answers none that is
 * known. A closed socket answers at once, with the acknowledgment field of what it got for a number; a live one
 * that is aborted sends its next number (RFC 9293 §3.10.5), which is the same when all it sent has arrived.
 */
function answeredBy(at: Exchange, hasAck: boolean): number {
  const { memory, base, segment, sender: x, receiver: y, fromServer } = at;
  if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) return -1;
  const info = memory[y + LAST_INFO];
  const resetSince = (info & LAST_RESET_SINCE) !== 0;
  if (hasAck) return answersSyn(at, info) && !resetSince ? y + LAST_FRAME : -1;
  if (segment.sequence !== memory[y + LAST_ACKNOWLEDGMENT]) return -1;
  // The receiver's own resets have taken the place of that segment's frame and time; payload has another.
  if (resetSince && (info & LAST_PAYLOAD_MASK) === 0) return -1;
  const answered = y + (resetSince ? DATA_FRAME : LAST_FRAME);
  if (hasSpokenSince(memory, x, y, memory[answered])) return -1;
  const reaction = elapsedSeconds(
    memory[answered + 1],
    memory[answered + 2],
    segment.seconds,
    segment.nanoseconds,
  );
  const limit = Math.max(LONGEST_REACTION, (2 * delayTowards(memory, base, fromServer)) / 1e6);
  // By a clock that ran back no answer is late.
  return reaction <= limit || (memory[base + FLAGS] & CLOCK_BACKWARDS) !== 0 ? answered : -1;
}

/** The endpoint at `x` has acknowledged all of the other's in a segment after `frame`: it still knew it then. */
function hasSpokenSince(memory: Int32Array, x: number, y: number, frame: number): boolean {
  return (
    isLaterFrame(memory[x + LAST_FRAME], frame) &&
    (memory[x + LAST_INFO] & LAST_RESET_SINCE) === 0 &&
    !before(memory[x + LAST_ACKNOWLEDGMENT], memory[y + SND_NXT])
  );
}

/** A reset with ACK is an answer only to a SYN: it acknowledges exactly that (§3.10.7.1). */
function answersSyn({ memory, segment, receiver }: Exchange, info: number): boolean {
  return (
    (info & LAST_KIND_MASK) >>> LAST_KIND_SHIFT === KIND_SYN &&
    segment.acknowledgment === memory[receiver + SND_NXT]
  );
}

/** Seconds between the last segment of `x` and the one after it whose frame and time stand at `answered`. */
function idleBefore(memory: Int32Array, x: number, answered: number): number {
  if (memory[x + LAST_FRAME] === 0) return 0;
  const idle = elapsedSeconds(
    memory[x + LAST_SECONDS],
    memory[x + LAST_NANOSECONDS],
    memory[answered + 1],
    memory[answered + 2],
  );
  return Math.max(idle, 0);
}
