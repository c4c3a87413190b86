/** Findings that say that a peer is silent. */
import type { Role } from '../../connections/connection.js';
import type { Finding } from '../finding.js';

/** Rules whose findings are about a silence that others may set in contrast. */
export const OF_SILENCE = [
  'peer-unresponsive',
  'retransmission-gave-up',
  'fin-unacknowledged',
  'keepalive-unanswered',
  'zero-window-probe-unanswered',
];

/** Rules that name the endpoint that waits. */
const ABOUT_WAITING = new Set(['syn-unanswered', 'fin-unacknowledged', 'retransmission-gave-up']);

/** The endpoint that says nothing, by a finding about silence. */
export function silentEndpoint({ rule, endpoint }: Finding): Role {
  if (ABOUT_WAITING.has(rule)) return endpoint === 'client' ? 'server' : 'client';
  return endpoint ?? 'server';
}
