import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connections/connection.js';
import { prepareRules } from '../../src/rules/evaluation/evaluate.js';
import type { Confidence, Finding, Severity } from '../../src/rules/finding.js';
import type { Rule } from '../../src/rules/rule.js';
import { at } from './connection-builder.js';

interface Case {
  readonly name: string;
  readonly connection: Connection;
  /** Seconds after the start at which the capture ends. */
  readonly end: number;
  readonly options?: Readonly<Record<string, number>>;
}

interface Firing extends Case {
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly endpoint?: Finding['endpoint'];
  readonly title?: string;
  readonly explanation?: RegExp;
  readonly applicationSees?: RegExp;
  /** All of them, one after the other. */
  readonly likelyCauses?: RegExp;
  readonly nextSteps?: RegExp;
  /** What each of them says. */
  readonly citations?: RegExp;
  readonly frames?: readonly number[];
  readonly facts?: Finding['facts'];
}

/** A rule's test is a list: on these connections it fires, once and so; on those it is silent. */
export function testRule(rule: Rule, cases: { fires: readonly Firing[]; silent: readonly Case[] }): void {
  describe(rule.id, () => {
    describe('fires', () => {
      for (const expected of cases.fires) {
        it(expected.name, () => {
          const findings = run(rule, expected);
          expect(findings).toHaveLength(1);
          const [finding] = findings;
          expect(finding.rule).toBe(rule.id);
          expect(finding.severity).toBe(expected.severity ?? rule.severity);
          if (expected.confidence !== undefined) expect(finding.confidence).toBe(expected.confidence);
          if (expected.endpoint !== undefined) expect(finding.endpoint).toBe(expected.endpoint);
          if (expected.title !== undefined) expect(finding.title).toBe(expected.title);
          if (expected.explanation !== undefined) expect(finding.explanation).toMatch(expected.explanation);
          if (expected.applicationSees !== undefined)
            expect(finding.applicationSees).toMatch(expected.applicationSees);
          if (expected.likelyCauses !== undefined)
            expect(finding.likelyCauses.join('\n')).toMatch(expected.likelyCauses);
          if (expected.nextSteps !== undefined)
            expect(finding.nextSteps.join('\n')).toMatch(expected.nextSteps);
          if (expected.citations !== undefined)
            expect(finding.citations.map(({ says }) => says).join('\n')).toMatch(expected.citations);
          if (expected.frames !== undefined) expect(finding.frames).toEqual(expected.frames);
          if (expected.facts !== undefined) expect(finding.facts).toMatchObject(expected.facts);
          expectComplete(finding);
        });
      }
    });
    describe('is silent', () => {
      for (const quiet of cases.silent) {
        it(quiet.name, () => {
          expect(run(rule, quiet)).toEqual([]);
        });
      }
    });
  });
}

function run(rule: Rule, { connection, end, options }: Case): readonly Finding[] {
  const evaluate = prepareRules([rule], options === undefined ? {} : { options: { [rule.id]: options } });
  return evaluate(connection, at(end));
}

/** Every text is there, and no `{name}` was left without its value. */
function expectComplete(finding: Finding): void {
  const texts = [
    finding.title,
    finding.explanation,
    finding.applicationSees,
    ...finding.likelyCauses,
    ...finding.nextSteps,
  ];
  for (const text of texts) {
    expect(text).not.toBe('');
    expect(text).not.toMatch(/\{\w+\}|undefined|null|NaN| {2}/);
  }
  expect(finding.nextSteps).not.toEqual([]);
  expect(finding.citations).not.toEqual([]);
  expect(finding.frames).toEqual([...finding.frames].sort((a, b) => a - b));
}
