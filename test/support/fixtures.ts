import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Role } from '../../src/connections/connection.js';
import type { State } from '../../src/tcp/states.js';

const FOLDER = new URL('../../fixtures/', import.meta.url);

/** What the kernel did while a fixture was recorded; `fixtures/README.md` describes the format. */
export interface Truth {
  readonly scenario: string;
  readonly shows: string;
  readonly captures: Readonly<Record<Role, string>>;
  readonly connections: readonly TrueConnection[];
}

export interface TrueConnection {
  readonly client: { readonly address: string; readonly port: number };
  readonly server: { readonly address: string; readonly port: number };
  readonly states: Readonly<Record<Role, readonly TrueState[]>>;
  readonly unseen: readonly Unseen[];
  /** Vantage points at which the server's SYN comes first, so that an observer calls it the client. */
  readonly swapped?: readonly Role[];
}

export interface TrueState {
  readonly state: State;
  /** ISO 8601 with nine fractional digits. */
  readonly at: string;
  readonly source: 'trace' | 'diag';
  /** False if `at` is not the moment of the transition. */
  readonly timed?: boolean;
}

/** A transition that the capture at some vantage point cannot show, or not when. */
export interface Unseen {
  readonly endpoint: Role;
  readonly state: State;
  readonly vantage: readonly Role[];
  readonly timing?: boolean;
  readonly why: string;
}

/** Names of all recorded scenarios. */
export const scenarios: readonly string[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/truth.json`, FOLDER)))
  .map((entry) => entry.name)
  .sort();

export function truthOf(scenario: string): Truth {
  return JSON.parse(readFileSync(new URL(`${scenario}/truth.json`, FOLDER), 'utf8')) as Truth;
}

/** Path of one side's capture. */
export function captureOf(scenario: string, vantage: Role): string {
  return new URL(`${scenario}/${vantage}.pcap`, FOLDER).pathname;
}
