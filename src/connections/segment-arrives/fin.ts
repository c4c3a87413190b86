/**
 * FINs (RFC 9293 §3.6, §3.10.7.4, eighth step), as their sender shows them: the first, its copies, and others.
 */
import { advance, after, before, distance, within } from '../../tcp/sequence.js';
import { CLOSE_WAIT, CLOSING } from '../../tcp/states.js';
import { RECEIVED_ACK_OF_FIN, RECEIVED_FIN, RECEIVED_RESET, SENT_FIN } from '../../tcp/transitions.js';
import { ASSUMED, CONFIRMED, evidenceOf, OBSERVED, withEvidence } from '../entries.js';
import { DATA_BEYOND_OWN_FIN, FIN_COVERED, FIN_REPEATED } from '../milestones.js';
import {
  CONTIGUOUS,
  ENDPOINT_FIN_COVERED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_FIN_UNPROVED,
  ENDPOINT_OTHER_ISN,
  ENDPOINT_SECOND_FIN,
  FIN_SEQUENCE,
  LAST_FRAME,
  LAST_INFO,
  LAST_KNEW_FIN,
  LAST_ONE_UNSEEN,
  STATE,
} from '../record.js';
import { delayTowards, REORDERING_WINDOW, secondsSinceLast, tapIsAt } from '../tap.js';
import { dropAcknowledgmentOfUnsent } from './acknowledgment.js';
import type { Exchange } from './exchange.js';
import { knowsPeersFin } from './fin-arrival.js';
import { disproveAckOfFin, disproveArrivalOfFin, enterAsBefore } from './fin-disproof.js';
import { isOvertaken } from './overtaken.js';
import { widestWindow } from './window.js';

/** Two segments that crossed are at most this far apart, plus two round trips to the endpoint (seconds). */
const LONGEST_CROSSING = 1;

