/**
 * What a capture is expected to show, as in the file beside it. Every part may be left out: anything
 * left out is not compared. `schema/expectations-1.schema.json` describes the same for editors.
 */
import { entriesOf, type Path, type Problem, Problems, shown } from '../config/problems.js';
import type { Role } from '../connections/connection.js';
import { nearestName } from '../core/suggest.js';
import { SEPARATIONS, type Separation } from '../decode/domains.js';
import { CATALOG } from '../rules/catalog.js';
import { type Confidence, SEVERITIES, type Severity } from '../rules/finding.js';
import { STATES, type State } from '../tcp/states.js';

/** What is expected of a finding or pattern. */
export interface ExpectedFinding {
  readonly rule: string;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  /** Null for findings about both endpoints. */
  readonly endpoint?: Role | null;
  readonly connection?: ConnectionName;
  readonly frames?: readonly number[];
  /** How many such findings; default 1. For a pattern, how many connections. */
  readonly count?: number;
}

/** A connection by its `tcp.stream` number, or by its ends: `10.0.0.1:40000 > 10.0.0.2:80`. */
export type ConnectionName = number | string;

/** Exactly these, or these and any others. */
export interface ExpectedList {
  readonly exact: boolean;
  readonly entries: readonly ExpectedFinding[];
}

export interface ExpectedStates {
  readonly connection: ConnectionName;
  /** The last state, or all states in order, without retracted ones. */
  readonly client?: State | readonly State[];
  readonly server?: State | readonly State[];
}

export interface Expectation {
  /** How the capture is read: which kinds of network separate its connections. See `AnalyzerOptions`. */
  readonly separate?: readonly Separation[];
  readonly connections?: number;
  readonly findings?: ExpectedList;
  readonly patterns?: ExpectedList;
  /** How many endpoints ended in each state. */
  readonly finalStates?: Readonly<Partial<Record<State, number>>>;
  readonly states?: readonly ExpectedStates[];
}

export const EXPECTATION_KEYS = [
  '$schema',
  'separate',
  'connections',
  'findings',
  'patterns',
  'finalStates',
  'states',
] as const;
const FINDING_KEYS = ['rule', 'endpoint', 'severity', 'confidence', 'connection', 'frames', 'count'] as const;
const STATE_KEYS = ['connection', 'client', 'server'] as const;
const CONFIDENCES: readonly Confidence[] = ['observed', 'inferred', 'possible'];
const ENDPOINTS: readonly (Role | null)[] = ['client', 'server', null];
/** Marks a list that names only some of what is found. */
export const AT_LEAST = 'atLeast';
const RULE_IDS = CATALOG.map(({ id }) => id);
const ENDS = /^\S+:\d{1,5} > \S+:\d{1,5}$/;

/** Parses an expectation, whatever its value: everything wrong with it becomes a problem. */
export function readExpectation(value: unknown): {
  readonly expectation: Expectation;
  readonly problems: readonly Problem[];
} {
  const problems = new Problems();
  const reader = new ExpectationReader(problems);
  return { expectation: reader.read(value), problems: problems.list };
}

