/** Findings that say that a peer is silent, and whether its host was heard elsewhere meanwhile. */
import type { Role } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import type { Finding } from '../finding.js';
import type { Heard } from './heard.js';

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

/** What was still on its way when the first unanswered segment was sent. */
export const IN_FLIGHT_SECONDS = 0.5;

/** The endpoint that says nothing, by a finding about silence. */
export function silentEndpoint({ rule, endpoint }: Finding): Role {
  if (ABOUT_WAITING.has(rule)) return endpoint === 'client' ? 'server' : 'client';
  return endpoint ?? 'server';
}

/** For how many seconds after `from` this host was heard in the capture that has not ended; 0 if it was not. */
export function heardAfter(heard: Heard, address: string, network: string, from: Timestamp): number {
  const last = heard.of(address, network);
  const seconds = last === null ? 0 : secondsBetween(from, last);
  return seconds <= IN_FLIGHT_SECONDS ? 0 : seconds;
}
