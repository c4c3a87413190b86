import { escapeWorkflowData, escapeWorkflowProperty } from '../../report/text/escape.js';
import { counted } from '../../report/text/words.js';
import { type CheckReport, diffLines, isPassed } from '../result.js';

/** For GitHub Actions: an annotation at the line of the failed expectation. */
export function checkGithub({ results }: CheckReport): string {
  const lines = results.flatMap(({ capture, file, differences, failure }) => {
    const title = `title=${escapeWorkflowProperty(capture)}`;
    if (failure !== null)
      return [`::error file=${escapeWorkflowProperty(file)},${title}::${escapeWorkflowData(failure)}`];
    return differences.map((difference) => {
      const text = [difference.subject, ...diffLines(difference)].join('\n');
      return `::error file=${escapeWorkflowProperty(file)},line=${difference.line},${title}::${escapeWorkflowData(text)}`;
    });
  });
  const failed = results.filter((result) => !isPassed(result)).length;
  return `${[...lines, `${counted(results.length - failed, 'capture')} as expected, ${failed} not`].join('\n')}\n`;
}
