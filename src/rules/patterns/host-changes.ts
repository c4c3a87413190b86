import type { Connection, Endpoint } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { milestone } from '../evidence/evidence.js';
import type { Finding } from '../finding.js';
import { inNetwork } from '../wording/wording.js';
import { Groups } from './members.js';

/** A change that happened to a connection of a host between two times, both in seconds after one origin. */
export interface HostChange {
  readonly id: number;
  /** When it had not happened yet. */
  readonly known: number;
  /** When it had. */
  readonly found: number;
  /** Frame with which the host's address was announced on its link in between; null if none was captured. */
  readonly announced: number | null;
}

export interface HostChanges<Change extends HostChange> {
  readonly host: string;
  readonly network: string;
  /** From where their times are counted. */
  readonly origin: Timestamp;
  readonly changes: Change[];
}

/** Changes kept per host: more do not alter the verdict. */
const MAX_CHANGES = 4096;

/** Changes to connections, by the host at one end. */
export class ChangesByHost<Change extends HostChange = HostChange> {
  readonly #groups = new Groups<HostChanges<Change>>();

  /** Those of the host of `endpoint`; null if there are enough, or too many hosts. */
  of({ network, start }: Connection, { address: host }: Endpoint): HostChanges<Change> | null {
    const group = this.#groups.of(inNetwork(host, network), 0, () => ({
      host,
      network,
      origin: start,
      changes: [],
    }));
    return group === null || group.changes.length >= MAX_CHANGES ? null : group;
  }

  get all(): readonly HostChanges<Change>[] {
    return this.#groups.all;
  }
}

/**
 * The change that `finding` shows on a connection of `endpoint`. It had not happened at `lastKnown`, or else when the
 * endpoint was last heard before.
 */
export function changeOf(
  id: number,
  endpoint: Endpoint,
  origin: Timestamp,
  { to, facts }: Finding,
  lastKnown?: Timestamp,
): HostChange {
  const found = secondsBetween(origin, to);
  const lastHeard = found - Number(facts.idleSeconds ?? facts.unheardSeconds ?? 0);
  const known = Math.min(found, lastKnown === undefined ? lastHeard : secondsBetween(origin, lastKnown));
  const announcement = milestone(endpoint, 'address-announced');
  const at = announcement === null ? Number.NaN : secondsBetween(origin, announcement.time);
  return { id, known, found, announced: at > known && at < found ? announcement!.frame : null };
}

/** Those that one moment explains: of several such moments, the one that explains the most. */
export function explainedByOneMoment<Change extends HostChange>(
  changes: readonly Change[],
): readonly Change[] {
  const known = changes.map((one) => one.known).sort((a, b) => a - b);
  const found = changes.map((one) => one.found).sort((a, b) => a - b);
  let best = { count: 0, at: 0 };
  let ended = 0;
  for (const [place, at] of known.entries()) {
    while (found[ended] < at) ended++;
    const count = place + 1 - ended;
    if (count > best.count) best = { count, at };
  }
  return changes.filter((one) => one.known <= best.at && best.at <= one.found);
}
