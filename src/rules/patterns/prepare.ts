import type { Connection } from '../../connections/connection.js';
import type { Timestamp } from '../../core/time.js';
import { limitsOf, optionValues, type RuleSettings } from '../evaluation/settings.js';
import { type Finding, type Pattern, SEVERITIES, type Severity } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { Heard } from './heard.js';
import type { CaptureCounts, Contrast, PatternCollector, PatternRule } from './pattern-rule.js';

/** Patterns compare moments of several connections, by tenths of a second at the finest. */
const FINEST_SECONDS = 0.1;
/** What share of a general pattern's connections a special one about the same rule must stand for to take its place. */
const NEARLY_ALL = 0.8;

/** All enabled patterns of one analysis. */
export interface Patterns {
  /**
   * Takes in a connection; the patterns that are `withheld` from do not learn of it. `captureEnd` is the time of the
   * last frame that was read so far. A connection `isRepeated` if an earlier capture held it as well: then it matters
   * only to patterns about captures.
   */
  add(
    connection: Connection,
    findings: readonly Finding[],
    captureEnd: Timestamp,
    withheld?: ((pattern: string) => boolean) | null,
    isRepeated?: boolean,
  ): void;
  /** What is added next is of another capture; `finish` ends the last one. */
  endCapture(captureEnd: Timestamp, isEndStated?: boolean): void;
  /** Whether a pattern may stand for one of these findings before the capture is over. */
  mayGrade(findings: readonly Finding[]): boolean;
  /** The findings of a connection that was added, as the patterns that are known by now grade them. */
  graded(connection: Connection, findings: readonly Finding[]): readonly Finding[];
  finish(
    captureEnd: Timestamp,
    captures: readonly CaptureCounts[],
    isEndStated?: boolean,
  ): readonly Pattern[];
}

interface Running {
  readonly rule: PatternRule;
  readonly begin: () => PatternCollector;
  collector: PatternCollector;
  readonly found: Pattern[];
}

/**
 * Starts the collectors of all enabled patterns for one analysis; `settings` must have passed
 * `checkSettings`. Feed the result every connection with its findings.
 */
