/** Selective acknowledgments (RFC 2018): whether they refer to what the peer sent. */
import { distance, within } from '../../tcp/sequence.js';
import { SACK_ELSEWHERE } from '../milestones.js';
import { ENDPOINT_ACKNOWLEDGED, ISS, STATE, UNA } from '../record.js';
import type { Exchange } from './exchange.js';
import { windowLimit } from './window.js';

/**
 * The sender's blocks lie further from all that it acknowledged than its window can ever reach: something on the path
 * changed these numbers, or all others.
 */
export function noteBlocksElsewhere(at: Exchange): void {
  const { memory, sender: x, receiver: y, fromServer, segment, ledger } = at;
  if ((memory[y + STATE] & ENDPOINT_ACKNOWLEDGED) === 0) return;
  const edge = segment.sackEdges[0];
  // What it received twice (RFC 2883) may have been sent long before.
  if (within(edge, memory[y + ISS], memory[y + UNA])) return;
  const away = distance(edge, memory[y + UNA]);
  if (Math.abs(away) <= windowLimit(at, x)) return;
  const known = ledger.find(SACK_ELSEWHERE, fromServer);
  if (known >= 0) ledger.extend(known, 0);
  else ledger.startRun(SACK_ELSEWHERE, fromServer, away);
}
