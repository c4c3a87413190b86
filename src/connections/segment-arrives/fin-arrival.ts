/**
 * Whether a FIN has reached its receiver (RFC 9293 §3.6): it counts once everything before it is there, and is proved
 * by what the receiver acknowledges (§3.10.7.4, fifth step).
 */
import { advance, after, distance } from '../../tcp/sequence.js';
import { CLOSING } from '../../tcp/states.js';
import { RECEIVED_ACK_OF_FIN, RECEIVED_FIN, transitionFor } from '../../tcp/transitions.js';
import { ASSUMED, evidenceOf, OBSERVED } from '../entries.js';
import { FIN_COVERED, FIN_PASSED, FIN_REPEATED } from '../milestones.js';
import {
  CONTIGUOUS,
  ENDPOINT_FIN_COVERED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_FIN_UNPROVED,
  FIN_SEQUENCE,
  FLAGS,
  HANDSHAKE_REPEATED,
  LAST_FRAME,
  LAST_INFO,
  LAST_KNEW_FIN,
  SERVER,
  SND_NXT,
  STATE,
  STATE_MASK,
  UNA,
} from '../record.js';
import { delayTowards, tapIsAt } from '../tap.js';
import type { Exchange } from './exchange.js';

/** No answer takes less than this share of the measured delay: delays differ a little. */
const SURELY_BEFORE = 0.75;

