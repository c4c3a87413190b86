import type { Connection } from '../../connections/connection.js';
import type { Timestamp } from '../../core/time.js';
import { latest } from '../evidence/evidence.js';
import { inNetwork } from '../wording/wording.js';
import { Groups, MAX_GROUPS } from './members.js';

/**
 * When each server's host was last heard on any connection of the capture, and who was not though it spoke. It also
 * numbers the services, so that not every pattern has to look them up.
 */
export class Heard {
  /** As `inNetwork` names them. */
  readonly #hosts = new Map<string, { time: Timestamp; capture: number }>();
  /** How many captures have ended. */
  #capture = 0;
  /** Hosts that sent what the capture does not hold. */
  readonly #missed = new Set<string>();
  /** A connection of which both directions were captured. */
  #hasBoth = false;
  readonly #services = new Groups<number>();
  #service: number | null = null;

  note(connection: Connection): void {
    const { client, server, quality, network } = connection;
    const services = this.#services;
    this.#service = services.of(inNetwork(server.address, network), server.port, () => services.all.length);
    if (client.segments > 0 && server.segments > 0) this.#hasBoth = true;
    if (quality.unseen !== null && quality.unseenSent && this.#missed.size < MAX_GROUPS) {
      this.#missed.add(inNetwork(connection[quality.unseen].address, network));
    }
    const { lastSegment, address } = server;
    if (lastSegment === null) return;
    const name = inNetwork(address, network);
    const host = this.#hosts.get(name);
    if (host === undefined) {
      if (this.#hosts.size < MAX_GROUPS)
        this.#hosts.set(name, { time: lastSegment.time, capture: this.#capture });
    } else if (host.capture === this.#capture) {
      host.time = latest(host.time, lastSegment.time);
    } else {
      host.time = lastSegment.time;
      host.capture = this.#capture;
    }
  }

  /** The number of the last noted connection's address and port at the server; null once there were too many. */
  get service(): number | null {
    return this.#service;
  }

  /** The number of any connection's service; null if it has none. */
  serviceOf({ server, network }: Connection): number | null {
    return this.#services.find(inNetwork(server.address, network), server.port);
  }

  /** What comes now is of another capture, and of another time. */
  endCapture(): void {
    this.#capture++;
  }

  /** In the capture that has not ended; null if it was not, or there were too many. */
  of(address: string, network: string): Timestamp | null {
    const host = this.#hosts.get(inNetwork(address, network));
    return host === undefined || host.capture !== this.#capture ? null : host.time;
  }

  /**
   * Whether what this host sends is missing from all captures by all that is known: others acknowledge it unheard, or
   * no connection has both directions and on some the other one was in use.
   */
  misses(address: string, network: string): boolean {
    if (this.#missed.size === 0) return false;
    const name = inNetwork(address, network);
    return !this.#hasBoth || (this.#missed.has(name) && !this.#hosts.has(name));
  }

  /** When other hosts than this one, as `inNetwork` names it, were last heard in the capture that has not ended. */
  *others(name: string): Generator<{ readonly name: string; readonly time: Timestamp }> {
    for (const [other, { time, capture }] of this.#hosts) {
      if (other !== name && capture === this.#capture) yield { name: other, time };
    }
  }
}
