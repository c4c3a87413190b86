import { type JunitCase, junitXml } from '../../report/junit-xml.js';
import { counted } from '../../report/text/words.js';
import { type CheckReport, type CheckResult, diffLines } from '../result.js';

/** For CI servers: one test case per capture. */
export function checkJunit({ results }: CheckReport): string {
  // When the captures were made does not matter here, and when they are checked must not.
  return junitXml([{ name: 'finwait check', timestamp: '1970-01-01T00:00:00', cases: results.map(caseOf) }]);
}

function caseOf({ capture, differences, failure }: CheckResult): JunitCase {
  const slash = capture.lastIndexOf('/');
  const names = { className: capture.slice(0, Math.max(0, slash)) || '.', name: capture.slice(slash + 1) };
  if (failure !== null)
    return { ...names, outcome: { kind: 'error', type: 'unreadable', message: failure, text: '' } };
  if (differences.length === 0) return { ...names, outcome: null };
  const message = counted(differences.length, 'difference');
  const text = differences
    .map((difference) => [difference.subject, ...diffLines(difference).map((line) => `  ${line}`)].join('\n'))
    .join('\n');
  return { ...names, outcome: { kind: 'failure', type: 'difference', message, text } };
}
