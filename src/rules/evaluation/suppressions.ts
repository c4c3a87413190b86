import type { Connection, Endpoint, Role } from '../../connections/connection.js';
import { contains, type Network, parseAddress, parseNetwork } from '../../core/networks.js';
import { nearestName } from '../../core/suggest.js';
import type { Timestamp } from '../../core/time.js';
import type { Finding } from '../finding.js';
import { SettingsError } from './settings.js';

/** Instead of a rule's id: every rule. */
export const ANY_RULE = '*';

/** Findings that are known and not to be reported. All that is given must fit. */
export interface Suppression {
  /** A rule's or pattern's id, or `*` together with an address or a port. */
  readonly rule: string;
  /** An endpoint's address, or a network that holds it, such as `10.0.0.0/8`. */
  readonly address?: string;
  /** The same endpoint's port. */
  readonly port?: number;
  /** Whose address and port; either's, if left out. */
  readonly endpoint?: Role;
  /** Why, for whoever reads the configuration later. */
  readonly reason: string;
  /** The last day, `YYYY-MM-DD` in UTC, on which it counts, by the clock of the capture. */
  readonly until?: string;
}

/** What a suppression did in one analysis. */
export interface SuppressionUse {
  readonly suppression: Suppression;
  /** Findings that it kept out of the report. */
  readonly findings: number;
  /** Connections that it kept out of patterns. */
  readonly connections: number;
  /** Findings, and connections of patterns, that it no longer covers as its last day is over. */
  readonly expired: number;
}

/** What is wrong with one of a suppression's values. */
export interface SuppressionFault {
  readonly key: keyof Suppression;
  readonly message: string;
  /** The name that was probably meant. */
  readonly suggestion: string | null;
}

/** The first thing that is not valid; null if all is well. `rules` are the ids that there are. */
export function suppressionFault(
  suppression: Suppression,
  rules: readonly string[],
): SuppressionFault | null {
  const { rule, address, port, endpoint, reason, until } = suppression;
  const fault = (key: keyof Suppression, message: string, suggestion: string | null = null) => ({
    key,
    message,
    suggestion,
  });
  if (rule !== ANY_RULE && !rules.includes(rule)) {
    return fault('rule', `there is no rule ${JSON.stringify(rule)}`, nearestName(rule, rules));
  }
  if (rule === ANY_RULE && address === undefined && port === undefined) {
    return fault('rule', 'a suppression of every rule needs an address or a port');
  }
  if (address !== undefined && parseNetwork(address) === null) {
    return fault('address', `${JSON.stringify(address)} is not an IP address or network such as 10.0.0.0/8`);
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    return fault('port', `a port is a whole number from 0 to 65535, not ${port}`);
  }
  if (endpoint !== undefined && address === undefined && port === undefined) {
    return fault('endpoint', 'endpoint says whose address or port is meant: give one of them');
  }
  if (reason.trim() === '') return fault('reason', 'a suppression needs a reason');
  if (until !== undefined && dayAfter(until) === null) {
    return fault('until', `${JSON.stringify(until)} is not a day such as 2026-12-31`);
  }
  return null;
}

/** `YYYY-MM-DD` to the first second after that day; null if there is no such day. */
function dayAfter(day: string): number | null {
  const milliseconds = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // Some days, such as 30 February, are taken for another.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 10) !== day) return null;
  return milliseconds / 1000 + 86_400;
}

interface Prepared {
  readonly suppression: Suppression;
  readonly network: Network | null;
  readonly end: number;
  findings: number;
  connections: number;
  expired: number;
}

/** The suppressions at work in one analysis. */
export class Suppressor {
  readonly #all: readonly Prepared[];
  readonly #ofPatterns: readonly Prepared[];

  /**
   * `rules` and `patterns` are the ids that there are.
   * @throws SettingsError for a suppression that is not valid
   */
  constructor(suppressions: readonly Suppression[], rules: readonly string[], patterns: readonly string[]) {
    this.#all = suppressions.map((suppression, place) => {
      const fault = suppressionFault(suppression, [...rules, ...patterns]);
      if (fault !== null) {
        throw new SettingsError(`suppressions[${place}].${fault.key}`, fault.message, fault.suggestion);
      }
      const { address, until } = suppression;
      return {
        suppression,
        network: address === undefined ? null : parseNetwork(address),
        end: until === undefined ? Number.POSITIVE_INFINITY : dayAfter(until)!,
        findings: 0,
        connections: 0,
        expired: 0,
      };
    });
    this.#ofPatterns = this.#all.filter(
      ({ suppression: { rule } }) => rule === ANY_RULE || patterns.includes(rule),
    );
  }

  /** The findings on a finished connection that no suppression covers; what is covered is counted. */
  keep(connection: Connection, findings: readonly Finding[]): readonly Finding[] {
    if (findings.length === 0 || this.#all.length === 0) return findings;
    return findings.filter((finding) => {
      const covering = this.#covering(connection, finding);
      const active = covering.find((candidate) => isActive(candidate, finding.to));
      if (active !== undefined) active.findings++;
      else for (const candidate of covering) candidate.expired++;
      return active === undefined;
    });
  }

  /** The same for a connection that goes on, or that nobody asked for: nothing is counted. */
  glance(connection: Connection, findings: readonly Finding[]): readonly Finding[] {
    return findings.filter(
      (finding) => !this.#covering(connection, finding).some((candidate) => isActive(candidate, finding.to)),
    );
  }

  /** Says which patterns `connection` must not be part of; null if none. That is counted unless nobody asked for it. */
  withheld(connection: Connection, isCounted = true): ((pattern: string) => boolean) | null {
    if (this.#ofPatterns.length === 0) return null;
    const covering = this.#ofPatterns.filter((candidate) => covers(candidate, connection));
    const active = covering.filter((candidate) => isActive(candidate, connection.end));
    if (isCounted) {
      for (const candidate of covering) {
        if (active.includes(candidate)) candidate.connections++;
        else candidate.expired++;
      }
    }
    return active.length === 0 ? null : (pattern) => active.some((candidate) => names(candidate, pattern));
  }

  #covering(connection: Connection, { rule }: Finding): readonly Prepared[] {
    return this.#all.filter((candidate) => names(candidate, rule) && covers(candidate, connection));
  }

  /** What each did so far, in the order given. */
  get uses(): readonly SuppressionUse[] {
    return this.#all.map(({ suppression, findings, connections, expired }) => ({
      suppression,
      findings,
      connections,
      expired,
    }));
  }
}

function names({ suppression }: Prepared, rule: string): boolean {
  return suppression.rule === ANY_RULE || suppression.rule === rule;
}

function isActive({ end }: Prepared, time: Timestamp): boolean {
  return time.seconds >>> 0 < end;
}

function covers({ suppression, network }: Prepared, { client, server }: Connection): boolean {
  const { port, endpoint } = suppression;
  const fits = (candidate: Endpoint): boolean => {
    if (endpoint !== undefined && candidate.role !== endpoint) return false;
    if (port !== undefined && candidate.port !== port) return false;
    const address = network === null ? null : parseAddress(candidate.address);
    return network === null || (address !== null && contains(network, address));
  };
  return fits(client) || fits(server);
}
