import type { Connection } from '../connections/connection.js';
import { type Finding, SEVERITIES, type Severity } from '../rules/finding.js';
import { escapeWorkflowData, escapeWorkflowProperty } from './escape.js';
import type { AnalysisEnd, Reporter, Write } from './reporter.js';
import { connectionName, frameList, verdict } from './words.js';

/** GitHub shows no more annotations of one level than these for a step. */
const MOST_OF_A_LEVEL = 10;
const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

interface Annotation {
  readonly capture: number;
  readonly rule: string;
  readonly text: string;
}

/** Annotations for GitHub Actions, the gravest first; those that GitHub would not show are counted. */
export class GithubReporter implements Reporter {
  readonly #write: Write;
  readonly #annotations: Readonly<Record<Severity, Annotation[]>> = { error: [], warning: [], info: [] };
  readonly #left: Record<Severity, number> = { error: 0, warning: 0, info: 0 };

  constructor(write: Write) {
    this.#write = write;
  }

  connection(connection: Connection, findings: readonly Finding[]): void {
    for (const { severity, rule, title, frames, nextSteps } of findings) {
      const place = `${connectionName(connection)}, ${frameList(frames)}`;
      this.#add(severity, {
        capture: connection.capture,
        rule,
        text: [title, place, ...nextSteps.slice(0, 1)].join('\n'),
      });
    }
  }

  end({ captures, patterns, summary }: AnalysisEnd): void {
    for (const { severity, rule, title, nextSteps } of patterns) {
      this.#add(severity, { capture: 0, rule, text: [title, ...nextSteps.slice(0, 1)].join('\n') });
    }
    const lines = SEVERITIES.flatMap((severity) => {
      const shown = this.#annotations[severity].map(({ capture, rule, text }) => {
        const file = escapeWorkflowProperty(captures[capture].path);
        const title = escapeWorkflowProperty(rule);
        return `::${LEVELS[severity]} file=${file},title=${title}::${escapeWorkflowData(text)}`;
      });
      const left = this.#left[severity];
      return left === 0 ? shown : [...shown, `and ${left} more of severity ${severity}`];
    });
    this.#write(`${[...lines, verdict(summary)].join('\n')}\n`);
  }

  #add(severity: Severity, annotation: Annotation): void {
    if (this.#annotations[severity].length < MOST_OF_A_LEVEL) this.#annotations[severity].push(annotation);
    else this.#left[severity]++;
  }
}
