import type { Timestamp } from '../../core/time.js';
import type { Citation, Confidence, Pattern, Severity } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { fill, fillAll, knownFacts, type Words } from '../wording/wording.js';
import type { PatternRule } from './pattern-rule.js';

/** What a pattern knows when it is reported; the other texts are the documentation's. */
export interface PatternDraft {
  readonly severity?: Severity;
  readonly standsFor?: readonly string[];
  readonly confidence: Confidence;
  readonly title: string;
  readonly explanation: string;
  readonly connections: readonly number[];
  readonly count: number;
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly facts: Pattern['facts'];
  /** Those of the rule's options on which it rests; all of them unless given. */
  readonly limits?: OptionValues;
  readonly words: Words;
  /** Instead of the documentation's, if what was seen ranks them differently. */
  readonly likelyCauses?: readonly string[];
  readonly nextSteps?: readonly string[];
  readonly applicationSees?: string;
  /** Instead of the rule's, if the pattern stands for findings of another one. */
  readonly citations?: readonly Citation[];
}

export function reportPattern(rule: PatternRule, draft: PatternDraft): Pattern {
  const { documentation } = rule;
  const { words } = draft;
  return {
    rule: rule.id,
    ...(draft.standsFor !== undefined && { standsFor: draft.standsFor }),
    severity: draft.severity ?? rule.severity,
    confidence: draft.confidence,
    title: fill(draft.title, words),
    explanation: fill(draft.explanation, words),
    applicationSees: fill(draft.applicationSees ?? documentation.applicationSees, words),
    likelyCauses: fillAll(draft.likelyCauses ?? documentation.likelyCauses, words),
    nextSteps: fillAll(draft.nextSteps ?? documentation.nextSteps, words),
    connections: [...draft.connections].sort((a, b) => a - b),
    count: draft.count,
    from: draft.from,
    to: draft.to,
    facts: knownFacts(draft.facts),
    ...(draft.limits !== undefined && { limits: draft.limits }),
    citations: draft.citations ?? rule.citations,
  };
}
