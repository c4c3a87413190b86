import type { Connection } from '../connections/connection.js';
import { grouped } from '../core/numbers.js';
import { toIsoString } from '../core/time.js';
import { CATALOG } from '../rules/catalog.js';
import type { Finding, Pattern, Severity } from '../rules/finding.js';
import { firstCaptureOf } from './display-filter.js';
import { type JunitCase, type JunitSuite, junitXml } from './junit-xml.js';
import type { AnalysisEnd, CaptureFacts, Reporter, Write } from './reporter.js';
import { escapeControls } from './text/escape.js';
import { connectionName, counted, frameNames, gaps } from './text/words.js';

/** How many of a rule's findings in one capture are listed. */
const MOST_TOLD = 20;
const FAILING: readonly Severity[] = ['error', 'warning'];
const NO_DATE = '1970-01-01T00:00:00';

interface Failures {
  readonly lines: string[];
  /** The first of the gravest of them. */
  gravest: Finding | Pattern;
  count: number;
}

/**
 * A test suite per capture with a test case per rule, which fails if the rule found an error or a warning. So a clean
 * capture passes by name, and a CI server keeps a history of each rule.
 */
export class JunitReporter implements Reporter {
  readonly #write: Write;
  /** By capture and rule. */
  readonly #failures: Map<string, Failures>[] = [];

  constructor(write: Write) {
    this.#write = write;
  }

  connection(connection: Connection, findings: readonly Finding[]): void {
    for (const finding of findings) {
      this.#add(
        connection.capture,
        finding,
        `${[connectionName(connection), frameNames(finding.frames)].filter(Boolean).join(', ')}: ${finding.title}`,
      );
    }
  }

  end({ captures, patterns }: AnalysisEnd): void {
    for (const pattern of patterns) this.#add(firstCaptureOf(pattern), pattern, pattern.title);
    this.#write(junitXml(captures.map((facts, place) => this.#suite(facts, place))));
  }

  #add(capture: number, found: Finding | Pattern, line: string): void {
    const { rule, severity } = found;
    if (!FAILING.includes(severity)) return;
    this.#failures[capture] ??= new Map();
    const failures = this.#failures[capture].get(rule) ?? { lines: [], gravest: found, count: 0 };
    this.#failures[capture].set(rule, failures);
    failures.count++;
    if (FAILING.indexOf(severity) < FAILING.indexOf(failures.gravest.severity)) failures.gravest = found;
    if (failures.lines.length < MOST_TOLD) failures.lines.push(line);
  }

  #suite(facts: CaptureFacts, place: number): JunitSuite {
    const { path, firstFrameAt, damage } = facts;
    const read: JunitCase = {
      className: path,
      name: 'is read to its end',
      outcome:
        damage === null
          ? null
          : {
              kind: 'error',
              type: 'damage',
              message: `damaged at byte ${grouped(damage.offset)}, frame ${grouped(damage.frame)}`,
              text: escapeControls(damage.message),
            },
    };
    return {
      name: path,
      timestamp: firstFrameAt === null ? NO_DATE : toIsoString(firstFrameAt).slice(0, NO_DATE.length),
      cases: [read, ...CATALOG.map(({ id }) => this.#case(path, id, this.#failures[place]?.get(id)))],
      remarks: gaps(facts),
    };
  }

  #case(className: string, name: string, failures: Failures | undefined): JunitCase {
    if (failures === undefined) return { className, name, outcome: null };
    const { lines, count, gravest } = failures;
    const { severity, title, nextSteps } = gravest;
    const rest = count - lines.length;
    return {
      className,
      name,
      outcome: {
        kind: 'failure',
        type: severity,
        message: count === 1 ? title : `${title}, and ${counted(count - 1, 'more finding')}`,
        text: [
          ...lines,
          ...(rest > 0 ? [`and ${rest} more`] : []),
          ...nextSteps.map((step) => `next: ${step}`),
        ].join('\n'),
      },
    };
  }
}
