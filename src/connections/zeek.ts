/**
 * A connection in Zeek's words: the letters of its `history`, and its `conn_state`. Upper case is the
 * originator, our client.
 * Sources: Zeek's `scripts/base/protocols/conn/main.zeek` (`conn_state`),
 * `src/packet_analysis/protocol/tcp/TCPSessionAdapter.cc` and `src/analyzer/protocol/tcp/TCP_Endpoint.cc`,
 * whose functions are named where they are followed. What differs on purpose is in `docs/zeek.md`.
 */
import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.js';
import { after } from '../tcp/sequence.js';
import type { Journal } from './journal.js';
import { RESET as RESET_SEEN } from './milestones.js';
import {
  CLIENT,
  CONTIGUOUS,
  ENDPOINT_FIN_SENT,
  ENDPOINT_ISLANDS_LOST,
  FIN_SEQUENCE,
  HISTORY,
  HISTORY_MORE,
  ISS,
  JOURNAL,
  RETRANSMISSIONS,
  SERVER,
  SND_NXT,
  STATE,
  ZEEK,
  ZERO_WINDOWS_AND_RESETS,
  ZERO_WINDOWS_MASK,
} from './record.js';

// `HISTORY` and `HISTORY_MORE`: codes of letters, five bits each; above them, who sent what.
const LETTERS = '?shadfrtwgiq';
const S = 1;
const H = 2;
const A = 3;
const D = 4;
const F = 5;
const R = 6;
const T = 7;
const W = 8;
const G = 9;
const I = 10;
const Q = 11;
const LETTERS_PER_WORD = 6;
const BITS = 5;
const RESPONDER = 0x10;
const LETTER_BITS = 0x0f;
const SEEN_SHIFT = 4;

// `ZEEK`: what each endpoint was seen to send, ten bits, and its state and the one before, three bits each.
const SEEN_SYN = 1 << 0;
const SEEN_ACK = 1 << 1;
const SEEN_DATA = 1 << 2;
const SEEN_FIN = 1 << 3;
const SEEN_RST = 1 << 4;
const SEEN_FIN_RST = 1 << 5;
const SEEN_MULTI_FLAG = 1 << 6;
const SEEN_RETRANSMISSION = 1 << 7;
const SEEN_ZERO_WINDOW = 1 << 8;
const SEEN_GAP = 1 << 9;
const STATE_SHIFT = 10;
const PREVIOUS_SHIFT = 13;
const STATE_BITS = 7;
/** The responder's half of the word. */
const RESPONDER_SHIFT = 16;

// Zeek's states of an endpoint (TCP_Endpoint.h).
const INACTIVE = 0;
const SYN_SENT = 1;
const SYN_ACK_SENT = 2;
const PARTIAL = 3;
const ESTABLISHED = 4;
const CLOSED = 5;
const RESET = 6;

const CONTROL = SYN | FIN | RST;

/**
 * Whether a plain segment of the endpoint on the given side, with `length` octets of payload that continue where its
 * last ones ended, adds nothing new to the history.
 */
export function saysNothingNew(
  memory: Int32Array,
  base: number,
  fromServer: boolean,
  length: number,
): boolean {
  const own = memory[base + ZEEK] >>> (fromServer ? RESPONDER_SHIFT : 0);
  return (own & (STATE_BITS << STATE_SHIFT)) !== 0 && (own & (length === 0 ? SEEN_ACK : SEEN_DATA)) !== 0;
}

/**
 * Adds what `segment` contributes to the history, and moves Zeek's states. Must see it before anything else
 * records it.
 *
 * @param journal where earlier resets are recorded
 */
