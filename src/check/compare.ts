/** Compares an observation with an expectation. */
import type { Path } from '../config/problems.js';
import type { Role } from '../connections/connection.js';
import type { Finding, Pattern } from '../rules/finding.js';
import type {
  ConnectionName,
  Expectation,
  ExpectedFinding,
  ExpectedList,
  ExpectedStates,
} from './expectation.js';
import { matched } from './matching.js';
import type { Observation, ObservedConnection } from './observation.js';

/** One thing that is not as expected. */
export interface Difference {
  /** What it is about: `findings`, `connection 3, server`. */
  readonly subject: string;
  /** Where the expectation says it. */
  readonly path: Path;
  /** Null for what was not expected at all. */
  readonly expected: string | null;
  /** Null for what is missing. */
  readonly found: string | null;
  /** The connection to look at, if there is one. */
  readonly connection: number | null;
}

export function compare(expectation: Expectation, observation: Observation): readonly Difference[] {
  const { connections, findings, patterns, finalStates, states } = expectation;
  const differences: Difference[] = [];
  const add = (subject: string, path: Path, expected: string, found: string): void => {
    if (expected !== found) differences.push({ subject, path, expected, found, connection: null });
  };
  if (connections !== undefined) {
    add('connections', ['connections'], String(connections), String(observation.connections.length));
  }
  if (findings !== undefined) {
    differences.push(
      ...compareLists('findings', findings, observation.findings.map(itemOfFinding), observation),
    );
  }
  if (patterns !== undefined) {
    differences.push(
      ...compareLists('patterns', patterns, observation.patterns.map(itemOfPattern), observation),
    );
  }
  if (finalStates !== undefined) {
    add('finalStates', ['finalStates'], counts(finalStates), counts(observation.finalStates));
  }
  for (const [place, expected] of (states ?? []).entries()) {
    differences.push(...compareStates(expected, ['states', place], observation));
  }
  return differences;
}

/** The connections that a name fits: several where a 4-tuple was used again. */
export function connectionsNamed(
  name: ConnectionName,
  { connections }: Observation,
): readonly ObservedConnection[] {
  return connections.filter(({ id, ends }) => (typeof name === 'number' ? id === name : ends === name));
}

/** The state in which an endpoint ended; one that was never seen is still CLOSED. */
export function finalStateOf(connection: ObservedConnection, role: Role): string {
  return connection[role].at(-1) ?? 'CLOSED';
}

interface Item {
  readonly text: string;
  readonly connection: number | null;
  readonly fits: (expected: ExpectedFinding, connections: ReadonlySet<number> | null) => boolean;
}

function itemOfFinding(finding: Finding): Item {
  const { rule, severity, confidence, endpoint, connection, frames } = finding;
  return {
    text: `${severity} ${rule}${endpoint === null ? '' : ` (${endpoint})`} on connection ${connection}: ${finding.title}`,
    connection,
    fits: (expected, connections) =>
      expected.rule === rule &&
      isSame(expected.severity, severity) &&
      isSame(expected.confidence, confidence) &&
      isSame(expected.endpoint, endpoint) &&
      (connections === null || connections.has(connection)) &&
      (expected.frames === undefined || String(expected.frames) === String(frames)),
  };
}

function itemOfPattern({ rule, severity, confidence, count, title }: Pattern): Item {
  return {
    text: `${severity} ${rule}: ${title}`,
    connection: null,
    fits: (expected) =>
      expected.rule === rule &&
      isSame(expected.severity, severity) &&
      isSame(expected.confidence, confidence) &&
      isSame(expected.count, count),
  };
}

function isSame<T>(expected: T | undefined, found: T): boolean {
  return expected === undefined || expected === found;
}

/** Pairs each expected entry with something found, and says what is left over on either side. */
function compareLists(
  subject: 'findings' | 'patterns',
  { exact, entries }: ExpectedList,
  items: readonly Item[],
  observation: Observation,
): readonly Difference[] {
  const wants = entries.map((entry) => ({
    count: subject === 'findings' ? (entry.count ?? 1) : 1,
    connections:
      entry.connection === undefined
        ? null
        : new Set(connectionsNamed(entry.connection, observation).map(({ id }) => id)),
  }));
  const { lacks, left } = matched(wants, items.length, (want, item) =>
    items[item].fits(entries[want], wants[want].connections),
  );
  const root: Path = exact ? [subject] : [subject, 'atLeast'];
  const missing = entries.flatMap((entry, place) =>
    Array.from(
      { length: lacks[place] },
      (): Difference => ({
        subject,
        path: [...root, place],
        expected: describe(entry),
        found: null,
        connection: null,
      }),
    ),
  );
  if (!exact) return missing;
  const surplus = left.map((place): Difference => {
    const { text, connection } = items[place];
    return { subject, path: [subject], expected: null, found: text, connection };
  });
  return [...missing, ...surplus];
}

function describe({
  rule,
  severity,
  confidence,
  endpoint,
  connection,
  frames,
  count,
}: ExpectedFinding): string {
  return [
    severity,
    rule,
    endpoint && `(${endpoint})`,
    confidence,
    connection !== undefined && `on connection ${connection}`,
    frames !== undefined && `in frames ${frames.join(', ')}`,
    count !== undefined && `× ${count}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function compareStates(
  expected: ExpectedStates,
  path: Path,
  observation: Observation,
): readonly Difference[] {
  const named = connectionsNamed(expected.connection, observation);
  const subject = `connection ${expected.connection}`;
  if (named.length !== 1) {
    const found =
      named.length === 0
        ? null
        : `${named.length} such connections; name one by its number: ${named.map(({ id }) => id).join(', ')}`;
    return [{ subject, path: [...path, 'connection'], expected: 'a connection', found, connection: null }];
  }
  const [connection] = named;
  return (['client', 'server'] as const).flatMap((role) => {
    const wanted = expected[role];
    if (wanted === undefined) return [];
    const isSequence = typeof wanted !== 'string';
    const found = isSequence ? connection[role].join(' ') : finalStateOf(connection, role);
    const wish = isSequence ? wanted.join(' ') : wanted;
    if (wish === found) return [];
    return [
      {
        subject: `${subject}, ${role}`,
        path: [...path, role],
        expected: wish,
        found,
        connection: connection.id,
      },
    ];
  });
}

function counts(states: Readonly<Partial<Record<string, number>>>): string {
  return Object.entries(states)
    .filter(([, count]) => count !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}
