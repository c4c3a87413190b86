import type { Connection } from '../connections/connection.js';
import { formatEndpoint } from '../core/addresses.js';
import { conversationOf } from './fragments.js';

/** Two connections of an extract on the same addresses and ports, of which the later met the earlier. */
export interface Reuse {
  readonly connection: number;
  readonly predecessor: number;
}

/**
 * Finds out, from one analysis of a capture, which connections an extract consists of: those asked for, by
 * number or by a finding on them, and those that they share frames with. A connection that takes over
 * the ports of one which is not closed may be answered in the older one's name, so that neither tells its
 * story without the other.
 */
export class Selection {
  /** Ids of all connections of the extract. */
  readonly connections = new Set<number>();
  readonly reuses: Reuse[] = [];
  readonly #wanted: Set<number>;
  readonly #wantedFindings: ReadonlySet<number>;
  readonly #found = new Set<number>();
  /** By both connections, until they are told. */
  readonly #pending = new Map<number, Reuse[]>();
  readonly #conversations = new Set<string>();
  #findings = 0;
  #highest = -1;

  constructor(connections: readonly number[], findings: readonly number[]) {
    this.#wanted = new Set(connections);
    this.#wantedFindings = new Set(findings);
  }

  /** Takes in that a connection opens the 4-tuple of another. Both are told later. */
  reuse(connection: number, predecessor: number): void {
    const reuse = { connection, predecessor };
    for (const id of [connection, predecessor]) {
      const known = this.#pending.get(id);
      if (known === undefined) this.#pending.set(id, [reuse]);
      else known.push(reuse);
    }
  }

  /** Takes in each connection, with its findings, in the order in which reporters are told of them. */
  connection(connection: Connection, findings: readonly unknown[]): void {
    const { id } = connection;
    this.#highest = Math.max(this.#highest, id);
    for (let i = 0; i < findings.length; i++) {
      if (this.#wantedFindings.has(this.#findings++)) this.#wanted.add(id);
    }
    const reuses = this.#pending.get(id) ?? [];
    this.#pending.delete(id);
    if (!this.#wanted.has(id)) return;
    this.#found.add(id);
    this.connections.add(id);
    this.#conversations.add(nameOf(connection));
    for (const reuse of reuses) {
      this.connections.add(reuse.connection).add(reuse.predecessor);
      if (!this.reuses.includes(reuse)) this.reuses.push(reuse);
    }
  }

  /** Connections that were asked for and do not exist. */
  get missingConnections(): number[] {
    return [...this.#wanted].filter((id) => !this.#found.has(id));
  }

  /** Findings that were asked for and do not exist. */
  get missingFindings(): number[] {
    return [...this.#wantedFindings].filter((finding) => finding >= this.#findings);
  }

  /** Highest number of a connection in the capture; -1 if it has none. */
  get highestConnection(): number {
    return this.#highest;
  }

  get findings(): number {
    return this.#findings;
  }

  /** Whether the extract holds a connection between these ends; see `conversationOf`. */
  hasConversation(conversation: string): boolean {
    return this.#conversations.has(conversation);
  }
}

function nameOf({ client, server }: Connection): string {
  return conversationOf(
    formatEndpoint(client.address, client.port),
    formatEndpoint(server.address, server.port),
  );
}
