/**
 * What an endpoint's peer has acknowledged: SND.UNA (RFC 9293 §3.3.1, §3.10.7.4, fifth step), as far as a tap knows it,
 * and octets that were acknowledged though the capture has none of them.
 */
import { advance, after, before, distance } from '../../tcp/sequence.js';
import { CLOSE_WAIT } from '../../tcp/states.js';
import { ACKNOWLEDGED_UNSEEN } from '../milestones.js';
import {
  CONTIGUOUS,
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_HAS_NEW_DATA,
  ENDPOINT_SEEN,
  ENDPOINT_SYN_CAPTURED,
  FIN_SEQUENCE,
  ISS,
  LOST_SEGMENTS,
  SERVER,
  SND_NXT,
  STATE,
  UNA,
} from '../record.js';
import { noteAcknowledgedSize } from '../segment-sizes.js';
import { reachContiguous } from '../sequence-space.js';
import { REORDERING_WINDOW, secondsSinceLast } from '../tap.js';
import type { Exchange } from './exchange.js';
import { holdInCloseWait } from './fin-arrival.js';

/** The peer acknowledged `x` up to `acknowledgment`. */
export function raiseAcknowledged(at: Exchange, x: number, acknowledgment: number): void {
  const { memory } = at;
  const flags = memory[x + STATE];
  if ((flags & ENDPOINT_ACKNOWLEDGED) !== 0 && !after(acknowledgment, memory[x + UNA])) {
    const isBack = before(acknowledgment, memory[x + UNA]) && before(memory[x + SND_NXT], memory[x + UNA]);
    if (isBack) acknowledgeAnew(at, x, acknowledgment);
    return;
  }
  const beyond = distance(acknowledgment, memory[x + SND_NXT]);
  if ((flags & (ENDPOINT_SEEN | ENDPOINT_SYN_CAPTURED)) === 0) {
    // This side was never captured: its numbers are what the peer acknowledges.
    memory[x + SND_NXT] = acknowledgment;
  } else if (beyond === 1 && beganWithProbe(at, x)) {
    memory[x + SND_NXT] = acknowledgment;
  } else if (beyond > 0) {
    noteUnseen(at, x, beyond);
  }
  memory[x + STATE] = flags | ENDPOINT_ACKNOWLEDGED;
  memory[x + UNA] = acknowledgment;
  noteAcknowledgedSize(memory, x, acknowledgment);
  if (after(acknowledgment, memory[x + CONTIGUOUS])) reachContiguous(memory, x, acknowledgment);
  if (at.stateOf(x) === CLOSE_WAIT && acknowledgment === memory[x + SND_NXT]) holdInCloseWait(at, x);
}

/**
 * Its first captured segments were keep-alives, which carry SND.NXT - 1 (§3.8.4): only the answer, one beyond,
 * distinguishes them from acknowledgments. The octet in between was sent before the capture began.
 */
function beganWithProbe({ memory }: Exchange, x: number): boolean {
  return (
    (memory[x + STATE] & (ENDPOINT_SYN_CAPTURED | ENDPOINT_ACKNOWLEDGED | ENDPOINT_HAS_NEW_DATA)) === 0 &&
    memory[x + SND_NXT] === advance(memory[x + ISS], 1)
  );
}

/** The peer acknowledged `octets` of `x` that were not captured, at least not yet. */
function noteUnseen(at: Exchange, x: number, octets: number): void {
  const { memory, base, ledger } = at;
  const server = x === base + SERVER;
  memory[base + LOST_SEGMENTS] = memory[base + LOST_SEGMENTS] + 1;
  ledger.run(ACKNOWLEDGED_UNSEEN, server, octets);
  const entry = ledger.find(ACKNOWLEDGED_UNSEEN, server);
  // The run remembers up to where `x` was seen to have sent. Without room in the journal there is no run.
  if (entry >= 0) ledger.setOwnWord(entry, memory[x + SND_NXT]);
}

/**
 * The sender's octets up to `end` come right after the acknowledgment that covers them: the capture took the
 * two in the wrong order, as it does if several queues feed it, and missed nothing. Or they come late and end
 * beyond: no such octets had been sent, and the acknowledgment was not its peer's.
 */
export function catchUp(at: Exchange, end: number): void {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  const unacknowledged = memory[x + UNA];
  if (before(end, unacknowledged)) return;
  const isLate = secondsSinceLast(memory, y, segment) >= REORDERING_WINDOW;
  // Octets that were missed and acknowledged may be sent again, and end no further than then.
  if (isLate && !after(advance(segment.sequence, segment.payloadLength), unacknowledged)) return;
  const entry = ledger.standingRun(ACKNOWLEDGED_UNSEEN, fromServer);
  if (entry < 0) return;
  takeBackUnseen(at, x, entry);
  if (!isLate) return;
  memory[x + UNA] = ledger.ownWordOf(entry);
  memory[x + CONTIGUOUS] = memory[x + SND_NXT];
}

/**
 * The peer acknowledges less than before, but octets of `x` that were captured since: it had received nothing
 * beyond them, and the earlier acknowledgment was not its own (§3.10.7.4, fifth step: `x` drops that).
 */
function acknowledgeAnew(at: Exchange, x: number, acknowledgment: number): void {
  const { memory, fromServer, ledger } = at;
  const entry = ledger.standingRun(ACKNOWLEDGED_UNSEEN, !fromServer);
  if (entry < 0) return;
  const sentThen = ledger.ownWordOf(entry);
  if (!after(acknowledgment, sentThen) || after(acknowledgment, memory[x + SND_NXT])) return;
  const { journal } = ledger;
  // The continuation has the run's last time.
  if (at.since(journal.next(entry)) < REORDERING_WINDOW) return;
  takeBackUnseen(at, x, entry);
  memory[x + UNA] = acknowledgment;
  memory[x + CONTIGUOUS] = memory[x + SND_NXT];
}

/** The sender repeats its FIN: an acknowledgment of octets past that covered none that were missed. */
export function dropAcknowledgmentOfUnsent(at: Exchange): void {
  const { memory, sender: x, fromServer, ledger } = at;
  const end = memory[x + SND_NXT];
  if (end !== advance(memory[x + FIN_SEQUENCE], 1) || !after(memory[x + UNA], end)) return;
  const entry = ledger.standingRun(ACKNOWLEDGED_UNSEEN, fromServer);
  if (entry < 0) return;
  takeBackUnseen(at, x, entry);
  memory[x + UNA] = ledger.ownWordOf(entry);
  memory[x + CONTIGUOUS] = end;
}

/** The last acknowledgment in the run at `entry`, now `x`'s SND.UNA, covered no octets that were missed. */
function takeBackUnseen({ memory, base, ledger }: Exchange, x: number, entry: number): void {
  memory[base + LOST_SEGMENTS] = memory[base + LOST_SEGMENTS] - 1;
  ledger.takeBack(entry, distance(memory[x + UNA], ledger.ownWordOf(entry)));
}
