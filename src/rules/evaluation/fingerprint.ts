/**
 * What makes two findings the same trouble, in captures of different days: the rule, the server's address and
 * port, the endpoint, the client's address, and the network if networks are told apart; not the client's port,
 * frames, times or figures. Several such findings differ by how many came before.
 */
import type { Role } from '../../connections/connection.js';

/** Each changes with the meaning of its fingerprints. */
export const FINGERPRINT_VERSION = 'finwait/1';
export const PATTERN_FINGERPRINT_VERSION = 'finwait/2';

/** As much of a connection as a fingerprint depends on. */
export interface FingerprintedConnection {
  readonly client: { readonly address: string };
  readonly server: { readonly address: string; readonly port: number };
  /** As in `Connection`; reports leave it out if it is empty. */
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
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Facts that say what a pattern is about: whose trouble, and of which kind if its rule knows several. */
const SUBJECTS = ['client', 'server', 'host', 'holder', 'endpoint'] as const;
const KINDS = ['side', 'ending'] as const;

/**
 * A pattern is the same if its rule, its kind, the hosts that it is about and their network are: figures, which its
 * title is full of, do not count.
 */
export function patternFingerprint({ rule, facts }: FingerprintedPattern): string {
  const { network = '' } = facts;
  // The rule whose findings it stands for, unless its kind has a name: figures may choose among several rules then.
  const kind = facts.kind ?? facts.rule;
  const parts = [rule, kind, ...[...KINDS, ...SUBJECTS].map((name) => facts[name])];
  return `${parts.filter((part) => typeof part === 'string').join(' ')}${within(String(network))}`;
}

function within(network: string): string {
  return network === '' ? '' : ` in ${network}`;
}
