import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { type Finding, SEVERITIES, type Severity } from '../rules/finding.js';
import { firstCaptureOf } from './display-filter.js';
import type { AnalysisEnd, CaptureFacts, Reporter, Write } from './reporter.js';
import { escapeWorkflowData, escapeWorkflowProperty } from './text/escape.js';
import { connectionName, frameNames, gaps, verdict } from './text/words.js';

/** GitHub shows no more annotations of one level than these for a step. */
const MOST_OF_A_LEVEL = 10;
const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

interface Annotation {
  readonly capture: number;
  /** The rule's name, or `capture` for what limits everything said about it. */
  readonly title: string;
  readonly text: string;
}

/** What was found of one severity: for each rule, as much as is shown if there is nothing else. */
interface Level {
  readonly byRule: Map<string, Annotation[]>;
  readonly patterns: Annotation[];
  count: number;
}

/**
 * Annotations for GitHub Actions, the gravest first. If there are more than GitHub shows, patterns, which stand for
 * many, come before findings, and each rule before the second finding of another; the rest is counted.
 */
export class GithubReporter implements Reporter {
  readonly #write: Write;
  readonly #levels: Readonly<Record<Severity, Level>> = {
    error: emptyLevel(),
    warning: emptyLevel(),
    info: emptyLevel(),
  };

  constructor(write: Write) {
    this.#write = write;
  }

  connection(connection: Connection, findings: readonly Finding[]): void {
    for (const { severity, rule, title, frames, nextSteps } of findings) {
      const level = this.#levels[severity];
      level.count++;
      let alike = level.byRule.get(rule);
      if (alike === undefined) {
        alike = [];
        level.byRule.set(rule, alike);
      }
      if (alike.length === MOST_OF_A_LEVEL) continue;
      const place = [connectionName(connection), ...(frames.length === 0 ? [] : [frameNames(frames)])].join(
        ', ',
      );
      alike.push({
        capture: connection.capture,
        title: rule,
        text: [title, place, ...nextSteps.slice(0, 1)].join('\n'),
      });
    }
  }

  end(end: AnalysisEnd): void {
    const { captures, patterns } = end;
    for (const pattern of patterns) {
      const { severity, rule, title, nextSteps } = pattern;
      const level = this.#levels[severity];
      level.count++;
      const text = [title, ...nextSteps.slice(0, 1)].join('\n');
      level.patterns.push({ capture: firstCaptureOf(pattern), title: rule, text });
    }
    // What limits everything reported comes before it.
    const limits = captures.flatMap((facts, capture) => {
      const texts = [...damageOf(facts), ...gaps(facts)];
      return texts.length === 0 ? [] : [{ capture, title: 'capture', text: texts.join('\n') }];
    });
    const lines = SEVERITIES.flatMap((severity) => {
      const level = this.#levels[severity];
      const before = severity === 'warning' ? limits : [];
      const shown = [...before, ...level.patterns, ...inTurns([...level.byRule.values()])].slice(
        0,
        MOST_OF_A_LEVEL,
      );
      const left = before.length + level.count - shown.length;
      return [
        ...shown.map(({ capture, title, text }) => {
          const file = escapeWorkflowProperty(captures[capture].path);
          return `::${LEVELS[severity]} file=${file},title=${escapeWorkflowProperty(title)}::${escapeWorkflowData(text)}`;
        }),
        ...(left === 0 ? [] : [`and ${left} more of severity ${severity}`]),
      ];
    });
    this.#write(`${[...lines, verdict(end)].join('\n')}\n`);
  }
}

function damageOf({ damage }: CaptureFacts): readonly string[] {
  if (damage === null) return [];
  const { offset, frame, message } = damage;
  return [
    `damaged at byte ${grouped(offset)}, frame ${grouped(frame)}: ${message}; everything before it was analysed`,
  ];
}

function emptyLevel(): Level {
  return { byRule: new Map(), patterns: [], count: 0 };
}

/** The first of each list, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const turns = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) =>
    lists.flatMap((list) => list.slice(turn, turn + 1)),
  ).flat();
}
