import { secondsBetween, type Timestamp } from '../../core/time.js';
import type { OptionSpec } from '../rule.js';
import { count } from '../wording/wording.js';

/** Groups that a collector keeps at most: whoever made the capture must not choose how much memory it takes. */
export const MAX_GROUPS = 10_000;

/** Ids that a pattern lists at most; its `count` covers all. */
export const MAX_LISTED = 1000;

/** How many services that show the same are reported: those with the most of it. */
export const MOST_SERVICES = 10;

/** Says how many more services have no pattern of their own; empty for none. */
export function furtherServices(further: number): string {
  if (further === 0) return '';
  return ` ${count(further, 'more service')} with fewer such findings ${further === 1 ? 'is' : 'are'} not listed.`;
}

/** How many connections make a pattern. */
export const MINIMUM_MEMBERS: OptionSpec = {
  unit: 'count',
  default: 3,
  minimum: 2,
  maximum: 1_000_000,
  description: 'How many connections make a pattern: three are the fewest that chance hardly explains.',
};

/** Connections that show the same, with the first and the last time it was seen. */
export class Members {
  readonly ids: number[] = [];
  count = 0;
  from: Timestamp;
  to: Timestamp;

  constructor(from: Timestamp, to: Timestamp = from) {
    this.from = from;
    this.to = to;
  }

  add(id: number, from: Timestamp, to: Timestamp = from): void {
    this.count++;
    if (this.ids.length < MAX_LISTED) this.ids.push(id);
    if (secondsBetween(this.from, from) < 0) this.from = from;
    if (secondsBetween(this.to, to) > 0) this.to = to;
  }

  /** Takes in those of `other`, of which none is among these. */
  addAll(other: Members): void {
    this.count += other.count;
    this.ids.push(...other.ids);
    this.ids.sort((a, b) => a - b);
    this.ids.length = Math.min(this.ids.length, MAX_LISTED);
    if (secondsBetween(this.from, other.from) < 0) this.from = other.from;
    if (secondsBetween(this.to, other.to) > 0) this.to = other.to;
  }
}

/** Ports are below this, and so are the numbers of groups. */
const PORTS = 1 << 16;

/**
 * Groups by host, or by host and port. Hosts are numbered, because a joined key would be a new string to hash
 * for every connection, and a map for each host takes more room than what is in it.
 */
export class Groups<Group> {
  readonly #hosts = new Map<string, number>();
  readonly #byHostAndPort = new Map<number, Group>();
  readonly #all: Group[] = [];

  /** The group of this host (and port), made on first use; null once there are too many. */
  of(host: string, port: number, make: () => Group): Group | null {
    let number = this.#hosts.get(host);
    let group = number === undefined ? undefined : this.#byHostAndPort.get(number * PORTS + port);
    if (group !== undefined) return group;
    if (this.#all.length >= MAX_GROUPS) return null;
    if (number === undefined) {
      number = this.#hosts.size;
      this.#hosts.set(host, number);
    }
    group = make();
    this.#byHostAndPort.set(number * PORTS + port, group);
    this.#all.push(group);
    return group;
  }

  /** The group of this host (and port); null if there is none. */
  find(host: string, port: number): Group | null {
    const number = this.#hosts.get(host);
    return (number === undefined ? undefined : this.#byHostAndPort.get(number * PORTS + port)) ?? null;
  }

  /** In the order of their first members. */
  get all(): readonly Group[] {
    return this.#all;
  }
}

/** Of sorted numbers; 0 for none. */
export function median(sorted: readonly number[]): number {
  if (sorted.length === 0) return 0;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
