/**
 * What makes two findings the same trouble, in captures of different days: the rule, the server's address and
 * port, the endpoint, and the client's address; not its port, frames, times or figures. Several such findings
 * differ by how many came before.
 */
import type { Role } from '../connections/connection.js';

/** Changes with the meaning of fingerprints. */
export const FINGERPRINT_VERSION = 'finwait/1';

/** As much of a connection as a fingerprint depends on. */
export interface FingerprintedConnection {
  readonly client: { readonly address: string };
  readonly server: { readonly address: string; readonly port: number };
}

export function fingerprintOf(
  { client, server }: FingerprintedConnection,
  { rule, endpoint }: { readonly rule: string; readonly endpoint: Role | null },
): string {
  return `${rule} ${endpoint ?? 'both'} ${client.address} > ${server.address} ${server.port}`;
}

/** A pattern is the same if its rule and the hosts that its title names are: figures do not count. */
export function patternFingerprint({
  rule,
  title,
}: {
  readonly rule: string;
  readonly title: string;
}): string {
  return `${rule} ${title.replace(/(?<![\w.:])\d+(?:\.\d+)?(?![\w.:])/g, '#')}`;
}
