/**
 * What makes two findings the same trouble, in captures of different days: the rule, the server's address and
 * port, the endpoint, and the client's address; not its port, frames, times or figures. Several such findings
 * differ by how many came before.
 */
import type { Connection } from '../connections/connection.js';
import type { Finding, Pattern } from './finding.js';

/** Changes with the meaning of fingerprints. */
export const FINGERPRINT_VERSION = 'finwait/1';

export function fingerprintOf(connection: Connection, { rule, endpoint }: Finding): string {
  const { client, server } = connection;
  return `${rule} ${endpoint ?? 'both'} ${client.address} > ${server.address} ${server.port}`;
}

/** A pattern is the same if its rule and the hosts that its title names are: figures do not count. */
export function patternFingerprint({ rule, title }: Pattern): string {
  return `${rule} ${title.replace(/(?<![\w.:])\d+(?:\.\d+)?(?![\w.:])/g, '#')}`;
}
