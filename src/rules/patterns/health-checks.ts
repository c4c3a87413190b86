import type { Connection } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import type { Finding } from '../finding.js';
import { inNetwork } from '../wording.js';
import { Groups, Members } from './members.js';

const RULE = 'handshake-aborted';

/** How far intervals may lie apart, by the longest of them: what waits for a reply, or shares a timer, is not exact. */
const SPREAD = 0.25;
/** Calls that follow one another faster are no checks. */
const SHORTEST_INTERVAL = 0.5;

/** What one client does at one service: it opens connections and resets them, before any data. */
export interface Checks {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly network: string;
  readonly members: Members;
  last: Timestamp;
  /** Seconds from one to the next. */
  shortest: number;
  longest: number;
}

/** Watches for clients that test a port at regular intervals. */
export class HealthChecks {
  readonly #services = new Groups<number>();
  readonly #watched = new Groups<Checks>();

  /** Takes in what a finding says. */
  add({ id, client, server, network }: Connection, { rule, endpoint, from, to }: Finding): void {
    if (rule !== RULE || endpoint !== 'client') return;
    const service = this.#services.of(
      inNetwork(server.address, network),
      server.port,
      () => this.#services.all.length,
    );
    if (service === null) return;
    const watched = this.#watched.of(inNetwork(client.address, network), service, () => ({
      client: client.address,
      server: server.address,
      port: server.port,
      network,
      members: new Members(from, to),
      shortest: Number.POSITIVE_INFINITY,
      longest: 0,
      last: from,
    }));
    if (watched === null) return;
    if (watched.members.count > 0) {
      const interval = secondsBetween(watched.last, from);
      watched.shortest = Math.min(watched.shortest, interval);
      watched.longest = Math.max(watched.longest, interval);
      watched.last = from;
    }
    watched.members.add(id, from, to);
  }

  /** Those of at least `minimum` calls, the most frequent first. */
  found(minimum: number): readonly Checks[] {
    return this.#watched.all
      .filter(
        ({ members, shortest, longest }) =>
          members.count >= minimum && shortest >= SHORTEST_INTERVAL && longest - shortest <= SPREAD * longest,
      )
      .sort((a, b) => b.members.count - a.members.count);
  }
}
