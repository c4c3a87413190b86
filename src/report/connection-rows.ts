import type { Connection } from '../connections/connection.js';
import { secondsLasted } from '../core/time.js';
import { type Finding, SEVERITIES } from '../rules/finding.js';
import { endpointName, finalStateText } from './text/words.js';

/** A connection as a list shows it. */
export interface ConnectionRow {
  readonly id: number;
  readonly capture: number;
  readonly stream: number;
  /** Place of its gravest finding in `SEVERITIES`; 3 without any. */
  readonly rank: number;
  /** See `Connection`. */
  readonly network: string;
  readonly client: string;
  readonly server: string;
  readonly clientState: string;
  readonly serverState: string;
  readonly frames: number;
  /** From its first frame to its last. */
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

/** The connections with the gravest findings, the first among equals. Keeps no more than twice its limit. */
export class ConnectionRows {
  readonly #limit: number;
  #rows: ConnectionRow[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(connection: Connection, findings: readonly Finding[]): void {
    const { id, capture, stream, network, client, server, start, end, frames } = connection;
    const rank = rankOf(findings);
    if (this.#rows.length === 2 * this.#limit) {
      this.#trim();
      const last = this.#rows[this.#limit - 1];
      if (last.rank < rank || (last.rank === rank && last.id < id)) return;
    }
    this.#rows.push({
      id,
      capture,
      stream,
      rank,
      network,
      client: endpointName(client),
      server: endpointName(server),
      clientState: finalStateText(client),
      serverState: finalStateText(server),
      frames,
      seconds: secondsLasted(start, end),
      findings,
    });
  }

  /** The gravest first. */
  sorted(): readonly ConnectionRow[] {
    this.#trim();
    return this.#rows;
  }

  #trim(): void {
    this.#rows.sort((a, b) => a.rank - b.rank || a.id - b.id);
    this.#rows.length = Math.min(this.#rows.length, this.#limit);
  }
}

/** Place of the gravest of these findings in `SEVERITIES`; without any, the number of severities. */
export function rankOf(findings: readonly Finding[]): number {
  let rank = SEVERITIES.length;
  for (const { severity } of findings) rank = Math.min(rank, SEVERITIES.indexOf(severity));
  return rank;
}
