/**
 * Matchers for results of `analyze`, for Vitest and whatever else has `expect.extend`, such as Jest. A failure
 * shows what was found instead, and the ladder of the connection if it was drawn (`ladders: true`).
 */
import type { Connection, Role } from '../connections/connection.js';
import { formatEndpoint } from '../core/addresses.js';
import { type AnalysisResult, ladderOf } from '../library.js';
import { displayFilterFor } from '../report/display-filter.js';
import { findRule, PATTERNS, RULES, suggestRule } from '../rules/catalog.js';
import { type Confidence, type Finding, SEVERITIES, type Severity } from '../rules/finding.js';
import type { RuleDescription } from '../rules/rule.js';
import { STATES, type State } from '../tcp/states.js';
import { notGraceful, resetters, statesOf } from './states.js';

/** Further conditions on a finding. */
export interface FindingQuery {
  readonly endpoint?: Role | null;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  /** A connection's number. */
  readonly connection?: number;
  /** Exactly this many; by default, one or more. */
  readonly count?: number;
}

/** As Vitest and Jest expect it. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

const ROLES: readonly Role[] = ['client', 'server'];
const CONFIDENCES: readonly Confidence[] = ['observed', 'inferred', 'possible'];
/** How many lines a list in a message may have. */
const LISTED = 20;

export const matchers = {
  toHaveFinding,
  toHaveNoFindings,
  toHavePattern,
  toFollowStates,
  toEndIn,
  toCloseGracefully,
  toBeReset,
};

/** The result holds a finding of `rule`. */
function toHaveFinding(received: unknown, rule: string, query: FindingQuery = {}): MatcherResult {
  const { findings, connections } = resultOf(received, 'toHaveFinding');
  checkRule(rule, RULES, 'toHavePattern');
  checkQuery('toHaveFinding', query, ['endpoint', 'severity', 'confidence', 'connection', 'count']);
  if (query.endpoint !== undefined && query.endpoint !== null) checkName('role', query.endpoint, ROLES);
  if (query.severity !== undefined) checkName('severity', query.severity, SEVERITIES);
  if (query.confidence !== undefined) checkName('confidence', query.confidence, CONFIDENCES);
  const matching = findings.filter(
    (finding) =>
      finding.rule === rule &&
      (query.endpoint === undefined || finding.endpoint === query.endpoint) &&
      (query.severity === undefined || finding.severity === query.severity) &&
      (query.confidence === undefined || finding.confidence === query.confidence) &&
      (query.connection === undefined || finding.connection === query.connection),
  );
  const pass = query.count === undefined ? matching.length > 0 : matching.length === query.count;
  const wish = [rule, ...Object.entries(query).map(([key, value]) => `${key} ${value}`)].join(', ');
  return {
    pass,
    message: () =>
      pass
        ? `expected no finding ${wish}, but there is:\n${listed(matching)}${drawn(connections, matching)}`
        : `expected a finding ${wish}, but ${findings.length === 0 ? 'nothing was found' : `there is:\n${listed(findings)}`}${drawn(connections, findings)}`,
  };
}

/** The result holds no finding, or none of the severity `atLeast` or above. */
function toHaveNoFindings(received: unknown, query: { readonly atLeast?: Severity } = {}): MatcherResult {
  const { atLeast = 'info' } = query;
  checkQuery('toHaveNoFindings', query, ['atLeast']);
  checkName('severity', atLeast, SEVERITIES);
  const { findings, connections, patterns } = resultOf(received, 'toHaveNoFindings');
  const grades = SEVERITIES.slice(0, SEVERITIES.indexOf(atLeast) + 1);
  const found = findings.filter(({ severity }) => grades.includes(severity));
  const spread = patterns.filter(({ severity }) => grades.includes(severity));
  const pass = found.length + spread.length === 0;
  const lines = [
    ...spread.map(({ severity, rule, title }) => `  ${severity} ${rule}: ${title}`),
    listed(found),
  ].join('\n');
  return {
    pass,
    message: () =>
      pass
        ? `expected findings of severity ${atLeast} or above, but there are none`
        : `expected no findings of severity ${atLeast} or above, but there is:\n${lines}${drawn(connections, found)}`,
  };
}

/** The result holds a pattern of `rule`, over `count` connections if given. */
function toHavePattern(
  received: unknown,
  rule: string,
  query: { readonly count?: number } = {},
): MatcherResult {
  const { patterns } = resultOf(received, 'toHavePattern');
  checkRule(rule, PATTERNS, 'toHaveFinding');
  checkQuery('toHavePattern', query, ['count']);
  const pass = patterns.some(
    (pattern) => pattern.rule === rule && (query.count === undefined || pattern.count === query.count),
  );
  const lines = patterns
    .map(({ rule: id, count, title }) => `  ${id} (${count} connections): ${title}`)
    .join('\n');
  return {
    pass,
    message: () =>
      `expected ${pass ? 'no' : 'a'} pattern ${rule}, but ${patterns.length === 0 ? 'there is none' : `there is:\n${lines}`}`,
  };
}

/** The endpoint went through exactly these states. */
function toFollowStates(received: unknown, role: Role, states: readonly State[]): MatcherResult {
  const connection = connectionOf(received, 'toFollowStates');
  checkName('role', role, ROLES);
  for (const state of states) checkName('state', state, STATES);
  const found = statesOf(connection, role);
  const pass = found.join() === states.join();
  return {
    pass,
    message: () =>
      [
        `expected ${nameOf(connection, role)} ${pass ? 'not ' : ''}to go through`,
        `  ${states.join(' ')}`,
        ...(pass ? [] : ['but it went through', `  ${found.join(' ')}`]),
      ].join('\n') + drawing(connection),
  };
}

