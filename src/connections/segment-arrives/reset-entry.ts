/**
 * What is recorded about a reset: its form, how its receiver treats it, and what it answers (RFC 9293 §3.5.2).
 */
import { elapsedSeconds } from '../../core/time.js';
import { before } from '../../tcp/sequence.js';
import { packReset } from '../entries.js';
import { CONTINUATION } from '../journal.js';
import type { Ledger } from '../ledger.js';
import { RESET } from '../milestones.js';
import { hasOtherLinkAddress } from '../origin.js';
import {
  CLOCK_BACKWARDS,
  DATA_FRAME,
  ENDPOINT_FIN_SENT,
  ENDPOINT_SEEN,
  FLAGS,
  isLaterFrame,
  KIND_DATA,
  KIND_SYN,
  LAST_ACKNOWLEDGMENT,
  LAST_FRAME,
  LAST_INFO,
  LAST_KNEW_FIN,
  LAST_NANOSECONDS,
  LAST_PAYLOAD_MASK,
  LAST_RESET_SINCE,
  LAST_SECONDS,
  SND_NXT,
  STATE,
} from '../record.js';
import { delayTowards } from '../tap.js';
import type { Exchange } from './exchange.js';
import { missedBy } from './reset-verdict.js';

/** An answer follows its segment within this, or within two round trips if those take longer (seconds). */
const LONGEST_REACTION = 1;
/** Resets recorded per endpoint; a flood of them beyond this is only counted. */
const MAX_RESETS = 32;

/** Records a reset: its form, how its receiver treats it, and what it answers. */
export function noteReset(at: Exchange, hasAck: boolean, verdict: number): void {
  const { memory, base, sender: x, receiver: y, fromServer: server, segment, ledger } = at;
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
    packReset(verdict, hasAck, hasOtherLinkAddress(memory, base, x, segment)),
    segment.frame,
    segment.seconds,
    segment.nanoseconds,
    segment.sequence,
    segment.acknowledgment,
  );
}

/** Whether the reset recorded at `entry`, -1 for none, answers a segment of the capture. */
export function isAnswer({ journal }: Ledger, entry: number): boolean {
  return entry >= 0 && journal.frame(journal.next(entry)) !== 0;
}

/** Resets of the same sender recorded up to and including `entry`. */
function resetCount(ledger: Ledger, entry: number): number {
  if (entry < 0) return 0;
  const { journal } = ledger;
  return journal.value(journal.next(journal.next(entry)));
}

/**
 * Where the frame and time of the receiver's segment that the reset answers are stored, or -1: it answers none that
 * is known. A closed socket answers at once, numbered with the acknowledgment field of what it got; a live one that
 * is aborted sends its next number (RFC 9293 §3.10.5), which is the same when all it sent has arrived.
 */
function answeredBy(at: Exchange, hasAck: boolean): number {
  const { memory, base, segment, sender: x, receiver: y, fromServer } = at;
  if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) return -1;
  const info = memory[y + LAST_INFO];
  const resetSince = (info & LAST_RESET_SINCE) !== 0;
  if (hasAck && resetSince) return -1;
  if (hasAck && answersSyn(at)) return y + LAST_FRAME;
  if (hasAck ? !refusesText(at) : segment.sequence !== memory[y + LAST_ACKNOWLEDGMENT]) return -1;
  // The receiver's own resets have taken the place of that segment's frame and time; payload has its own.
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
  // If the clock ran back, no answer counts as late.
  return reaction <= limit || (memory[base + FLAGS] & CLOCK_BACKWARDS) !== 0 ? answered : -1;
}

/** The endpoint at `x` has acknowledged all of the other's in a segment after `frame`: it still knew of the other. */
function hasSpokenSince(memory: Int32Array, x: number, y: number, frame: number): boolean {
  return (
    isLaterFrame(memory[x + LAST_FRAME], frame) &&
    (memory[x + LAST_INFO] & LAST_RESET_SINCE) === 0 &&
    !before(memory[x + LAST_ACKNOWLEDGMENT], memory[y + SND_NXT])
  );
}

/**
 * Windows answers what meets a closed socket with a reset that has ACK and a closed window: it acknowledges what it
 * discards.
 */
export function isRefusing({ memory, sender: x, segment }: Exchange): boolean {
  return (memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0 && segment.window === 0;
}

/** The same for the peer's last segment, whose text goes up to what is acknowledged. */
function refusesText(at: Exchange): boolean {
  const { memory, receiver: y, segment } = at;
  const hasText = (memory[y + LAST_INFO] & LAST_PAYLOAD_MASK) !== 0 && at.lastKindOf(y) === KIND_DATA;
  return hasText && isRefusing(at) && segment.acknowledgment === memory[y + SND_NXT];
}

/** Among the standard forms, a reset with ACK answers only a SYN: it acknowledges exactly that (§3.10.7.1). */
function answersSyn(at: Exchange): boolean {
  const { memory, receiver: y, segment } = at;
  return at.lastKindOf(y) === KIND_SYN && segment.acknowledgment === memory[y + SND_NXT];
}

/** Seconds between the last segment of `x` and the one after it whose frame and time are at `answered`. */
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
