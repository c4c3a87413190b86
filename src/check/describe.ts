/** Expectations made from what was observed: new ones, and old ones brought up to date. */
import type { Finding, Pattern } from '../rules/finding.js';
import { connectionsNamed, finalStateOf } from './compare.js';
import { AT_LEAST, type ConnectionName } from './expectation.js';
import type { Observation } from './observation.js';

/** Of more connections than these, a new expectation counts final states instead of naming each. */
const FEW = 5;

type Plain = Record<string, unknown>;

/** A new expectation: everything that stays the same as long as nothing changes. */
export function described(observation: Observation): Plain {
  const { connections, findings, patterns } = observation;
  const isFew = connections.length <= FEW;
  const keys = ['rule', 'endpoint', 'severity', ...(isFew && connections.length > 1 ? ['connection'] : [])];
  const entries = findings.map((finding) => picked(finding, keys));
  return {
    connections: connections.length,
    findings: isFew ? entries : tallied(entries),
    patterns: patterns.length === 0 ? 'none' : patterns.map((pattern) => picked(pattern, ['rule', 'count'])),
    ...(isFew
      ? { states: connections.map(({ id, client, server }) => ({ connection: id, client, server })) }
      : { finalStates: observation.finalStates }),
  };
}

/** Equal entries as one with a count, in the order of the first of each. */
function tallied(entries: readonly Plain[]): readonly Plain[] {
  const counts = new Map<string, { readonly entry: Plain; count: number }>();
  for (const entry of entries) {
    const key = JSON.stringify(entry);
    const tally = counts.get(key) ?? { entry, count: 0 };
    tally.count++;
    counts.set(key, tally);
  }
  return [...counts.values()].map(({ entry, count }) => ({ ...entry, count }));
}

/**
 * `old`, a valid expectation, with what was observed instead of what it says: in the same depth and
 * manner, and nothing more.
 */
export function refreshed(old: Plain, observation: Observation): Plain {
  const fresh: Plain = {};
  for (const [key, value] of Object.entries(old)) fresh[key] = refreshedPart(key, value, observation);
  return fresh;
}

function refreshedPart(key: string, value: unknown, observation: Observation): unknown {
  switch (key) {
    case 'connections':
      return observation.connections.length;
    case 'findings':
      return refreshedList(value, observation.findings, observation);
    case 'patterns':
      return refreshedList(value, observation.patterns, observation);
    case 'finalStates':
      return observation.finalStates;
    case 'states':
      return (value as Plain[]).flatMap((states) => refreshedStates(states, observation));
    default:
      return value;
  }
}

function refreshedList(
  value: unknown,
  found: readonly (Finding | Pattern)[],
  observation: Observation,
): unknown {
  if (value === 'none')
    return found.length === 0 ? value : found.map((each) => picked(each, ['rule', 'endpoint']));
  if (!Array.isArray(value)) {
    const entries = (value as Plain)[AT_LEAST] as (Plain | string)[];
    return {
      [AT_LEAST]: claims(entries, found, observation).flatMap(({ entry, count }) =>
        count > 0 ? [entry] : [],
      ),
    };
  }
  const entries = value as (Plain | string)[];
  const claimed = claims(entries, found, observation);
  const taken = new Set(claimed.flatMap(({ places }) => places));
  const rest = found.filter((_each, place) => !taken.has(place));
  return [
    ...claimed.flatMap(({ entry, count }) => (count === 0 ? [] : [withCount(entry, count)])),
    ...rest.map((each) => inTheMannerOf(entries, each)),
  ];
}

interface Claim {
  readonly entry: Plain | string;
  readonly count: number;
  readonly places: readonly number[];
}

/** Which of the found each entry stands for: one, or all that fit if it counts findings. */
function claims(
  entries: readonly (Plain | string)[],
  found: readonly (Finding | Pattern)[],
  observation: Observation,
): readonly Claim[] {
  const free = new Set(found.keys());
  return entries.map((entry) => {
    const said = typeof entry === 'string' ? { rule: entry } : entry;
    const fitting = [...free].filter((place) => fits(said, found[place], observation));
    // A finding's entry counts findings; a pattern's says how many connections the pattern has.
    const [first] = fitting;
    const pattern = first !== undefined && 'count' in found[first] ? found[first] : null;
    const places = said.count === undefined || pattern !== null ? fitting.slice(0, 1) : fitting;
    for (const place of places) free.delete(place);
    return { entry, count: pattern?.count ?? places.length, places };
  });
}

function fits(said: Plain, each: Finding | Pattern, observation: Observation): boolean {
  return Object.entries(said).every(([key, value]) => {
    if (key === 'count') return true;
    if (key === 'connection' && 'connection' in each) {
      return connectionsNamed(value as ConnectionName, observation).some(({ id }) => id === each.connection);
    }
    return String(value) === String((each as unknown as Plain)[key]);
  });
}

function withCount(entry: Plain | string, count: number): Plain | string {
  return typeof entry === 'string' || entry.count === undefined ? entry : { ...entry, count };
}

/** What was found, in the form of the other entries. */
function inTheMannerOf(entries: readonly (Plain | string)[], each: Finding | Pattern): Plain | string {
  if (entries.length > 0 && entries.every((entry) => typeof entry === 'string')) return each.rule;
  const keys = new Set(entries.flatMap((entry) => (typeof entry === 'string' ? [] : Object.keys(entry))));
  keys.delete('count');
  return picked(each, keys.size === 0 ? ['rule', 'endpoint', 'severity'] : ['rule', ...keys]);
}

function picked(each: Finding | Pattern, keys: Iterable<string>): Plain {
  const entries = [...new Set(keys)]
    .filter((key) => key in each && (each as unknown as Plain)[key] !== null)
    .map((key) => [key, (each as unknown as Plain)[key]]);
  return Object.fromEntries(entries);
}

function refreshedStates(states: Plain, observation: Observation): readonly Plain[] {
  const named = connectionsNamed(states.connection as ConnectionName, observation);
  if (named.length === 0) return [];
  const [connection] = named;
  const fresh: Plain = { ...states };
  for (const role of ['client', 'server'] as const) {
    if (states[role] === undefined) continue;
    fresh[role] = Array.isArray(states[role]) ? connection[role] : finalStateOf(connection, role);
  }
  return [fresh];
}
