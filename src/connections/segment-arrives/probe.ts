/**
 * Keep-alives and window probes (RFC 9293 §3.8.4, §3.8.6.1): what looks like text or an acknowledgment, and is neither.
 */
import { advance, distance } from '../../tcp/sequence.js';
import { ESTABLISHED } from '../../tcp/states.js';
import { KEEP_ALIVE, WINDOW_PROBE } from '../milestones.js';
import {
  ENDPOINT_ACKNOWLEDGED,
  ENDPOINT_WINDOW_CLOSED,
  isLaterFrame,
  KIND_KEEP_ALIVE,
  LAST_FRAME,
  STATE,
  UNA,
} from '../record.js';
import { wasSwapped } from '../tap.js';
import type { Exchange } from './exchange.js';
import { isOvertaken } from './overtaken.js';

/**
 * Keep-alives carry SEQ = SND.NXT - 1 with no or one garbage octet (§3.8.4); window probes carry the
 * next octet (§3.8.6.1) or, on Linux, look like keep-alives. Only the closed window tells them apart.
 */
export function isProbe(at: Exchange, sequence: number, next: number): boolean {
  const { memory, sender: x, receiver: y, segment } = at;
  const windowClosed = (memory[y + STATE] & ENDPOINT_WINDOW_CLOSED) !== 0;
  const payload = segment.payloadLength;
  const behind = distance(next, sequence);
  if (windowClosed) {
    const atEdge = sequence === memory[x + UNA] || advance(sequence, 1) === memory[x + UNA];
    if (!atEdge || (payload === 0 && behind === 0)) return false;
    noteProbe(at, WINDOW_PROBE);
    // RFC 9293's probe carries an octet of the stream: it is sent, and counted once the window opens.
    return behind > 0 || payload === 0;
  }
  if (behind !== 1 || at.stateOf(x) < ESTABLISHED) return false;
  // An octet below UNA - 1 would be a retransmission; everything must be acknowledged already.
  if ((memory[x + STATE] & ENDPOINT_ACKNOWLEDGED) !== 0 && memory[x + UNA] !== next) return false;
  if (isOvertaken(at)) return false;
  noteProbe(at, KEEP_ALIVE);
  return true;
}

/** Another probe of the sender; it goes on with the run if the last segment of the sender was one. */
function noteProbe(at: Exchange, kind: number): void {
  const { memory, sender: x, receiver: y, fromServer, ledger } = at;
  const entry = at.lastKindOf(x) === KIND_KEEP_ALIVE ? ledger.find(kind, fromServer) : -1;
  if (entry < 0) {
    ledger.startRun(kind, fromServer, 0);
    return;
  }
  // The peer has sent since the probe before this one: that one was answered.
  const isAnswered = isLaterFrame(memory[y + LAST_FRAME], memory[x + LAST_FRAME]) || wasSwapped(memory, y, x);
  ledger.extend(entry, isAnswered ? 1 : 0);
}