/** The endpoint's last state was this one. */
function toEndIn(received: unknown, role: Role, state: State): MatcherResult {
  const connection = connectionOf(received, 'toEndIn');
  checkName('role', role, ROLES);
  checkName('state', state, STATES);
  const found = connection[role].finalState;
  const pass = found === state;
  return {
    pass,
    message: () =>
      `expected ${nameOf(connection, role)} ${pass ? 'not ' : ''}to end in ${state}${pass ? '' : `, but it ended in ${found}`}${drawing(connection)}`,
  };
}

/** Both endpoints sent a FIN and are through, and neither sent an RST: for a connection, or all of a result. */
function toCloseGracefully(received: unknown): MatcherResult {
  const connections = connectionsOf(received, 'toCloseGracefully');
  if (connections.length === 0) {
    throw new TypeError('toCloseGracefully says nothing about a result without connections');
  }
  const failing = connections.filter((connection) => notGraceful(connection) !== null);
  const pass = failing.length === 0;
  const lines = shortened(
    failing.map((connection) => `  connection ${connection.id}: ${notGraceful(connection)}`),
  );
  return {
    pass,
    message: () =>
      pass
        ? 'expected a close that is not graceful, but all connections closed gracefully'
        : `expected a graceful close, but\n${lines}${drawing(failing[0])}`,
  };
}

/** The connection was reset, by that endpoint if one is given. */
function toBeReset(received: unknown, query: { readonly by?: Role } = {}): MatcherResult {
  const { by } = query;
  const connection = connectionOf(received, 'toBeReset');
  checkQuery('toBeReset', query, ['by']);
  if (by !== undefined) checkName('role', by, ROLES);
  const senders = resetters(connection);
  const pass = by === undefined ? senders.length > 0 : senders.includes(by);
  const wish = by === undefined ? 'a reset' : `a reset by ${nameOf(connection, by)}`;
  const found = senders.length === 0 ? 'there is none' : `${senders.join(' and ')} sent one`;
  return {
    pass,
    message: () =>
      `expected ${pass ? 'no ' : ''}${pass ? wish.slice(2) : wish}, but ${found}${drawing(connection)}`,
  };
}

function isResult(received: unknown): received is AnalysisResult {
  return (
    typeof received === 'object' && received !== null && 'connections' in received && 'findings' in received
  );
}

function isConnection(received: unknown): received is Connection {
  return (
    typeof received === 'object' && received !== null && 'client' in received && 'completeness' in received
  );
}

function resultOf(received: unknown, matcher: string): AnalysisResult {
  if (isResult(received)) return received;
  const hint = received instanceof Promise ? '; await it first' : '';
  throw new TypeError(`${matcher} takes the result of analyze, not ${kindOf(received)}${hint}`);
}

/** A connection, or the only one of a result. */
function connectionOf(received: unknown, matcher: string): Connection {
  const connections = connectionsOf(received, matcher);
  if (connections.length === 1) return connections[0];
  throw new TypeError(
    `${matcher} takes one connection, and the result has ${connections.length}: choose one from its connections`,
  );
}

function connectionsOf(received: unknown, matcher: string): readonly Connection[] {
  if (isConnection(received)) return [received];
  return resultOf(received, matcher).connections;
}

function kindOf(received: unknown): string {
  return received instanceof Promise ? 'a promise' : received === null ? 'null' : typeof received;
}

/** A name that does not exist would never be found, so a negated matcher would always pass. */
function checkRule(id: string, among: readonly RuleDescription[], otherwise: string): void {
  if (among.some((rule) => rule.id === id)) return;
  if (findRule(id) !== null) throw new TypeError(`look for ${id} with ${otherwise}`);
  const nearest = suggestRule(id);
  throw new TypeError(`there is no rule ${id}${nearest === null ? '' : `; did you mean ${nearest}?`}`);
}

function checkName(kind: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new TypeError(`there is no ${kind} ${name}: ${known.join(', ')}`);
}

function checkQuery(matcher: string, query: object, known: readonly string[]): void {
  for (const key of Object.keys(query)) checkName(`option of ${matcher} called`, key, known);
}

function listed(findings: readonly Finding[]): string {
  return shortened(
    findings.map(
      ({ severity, rule, endpoint, connection, title }) =>
        `  ${severity} ${rule}${endpoint === null ? '' : ` (${endpoint})`} on connection ${connection}: ${title}`,
    ),
  );
}

/** A capture may hold millions of connections. */
function shortened(lines: readonly string[]): string {
  const more = lines.length - LISTED;
  return [...lines.slice(0, LISTED), ...(more > 0 ? [`  … and ${more} more`] : [])].join('\n');
}

function nameOf(connection: Connection, role: Role): string {
  const { address, port } = connection[role];
  return `the ${role} ${formatEndpoint(address, port)}`;
}

/** The ladder of the first connection that has a finding, or of the only one. */
function drawn(connections: readonly Connection[], findings: readonly Finding[]): string {
  const id = findings[0]?.connection ?? (connections.length === 1 ? connections[0].id : null);
  const connection = connections.find((candidate) => candidate.id === id);
  return connection === undefined ? '' : drawing(connection);
}

function drawing(connection: Connection): string {
  const text = ladderOf(connection);
  const filter = `Wireshark: ${displayFilterFor(connection)}`;
  return text === null ? `\n\n${filter}` : `\n\n${text}\n${filter}`;
}