/** The sender's FIN, whose own sequence number is `finSequence`. */
export function takeFin(at: Exchange, finSequence: number): void {
  const { memory, base, sender: x, receiver: y, fromServer, ledger } = at;
  if ((memory[x + STATE] & ENDPOINT_FIN_SENT) === 0) {
    memory[x + STATE] = (memory[x + STATE] | ENDPOINT_FIN_SENT) & ~ENDPOINT_OTHER_ISN;
    memory[x + FIN_SEQUENCE] = finSequence;
    const answer = answerCapturedBefore(at);
    sendFin(at);
    if (answer >= 0) putBehind(at, answer);
    return;
  }
  if (finSequence !== memory[x + FIN_SEQUENCE]) {
    if (isNearFin(at, finSequence)) ledger.run(DATA_BEYOND_OWN_FIN, fromServer, 0);
    if (memory[x + CONTIGUOUS] === advance(finSequence, 1)) memory[x + STATE] |= ENDPOINT_SECOND_FIN;
    return;
  }
  if (isOvertaken(at)) {
    showCrossing(at);
    return;
  }
  ledger.run(FIN_REPEATED, fromServer, 0);
  dropAcknowledgmentOfUnsent(at);
  if (answersCrossedFin(at)) return;
  disproveAckOfFin(at);
  if ((memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0 && !knowsPeersFin(at))
    disproveArrivalOfFin(at, fromServer);
  if ((memory[y + STATE] & ENDPOINT_FIN_UNPROVED) !== 0 && !tapIsAt(memory, base, !fromServer))
    disproveArrivalOfFin(at, !fromServer);
}

/**
 * The sender repeats its FIN and with it first acknowledges the peer's, which had crossed the first copy: some stacks
 * do so instead of sending a bare acknowledgment. It says nothing about what became of that copy.
 */
function answersCrossedFin(at: Exchange): boolean {
  const { memory, sender: x, fromServer, ledger } = at;
  if ((memory[x + LAST_INFO] & LAST_KNEW_FIN) !== 0 || !knowsPeersFin(at)) return false;
  const acknowledged = ledger.newestBy(fromServer, RECEIVED_ACK_OF_FIN);
  return acknowledged < 0 || ledger.stateBefore(acknowledged) === CLOSING;
}

/**
 * The entry of the peer's FIN, if that acknowledges the sender's at hand: the capture took the two in the wrong
 * order, and by the acknowledgment numbers, which alone count, the peer closed second. Else -1.
 */
function answerCapturedBefore(at: Exchange): number {
  const { memory, sender: x, receiver: y, fromServer, ledger } = at;
  if ((memory[y + STATE] & ENDPOINT_FIN_SENT) === 0 || knowsPeersFin(at)) return -1;
  const entry = ledger.newestBy(!fromServer, SENT_FIN);
  const covering = advance(memory[x + FIN_SEQUENCE], 1);
  const isSeen = entry >= 0 && ledger.journal.frame(entry) !== 0;
  return isSeen && ledger.journal.other(entry) === covering ? entry : -1;
}

/** Puts the peer's FIN at `entry` behind the sender's, which it acknowledges. */
function putBehind(at: Exchange, entry: number): void {
  const { memory, sender: x, fromServer, segment, ledger } = at;
  const { journal } = ledger;
  const frame = journal.frame(entry);
  const [seconds, nanoseconds] = [journal.seconds(entry), journal.nanoseconds(entry)];
  ledger.retractFrom(!fromServer, SENT_FIN);
  ledger.enterProved(!fromServer, RECEIVED_FIN, segment.frame, segment.seconds, segment.nanoseconds, frame);
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

/**
 * The sender's first FIN. What the sender had not received by then crossed it: that is taken back, and comes after the
 * FIN, a FIN of the peer before a reset.
 */
function sendFin(at: Exchange): void {
  const { fromServer: server, ledger } = at;
  const last = ledger.newest(server);
  const isReset = last >= 0 && ledger.eventOf(last) === RECEIVED_RESET;
  const crossedReset = isReset ? ledger.retractFrom(server, RECEIVED_RESET) : -1;
  sendFinBesidePeers(at);
  if (crossedReset >= 0) receiveAfterAll(at, server, RECEIVED_RESET, crossedReset);
}

/** `sendFin`, before or after the peer's FIN. */
function sendFinBesidePeers(at: Exchange): void {
  const { memory, base, sender: x, fromServer: server, segment, ledger } = at;
  const newest = ledger.newest(server);
  const isUnproved = (memory[x + STATE] & ENDPOINT_FIN_UNPROVED) !== 0;
  const crossesPeers = isUnproved && !knowsPeersFin(at);
  // Right after the segment which shows that the FIN had been sent, this is its first copy, overtaken by that segment.
  const isOnlyOvertaken = knowsPeersFin(at) && secondsSinceLast(memory, x, segment) < REORDERING_WINDOW;
  const mayBeRepeated = !crossesPeers && newest >= 0 && !isOnlyOvertaken;
  if (mayBeRepeated && ledger.eventOf(newest) === RECEIVED_FIN && hadSentBefore(at)) {
    crossUnseen(at, segment.frame);
    return;
  }
  const isDoubtful = !isUnproved && newest >= 0 && doubtIfItWaited(at, newest);
  const isBehindOwn = isDoubtful && ledger.journal.other(newest) === advance(memory[x + FIN_SEQUENCE], 1);
  if (isBehindOwn && !isOnlyOvertaken) {
    sendFinUnseen(at);
    return;
  }
  const crossedFin = crossesPeers ? ledger.retractFrom(server, RECEIVED_FIN) : -1;
  // There is room for what the FIN acknowledges: no other frame proves this transition.
  if (ledger.enter(server, SENT_FIN, isDoubtful ? ASSUMED : OBSERVED)) {
    const entry = ledger.newestBy(server, SENT_FIN);
    if (entry >= 0) ledger.journal.setOther(entry, segment.acknowledgment);
  }
  if (crossedFin >= 0) {
    const longest = LONGEST_CROSSING + (2 * delayTowards(memory, base, server)) / 1e6;
    if (at.since(crossedFin) <= longest) receiveAfterAll(at, server, RECEIVED_FIN, crossedFin);
    else memory[x + STATE] &= ~ENDPOINT_FIN_UNPROVED;
  }
}

/**
 * The transition at `entry` came with the peer's FIN, in an endpoint that may have closed before: that it had not is
 * assumed, or proved only by an acknowledgment that its own FIN, which was waiting for it, follows at once. Then that
 * proof is withdrawn. Returns whether it is so.
 */
function doubtIfItWaited(at: Exchange, entry: number): boolean {
  const { memory, receiver: y, fromServer, segment, ledger } = at;
  const { journal } = ledger;
  if (ledger.eventOf(entry) !== RECEIVED_FIN) return false;
  const detail = journal.detail(entry);
  if (evidenceOf(detail) === ASSUMED) return true;
  const isByPeer = evidenceOf(detail) === CONFIRMED && journal.other(entry) === memory[y + LAST_FRAME];
  if (!isByPeer || !at.isWithinDelay(secondsSinceLast(memory, y, segment), fromServer)) return false;
  journal.setDetail(entry, withEvidence(detail, ASSUMED));
  journal.setOther(entry, 0);
  return true;
}

/**
 * The next number of the segment before, which did not know of the peer's FIN, lay past the sender's own: the first
 * copy of that was lost before the tap.
 */
function hadSentBefore({ memory, sender: x, segment }: Exchange): boolean {
  return (
    (memory[x + LAST_INFO] & (LAST_ONE_UNSEEN | LAST_KNEW_FIN)) === LAST_ONE_UNSEEN &&
    segment.payloadLength === 0 &&
    memory[x + CONTIGUOUS] === advance(memory[x + FIN_SEQUENCE], 1)
  );
}

/**
 * When the sender first acknowledged the peer's FIN, its next number already lay past its own, the first copy of which
 * was lost before the tap. It acknowledges the peer's as soon as that comes: unless there were several copies of the
 * peer's, it had sent its own before, and the two crossed.
 */
function sendFinUnseen(at: Exchange): void {
  const { fromServer, segment, ledger } = at;
  if (ledger.standingRun(FIN_REPEATED, !fromServer) >= 0) ledger.enter(fromServer, SENT_FIN, ASSUMED);
  else crossUnseen(at, segment.frame);
}

/** An early copy of the sender's FIN, overtaken by others, shows that it had not received the peer's by then. */
function showCrossing(at: Exchange): void {
  const { memory, receiver: y, fromServer, ledger } = at;
  if ((memory[y + STATE] & ENDPOINT_FIN_SENT) === 0 || knowsPeersFin(at)) return;
  const sent = ledger.newestBy(fromServer, SENT_FIN);
  if (sent < 0 || ledger.stateBefore(sent) !== CLOSE_WAIT) return;
  // What ended LAST-ACK, an acknowledgment or a reset, stands.
  const last = ledger.newest(fromServer);
  const evidence = evidenceOf(ledger.journal.detail(last));
  const proof = ledger.journal.other(last);
  crossUnseen(at, ledger.journal.frame(sent));
  if (last !== sent) enterAsBefore(at, fromServer, ledger.eventOf(last), last, evidence, proof);
}

/** The sender's FIN, whose first copy was not captured, but another in the frame `copy`, crossed the peer's. */
function crossUnseen({ fromServer, ledger }: Exchange, copy: number): void {
  const received = ledger.retractFrom(fromServer, RECEIVED_FIN);
  const { journal } = ledger;
  const frame = journal.frame(received);
  const [seconds, nanoseconds] = [journal.seconds(received), journal.nanoseconds(received)];
  ledger.enterAt(fromServer, SENT_FIN, ASSUMED, 0, seconds, nanoseconds);
  const sent = ledger.newestBy(fromServer, SENT_FIN);
  if (sent >= 0 && journal.frame(sent) === 0) journal.setOther(sent, copy);
  ledger.enterAt(fromServer, RECEIVED_FIN, ASSUMED, frame, seconds, nanoseconds);
}

/** What was taken back as of `entry` reaches the endpoint only after what it has just sent. */
function receiveAfterAll(at: Exchange, server: boolean, event: number, entry: number): void {
  const { segment, ledger } = at;
  const { seconds, nanoseconds } = segment;
  const frame = ledger.journal.frame(entry);
  ledger.enterAt(server, event, ASSUMED, frame, seconds, nanoseconds);
}

/** A FIN of the sender that its receiver takes first: it comes right after all octets, below the one known so far. */
export function endsBeforeFin(at: Exchange, sequence: number, textEnd: number): boolean {
  const { memory, sender: x } = at;
  const contiguous = memory[x + CONTIGUOUS];
  return before(textEnd, memory[x + FIN_SEQUENCE]) && within(contiguous, sequence, textEnd);
}

/**
 * A number no further from the sender's FIN than the receiver's window reaches. Beyond that the receiver drops
 * what comes (§3.10.7.4, first step): a stray of a device on the path, or of another connection on the same
 * ports whose SYN was not captured, does not show how this stream ended.
 */
export function isNearFin(at: Exchange, sequence: number): boolean {
  const { memory, sender: x, receiver: y } = at;
  return Math.abs(distance(sequence, memory[x + FIN_SEQUENCE])) <= widestWindow(at, y);
}

/** A stray with octets far past the sender's FIN, or far off on either side once that was acknowledged. */
export function isNoneOfTheStream(at: Exchange, sequence: number): boolean {
  const { memory, sender: x } = at;
  const isBehind = after(sequence, memory[x + FIN_SEQUENCE]);
  return (isBehind || (memory[x + STATE] & ENDPOINT_FIN_COVERED) !== 0) && !isNearFin(at, sequence);
}
