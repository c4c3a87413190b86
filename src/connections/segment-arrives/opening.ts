/**
 * Opening: SYNs and SYN-ACKs (RFC 9293 §3.5, §3.10.7.2 to §3.10.7.4, first and fourth steps), what opens an endpoint,
 * and what is taken back when they come again.
 */
import { CWR, ECE } from '../../decode/segment.js';
import { advance, after, within } from '../../tcp/sequence.js';
import { CLOSED, ESTABLISHED, SYN_RECEIVED, SYN_SENT } from '../../tcp/states.js';
import {
  FOUND_GONE,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_SYN,
  RECEIVED_SYN_ACK,
  SENT_SYN,
  SENT_SYN_ACK,
  SYN_NOT_CAPTURED,
} from '../../tcp/transitions.js';
import { ASSUMED, MAX_RETRACTED_OPENINGS, OBSERVED } from '../entries.js';
import {
  FAST_OPEN_ACCEPTED,
  FAST_OPEN_REFUSED,
  SECOND_SYN,
  SYN_ACK_REPEATED,
  SYN_DATA,
  SYN_REPEATED,
} from '../milestones.js';
import {
  CLIENT,
  CONTIGUOUS,
  ECN_ASKED,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_COVERED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_FIN_UNPROVED,
  ENDPOINT_OPEN_UNPROVED,
  ENDPOINT_OTHER_ISN,
  ENDPOINT_SEEN,
  ENDPOINT_SENT_SYN,
  ENDPOINT_SENT_SYN_ACK,
  ENDPOINT_SYN_CAPTURED,
  FAST_OPEN,
  FIN_SEQUENCE,
  FLAGS,
  FOLLOWED,
  HANDSHAKE_REPEATED,
  ISS,
  isLaterFrame,
  KIND_SYN,
  KIND_SYN_ACK,
  LAST_ACKNOWLEDGMENT,
  LAST_FRAME,
  LAST_INFO,
  LAST_NANOSECONDS,
  LAST_RESET_SINCE,
  LAST_SECONDS,
  SACK_AGREED,
  SEGMENTS,
  SERVER,
  SERVER_DELAY,
  SND_NXT,
  STATE,
  STATE_MASK,
  UNA,
} from '../record.js';
import { continueFrom, startSequence } from '../sequence-space.js';
import { measureDelay, tapIsAt } from '../tap.js';
import { raiseAcknowledged } from './acknowledgment.js';
import type { Exchange } from './exchange.js';
import { isOvertaken } from './overtaken.js';
import { disproveReset, isReset } from './reset.js';

/** With both of these a SYN asks for ECN (RFC 3168 §6.1.1). */
const ECN_SETUP = ECE | CWR;

