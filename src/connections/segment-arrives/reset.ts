/**
 * Resets (RFC 9293 §3.5.2, §3.5.3, §3.10.7, RFC 5961 §3.2): what becomes of both endpoints, and what shows that
 * a reset was not its sender's, or failed.
 */
import { ACK, FIN, SYN } from '../../decode/segment.js';
import { advance, after, before, within } from '../../tcp/sequence.js';
import { CLOSED, SYN_RECEIVED, SYN_SENT } from '../../tcp/states.js';
import {
  CAPTURE_STARTED,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_RESET,
  RECEIVED_SYN_ACK,
  SENT_ABORT,
  SENT_RESET,
} from '../../tcp/transitions.js';
import {
  ASSUMED,
  evidenceOf,
  OBSERVED,
  VERDICT_ACCEPTED,
  VERDICT_CHALLENGED,
  verdictOf,
} from '../entries.js';
import { CHALLENGE_ACK, RESET } from '../milestones.js';
import { isFromElsewhere } from '../origin.js';
import {
  DATA_FRAME,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_FIN_UNPROVED,
  ENDPOINT_OPEN_UNPROVED,
  ENDPOINT_RESET,
  ENDPOINT_SEEN,
  FIN_SEQUENCE,
  ISS,
  isLaterFrame,
  KIND_SYN_ACK,
  LAST_ACKNOWLEDGMENT,
  LAST_FRAME,
  SND_NXT,
  STATE,
  STATE_MASK,
  UNA,
  WINDOW,
} from '../record.js';
import { continueFrom } from '../sequence-space.js';
import { REORDERING_WINDOW, tapIsAt } from '../tap.js';
import { raiseAcknowledged } from './acknowledgment.js';
import type { Exchange } from './exchange.js';
import { isOvertaken } from './overtaken.js';
import { isAnswer, isRefusing, noteReset } from './reset-entry.js';
import { verdictOn } from './reset-verdict.js';

/** Segments that travel at the same time overtake one another by no more than this, in seconds. */
const LONGEST_OVERTAKING = 1;

/** A reset from the sender: it ends its own connection and, if the receiver accepts it, the receiver's as well. */
export function takeReset(at: Exchange): void {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const hasAck = (segment.flags & ACK) !== 0;
  if ((memory[x + STATE] & ENDPOINT_SEEN) === 0 && at.stateOf(y) === CLOSED) {
    if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) {
      continueFrom(memory, x, segment.sequence);
      ledger.enter(fromServer, CAPTURE_STARTED, ASSUMED);
      ledger.enter(!fromServer, CAPTURE_STARTED, ASSUMED);
    }
  }
  const verdict = verdictOn(at, hasAck);
  noteReset(at, hasAck, verdict);
  loseByOwnReset(at, hasAck);
  if (verdict === VERDICT_ACCEPTED && ledger.enter(!fromServer, RECEIVED_RESET, ASSUMED)) {
    memory[y + STATE] = memory[y + STATE] | ENDPOINT_RESET;
  }
}

