/**
 * What a program gets to see of the end of its connection, on Linux. That depends on whether it had closed its own
 * side before: with close() it gave the socket away, and with shutdown(SHUT_WR) it gave up writing.
 */
import type { Endpoint } from '../../connections/connection.js';
import { finCoveredFrame, hadClosed } from '../evidence/evidence.js';

export interface ProgramView {
  /** Of the endpoint, in a rule's words. */
  readonly name: string;
  /** What its program sees as long as it has not closed its side. */
  readonly open: string;
  /** What its read does after shutdown(SHUT_WR): `fails with ECONNRESET`. */
  readonly read: string;
  /** In the place of `open` where it had the FIN of its peer: its read gives 0, whatever comes (SOCK_DONE). */
  readonly ended?: string;
}

export const READS_END = 'its read gives 0, as it had the FIN of its peer';

/**
 * What the program at `{closer}` sees that had sent its FIN, where its host answers data with a reset: so does a closed
 * socket, and one that is shut down in both directions, of which the kernel tells it (tcp_rcv_state_process).
 */
export const REFUSING_CLOSER =
  '{closer}: nothing if it has closed its socket; after shutdown(SHUT_RDWR) its next read fails with ECONNRESET.';

/** For a rule's documentation, where nobody knows whether it had closed. */
export function inGeneral({ name, open, read }: ProgramView): string {
  return `{${name}}: ${open}. If it had sent its own FIN before: ${afterOwnFin(read)}.`;
}

/** What the program at `endpoint` sees of what comes with `frame`, such as a reset, or in the end. */
export function seenAt(
  endpoint: Endpoint,
  peer: Endpoint,
  { name, open, read, ended = open }: ProgramView,
  frame = Number.POSITIVE_INFINITY,
): string {
  if (!hadClosed(endpoint, frame)) {
    const covered = finCoveredFrame(peer);
    return `{${name}}: ${covered !== null && covered < frame ? ended : open}.`;
  }
  return `{${name}}, which had sent its own FIN: ${afterOwnFin(finCoveredFrame(peer) === null ? read : 'gives 0, as it had the FIN of its peer')}.`;
}

function afterOwnFin(read: string): string {
  return `nothing if it called close() or its program ended, as nobody holds the socket any more; after shutdown(SHUT_WR) its writes had failed with EPIPE and SIGPIPE already, and its read ${read}`;
}