class ExpectationReader {
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  read(value: unknown): Expectation {
    const expectation: { -readonly [key in keyof Expectation]: Expectation[key] } = {};
    for (const [key, content] of this.#entries(value, [], 'an expectation', EXPECTATION_KEYS)) {
      const path = [key];
      if (key === 'connections') expectation.connections = this.#count(content, path, 0);
      else if (key === 'separate')
        expectation.separate = this.#items(content, path).map((each, place) =>
          this.#oneOf(each, SEPARATIONS, [...path, place]),
        );
      else if (key === 'findings' || key === 'patterns') expectation[key] = this.#list(content, path);
      else if (key === 'finalStates') expectation.finalStates = this.#finalStates(content, path);
      else if (key === 'states')
        expectation.states = this.#items(content, path).map((each, place) =>
          this.#states(each, [...path, place]),
        );
    }
    return expectation;
  }

  #list(value: unknown, path: Path): ExpectedList {
    if (value === 'none') return { exact: true, entries: [] };
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, AT_LEAST)) {
      const [[, content]] = this.#entries(value, path, 'findings', [AT_LEAST]);
      return { exact: false, entries: this.#findings(content, [...path, AT_LEAST]) };
    }
    return { exact: true, entries: this.#findings(value, path) };
  }

  #findings(value: unknown, path: Path): ExpectedFinding[] {
    return this.#items(value, path).map((each, place) => this.#finding(each, [...path, place]));
  }

  /** A mapping, or the rule alone. */
  #finding(value: unknown, path: Path): ExpectedFinding {
    if (typeof value === 'string') return { rule: this.#rule(value, path) };
    const finding: { -readonly [key in keyof ExpectedFinding]: ExpectedFinding[key] } = { rule: '' };
    const entries = this.#entries(value, path, 'a finding', FINDING_KEYS);
    for (const [key, content] of entries) {
      const at = [...path, key];
      if (key === 'rule') finding.rule = this.#rule(content, at);
      else if (key === 'severity') finding.severity = this.#oneOf(content, SEVERITIES, at);
      else if (key === 'confidence') finding.confidence = this.#oneOf(content, CONFIDENCES, at);
      else if (key === 'endpoint') finding.endpoint = this.#oneOf(content, ENDPOINTS, at);
      else if (key === 'connection') finding.connection = this.#connection(content, at);
      else if (key === 'count') finding.count = this.#count(content, at, 1);
      else if (key === 'frames')
        finding.frames = this.#items(content, at).map((frame, place) =>
          this.#count(frame, [...at, place], 1),
        );
    }
    if (entries.length > 0 && finding.rule === '' && !entries.some(([key]) => key === 'rule')) {
      this.#problems.value(path, 'a finding names its rule');
    }
    return finding;
  }

  #rule(value: unknown, path: Path): string {
    if (RULE_IDS.includes(value as string)) return value as string;
    const nearest = nearestName(String(value), RULE_IDS);
    const hint = nearest === null ? 'finwait rules lists them' : `did you mean ${nearest}?`;
    this.#problems.value(path, `there is no rule ${shown(value)}; ${hint}`);
    return String(value);
  }

  #states(value: unknown, path: Path): ExpectedStates {
    const states: { -readonly [key in keyof ExpectedStates]: ExpectedStates[key] } = { connection: 0 };
    const entries = this.#entries(value, path, 'the states of a connection', STATE_KEYS);
    for (const [key, content] of entries) {
      const at = [...path, key];
      if (key === 'connection') states.connection = this.#connection(content, at);
      else if (key === 'client' || key === 'server') {
        states[key] = Array.isArray(content)
          ? content.map((state, place) => this.#oneOf(state, STATES, [...at, place]))
          : this.#oneOf(content, STATES, at);
      }
    }
    if (entries.length > 0 && !entries.some(([key]) => key === 'connection')) {
      this.#problems.value(path, 'states name their connection');
    }
    return states;
  }

  #finalStates(value: unknown, path: Path): Partial<Record<State, number>> {
    const counts: Partial<Record<State, number>> = {};
    for (const [state, count] of this.#entries(value, path, 'finalStates', STATES)) {
      counts[state as State] = this.#count(count, [...path, state], 0);
    }
    return counts;
  }

  #connection(value: unknown, path: Path): ConnectionName {
    if (typeof value === 'string' && ENDS.test(value)) return value;
    if (typeof value === 'number') return this.#count(value, path, 0);
    this.#problems.value(
      path,
      `a connection is its tcp.stream number, or its ends as in "10.0.0.1:40000 > 10.0.0.2:80", not ${shown(value)}`,
    );
    return 0;
  }

  #count(value: unknown, path: Path, least: number): number {
    if (Number.isInteger(value) && (value as number) >= least) return value as number;
    this.#problems.value(
      path,
      `${String(path.at(-1))} is a whole number of at least ${least}, not ${shown(value)}`,
    );
    return least;
  }

  #oneOf<T extends string | null>(value: unknown, choices: readonly T[], path: Path): T {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const names = choices.map(String);
    const nearest = nearestName(String(value), names);
    const hint = nearest === null ? `it is one of ${names.join(', ')}` : `did you mean ${nearest}?`;
    this.#problems.value(path, `${shown(value)} is not known here; ${hint}`);
    return choices[0];
  }

  #items(value: unknown, path: Path): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.#problems.value(path, `${String(path.at(-1))} is a list, not ${shown(value)}`);
    return [];
  }

  /** The entries of a mapping whose keys are known. */
  #entries(value: unknown, path: Path, what: string, keys: readonly string[]): readonly [string, unknown][] {
    return (entriesOf(value, path, what, this.#problems) ?? []).filter(([key]) => {
      if (keys.includes(key)) return true;
      const nearest = nearestName(key, keys);
      const hint = nearest === null ? `it may hold ${keys.join(', ')}` : `did you mean ${nearest}?`;
      this.#problems.key([...path, key], `${what} has no ${shown(key)}; ${hint}`);
      return false;
    });
  }
}
