/**
 * What a program sees of the end of its connection, on Linux. That depends on whether it had already closed its own
 * side: with close() it gave up the socket, with shutdown(SHUT_WR) only writing.
 */
import type { Endpoint } from '../../connections/connection.js';
import { finCoveredFrame, hadClosed } from '../evidence/evidence.js';

export interface ProgramView {
  /** The endpoint's name in a rule's words. */
  readonly name: string;
  /** What its program sees as long as it has not closed its side. */
  readonly open: string;
  /** What its read does after shutdown(SHUT_WR): `fails with ECONNRESET`. */
  readonly read: string;
  /** Instead of `open` if its peer's FIN had arrived: its read returns 0, whatever comes (SOCK_DONE). */
  readonly ended?: string;
}

export const READS_END = 'its read returns 0, as its peer’s FIN had arrived';

/**
 * What the program at `{closer}`, which had sent its FIN, sees when its host answers data with a reset. A closed socket
 * makes it do so, and one shut down in both directions, whose program gets an error (tcp_rcv_state_process).
 */
export const REFUSING_CLOSER =
  '{closer}: nothing if it has closed its socket; after shutdown(SHUT_RDWR) its next read fails with ECONNRESET.';

/** For a rule's documentation, where it is unknown whether the program had closed. */
export function inGeneral({ name, open, read }: ProgramView): string {
  return `{${name}}: ${open}. If it had sent its own FIN before: ${afterOwnFin(read)}.`;
}

/** What the program at `endpoint` sees of what comes with `frame`, such as a reset; without a frame, in the end. */
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
  return `{${name}}, which had sent its own FIN: ${afterOwnFin(finCoveredFrame(peer) === null ? read : 'returns 0, as its peer’s FIN had arrived')}.`;
}

function afterOwnFin(read: string): string {
  return `nothing if it called close() or its program ended, as no process holds the socket any more; after shutdown(SHUT_WR) its writes already failed with EPIPE and SIGPIPE, and its read ${read}`;
}