export function preparePatterns(rules: readonly PatternRule[], settings: RuleSettings = {}): Patterns {
  const heard = new Heard();
  const running = rules
    .filter((rule) => settings.severities?.[rule.id] !== 'off')
    .map((rule): Running => {
      const begin = (): PatternCollector => rule.begin(optionValues(rule, settings), heard, settings);
      return { rule, begin, collector: begin(), found: [] };
    });
  // In a capture whose clock was set, no order of such moments is certain, whichever connections saw it.
  let isTimed = true;
  let areAllTimed = true;
  /** As the settings, and the clock, let them be reported. */
  const told = ({ rule }: Running, patterns: readonly Pattern[], isCertain: boolean): readonly Pattern[] => {
    const choice = settings.severities?.[rule.id] as Severity | undefined;
    const inDoubt = !isCertain && rule.family !== 'capture';
    return withLimits(patterns, limitsOf(rule, settings)).map((pattern) =>
      choice === undefined && !inDoubt
        ? pattern
        : {
            ...pattern,
            severity: choice ?? 'info',
            confidence: inDoubt ? 'possible' : pattern.confidence,
          },
    );
  };
  const endCapture = (captureEnd: Timestamp, isEndStated = false): void => {
    for (const each of running) {
      if (each.rule.isOfOneCapture === true) {
        each.found.push(...told(each, each.collector.finish(captureEnd, [], isEndStated), isTimed));
        each.collector = each.begin();
      } else {
        each.collector.endCapture?.();
      }
    }
    heard.endCapture();
    if (!isTimed) areAllTimed = false;
    isTimed = true;
  };
  const graders = running.filter(
    ({ collector: { severityOf, doubtOf, contrastOf } }) =>
      severityOf !== undefined || doubtOf !== undefined || contrastOf !== undefined,
  );
  const gradable = new Set(rules.flatMap(({ grades = [] }) => grades));
  /** Null: as it is. */
  const severityOf = (connection: Connection, finding: Finding): Severity | null => {
    const isSettled = settings.severities?.[finding.rule] !== undefined || finding.explainedBy !== undefined;
    if (isSettled || !isTimed || !areAllTimed || !gradable.has(finding.rule)) return null;
    for (const { collector } of graders) {
      const severity = collector.severityOf?.(connection, finding) ?? null;
      if (severity !== null) return severity;
    }
    return null;
  };
  const contrastOf = (connection: Connection, finding: Finding): Contrast | null => {
    if (!isTimed || !areAllTimed) return null;
    for (const { collector } of graders) {
      const contrast = collector.contrastOf?.(connection, finding) ?? null;
      if (contrast !== null) return contrast;
    }
    return null;
  };
  const graded = (connection: Connection, finding: Finding): Finding => {
    for (const { collector } of graders) {
      const doubt = collector.doubtOf?.(connection, finding) ?? null;
      if (doubt === null) continue;
      const severity = settings.severities?.[finding.rule] === undefined ? 'info' : finding.severity;
      const explanation = `${finding.explanation} ${doubt}`;
      return { ...finding, severity, confidence: 'possible', explanation };
    }
    const severity = severityOf(connection, finding) ?? finding.severity;
    const contrast = contrastOf(connection, finding);
    if (contrast === null) return severity === finding.severity ? finding : { ...finding, severity };
    const { sentence, likelyCauses, nextSteps } = contrast;
    return {
      ...finding,
      severity,
      explanation: `${finding.explanation} ${sentence}`,
      likelyCauses,
      nextSteps,
    };
  };
  return {
    mayGrade(findings): boolean {
      return graders.length > 0 && findings.some(({ rule }) => gradable.has(rule));
    },
    graded(connection, findings): readonly Finding[] {
      if (!findings.some(({ rule }) => gradable.has(rule))) return findings;
      const all = findings.map((finding) =>
        gradable.has(finding.rule) ? graded(connection, finding) : finding,
      );
      return all.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    },
    add(connection, findings, captureEnd, withheld = null, isRepeated = false): void {
      if ((connection.quality.clockSetBack?.seconds ?? 0) >= FINEST_SECONDS) isTimed = false;
      heard.note(connection);
      const until = connection.quality.pausedAt ?? captureEnd;
      for (let i = 0; i < running.length; i++) {
        const { rule, collector } = running[i];
        if (isRepeated && rule.family !== 'capture') continue;
        if (withheld?.(rule.id) !== true) collector.add(connection, findings, until);
      }
    },
    endCapture,
    finish(captureEnd, captures, isEndStated = false): readonly Pattern[] {
      endCapture(captureEnd, isEndStated);
      for (const each of running) {
        if (each.rule.isOfOneCapture === true) continue;
        each.found.push(...told(each, each.collector.finish(captureEnd, captures, isEndStated), areAllTimed));
      }
      const others = running
        .filter(({ rule }) => rule.family !== 'capture')
        .flatMap(({ rule: { generality = 0 }, found }) =>
          found.map(({ count, connections, standsFor = [] }) => ({
            generality,
            standsFor,
            count,
            ids: new Set(connections),
          })),
        );
      return running.flatMap(({ rule: { generality = 0 }, found }) => {
        const special = others.filter((other) => other.generality < generality);
        return found.filter((pattern) => !isCovered(pattern, special));
      });
    },
  };
}

function withLimits(patterns: readonly Pattern[], limits: OptionValues | null): readonly Pattern[] {
  return limits === null ? patterns : patterns.map((pattern) => ({ limits, ...pattern }));
}

/** Whether one of `others` stands for all connections of the pattern that it lists, or for nearly all and for its rule. */
function isCovered(
  { count, connections, facts }: Pattern,
  others: readonly {
    readonly standsFor: readonly string[];
    readonly count: number;
    readonly ids: ReadonlySet<number>;
  }[],
): boolean {
  return others.some((other) => {
    const share = other.standsFor.includes(String(facts.rule)) ? NEARLY_ALL : 1;
    if (other.count < share * count) return false;
    const shared = connections.reduce((sum, id) => sum + (other.ids.has(id) ? 1 : 0), 0);
    return shared >= share * connections.length;
  });
}