/** A SYN of the sender, or a copy of it. */
export function takeSyn(at: Exchange): number {
  const { memory, base, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const flags = memory[x + STATE];
  memory[x + STATE] = flags | ENDPOINT_SENT_SYN;
  if ((flags & ENDPOINT_SYN_CAPTURED) === 0) {
    startSequence(memory, x, segment);
    ledger.enter(fromServer, SENT_SYN, OBSERVED);
    if ((segment.flags & ECN_SETUP) === ECN_SETUP) memory[base + FLAGS] |= ECN_ASKED;
  } else {
    const gaveUpEcn = (memory[base + FLAGS] & ECN_ASKED) !== 0 && (segment.flags & ECN_SETUP) === 0;
    memory[base + FLAGS] |= HANDSHAKE_REPEATED;
    if (isOvertaken(at)) return KIND_SYN;
    ledger.run(SYN_REPEATED, fromServer, gaveUpEcn ? 1 : 0);
    // Without the cookie's data the repeated SYN ends earlier (RFC 7413 §4.2.2).
    if ((flags & ENDPOINT_ACKNOWLEDGED) === 0) startSequence(memory, x, segment);
    disproveResetOfOpening(at);
    disproveOpening(at);
  }
  const payload = segment.payloadLength;
  const asksFastOpen = segment.fastOpenCookieLength >= 0;
  if (payload > 0 && asksFastOpen) ledger.run(SYN_DATA, fromServer, payload);
  if ((memory[y + STATE] & ENDPOINT_SENT_SYN) !== 0) {
    if ((flags & ENDPOINT_SYN_CAPTURED) === 0) ledger.note(SECOND_SYN, fromServer, 0);
    ledger.enter(!fromServer, RECEIVED_SYN, ASSUMED);
  }
  return KIND_SYN;
}

/** A SYN-ACK of the sender, or a copy of it. */
export function takeSynAck(at: Exchange): number {
  const { memory, base, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const acknowledgment = segment.acknowledgment;
  const flags = memory[x + STATE];
  const isFirst = (flags & ENDPOINT_SENT_SYN_ACK) === 0;
  if (opensAfterFins(at)) return KIND_SYN_ACK;
  const isOther = !isFirst && segment.sequence !== memory[x + ISS];
  if (isOther && !replacesSynAck(at)) return KIND_SYN_ACK;
  const repeated = !isFirst && !isOther;

  if ((memory[y + STATE] & ENDPOINT_SEEN) === 0 && at.stateOf(y) === CLOSED && !repeated) {
    continueFrom(memory, y, acknowledgment);
    ledger.enterUnseen(!fromServer, SYN_NOT_CAPTURED);
  }
  if (repeated) {
    memory[base + FLAGS] |= HANDSHAKE_REPEATED;
    if (isOvertaken(at)) return KIND_SYN_ACK;
    ledger.run(SYN_ACK_REPEATED, fromServer, 0);
    disproveResetOfOpening(at);
    disproveOpening(at);
  } else {
    memory[x + STATE] = flags | ENDPOINT_SENT_SYN_ACK;
    if (segment.sackPermitted !== 0) memory[base + FLAGS] |= SACK_AGREED;
    if (isOther || (flags & ENDPOINT_SYN_CAPTURED) === 0) startWithSynAck(at);
    // A client's SYN-ACK answers a SYN of the server, and says nothing about the path to the server.
    if (fromServer) measureDelay(memory, base, SERVER_DELAY, y, KIND_SYN, segment);
    const own = flags & STATE_MASK;
    // If both opened, the peer's SYN-ACK may have been captured before its own.
    if (own === SYN_RECEIVED || (own === ESTABLISHED && (flags & ENDPOINT_SENT_SYN) !== 0))
      ledger.confirm(fromServer, RECEIVED_SYN, RECEIVED_SYN);
    else ledger.enter(fromServer, SENT_SYN_ACK, OBSERVED);
  }

  const first = advance(memory[y + ISS], 1);
  if (!within(acknowledgment, first, memory[y + SND_NXT])) return KIND_SYN_ACK;
  raiseAcknowledged(at, y, acknowledgment);
  if (after(acknowledgment, first)) acceptFastOpen(at);
  else if (isFirst && memory[y + SND_NXT] !== first) refuseFastOpen(at);
  // A sender that opened actively as well sent its SYN first, and that arrives first.
  if ((flags & ENDPOINT_SENT_SYN) !== 0) ledger.enter(!fromServer, RECEIVED_SYN, ASSUMED);
  const state = at.stateOf(y);
  if (state === SYN_SENT) {
    enterOpen(at, !fromServer, RECEIVED_SYN_ACK);
  } else if (state === SYN_RECEIVED) {
    enterOpen(at, !fromServer, RECEIVED_ACK_OF_SYN);
  } else if (
    repeated &&
    state === ESTABLISHED &&
    (memory[y + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0 &&
    !tapIsAt(memory, base, !fromServer)
  ) {
    // The copy before this one cannot have arrived: its receiver would have stopped the repetition.
    ledger.retractFrom(!fromServer, RECEIVED_SYN_ACK);
    memory[y + STATE] &= ~ENDPOINT_OPEN_UNPROVED;
    enterOpen(at, !fromServer, RECEIVED_SYN_ACK);
  }
  return KIND_SYN_ACK;
}

/**
 * A SYN-ACK that starts from another number than the one before: its host forgot that one, or two hosts answer.
 * The peer takes the first that reaches it, and answers the others with what it acknowledges already. Returns whether
 * this is that first one.
 */
function replacesSynAck(at: Exchange): boolean {
  const { memory, base, sender: x, receiver: y, segment } = at;
  if ((memory[x + STATE] & (ENDPOINT_ACKNOWLEDGED | ENDPOINT_FIN_SENT)) !== 0) return false;
  memory[base + FLAGS] |= HANDSHAKE_REPEATED;
  if (at.stateOf(y) === SYN_SENT) {
    memory[x + STATE] &= ~ENDPOINT_OTHER_ISN;
    return true;
  }
  memory[x + STATE] |= ENDPOINT_OTHER_ISN;
  memory[x + FIN_SEQUENCE] = segment.sequence;
  return false;
}

/**
 * A SYN-ACK whose acknowledgment does not fit this connection, though its FINs are through: it belongs to another one
 * on the same ports, whose SYN was not captured, and nothing is left of this one.
 */
function opensAfterFins(at: Exchange): boolean {
  const { memory, base, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const areThrough =
    (memory[x + STATE] & memory[y + STATE] & ENDPOINT_FIN_COVERED) !== 0 ||
    // Where the capture lacks a direction, its FIN is not seen either.
    ((memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0 && memory[y + SEGMENTS] === 0);
  if (!areThrough || within(segment.acknowledgment, memory[y + ISS], memory[y + SND_NXT])) return false;
  ledger.enter(fromServer, FOUND_GONE, OBSERVED);
  ledger.enterUnseen(!fromServer, FOUND_GONE);
  memory[base + FLAGS] |= FOLLOWED;
  return true;
}

/** Its data may have been captured first, if several queues feed the capture. */
function startWithSynAck(at: Exchange): void {
  const { memory, sender: x, segment } = at;
  const hasSent = (memory[x + STATE] & ENDPOINT_SEEN) !== 0 && memory[x + ISS] === segment.sequence;
  const next = memory[x + SND_NXT];
  const contiguous = memory[x + CONTIGUOUS];
  startSequence(memory, x, segment);
  if (!hasSent) return;
  memory[x + SND_NXT] = next;
  memory[x + CONTIGUOUS] = contiguous;
}

/** The peer had sent SYN-ACKs with two numbers: if this acknowledges the other one, that is the one that opened. */
export function chooseIsn(at: Exchange): void {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const other = advance(memory[y + FIN_SEQUENCE], 1);
  memory[y + STATE] &= ~ENDPOINT_OTHER_ISN;
  if (segment.acknowledgment !== other) return;
  continueFrom(memory, y, other);
  if ((memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) === 0 || at.lastKindOf(y) !== KIND_SYN_ACK) return;
  ledger.retractFrom(fromServer, RECEIVED_SYN_ACK);
  const [seconds, nanoseconds] = [memory[y + LAST_SECONDS], memory[y + LAST_NANOSECONDS]];
  const frame = memory[y + LAST_FRAME];
  ledger.enterAt(fromServer, RECEIVED_SYN_ACK, ASSUMED, frame, seconds, nanoseconds);
}

/**
 * The sender, which may have been taken for open too often, acknowledges a SYN-ACK whose last copy was captured
 * since the sender's last segment: that copy arrived. Returns whether there is one.
 */
export function openByProof(at: Exchange): boolean {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const frame = memory[y + LAST_FRAME];
  const isSynAck = at.lastKindOf(y) === KIND_SYN_ACK && (memory[y + LAST_INFO] & LAST_RESET_SINCE) === 0;
  const isAcceptable =
    within(memory[y + LAST_ACKNOWLEDGMENT], advance(memory[x + ISS], 1), memory[x + SND_NXT]) &&
    after(segment.acknowledgment, memory[y + ISS]);
  if (!isSynAck || !isAcceptable || !isLaterFrame(frame, memory[x + LAST_FRAME])) return false;
  const [seconds, nanoseconds] = [memory[y + LAST_SECONDS], memory[y + LAST_NANOSECONDS]];
  ledger.enterProved(fromServer, RECEIVED_SYN_ACK, frame, seconds, nanoseconds, segment.frame);
  return true;
}

/** An endpoint becomes ESTABLISHED by a segment captured on its way there. */
export function enterOpen(at: Exchange, server: boolean, event: number): void {
  const { memory, base, ledger } = at;
  if (ledger.retractedOpenings(server) >= MAX_RETRACTED_OPENINGS) return;
  if (ledger.enter(server, event, ASSUMED)) {
    memory[base + (server ? SERVER : CLIENT) + STATE] |= ENDPOINT_OPEN_UNPROVED;
  }
}

/** The SYN-ACK covers more than the SYN. */
function acceptFastOpen(at: Exchange): void {
  const { memory, base, fromServer, ledger } = at;
  if ((memory[base + FLAGS] & FAST_OPEN) !== 0) return;
  memory[base + FLAGS] |= FAST_OPEN;
  ledger.note(FAST_OPEN_ACCEPTED, fromServer, 0);
}

/** The SYN-ACK covers the SYN alone, though more was sent: with the SYN, or captured too early. */
function refuseFastOpen(at: Exchange): void {
  const { fromServer, segment, ledger } = at;
  if (ledger.find(SYN_DATA, !fromServer) < 0) return;
  ledger.startRun(FAST_OPEN_REFUSED, fromServer, Math.max(0, segment.fastOpenCookieLength));
}

/** Repeats the first octets, which came with the SYN and were not covered by the SYN-ACK: they had been discarded. */
export function repeatSynData(at: Exchange, sequence: number): void {
  const { memory, sender: x, fromServer, ledger } = at;
  if (sequence !== advance(memory[x + ISS], 1) || memory[x + UNA] !== sequence) return;
  const entry = ledger.find(FAST_OPEN_REFUSED, !fromServer);
  if (entry >= 0) ledger.extend(entry, 0);
}

/** The sender repeats its SYN or SYN-ACK: the segment taken to have opened it never arrived. */
function disproveOpening(at: Exchange): void {
  const { memory, sender: x, fromServer: server, ledger } = at;
  if ((memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) === 0) return;
  const bySynAck = ledger.newestBy(server, RECEIVED_SYN_ACK);
  const entry = bySynAck >= 0 ? bySynAck : ledger.newestBy(server, RECEIVED_ACK_OF_SYN);
  if (entry < 0 || at.tooSoon(entry, server)) return;
  // What it went through since is taken back as well, including a FIN taken to have reached it.
  ledger.retractFrom(server, ledger.eventOf(entry));
  memory[x + STATE] &= ~(ENDPOINT_OPEN_UNPROVED | ENDPOINT_FIN_UNPROVED);
}

/** The sender repeats its SYN or SYN-ACK after a reset that had ended its opening: it is still opening. */
function disproveResetOfOpening(at: Exchange): void {
  const { memory, sender: x, fromServer: server, ledger } = at;
  const entry = isReset(at) ? ledger.newest(server) : -1;
  if (entry < 0) return;
  const state = ledger.stateBefore(entry);
  const isUnproved = (memory[x + STATE] & ENDPOINT_OPEN_UNPROVED) !== 0;
  // Numbers that come again after that are those of another connection.
  if (state === SYN_SENT || state === SYN_RECEIVED || isUnproved) disproveReset(at);
}
