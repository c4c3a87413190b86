import type { Endpoint } from '../../connections/connection.js';
import type { Timestamp } from '../../core/time.js';
import { latest } from '../evidence.js';
import { inNetwork } from '../wording.js';
import { MAX_GROUPS } from './members.js';

/** When each server's host was last heard on any connection. */
export class Heard {
  /** As `inNetwork` names them. */
  readonly #hosts = new Map<string, { time: Timestamp }>();

  note({ lastSegment, address }: Endpoint, network: string): void {
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

  get all(): ReadonlyMap<string, { readonly time: Timestamp }> {
    return this.#hosts;
  }
}
