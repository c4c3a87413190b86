import type { Connection } from '../../connections/connection.js';
import type { Timestamp } from '../../core/time.js';
import { latest } from '../evidence.js';
import { inNetwork } from '../wording.js';
import { MAX_GROUPS } from './members.js';

/** When each server's host was last heard on any connection, and who was not though it spoke. */
export class Heard {
  /** As `inNetwork` names them. */
  readonly #hosts = new Map<string, { time: Timestamp }>();
  /** Hosts that sent what the capture does not hold. */
  readonly #missed = new Set<string>();
  /** A connection of which both directions were captured. */
  #hasBoth = false;

  note(connection: Connection): void {
    const { client, server, quality, network } = connection;
    if (client.segments > 0 && server.segments > 0) this.#hasBoth = true;
    if (quality.unseen !== null && quality.unseenSent && this.#missed.size < MAX_GROUPS) {
      this.#missed.add(inNetwork(connection[quality.unseen].address, network));
    }
    const { lastSegment, address } = server;
    if (lastSegment === null) return;
    const name = inNetwork(address, network);
    const host = this.#hosts.get(name);
    if (host !== undefined) host.time = latest(host.time, lastSegment.time);
    else if (this.#hosts.size < MAX_GROUPS) this.#hosts.set(name, { time: lastSegment.time });
  }

  /** Null if it was not, or there were too many. */
  of(address: string, network: string): Timestamp | null {
    return this.#hosts.get(inNetwork(address, network))?.time ?? null;
  }

  /**
   * Whether what this host sends is missing from the capture by all that is known: others acknowledge it unheard, or
   * no connection has both directions and on some the other one was in use.
   */
  misses(address: string, network: string): boolean {
    if (this.#missed.size === 0) return false;
    const name = inNetwork(address, network);
    return !this.#hasBoth || (this.#missed.has(name) && !this.#hosts.has(name));
  }

  get all(): ReadonlyMap<string, { readonly time: Timestamp }> {
    return this.#hosts;
  }
}
