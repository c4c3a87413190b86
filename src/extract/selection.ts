import { type Connection, isOver } from '../connections/connection.js';
import { formatAddress, formatEndpoint } from '../core/addresses.js';
import { isLater, type Timestamp } from '../core/time.js';
import type { NeighbourMessage } from '../decode/neighbour-message.js';
import { conversationOf, type Owner } from './fragments.js';

/** Two connections of an extract on the same addresses and ports, the later of which ran into the earlier. */
export interface Reuse {
  readonly connection: number;
  readonly predecessor: number;
}

/** The connections that took over the same ports from one another, in their order. */
interface Succession {
  readonly ids: number[];
  /** Those of which a segment was assigned to the connection before. */
  readonly answered: Set<number>;
}

/**
 * Finds out, from one analysis of a capture, which connections an extract consists of: those asked for, by
 * number or by a finding on them, and those that they share frames with. A connection that takes over
 * the ports of one which is not closed may be answered in the older one's name, so that neither makes
 * sense without the other. If that happened to the older one as well, it needs the one before it in turn.
 */
export class Selection {
  /** Ids of all connections of the extract. */
  readonly connections = new Set<number>();
  readonly #wanted: Set<number>;
  readonly #wantedFindings: ReadonlySet<number>;
  readonly #found = new Set<number>();
  /** By each of its connections that has not been taken in yet. */
  readonly #successions = new Map<number, Succession>();
  /** By the later connection. */
  readonly #reuses = new Map<number, Reuse>();
  readonly #conversations = new Set<string>();
  readonly #hosts = new Set<string>();
  /** From the first connection of the extract to the last; null before there is one. */
  #start: Timestamp | null = null;
  #end: Timestamp | null = null;
  /** When the capture last paused after a connection that is not over; null once one goes on to the capture's end. */
  #pausedAt: Timestamp | null | undefined;
  /** When it first resumed after a pause before a connection that was then in its middle; null if none was. */
  #resumedAt: Timestamp | null = null;
  #findings = 0;
  #highest = -1;

  constructor(connections: readonly number[], findings: readonly number[]) {
    this.#wanted = new Set(connections);
    this.#wantedFindings = new Set(findings);
  }

  /** Takes in that a connection opens the 4-tuple of another. Both come later. */
  reuse(connection: number, predecessor: number): void {
    const succession = this.#successions.get(predecessor) ?? { ids: [predecessor], answered: new Set() };
    succession.ids.push(connection);
    this.#successions.set(predecessor, succession).set(connection, succession);
  }

  /** Takes in that a segment numbered as the connection's belonged to the one whose 4-tuple it opened. */
  answerForPredecessor(connection: number): void {
    this.#successions.get(connection)?.answered.add(connection);
  }

  /** Takes in each connection, with its findings, in the order in which reporters get them. */
  connection(connection: Connection, findings: readonly unknown[]): void {
    const { id } = connection;
    this.#highest = Math.max(this.#highest, id);
    for (let i = 0; i < findings.length; i++) {
      if (this.#wantedFindings.has(this.#findings++)) this.#wanted.add(id);
    }
    const succession = this.#successions.get(id);
    this.#successions.delete(id);
    if (!this.#wanted.has(id)) return;
    this.#found.add(id);
    this.connections.add(id);
    this.#conversations.add(nameOf(connection));
    this.#notePauses(connection);
    this.#hosts.add(connection.client.address).add(connection.server.address);
    if (succession !== undefined) this.#takeAlong(id, succession);
  }

  #notePauses(connection: Connection): void {
    const { start, end, quality } = connection;
    this.#start = earlier(this.#start, start);
    this.#end = later(this.#end, end);
    if (quality.resumedAt !== null) this.#resumedAt = earlier(this.#resumedAt, quality.resumedAt);
    // A connection that is over has no silence that could end.
    if (isOver(connection)) return;
    const isCut = this.#pausedAt !== null && quality.pausedAt !== null;
    this.#pausedAt = isCut ? later(this.#pausedAt ?? null, quality.pausedAt) : null;
  }

  /** When the capture paused, if no connection of the extract was seen after that: then the extract ends there as well. */
  get pausedAt(): Timestamp | null {
    const at = this.#pausedAt ?? null;
    return at !== null && isLater(this.#end!, at) ? null : at;
  }

  /** When it resumed after a pause, if none of them was seen before that: then the extract starts there as well. */
  get resumedAt(): Timestamp | null {
    const at = this.#resumedAt;
    return at !== null && isLater(at, this.#start!) ? null : at;
  }

  #takeAlong(id: number, { ids, answered }: Succession): void {
    const place = ids.lastIndexOf(id);
    // It comes when the next one proves to have replaced it, or one after that has taken over.
    for (let later = place + 1; later < ids.length; later++) this.#addReuse(ids[later], ids[later - 1]);
    for (let later = place; later > 0; later--) {
      this.#addReuse(ids[later], ids[later - 1]);
      if (!answered.has(ids[later - 1])) break;
    }
  }

  #addReuse(connection: number, predecessor: number): void {
    this.connections.add(connection).add(predecessor);
    this.#reuses.set(connection, { connection, predecessor });
  }

  /** What makes connections of the extract belong together. */
  get reuses(): Iterable<Reuse> {
    return this.#reuses.values();
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

  /** Whether one of the two hosts that the message is about has a connection in the extract. */
  hasHostOf(message: NeighbourMessage): boolean {
    const { sender0, sender1, sender2, sender3, target0, target1, target2, target3 } = message;
    return (
      this.#hosts.has(formatAddress(sender0, sender1, sender2, sender3)) ||
      this.#hosts.has(formatAddress(target0, target1, target2, target3))
    );
  }

  /** Whether the extract holds the connection, or if that is not known, one between the same ends. */
  owns({ connection, conversation }: Owner): boolean {
    return connection === null ? this.#conversations.has(conversation) : this.connections.has(connection);
  }
}

function earlier(known: Timestamp | null, time: Timestamp): Timestamp {
  return known === null || isLater(known, time) ? time : known;
}

function later(known: Timestamp | null, time: Timestamp): Timestamp {
  return known === null || isLater(time, known) ? time : known;
}

function nameOf({ client, server }: Connection): string {
  return conversationOf(
    formatEndpoint(client.address, client.port),
    formatEndpoint(server.address, server.port),
  );
}
