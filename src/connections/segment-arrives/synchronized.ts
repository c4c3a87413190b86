/**
 * Any segment but a SYN or a reset, in the order of RFC 9293 §3.10.7.4: the acknowledgment (fifth step), then text
 * (seventh), the FIN (eighth) and the window.
 */
import { ACK, FIN } from '../../decode/segment.js';
import { advance, after, distance } from '../../tcp/sequence.js';
import { CLOSED, SYN_RECEIVED, SYN_SENT } from '../../tcp/states.js';
import {
  CAPTURE_STARTED,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_SYN_ACK,
  SENT_SYN_ACK,
  SHOWN_OPEN,
} from '../../tcp/transitions.js';
import { ASSUMED, OBSERVED } from '../entries.js';
import { ROUTE_CHANGE_HOPS, SENT_UNSEEN, TTL_CHANGED } from '../milestones.js';
import {
  CLIENT_DELAY,
  CONTIGUOUS,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_FIN_SENT,
  ENDPOINT_HAS_NEW_DATA,
  ENDPOINT_OPEN_UNPROVED,
  ENDPOINT_OTHER_ISN,
  ENDPOINT_RESET,
  ENDPOINT_SEEN,
  ENDPOINT_SENT_SYN,
  ENDPOINT_SENT_SYN_ACK,
  FAST_OPEN,
  FLAGS,
  ISS,
  KIND_ACK,
  KIND_KEEP_ALIVE,
  KIND_SYN_ACK,
  LAST_INFO,
  LAST_RESET_SINCE,
  SND_NXT,
  STATE,
  STATE_MASK,
  TTL_MASK,
  TTL_SHIFT,
} from '../record.js';
import { continueFrom } from '../sequence-space.js';
import { measureDelay } from '../tap.js';
import { raiseAcknowledged } from './acknowledgment.js';
import type { Exchange } from './exchange.js';
import {
  acknowledgesUnsent,
  coverFin,
  deliverFin,
  hasOpenFin,
  isPastPeersFin,
  knowsPeersFin,
  refuseFinAsOld,
} from './fin-arrival.js';
import { goOnBelowFin, refuseFin } from './fin-disproof.js';
import { chooseIsn, enterOpen, openByProof } from './opening.js';
import { isProbe } from './probe.js';
import { challenge, disproveReset, isReset } from './reset.js';
import { noteBlocksElsewhere } from './selective.js';
import { takeText } from './text.js';
import { compareWithSyn, isBeyondWindow, takeWindow } from './window.js';

