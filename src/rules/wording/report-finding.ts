import type { Connection, Role } from '../../connections/connection.js';
import type { Timestamp } from '../../core/time.js';
import type { Citation, Confidence, Finding, Severity } from '../finding.js';
import type { OptionValues, RuleDescription } from '../rule.js';
import { fill, fillAll, knownFacts, type Words } from './wording.js';

/** What a check knows when it fires. Texts left out come from the documentation, with `words` filled in. */
export interface Draft {
  readonly endpoint: Role | null;
  /** The rule's own severity unless given. */
  readonly severity?: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly explanation: string;
  readonly applicationSees?: string;
  readonly likelyCauses?: readonly string[];
  readonly nextSteps?: readonly string[];
  /** In any order; null where no frame shows it. */
  readonly frames: readonly (number | null)[];
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly facts: Finding['facts'];
  /** The rule's options on which it rests; all of them unless given. */
  readonly limits?: OptionValues;
  readonly citations?: readonly Citation[];
  readonly words: Words;
}

/** The finding that `rule` reports on `connection`. */
export function reportFinding(rule: RuleDescription, connection: Connection, draft: Draft): Finding {
  const { documentation } = rule;
  const { words } = draft;
  return {
    rule: rule.id,
    severity: draft.severity ?? rule.severity,
    confidence: draft.confidence,
    connection: connection.id,
    endpoint: draft.endpoint,
    title: fill(draft.title, words),
    explanation: fill(draft.explanation, words),
    applicationSees: fill(draft.applicationSees ?? documentation.applicationSees, words),
    likelyCauses: fillAll(draft.likelyCauses ?? documentation.likelyCauses, words),
    nextSteps: fillAll(draft.nextSteps ?? documentation.nextSteps, words),
    frames: ascending(draft.frames),
    from: draft.from,
    to: draft.to,
    facts: knownFacts(draft.facts),
    ...(draft.limits !== undefined && { limits: draft.limits }),
    citations: draft.citations ?? rule.citations,
  };
}

/** The frames without nulls, each once. */
function ascending(frames: readonly (number | null)[]): readonly number[] {
  const sorted: number[] = [];
  for (const frame of frames) {
    if (frame !== null && !sorted.includes(frame)) sorted.push(frame);
  }
  return sorted.sort((a, b) => a - b);
}
