import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Truth } from '../../fixtures/record/truth.js';
import type { Role } from '../../src/connections/connection.js';

/** FINWAIT_FIXTURES names another folder with recordings, such as new ones that are to be looked at first. */
const FOLDER = process.env.FINWAIT_FIXTURES ?? fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** Names of all recorded scenarios. */
export const scenarios: readonly string[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, 'truth.json')))
  .map((entry) => entry.name)
  .sort();

export function truthOf(scenario: string): Truth {
  return JSON.parse(readFileSync(join(FOLDER, scenario, 'truth.json'), 'utf8')) as Truth;
}

/** Path of one side's capture. */
export function captureOf(scenario: string, vantage: Role): string {
  return join(FOLDER, scenario, `${vantage}.pcap`);
}
