/** Selective acknowledgments (RFC 2018): whether they speak of what the peer sent. */
import { distance } from '../../tcp/sequence.js';
import { SACK_ELSEWHERE } from '../milestones.js';
import { ENDPOINT_ACKNOWLEDGED, STATE, UNA } from '../record.js';
import type { Exchange } from './exchange.js';

/** No window reaches as far, in either direction (octets). */
const ELSEWHERE = 1 << 28;

/** The sender's blocks lie far from all that its peer sent: somebody on the way changed these numbers, or all others. */
export function noteBlocksElsewhere({ memory, receiver: y, fromServer, segment, ledger }: Exchange): void {
  if ((memory[y + STATE] & ENDPOINT_ACKNOWLEDGED) === 0) return;
  const away = distance(segment.sackEdges[0], memory[y + UNA]);
  if (Math.abs(away) < ELSEWHERE) return;
  const known = ledger.find(SACK_ELSEWHERE, fromServer);
  if (known >= 0) ledger.extend(known, 0);
  else ledger.startRun(SACK_ELSEWHERE, fromServer, away);
}
