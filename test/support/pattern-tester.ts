import type { Connection } from '../../src/connections/connection.js';
import type { Finding, Pattern } from '../../src/rules/finding.js';
import type { CaptureCounts, PatternRule } from '../../src/rules/patterns/pattern-rule.js';
import { preparePatterns } from '../../src/rules/patterns/prepare.js';
import { at } from './connection-builder.js';

/** A finding as far as patterns look at it. */
export function finding(rule: string, more: Partial<Finding> = {}): Finding {
  return {
    rule,
    severity: 'error',
    confidence: 'observed',
    connection: 0,
    endpoint: 'server',
    title: '',
    explanation: '',
    applicationSees: '',
    likelyCauses: [],
    nextSteps: [],
    frames: [],
    from: at(0),
    to: at(0),
    facts: {},
    citations: [],
    ...more,
  };
}

/** What `rule` alone says of these connections, given what was found on each. */
export function patternsOf(
  rule: PatternRule,
  connections: readonly (readonly [Connection, readonly Finding[]])[],
  end: number,
  options: Readonly<Record<string, number>> = {},
  captures: readonly CaptureCounts[] = [],
): readonly Pattern[] {
  const collector = preparePatterns([rule], { options: { [rule.id]: options } });
  for (const [connection, findings] of connections) collector.add(connection, findings, at(end));
  return collector.finish(at(end), captures);
}

/** Texts of which no `{name}` was left without its value. */
export function textsOf(pattern: Pattern): string {
  return [
    pattern.title,
    pattern.explanation,
    pattern.applicationSees,
    ...pattern.likelyCauses,
    ...pattern.nextSteps,
  ].join('\n');
}

export const UNFILLED = /\{[a-z]\w*\}(?!')|undefined|NaN/;