export function recordHistory(
  memory: Int32Array,
  base: number,
  fromServer: boolean,
  segment: Segment,
  journal: Journal,
): void {
  const x = base + (fromServer ? SERVER : CLIENT);
  const flags = segment.flags;
  const control = flags & CONTROL;
  const length = segment.payloadLength;
  const word = memory[base + ZEEK];
  const shift = fromServer ? RESPONDER_SHIFT : 0;
  const state = (word >>> (shift + STATE_SHIFT)) & STATE_BITS;
  const news = newsOf(flags, length);
  const letter = news & LETTER_BITS;
  const seen = news >>> SEEN_SHIFT;
  if ((word & (seen << shift)) === 0) {
    memory[base + ZEEK] = word | (seen << shift);
    if (letter !== 0) add(memory, base, fromServer, letter);
  } else if (control !== 0 && isAnother(memory, base, x, fromServer, segment, state, journal)) {
    add(memory, base, fromServer, letter);
  }
  if (segment.window === 0) recordZeroWindow(memory, base, x, fromServer, flags, state);
  if (length > 0) recordRetransmission(memory, base, x, fromServer, segment, state);
  if (control !== 0 || state === INACTIVE) move(memory, base, fromServer, segment, state);
  const y = base + (fromServer ? CLIENT : SERVER);
  if ((flags & ACK) !== 0 && after(segment.acknowledgment, memory[y + CONTIGUOUS]))
    recordGap(memory, base, y, fromServer);
}

/** `update_history`: a segment's letter, and above it the bit that remembers it; 0 for none. */
function newsOf(flags: number, length: number): number {
  switch (flags & CONTROL) {
    case 0:
      if (length > 0) return (SEEN_DATA << SEEN_SHIFT) | D;
      return (flags & ACK) !== 0 ? (SEEN_ACK << SEEN_SHIFT) | A : 0;
    case SYN:
      return (SEEN_SYN << SEEN_SHIFT) | ((flags & ACK) !== 0 ? H : S);
    case FIN:
      return (SEEN_FIN << SEEN_SHIFT) | F;
    case RST:
      return (SEEN_RST << SEEN_SHIFT) | R;
    default:
      return (flags & (FIN | RST)) === (FIN | RST)
        ? (SEEN_FIN_RST << SEEN_SHIFT) | I
        : (SEEN_MULTI_FLAG << SEEN_SHIFT) | Q;
  }
}

/**
 * `update_history`: SYN, FIN and RST are recorded again if their number differs. Before the endpoint has closed, a
 * SYN with another number restarts its numbering and counts as the same.
 */
function isAnother(
  memory: Int32Array,
  base: number,
  x: number,
  fromServer: boolean,
  segment: Segment,
  state: number,
  journal: Journal,
): boolean {
  const { flags, sequence, payloadLength } = segment;
  switch (flags & CONTROL) {
    case SYN:
      return (state === CLOSED || state === RESET) && sequence !== memory[x + ISS];
    case FIN:
      return (
        (memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0 &&
        ((sequence + payloadLength) | 0) !== memory[x + FIN_SEQUENCE]
      );
    case RST:
      return sequence !== lastReset(memory, base, fromServer, journal);
    default:
      return false;
  }
}

/** Sequence number of the last reset that was recorded for an endpoint; 0 for none. */
function lastReset(memory: Int32Array, base: number, server: boolean, journal: Journal): number {
  const entry = journal.find(memory[base + JOURNAL], RESET_SEEN, server);
  return entry < 0 ? 0 : journal.other(entry);
}

/** `update_window`: a zero window counts until its sender is reset, or its peer has closed. */
function recordZeroWindow(
  memory: Int32Array,
  base: number,
  x: number,
  fromServer: boolean,
  flags: number,
  state: number,
): void {
  if ((flags & RST) !== 0 || state === RESET || stateOf(memory, base, !fromServer) === CLOSED) return;
  const known = memory[x + ZERO_WINDOWS_AND_RESETS] & ZERO_WINDOWS_MASK;
  scaled(memory, base, fromServer, SEEN_ZERO_WINDOW, W, known + 1);
}

/** `update_last_seq`: payload that ends no later than what its sender has sent before. */
function recordRetransmission(
  memory: Int32Array,
  base: number,
  x: number,
  fromServer: boolean,
  segment: Segment,
  state: number,
): void {
  if (state === INACTIVE || state === RESET) return;
  const { flags, sequence, payloadLength } = segment;
  const next = memory[x + SND_NXT];
  const text = (flags & RST) === 0 ? payloadLength : 0;
  const end = (sequence + text + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0)) | 0;
  if (after(end, next)) return;
  if ((flags & FIN) !== 0 && next === ((memory[x + ISS] + 1) | 0)) return;
  scaled(memory, base, fromServer, SEEN_RETRANSMISSION, T, memory[x + RETRANSMISSIONS] + 1);
}