/** Any segment but a SYN or a reset. */
export function takeSynchronized(at: Exchange): number {
  const { memory, sender: x, receiver: y, segment } = at;
  if ((memory[x + STATE] & ENDPOINT_SEEN) === 0) meetSender(at);
  else compareTtl(at);
  if (isReset(at)) disproveReset(at);
  // A segment without ACK is unacceptable once synchronized, and dropped (§3.10.7.4, fifth step).
  if ((segment.flags & ACK) === 0) return KIND_ACK;

  acknowledge(at);
  let kind: number;
  if (segment.payloadLength > 0 || (segment.flags & FIN) !== 0) {
    kind = takeText(at);
    if ((memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0) deliverFin(at);
  } else {
    kind = takeBare(at);
  }
  takeWindow(at);
  if (hasOpenFin(at, y)) refuseFin(at);
  return kind;
}

/** The sender's first captured segment, and no SYN of its own was seen: take up its numbers from here. */
function meetSender(at: Exchange): void {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  memory[x + ISS] = advance(segment.sequence, -1);
  if (at.stateOf(x) === CLOSED || (memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) === 0) {
    memory[x + SND_NXT] = segment.sequence;
    memory[x + CONTIGUOUS] = segment.sequence;
  }
  if ((memory[y + STATE] & ENDPOINT_SEEN) === 0) {
    continueFrom(memory, y, segment.acknowledgment);
    ledger.enter(fromServer, CAPTURE_STARTED, ASSUMED);
    ledger.enter(!fromServer, CAPTURE_STARTED, ASSUMED);
  } else if (at.stateOf(x) === CLOSED && at.stateOf(y) === SYN_SENT) {
    // The peer's SYN was captured, this endpoint's SYN-ACK was not.
    ledger.enterUnseen(fromServer, SENT_SYN_ACK);
    ledger.enter(fromServer, SHOWN_OPEN, OBSERVED);
    ledger.enter(!fromServer, RECEIVED_SYN_ACK, ASSUMED);
  }
}

/** Notes a TTL that changes as no route does: what opened the connection may be a device in front of the endpoint. */
function compareTtl({ memory, sender: x, segment, fromServer, ledger }: Exchange): void {
  const flags = memory[x + STATE];
  const ttl = (flags & TTL_MASK) >>> TTL_SHIFT;
  if (Math.abs(segment.ttl - ttl) <= ROUTE_CHANGE_HOPS || (flags & ENDPOINT_HAS_NEW_DATA) !== 0) return;
  if ((memory[x + LAST_INFO] & LAST_RESET_SINCE) !== 0) return;
  if (ledger.find(TTL_CHANGED, fromServer) < 0) ledger.note(TTL_CHANGED, fromServer, ttl);
}

/** The acknowledgment field: what the sender has received, and what its peer learns from that. */
function acknowledge(at: Exchange): void {
  const { memory, base, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const acknowledgment = segment.acknowledgment;
  const flags = memory[x + STATE];
  const state = flags & STATE_MASK;

  if ((memory[y + STATE] & ENDPOINT_OTHER_ISN) !== 0) chooseIsn(at);
  if ((flags & ENDPOINT_OPEN_UNPROVED) !== 0) {
    const isPassive = (flags & (ENDPOINT_SENT_SYN | ENDPOINT_SENT_SYN_ACK)) === ENDPOINT_SENT_SYN_ACK;
    if (!isPassive || !saysSynAckAgain(at)) {
      ledger.confirm(fromServer, RECEIVED_SYN_ACK, RECEIVED_ACK_OF_SYN);
      memory[x + STATE] = memory[x + STATE] & ~ENDPOINT_OPEN_UNPROVED;
      if (isPassive) compareWithSyn(at);
    }
  } else if (state === SYN_SENT) {
    if (!openByProof(at)) ledger.enter(fromServer, SHOWN_OPEN, OBSERVED);
    if (at.stateOf(y) === CLOSED && (memory[y + STATE] & (ENDPOINT_SEEN | ENDPOINT_RESET)) === 0) {
      ledger.enterUnseen(!fromServer, SENT_SYN_ACK);
      continueFrom(memory, y, acknowledgment);
    }
  } else if (state === SYN_RECEIVED && (memory[base + FLAGS] & FAST_OPEN) === 0 && !saysSynAckAgain(at)) {
    ledger.enter(fromServer, SHOWN_OPEN, OBSERVED);
  }

  const peerFlags = memory[y + STATE];
  // Text may come whenever the program likes, and the acknowledgment before it may be lost.
  if (
    !fromServer &&
    (peerFlags & STATE_MASK) === SYN_RECEIVED &&
    segment.payloadLength === 0 &&
    acknowledgment === advance(memory[y + ISS], 1)
  ) {
    measureDelay(memory, base, CLIENT_DELAY, y, KIND_SYN_ACK, segment);
  }
  if ((peerFlags & STATE_MASK) === SYN_RECEIVED && after(acknowledgment, memory[y + ISS])) {
    enterOpen(at, !fromServer, RECEIVED_ACK_OF_SYN);
  }
  if ((peerFlags & ENDPOINT_FIN_SENT) !== 0) {
    if (knowsPeersFin(at)) coverFin(at);
    else if (isPastPeersFin(at)) refuseFinAsOld(at);
    if (acknowledgesUnsent(at)) return;
  }
  raiseAcknowledged(at, y, acknowledgment);
  if (segment.sackBlocks > 0) noteBlocksElsewhere(at);
}

/** It says no more than the SYN-ACK did: an unacceptable segment draws the same before the third segment comes. */
function saysSynAckAgain({ memory, receiver: y, segment }: Exchange): boolean {
  const { acknowledgment, flags, payloadLength } = segment;
  return payloadLength === 0 && (flags & FIN) === 0 && acknowledgment === advance(memory[y + ISS], 1);
}

/** What the sender sent before this acknowledgment is not all in the capture. */
function noteUnseen(at: Exchange, next: number): void {
  const { memory, sender: x, fromServer, segment, ledger } = at;
  if ((memory[x + STATE] & ENDPOINT_FIN_SENT) !== 0 || isBeyondWindow(at, segment.sequence)) return;
  const entry = ledger.find(SENT_UNSEEN, fromServer);
  if (entry < 0) ledger.startRun(SENT_UNSEEN, fromServer, distance(segment.sequence, next));
  else ledger.extend(entry, 0);
}

/** A segment without payload or FIN: an acknowledgment, a keep-alive, or a window probe. */
function takeBare(at: Exchange): number {
  const { memory, sender: x, receiver: y, segment } = at;
  const next = memory[x + SND_NXT];
  if (isProbe(at, segment.sequence, next)) return KIND_KEEP_ALIVE;
  if (after(segment.sequence, next)) noteUnseen(at, next);
  if (hasOpenFin(at, x)) goOnBelowFin(at);
  if ((memory[y + LAST_INFO] & LAST_RESET_SINCE) !== 0) challenge(at, next);
  return KIND_ACK;
}
