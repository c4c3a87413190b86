import type { Connection, Endpoint, Role } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';

/** `error`: a connection or its data was lost or leaked, or will be. `warning`: a likely fault or risk. */
export type Severity = 'error' | 'warning' | 'info';

/** All of them, the gravest first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * The lowest grade of any step in a finding's reasoning. `observed`: the capture shows it. `inferred`: it
 * follows by a cited rule. `possible`: the capture cannot tell it from something else.
 */
export type Confidence = 'observed' | 'inferred' | 'possible';

/** A place in a source that a finding rests on. */
export interface Citation {
  /** E.g. `RFC 9293`, `tcp(7)`. */
  readonly source: string;
  /** E.g. `3.6.1`; null for a source without sections. */
  readonly section: string | null;
  /** Requirement label, e.g. `SHLD-3`; null where the text carries none. */
  readonly label: string | null;
  /** The section's title. */
  readonly title: string;
  readonly url: string;
  /** One sentence in our words. */
  readonly says: string;
}

/** Something that went wrong, or is worth knowing, on one connection. */
export interface Finding {
  /** Id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Id of the connection. */
  readonly connection: number;
  /** The endpoint it is about; null if it is about both or about the capture. */
  readonly endpoint: Role | null;
  /** What happened, in one line with its figures. */
  readonly title: string;
  /** What that means, by which rule. */
  readonly explanation: string;
  /** What the programs on both sides saw, in socket terms. */
  readonly applicationSees: string;
  /** Most likely first, each with its grade if it is not certain. */
  readonly likelyCauses: readonly string[];
  /** What to run or look at next. */
  readonly nextSteps: readonly string[];
  /** The frames that prove it, ascending. */
  readonly frames: readonly number[];
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** The figures of the title, by name, with the unit in the name (`heldSeconds`). */
  readonly facts: Readonly<Record<string, number | string | boolean>>;
  /** The values of the rule's options on which it rests, by name; empty or left out where it rests on none. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly citations: readonly Citation[];
  /** Id of the rule whose finding on the same connection is the cause of this one. */
  readonly explainedBy?: string;
}

/** The connections of a pattern in one capture, in the order of their ids. */
export interface PatternPlace {
  /** Place of the capture in the report; null if it is the only one, or all are one. */
  readonly capture: number | null;
  /** By their numbers in Wireshark, or by their ends and networks where networks are told apart. */
  readonly connections: readonly number[] | readonly Located[];
}

/** What tells a connection from others in its capture where numbers do not. */
export interface Located extends Pick<Connection, 'networkPath'>, Readonly<Record<Role, End>> {}

type End = Pick<Endpoint, 'address' | 'port'>;

/** One finding that stands for many connections. */
export interface Pattern {
  readonly rule: string;
  /** Ids of the rules whose findings on its connections it stands for, if any. */
  readonly standsFor?: readonly string[];
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly explanation: string;
  readonly applicationSees: string;
  readonly likelyCauses: readonly string[];
  readonly nextSteps: readonly string[];
  /** Ids of the connections, ascending; only the first thousand of a larger number. */
  readonly connections: readonly number[];
  /** Where a display filter finds them, by capture; left out where that is not known. */
  readonly places?: readonly PatternPlace[];
  readonly count: number;
  /** First and last time it was seen. */
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly facts: Readonly<Record<string, number | string | boolean>>;
  /** The values of the rule's options on which it rests, by name; empty or left out where it rests on none. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly citations: readonly Citation[];
}