/** `TCP_Reassembler::Gap`: only on connections that are open on both sides, or were until they closed. */
function recordGap(memory: Int32Array, base: number, y: number, fromServer: boolean): void {
  if ((memory[y + STATE] & ENDPOINT_ISLANDS_LOST) !== 0) return;
  if (isClean(memory, base, false) && isClean(memory, base, true))
    once(memory, base, !fromServer, SEEN_GAP, G);
}

function isClean(memory: Int32Array, base: number, responder: boolean): boolean {
  const state = stateOf(memory, base, responder);
  return state === ESTABLISHED || (state === CLOSED && previousOf(memory, base, responder) === ESTABLISHED);
}

/** `UpdateStateMachine`, by the sender's state; called when that may change. */
function move(memory: Int32Array, base: number, responder: boolean, segment: Segment, state: number): void {
  switch (state) {
    case INACTIVE:
      moveInactive(memory, base, responder, segment);
      return;
    case SYN_SENT:
    case SYN_ACK_SENT:
      if ((segment.flags & FIN) !== 0) enter(memory, base, responder, CLOSED);
      if ((segment.flags & RST) !== 0) enter(memory, base, responder, RESET);
      return;
    case ESTABLISHED:
    case PARTIAL:
      moveEstablished(memory, base, responder, segment.flags, state);
      return;
    case CLOSED:
      if ((segment.flags & RST) !== 0 && stateOf(memory, base, !responder) !== CLOSED)
        enter(memory, base, responder, RESET);
  }
}

/** `UpdateInactiveState` */
function moveInactive(memory: Int32Array, base: number, responder: boolean, segment: Segment): void {
  const { flags, payloadLength } = segment;
  const peer = stateOf(memory, base, !responder);
  if ((flags & SYN) !== 0) {
    if (!responder) enter(memory, base, false, (flags & ACK) !== 0 ? SYN_ACK_SENT : SYN_SENT);
    else {
      if (peer === SYN_SENT) enter(memory, base, false, ESTABLISHED);
      enter(memory, base, true, ESTABLISHED);
    }
  }
  if ((flags & FIN) !== 0) enter(memory, base, responder, CLOSED);
  if ((flags & RST) !== 0) enter(memory, base, responder, RESET);
  if (stateOf(memory, base, responder) !== INACTIVE) return;
  // An acknowledgment before the SYN-ACK does not make the connection a partial one.
  if (responder && payloadLength === 0 && peer === SYN_SENT) return;
  // The SYN before the SYN-ACK was missed.
  const isMissedSyn = (flags & ACK) !== 0 && peer === ESTABLISHED;
  enter(memory, base, responder, isMissedSyn ? ESTABLISHED : PARTIAL);
}

/** `UpdateEstablishedState` */
function moveEstablished(
  memory: Int32Array,
  base: number,
  responder: boolean,
  flags: number,
  state: number,
): void {
  const peer = stateOf(memory, base, !responder);
  if ((flags & (SYN | ACK)) === SYN && state === PARTIAL && peer === INACTIVE)
    enter(memory, base, responder, SYN_SENT);
  if ((flags & (FIN | RST)) === FIN) {
    enter(memory, base, responder, CLOSED);
    // This shows that the peer's reset after its FIN was a normal end.
    if (peer === RESET && previousOf(memory, base, !responder) === CLOSED)
      enter(memory, base, !responder, CLOSED);
  }
  if ((flags & RST) !== 0) enter(memory, base, responder, RESET);
}

function stateOf(memory: Int32Array, base: number, responder: boolean): number {
  return (memory[base + ZEEK] >>> (STATE_SHIFT + (responder ? RESPONDER_SHIFT : 0))) & STATE_BITS;
}

function previousOf(memory: Int32Array, base: number, responder: boolean): number {
  return (memory[base + ZEEK] >>> (PREVIOUS_SHIFT + (responder ? RESPONDER_SHIFT : 0))) & STATE_BITS;
}