/** Delivers the sender's FIN if all octets before it are there (§3.10.7.4: in sequence order, SHLD-31). */
export function deliverFin(at: Exchange): void {
  const { memory, base, sender: x, receiver: y, fromServer, ledger } = at;
  if (memory[x + CONTIGUOUS] !== advance(memory[x + FIN_SEQUENCE], 1)) return;
  if ((memory[x + STATE] & ENDPOINT_FIN_COVERED) !== 0) return;
  if ((memory[y + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) return;
  if (ledger.standingRun(FIN_REPEATED, fromServer) >= 0 && !tapIsAt(memory, base, !fromServer)) return;
  if (ledger.enter(!fromServer, RECEIVED_FIN, ASSUMED)) {
    memory[y + STATE] = memory[y + STATE] | ENDPOINT_FIN_UNPROVED;
  }
}

/** The sender's acknowledgment covers its peer's FIN: it has received that, and now tells the peer so. */
export function coverFin(at: Exchange): void {
  const { memory, sender: x, receiver: y, fromServer, ledger } = at;
  const mayBeClosed = mayHaveClosed(at);
  if ((memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) {
    const mayBeLate = mayHaveComeLate(at);
    const isLate = mayBeLate && hasComeLate(at);
    if (isLate) putBehindAcknowledgment(at);
    if (!mayBeClosed && isLate === mayBeLate) ledger.confirm(fromServer, RECEIVED_FIN, RECEIVED_FIN);
    memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_FIN_UNPROVED;
  } else if (transitionFor(memory[x + STATE] & STATE_MASK, RECEIVED_FIN) >= 0) {
    receiveFinByProof(at, mayBeClosed);
  }
  if (hasSentUnseen(at)) noteNextOnFin(at);
  if ((memory[y + STATE] & ENDPOINT_FIN_COVERED) === 0) {
    // A FIN beyond the window fitted after all: the capture had missed what widened the window.
    if (!after(memory[y + SND_NXT], memory[y + FIN_SEQUENCE]))
      memory[y + SND_NXT] = advance(memory[y + FIN_SEQUENCE], 1);
    memory[y + STATE] = memory[y + STATE] | ENDPOINT_FIN_COVERED;
    ledger.note(FIN_COVERED, !fromServer, 0);
  }
  ledger.enter(!fromServer, RECEIVED_ACK_OF_FIN, ASSUMED);
}

/**
 * The peer's FIN, which had crossed the sender's own, was taken to have come before the acknowledgment of that. Whoever
 * receives a FIN acknowledges it at once: if this segment does so no sooner than it could have after that
 * acknowledgment, it may have been a later copy that came.
 */
function mayHaveComeLate(at: Exchange): boolean {
  const { memory, base, fromServer, ledger } = at;
  // A handshake that was repeated may place the tap wrongly.
  const isPlaced = (memory[base + FLAGS] & HANDSHAKE_REPEATED) === 0;
  if (isPlaced && tapIsAt(memory, base, fromServer)) return false;
  const newest = ledger.newest(fromServer);
  const delay = delayTowards(memory, base, fromServer);
  if (newest < 0 || delay === 0 || ledger.eventOf(newest) !== RECEIVED_ACK_OF_FIN) return false;
  if (ledger.stateBefore(newest) !== CLOSING) return false;
  const isRepeated = ledger.standingRun(FIN_REPEATED, !fromServer) >= 0;
  return isRepeated ? at.since(newest) * 1e6 >= delay * SURELY_BEFORE : !at.tooSoon(newest, fromServer);
}

/**
 * Only the acknowledgment came before, and nothing else since that could have drawn the sender's: the only copy of the
 * peer's FIN was under way for longer.
 */
function hasComeLate({ memory, receiver: y, fromServer, segment, ledger }: Exchange): boolean {
  return (
    ledger.journal.frame(ledger.newest(fromServer)) === memory[y + LAST_FRAME] &&
    segment.payloadLength === 0 &&
    ledger.standingRun(FIN_REPEATED, !fromServer) < 0
  );
}

/** The sender received the acknowledgment of its FIN first, and then the peer's. */
function putBehindAcknowledgment(at: Exchange): void {
  const { fromServer, segment, ledger } = at;
  const { journal } = ledger;
  const acknowledged = ledger.newest(fromServer);
  const fin = ledger.retractFrom(fromServer, RECEIVED_FIN);
  const frame = journal.frame(acknowledged);
  const [seconds, nanoseconds] = [journal.seconds(acknowledged), journal.nanoseconds(acknowledged)];
  ledger.enterAt(fromServer, RECEIVED_ACK_OF_FIN, ASSUMED, frame, seconds, nanoseconds);
  ledger.enterAt(fromServer, RECEIVED_FIN, ASSUMED, journal.frame(fin), segment.seconds, segment.nanoseconds);
}

/**
 * The peer's FIN lay beyond a gap in the capture, or its first copy was taken as lost: the acknowledgment
 * proves that it arrived, at the latest with its last copy.
 */
function receiveFinByProof(at: Exchange, mayBeClosed: boolean): void {
  const { memory, sender: x, receiver: y, fromServer: server, ledger } = at;
  const { journal } = ledger;
  const copies = ledger.standingRun(FIN_REPEATED, !server);
  if (copies < 0) {
    ledger.enter(server, RECEIVED_FIN, mayBeClosed ? ASSUMED : OBSERVED);
    return;
  }
  const frame = journal.other(copies);
  // A copy that acknowledges the sender's FIN does both at once (§3.10.7.4, fifth step before the eighth).
  const knewFin = frame === memory[y + LAST_FRAME] && (memory[y + LAST_INFO] & LAST_KNEW_FIN) !== 0;
  const isFirst = transitionFor(memory[x + STATE] & STATE_MASK, RECEIVED_ACK_OF_FIN) >= 0;
  if (knewFin && isFirst) enterByLastCopy(at, RECEIVED_ACK_OF_FIN, copies, mayBeClosed);
  enterByLastCopy(at, RECEIVED_FIN, copies, mayBeClosed);
}

/** The last of the peer's `copies` of its FIN did this to the sender, as the segment at hand proves if it can. */
function enterByLastCopy(at: Exchange, event: number, copies: number, mayBeClosed: boolean): void {
  const { fromServer: server, segment, ledger } = at;
  const { journal } = ledger;
  const last = journal.next(copies);
  const frame = journal.other(copies);
  const [seconds, nanoseconds] = [journal.seconds(last), journal.nanoseconds(last)];
  if (mayBeClosed) ledger.enterAt(server, event, ASSUMED, frame, seconds, nanoseconds);
  else ledger.enterProved(server, event, frame, seconds, nanoseconds, segment.frame);
}

/**
 * Keeps SND.NXT, including what the capture lacks, of a sender that acknowledges its peer's FIN for the first time. It
 * is stored instead of a proof, since an assumed transition has none.
 */
function noteNextOnFin({ fromServer, segment, ledger }: Exchange): void {
  const entry = ledger.newestBy(fromServer, RECEIVED_FIN);
  if (entry >= 0 && evidenceOf(ledger.journal.detail(entry)) === ASSUMED)
    ledger.journal.setOther(entry, segment.sequence);
}

/**
 * The sender may have closed already, so that its peer's FIN found it in FIN-WAIT-1 and not in ESTABLISHED: its own FIN
 * is among octets that have not been captured so far, or waits behind unacknowledged ones (§3.10.4).
 */
function mayHaveClosed(at: Exchange): boolean {
  const { memory, sender: x } = at;
  const isWaiting =
    after(memory[x + SND_NXT], memory[x + UNA]) && (memory[x + STATE] & ENDPOINT_FIN_SENT) === 0;
  return isWaiting || hasSentUnseen(at);
}

/**
 * Everything that the endpoint at `x` sent is acknowledged: if it was to send a FIN, nothing holds that back any more.
 * Until it does, it has not closed.
 */
export function holdInCloseWait({ memory, base, ledger }: Exchange, x: number): void {
  const server = x === base + SERVER;
  if ((memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0) return;
  const entry = ledger.newest(server);
  if (entry < 0 || evidenceOf(ledger.journal.detail(entry)) !== ASSUMED || ledger.journal.other(entry) !== 0)
    return;
  ledger.confirm(server, RECEIVED_FIN, RECEIVED_FIN);
}

/** The sender had sent octets that were not captured so far. */
function hasSentUnseen({ memory, sender: x, segment }: Exchange): boolean {
  return after(segment.sequence, memory[x + SND_NXT]);
}

/** The peer's FIN, taken to have reached the sender or not, lay below the sender's RCV.NXT (§3.10.7.4, first step). */
export function refuseFinAsOld(at: Exchange): void {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  if ((memory[y + STATE] & ENDPOINT_FIN_COVERED) === 0) {
    const passed = ledger.find(FIN_PASSED, !fromServer);
    if (passed >= 0) ledger.extend(passed, 0);
    else ledger.startRun(FIN_PASSED, !fromServer, distance(segment.acknowledgment, memory[y + FIN_SEQUENCE]));
  }
  if ((memory[x + STATE] & ENDPOINT_FIN_UNPROVED) === 0) return;
  ledger.retractFrom(fromServer, RECEIVED_FIN);
  memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
}

/**
 * The segment acknowledges octets beyond the peer's last, a FIN that was acknowledged before or is repeated all the
 * same: the peer drops it (§3.10.7.4, fifth step).
 */
export function acknowledgesUnsent(at: Exchange): boolean {
  const { memory, receiver: y, fromServer, segment, ledger } = at;
  return (
    after(segment.acknowledgment, memory[y + SND_NXT]) &&
    isPastPeersFin(at) &&
    ((memory[y + STATE] & ENDPOINT_FIN_COVERED) !== 0 || ledger.standingRun(FIN_REPEATED, !fromServer) >= 0)
  );
}

/** `x` sent a FIN that no acknowledgment covers yet. */
export function hasOpenFin({ memory }: Exchange, x: number): boolean {
  return (memory[x + STATE] & (ENDPOINT_FIN_SENT | ENDPOINT_FIN_COVERED)) === ENDPOINT_FIN_SENT;
}

/** The segment at hand acknowledges the peer's FIN: its sender takes nothing after that (§3.10.7.4, seventh step). */
export function knowsPeersFin({ memory, receiver: y, segment }: Exchange): boolean {
  return (
    (memory[y + STATE] & ENDPOINT_FIN_SENT) !== 0 &&
    segment.acknowledgment === advance(memory[y + FIN_SEQUENCE], 1)
  );
}

/** The sender has received more than up to the peer's FIN: to it, that FIN was an old segment, and it dropped it. */
export function isPastPeersFin({ memory, receiver: y, segment }: Exchange): boolean {
  return after(segment.acknowledgment, advance(memory[y + FIN_SEQUENCE], 1));
}
