/** Connections that a server accepts only to end them: at its limit, or from an address that it does not admit. */
import type { Connection, Endpoint } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { endedWithin, entered } from './evidence.js';

/** A server that ends a connection within this time of the handshake decided when it accepted it (seconds). */
const AT_ONCE_SECONDS = 1;
/** A refusal is no longer than this: a line or a page that says why (octets). */
const LONGEST_REFUSAL = 1024;

/** `closer` is a server that ended the connection, at `ended`, as soon as it had accepted it. */
export function mayHaveTurnedAway(connection: Connection, closer: Endpoint, ended: Timestamp): boolean {
  const accepted = entered(closer, 'ESTABLISHED');
  if (closer.role !== 'server' || connection.quality.midstream || accepted === null) return false;
  const after = secondsBetween(accepted.time, ended);
  return (
    closer.payloadBytes <= LONGEST_REFUSAL && endedWithin(connection, accepted.frame, after, AT_ONCE_SECONDS)
  );
}