/** `SetState` */
function enter(memory: Int32Array, base: number, responder: boolean, state: number): void {
  const previous = stateOf(memory, base, responder);
  if (previous === state) return;
  const shift = responder ? RESPONDER_SHIFT : 0;
  const both = (STATE_BITS << STATE_SHIFT) | (STATE_BITS << PREVIOUS_SHIFT);
  const now = (state << STATE_SHIFT) | (previous << PREVIOUS_SHIFT);
  memory[base + ZEEK] = (memory[base + ZEEK] & ~(both << shift)) | (now << shift);
}

/** `CheckHistory`: marks what the endpoint was seen to send, and adds its letter the first time. */
function once(memory: Int32Array, base: number, responder: boolean, seen: number, letter: number): boolean {
  const bit = responder ? seen << RESPONDER_SHIFT : seen;
  const word = memory[base + ZEEK];
  if ((word & bit) !== 0) return false;
  memory[base + ZEEK] = word | bit;
  add(memory, base, responder, letter);
  return true;
}

/** `ScaledHistoryEntry`: a letter for the first time, the tenth, the hundredth, and so on. */
function scaled(
  memory: Int32Array,
  base: number,
  responder: boolean,
  seen: number,
  letter: number,
  count: number,
): void {
  if (once(memory, base, responder, seen, letter)) return;
  if (count === 10 || count === 100 || count === 1000 || count === 10_000 || count === 100_000)
    add(memory, base, responder, letter);
}

function add(memory: Int32Array, base: number, responder: boolean, letter: number): void {
  const code = letter | (responder ? RESPONDER : 0);
  const word =
    base + (memory[base + HISTORY] >>> (BITS * (LETTERS_PER_WORD - 1)) === 0 ? HISTORY : HISTORY_MORE);
  const letters = memory[word];
  // No code is 0, so the highest set bit shows how many there are.
  const place = letters === 0 ? 0 : 1 + Math.trunc((31 - Math.clz32(letters)) / BITS);
  if (place < LETTERS_PER_WORD) memory[word] = letters | (code << (BITS * place));
}

/** The history as Zeek prints it, e.g. `ShADadFf`: its first twelve letters. */
export function historyOf(memory: Int32Array, base: number): string {
  let text = '';
  for (const word of [HISTORY, HISTORY_MORE]) {
    for (let letters = memory[base + word]; letters !== 0; letters >>>= BITS) {
      const letter = LETTERS[letters & 0x0f] as string;
      text += (letters & RESPONDER) !== 0 ? letter : letter.toUpperCase();
    }
  }
  // Whoever sends first is the originator, unless ports say otherwise (`WantConnection`, `FlipRoles`).
  return /^[a-z]/.test(text) ? `^${text}` : text;
}

/** Zeek's `conn_state`, by its script's function of that name. `hasData`: whether either side sent payload. */
export function connStateOf(memory: Int32Array, base: number, hasData: boolean): string {
  const originator = stateOf(memory, base, false);
  const responder = stateOf(memory, base, true);
  if (responder === RESET) {
    if (originator === SYN_SENT || originator === SYN_ACK_SENT || (originator === RESET && !hasData))
      return 'REJ';
    return isInactive(originator) ? 'RSTRH' : 'RSTR';
  }
  if (originator === RESET) {
    if (!isInactive(responder)) return 'RSTO';
    return /^\^?S[^HAFGIQ]*R/.test(historyOf(memory, base)) ? 'RSTOS0' : 'OTH';
  }
  if (responder === CLOSED && originator === CLOSED) return 'SF';
  if (originator === CLOSED) return isInactive(responder) ? 'SH' : 'S2';
  if (responder === CLOSED) return isInactive(originator) ? 'SHR' : 'S3';
  if (originator === SYN_SENT && responder === INACTIVE) return 'S0';
  if (originator === ESTABLISHED && responder === ESTABLISHED) return 'S1';
  return 'OTH';
}

function isInactive(state: number): boolean {
  return state === INACTIVE || state === PARTIAL;
}
