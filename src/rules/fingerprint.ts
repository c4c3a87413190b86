/**
 * What makes two findings the same trouble, in captures of different days: the rule, the server's address and
 * port, the endpoint, the client's address, and the network where networks are told apart; not the client's port,
 * frames, times or figures. Several such findings differ by how many came before.
 */
import type { Role } from '../connections/connection.js';

/** Changes with the meaning of fingerprints. */
export const FINGERPRINT_VERSION = 'finwait/1';

/** As much of a connection as a fingerprint depends on. */
export interface FingerprintedConnection {
  readonly client: { readonly address: string };
  readonly server: { readonly address: string; readonly port: number };
  /** As `Connection` has it; reports leave it out where it is empty. */
  readonly network?: string;
}

export function fingerprintOf(
  { client, server, network = '' }: FingerprintedConnection,
  { rule, endpoint }: { readonly rule: string; readonly endpoint: Role | null },
): string {
  const ends = `${client.address} > ${server.address} ${server.port}`;
  return `${rule} ${endpoint ?? 'both'} ${ends}${within(network)}`;
}

/** As much of a pattern as its fingerprint depends on. */
export interface FingerprintedPattern {
  readonly rule: string;
  readonly title: string;
  /** `network` is that of the hosts that the title names. */
  readonly facts: { readonly network?: unknown };
}

/** A pattern is the same if its rule, the hosts that its title names and their network are: figures do not count. */
export function patternFingerprint({ rule, title, facts }: FingerprintedPattern): string {
  const { network = '' } = facts;
  return `${rule} ${title.replace(/(?<![\w.:])\d+(?:\.\d+)?(?![\w.:])/g, '#')}${within(String(network))}`;
}

function within(network: string): string {
  return network === '' ? '' : ` in ${network}`;
}
