import { escapeXml } from '../../report/escape.js';
import { type CheckReport, type CheckResult, diffLines, isPassed } from '../result.js';

/** For CI servers: a test case a capture. */
export function checkJunit({ results }: CheckReport): string {
  const failures = results.filter((result) => !isPassed(result) && result.failure === null).length;
  const errors = results.filter(({ failure }) => failure !== null).length;
  const totals = `tests="${results.length}" failures="${failures}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="finwait check" ${totals}>`,
    `  <testsuite name="finwait check" ${totals}>`,
    ...results.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(result: CheckResult): string {
  const slash = result.capture.lastIndexOf('/');
  const folder = result.capture.slice(0, Math.max(0, slash)) || '.';
  const head = `    <testcase classname="${escapeXml(folder)}" name="${escapeXml(result.capture.slice(slash + 1))}"`;
  if (isPassed(result)) return `${head}/>`;
  const content =
    result.failure !== null
      ? `<error message="${escapeXml(result.failure)}"/>`
      : `<failure message="${result.differences.length} otherwise than expected">${escapeXml(text(result))}</failure>`;
  return `${head}>${content}</testcase>`;
}

function text({ differences }: CheckResult): string {
  return differences
    .map((difference) => [difference.subject, ...diffLines(difference).map((line) => `  ${line}`)].join('\n'))
    .join('\n');
}
