/** JUnit's XML as CI servers read it, in the strict form that Apache Ant's schema describes. */
import { escapeXml } from './text/escape.js';

export interface JunitSuite {
  readonly name: string;
  /** When what is tested happened, `YYYY-MM-DDThh:mm:ss`. */
  readonly timestamp: string;
  readonly cases: readonly JunitCase[];
  /** Further remarks, a line each: written as its standard output, which CI servers show beside it. */
  readonly remarks?: readonly string[];
}

export interface JunitCase {
  readonly className: string;
  readonly name: string;
  readonly outcome: JunitOutcome | null;
}

/** `failure`: not as it should be. `error`: it could not be determined. */
export interface JunitOutcome {
  readonly kind: 'failure' | 'error';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

/** The same input gives the same report: no clock is read, and no host name. */
const NO_TIME = 'time="0"';

export function junitXml(suites: readonly JunitSuite[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...suites.flatMap((suite, place) => suiteLines(suite, place)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines({ name, timestamp, cases, remarks = [] }: JunitSuite, id: number): readonly string[] {
  const count = (kind: string): number => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  return [
    `  <testsuite package="finwait" id="${id}" name="${escapeXml(name)}" timestamp="${timestamp}" hostname="localhost" ` +
      `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" ${NO_TIME}>`,
    '    <properties/>',
    ...cases.map(caseLine),
    remarks.length === 0
      ? '    <system-out/>'
      : `    <system-out>${remarks.map(escapeXml).join('\n')}</system-out>`,
    '    <system-err/>',
    '  </testsuite>',
  ];
}

function caseLine({ className, name, outcome }: JunitCase): string {
  const head = `    <testcase classname="${escapeXml(className)}" name="${escapeXml(name)}" ${NO_TIME}`;
  if (outcome === null) return `${head}/>`;
  const { kind, type, message, text } = outcome;
  const lines = text.split('\n').map(escapeXml).join('\n');
  const content = `<${kind} type="${escapeXml(type)}" message="${escapeXml(message)}">${lines}</${kind}>`;
  return `${head}>${content}</testcase>`;
}
