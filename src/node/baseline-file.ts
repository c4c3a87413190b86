import { readFileSync, statSync } from 'node:fs';
import { REPORT_SCHEMA } from '../report/reporter.js';
import { Baseline, type BaselineEntry } from '../rules/evaluation/baseline.js';
import {
  type FingerprintedConnection,
  fingerprintOf,
  patternFingerprint,
} from '../rules/evaluation/fingerprint.js';
import { SEVERITIES, type Severity } from '../rules/finding.js';
import { ConfigError } from './settings-text.js';

/** Larger reports would not fit into one string. */
const LARGEST = 400e6;

/** Suggests another name than the file's own, which may be needed. */
const HOW_TO_WRITE = 'write a report with: finwait CAPTURE -o baseline.json';

type Plain = Readonly<Record<string, unknown>>;

/**
 * The report at `path`, which `--format json` wrote, as a baseline.
 * @throws ConfigError
 */
export function readBaseline(path: string): Baseline {
  const report = parse(path);
  if (!isPlain(report) || report.schema !== REPORT_SCHEMA) {
    throw new ConfigError([`${path}: is not a finwait report; ${HOW_TO_WRITE}`]);
  }
  if (isPlain(report.summary) && report.summary.baseline !== undefined) {
    throw new ConfigError([`${path}: was itself made with --baseline, so it does not hold all findings`]);
  }
  return new Baseline([...findingsOf(report, path), ...patternsOf(report, path)]);
}

function parse(path: string): unknown {
  try {
    const { size } = statSync(path);
    if (size > LARGEST) throw new ConfigError([`${path}: is larger than ${LARGEST / 1e6} MB`]);
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof SyntaxError)
      throw new ConfigError([`${path}: is not JSON (${error.message}); ${HOW_TO_WRITE}`]);
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`,
    ]);
  }
}

function findingsOf(report: Plain, path: string): readonly BaselineEntry[] {
  const ends = new Map<unknown, FingerprintedConnection>();
  for (const [place, connection] of listAt(report, 'connections', path).entries()) {
    const { client, server, network } = connection;
    const isWhole =
      isPlain(client) &&
      isPlain(server) &&
      typeof client.address === 'string' &&
      typeof server.address === 'string' &&
      typeof server.port === 'number' &&
      (network === undefined || typeof network === 'string');
    if (!isWhole) throw misshapen(path, `connections[${place}]`);
    ends.set(connection.id, connection as unknown as FingerprintedConnection);
  }
  return listAt(report, 'findings', path).map((finding, place) => {
    const connection = ends.get(finding.connection);
    const { endpoint } = finding;
    if (connection === undefined || !(endpoint === null || endpoint === 'client' || endpoint === 'server')) {
      throw misshapen(path, `findings[${place}]`);
    }
    const entry = entryOf(finding, path, `findings[${place}]`);
    return { ...entry, fingerprint: fingerprintOf(connection, { rule: entry.rule, endpoint }) };
  });
}

function patternsOf(report: Plain, path: string): readonly BaselineEntry[] {
  return listAt(report, 'patterns', path).map((pattern, place) => {
    const entry = entryOf(pattern, path, `patterns[${place}]`);
    const { facts } = pattern;
    if (!isPlain(facts)) throw misshapen(path, `patterns[${place}]`);
    return { ...entry, fingerprint: patternFingerprint({ rule: entry.rule, facts }) };
  });
}

function entryOf(
  { rule, severity, title }: Plain,
  path: string,
  place: string,
): Omit<BaselineEntry, 'fingerprint'> {
  if (typeof rule !== 'string' || typeof title !== 'string' || !SEVERITIES.includes(severity as Severity)) {
    throw misshapen(path, place);
  }
  return { rule, title, severity: severity as Severity };
}

function listAt(report: Plain, key: string, path: string): readonly Plain[] {
  const list = report[key];
  if (Array.isArray(list) && list.every(isPlain)) return list;
  throw misshapen(path, key);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function misshapen(path: string, place: string): ConfigError {
  return new ConfigError([`${path}: ${place} is not as finwait writes it`]);
}
