/**
 * Whether the receiver acts on a reset: RFC 9293 §3.5.3 and §3.10.7 say who accepts one, RFC 5961 §3.2 what else an
 * inexact one draws. Where stacks differ, Linux counts: what follows disproves it.
 */
import { advance, after, before, distance, within } from '../../tcp/sequence.js';
import { CLOSE_WAIT, CLOSED, CLOSING, LAST_ACK, SYN_SENT } from '../../tcp/states.js';
import {
  VERDICT_ACCEPTED,
  VERDICT_CHALLENGED,
  VERDICT_IGNORED,
  VERDICT_NO_CONNECTION,
  VERDICT_OUT_OF_WINDOW,
  VERDICT_UNDELIVERED,
} from '../entries.js';
import { KEEP_ALIVE, RETRANSMISSION_RUN } from '../milestones.js';
import {
  CONTIGUOUS,
  DATA_FRAME,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_SEEN,
  FIN_SEQUENCE,
  FLAGS,
  ISS,
  isLaterFrame,
  LAST_FRAME,
  SACK_AGREED,
  SND_NXT,
  STATE,
  STATE_MASK,
  UNA,
  WINDOW,
} from '../record.js';
import { tapIsAt } from '../tap.js';
import type { Exchange } from './exchange.js';

/** Would the receiver act on this reset? Its RCV.NXT lies between what it acknowledged and what it could have. */
export function verdictOn(at: Exchange, hasAck: boolean): number {
  if (isUnanswered(at)) return VERDICT_UNDELIVERED;
  const { memory, sender: x, receiver: y, segment } = at;
  const state = memory[y + STATE] & STATE_MASK;
  if (state === CLOSED) return VERDICT_NO_CONNECTION;
  if (state === SYN_SENT) {
    const first = advance(memory[y + ISS], 1);
    const acceptable = hasAck && within(segment.acknowledgment, first, memory[y + SND_NXT]);
    return acceptable ? VERDICT_ACCEPTED : VERDICT_IGNORED;
  }
  const flags = memory[x + STATE];
  // Without a single segment of the sender there is nothing to compare the number with.
  if ((flags & (ENDPOINT_SEEN | ENDPOINT_ACKNOWLEDGED)) === 0) return VERDICT_ACCEPTED;
  const low = leastExpected(at);
  const high = mostExpected(at);
  const windowEnd = advance(high, memory[y + WINDOW]);
  const sequence = segment.sequence;
  if (within(sequence, low, high) || endsBeyondGap(at, high)) return VERDICT_ACCEPTED;
  // A closed socket answers data with the number of its FIN; Linux accepts RCV.NXT - 1 after a FIN.
  const finReceived = state === CLOSE_WAIT || state === LAST_ACK || state === CLOSING;
  if (finReceived && sequence === memory[x + FIN_SEQUENCE]) return VERDICT_ACCEPTED;
  return after(sequence, low) && before(sequence, windowEnd) ? VERDICT_CHALLENGED : VERDICT_OUT_OF_WINDOW;
}

/**
 * Octets of the reset's sender were captured beyond a gap, and its number follows the last of them. Linux takes that
 * as exact if selective acknowledgments are agreed on; a receiver that does not will carry on, which disproves it.
 */
function endsBeyondGap({ memory, base, sender: x, segment }: Exchange, expected: number): boolean {
  const next = memory[x + SND_NXT];
  const isSelective = (memory[base + FLAGS] & SACK_AGREED) !== 0;
  return isSelective && segment.sequence === next && after(next, expected);
}

/**
 * The receiver's RCV.NXT at least: with the tap at the receiver, it has exactly what was captured, unless it has sent
 * since and left some out, as it does when its window is closed (§3.8.6.1); elsewhere it may be behind.
 */
function leastExpected(at: Exchange): number {
  const { memory, sender: x, receiver: y } = at;
  const hasAll =
    tapIsAt(memory, at.base, !at.fromServer) && !isLaterFrame(memory[y + LAST_FRAME], memory[x + DATA_FRAME]);
  return hasAll || (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) === 0 ? mostExpected(at) : memory[x + UNA];
}

/** The receiver's RCV.NXT at most. */
function mostExpected({ memory, sender: x }: Exchange): number {
  const contiguous = memory[x + CONTIGUOUS];
  const isAhead = (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 && after(memory[x + UNA], contiguous);
  return isAhead ? memory[x + UNA] : contiguous;
}

/**
 * By how many octets the reset misses, by the receiver's verdict: from RCV.NXT if it lies in the window, else from
 * the window's nearer edge, negative before it.
 */
export function missedBy(at: Exchange, verdict: number): number {
  const { sequence } = at.segment;
  const low = leastExpected(at);
  if (verdict === VERDICT_CHALLENGED) return distance(sequence, low);
  if (verdict !== VERDICT_OUT_OF_WINDOW) return 0;
  if (before(sequence, low)) return distance(sequence, low);
  return distance(sequence, advance(mostExpected(at), Math.max(at.memory[at.receiver + WINDOW] - 1, 0)));
}

/** The sender had repeated itself before, or probed, without any answer: nothing shows that more arrives. */
function isUnanswered(at: Exchange): boolean {
  const { memory, ledger } = at;
  for (const kind of [KEEP_ALIVE, RETRANSMISSION_RUN]) {
    const entry = ledger.find(kind, at.fromServer);
    if (entry < 0 || ledger.countOf(entry) < 2) continue;
    const isLast = ledger.journal.other(entry) === memory[at.sender + LAST_FRAME];
    if (isLast && isLaterFrame(ledger.journal.frame(entry), memory[at.receiver + LAST_FRAME])) return true;
  }
  return false;
}