/** The sender of a reset has no connection any more, if the reset is really its own. */
function loseByOwnReset(at: Exchange, hasAck: boolean): void {
  const { memory, base, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const state = at.stateOf(x);
  const answers = !hasAck && segment.sequence === memory[y + LAST_ACKNOWLEDGMENT];
  if (state === CLOSED) {
    if (answers) confirmAbort(at);
    return;
  }
  // SYN-SENT and SYN-RECEIVED refuse an unacceptable acknowledgment and stay (§3.10.7.3, §3.10.7.4).
  const refused =
    answers && !within(memory[y + LAST_ACKNOWLEDGMENT], advance(memory[x + ISS], 1), memory[x + SND_NXT]);
  if ((state === SYN_SENT || state === SYN_RECEIVED) && refused) return;
  // A number that the endpoint never reached is not its own: injected, or stale beyond use.
  const seen = (memory[x + STATE] & ENDPOINT_SEEN) !== 0;
  const own = !seen || answers || within(segment.sequence, memory[x + ISS], memory[x + SND_NXT]);
  if (!own && !isBehindLoss(at, hasAck)) return;
  // What the reset acknowledges has reached its sender, though nobody may have read it. But what is refused is
  // discarded, and a socket that resets its own SYN has nothing to acknowledge.
  const hasTaken = hasAck && !isRefusing(at) && state !== SYN_SENT;
  if (hasTaken && within(segment.acknowledgment, memory[y + UNA], memory[y + SND_NXT])) {
    raiseAcknowledged(at, y, segment.acknowledgment);
  }
  // It went on repeating its SYN-ACK and now knows of no connection: it never accepted an acknowledgment.
  if (
    answers &&
    (memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0 &&
    ledger.retractedOpenings(fromServer) > 0
  ) {
    ledger.retractFrom(fromServer, RECEIVED_ACK_OF_SYN);
    memory[x + STATE] &= ~(ENDPOINT_OPEN_UNPROVED | ENDPOINT_FIN_UNPROVED);
  }
  // It answers the SYN-ACK, and not with an acknowledgment: it never opened, or its program had given up by then.
  if (answers && at.lastKindOf(y) === KIND_SYN_ACK && (memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0) {
    ledger.retractFrom(fromServer, RECEIVED_SYN_ACK);
    memory[x + STATE] &= ~ENDPOINT_OPEN_UNPROVED;
  }
  // It answers the peer's FIN, or what came before: it never took the FIN in, or it would have acknowledged it.
  const answersEarlier = !hasAck && before(segment.sequence, memory[y + LAST_ACKNOWLEDGMENT]);
  if ((answers || answersEarlier) && (memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) {
    ledger.retractFrom(fromServer, RECEIVED_FIN);
    memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
  }
  // It acknowledges less than the peer's FIN: the FIN had not come by then.
  if (hasAck && (memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0 && leavesFinOut(at)) {
    ledger.retractFrom(fromServer, RECEIVED_FIN);
    memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
  }
  // It answers what was sent before the FIN was acknowledged: that acknowledgment was still on its way.
  if (!hasAck && precedesAckOfFin(at)) ledger.retractFrom(fromServer, RECEIVED_ACK_OF_FIN);
  // From another link address or distance, it may be another host's, or a device's.
  const evidence = own && !isFromElsewhere(memory, base, x, segment) ? OBSERVED : ASSUMED;
  if (ledger.enter(fromServer, hasAck ? SENT_ABORT : SENT_RESET, evidence)) {
    // Whether the peer's FIN had reached it changes nothing any more: repeating that FIN takes nothing back.
    memory[x + STATE] = (memory[x + STATE] | ENDPOINT_RESET) & ~ENDPOINT_FIN_UNPROVED;
  }
}

/**
 * The reset at hand is numbered as if its sender had sent more than was captured, and no more than it was allowed to:
 * the rest may have been lost before. Someone who only guesses numbers does not hit on what it acknowledges (RFC 5961
 * §1.2).
 */
function isBehindLoss({ memory, sender: x, receiver: y, segment }: Exchange, hasAck: boolean): boolean {
  const allowed = advance(leastAcknowledged(memory, x), memory[y + WINDOW]);
  return (
    hasAck &&
    within(segment.sequence, memory[x + SND_NXT], allowed) &&
    within(segment.acknowledgment, leastAcknowledged(memory, y), memory[y + SND_NXT])
  );
}

/** The least that is acknowledged of the endpoint at `y` once anything is: its SYN. */
function leastAcknowledged(memory: Int32Array, y: number): number {
  return (memory[y + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 ? memory[y + UNA] : advance(memory[y + ISS], 1);
}

/**
 * The sender, taken to have aborted the connection, answers what came since like a host that knows of none: the reset
 * before was its own. Two resets in direct succession may both come from whoever made them.
 */
function confirmAbort({ memory, receiver: y, fromServer, ledger }: Exchange): void {
  const entry = ledger.newest(fromServer);
  if (entry < 0 || ledger.eventOf(entry) !== SENT_ABORT) return;
  if (evidenceOf(ledger.journal.detail(entry)) !== ASSUMED) return;
  if (!isLaterFrame(memory[y + LAST_FRAME], ledger.journal.frame(entry))) return;
  ledger.confirm(fromServer, SENT_ABORT, SENT_ABORT);
}

/** The acknowledgment at hand ends with octets of the peer before its FIN. */
function leavesFinOut({ memory, receiver: y, segment }: Exchange): boolean {
  return within(segment.acknowledgment, leastAcknowledged(memory, y), memory[y + FIN_SEQUENCE]);
}

/** The reset at hand has the number of its sender's FIN, no acknowledgment of which had reached it by then. */
function precedesAckOfFin(at: Exchange): boolean {
  const { memory, sender: x, fromServer, segment, ledger } = at;
  if ((memory[x + STATE] & ENDPOINT_FIN_SENT) === 0 || segment.sequence !== memory[x + FIN_SEQUENCE])
    return false;
  const acknowledged = ledger.newestBy(fromServer, RECEIVED_ACK_OF_FIN);
  return acknowledged >= 0 && at.tooSoon(acknowledged, fromServer);
}

/** The sender was taken to have no connection after a reset, yet it sends: the reset was not its own, or failed. */
export function disproveReset(at: Exchange): void {
  const { memory, sender: x, fromServer: server, segment, ledger } = at;
  const entry = ledger.newest(server);
  if (entry < 0 || isOvertaken(at)) return;
  const since = at.since(entry);
  // It was sent before the reset, and the capture took the two in the wrong order.
  if (since < 0 && since > -REORDERING_WINDOW) return;
  const event = ledger.eventOf(entry);
  if (event === RECEIVED_RESET) {
    if (at.tooSoon(entry, server)) return;
  } else if (event === SENT_ABORT || event === SENT_RESET) {
    // An older segment overtaken by the reset proves nothing.
    const reset = ledger.find(RESET, server);
    const end = advance(segment.sequence, segment.payloadLength);
    if (reset >= 0 && !after(end, ledger.journal.other(reset)) && at.tooSoon(entry, server)) return;
    if (mayBeOvertaken(at, entry)) return;
  } else {
    return;
  }
  ledger.retractFrom(server, event);
  memory[x + STATE] &= ~ENDPOINT_RESET;
  const bare = segment.payloadLength === 0 && (segment.flags & (SYN | FIN)) === 0;
  if (event === RECEIVED_RESET && bare) ledger.note(CHALLENGE_ACK, server, 0);
}

/**
 * Whether the sender may have sent the segment at hand before its reset, which is `entry`, and nothing in it shows
 * that: it is like those before; or the reset was an answer (RFC 9293 §3.5.2), which a host gives at once when it no
 * longer has the connection, while what it sent before is still under way.
 */
function mayBeOvertaken(at: Exchange, entry: number): boolean {
  const { memory, base, sender: x, receiver: y, fromServer, segment, ledger } = at;
  if (tapIsAt(memory, base, fromServer) || at.since(entry) >= LONGEST_OVERTAKING) return false;
  if (ledger.eventOf(entry) === SENT_ABORT) {
    const isFresh = after(advance(segment.sequence, segment.payloadLength), memory[x + SND_NXT]);
    return !isFresh && !after(segment.acknowledgment, memory[y + UNA]);
  }
  const knowsLaterData =
    isLaterFrame(memory[y + DATA_FRAME], ledger.journal.frame(entry)) &&
    segment.acknowledgment === memory[y + SND_NXT];
  return isAnswer(ledger, ledger.find(RESET, fromServer)) && !knowsLaterData;
}

/** After a reset from its peer: the sender's first segment, which says nothing new, challenges it (RFC 5961 §3.2). */
export function challenge(at: Exchange, next: number): void {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const reset = ledger.find(RESET, !fromServer);
  if (reset < 0 || ledger.find(CHALLENGE_ACK, fromServer) >= 0 || isOvertaken(at)) return;
  const challenges =
    verdictOf(ledger.journal.detail(reset)) === VERDICT_CHALLENGED &&
    isLaterFrame(memory[y + LAST_FRAME], memory[x + LAST_FRAME]) &&
    segment.sequence === next &&
    segment.acknowledgment === memory[x + LAST_ACKNOWLEDGMENT];
  if (challenges) ledger.note(CHALLENGE_ACK, fromServer, 0);
}

/** The sender lost its connection to a reset. */
export function isReset({ memory, sender: x }: Exchange): boolean {
  return (memory[x + STATE] & (STATE_MASK | ENDPOINT_RESET)) === (CLOSED | ENDPOINT_RESET);
}
