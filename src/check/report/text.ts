import { escapeControls } from '../../report/text/escape.js';
import type { Palette } from '../../report/text/palette.js';
import { counted } from '../../report/text/words.js';
import { type CheckReport, type CheckResult, diffLines, isPassed } from '../result.js';

/** For people: what failed and how, then how many passed; with `verbose` also which. */
export function checkText({ results, without }: CheckReport, palette: Palette, verbose: boolean): string {
  const failed = results.filter((result) => !isPassed(result));
  const passed = results.filter(isPassed);
  const lines = [
    ...(verbose ? passed.map(({ capture }) => palette.dim(`as expected  ${escapeControls(capture)}`)) : []),
    ...failed.flatMap((result) => [...failure(result, palette), '']),
    [
      ...(failed.length > 0
        ? [palette.severity.error(`${counted(failed.length, 'capture')} not as expected`)]
        : []),
      `${counted(passed.length, 'capture')} as expected`,
      ...(without > 0 ? [palette.dim(`${counted(without, 'capture')} without an expectation`)] : []),
    ].join(', '),
    ...(failed.some(({ differences }) => differences.length > 0)
      ? [palette.dim('- is expected, + is what the capture shows: finwait check --update accepts that')]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function failure(result: CheckResult, palette: Palette): readonly string[] {
  const head = palette.bold(escapeControls(result.capture));
  if (result.failure !== null) return [head, `  ${palette.severity.error(escapeControls(result.failure))}`];
  const lines = [head];
  let subject = '';
  for (const difference of result.differences) {
    if (difference.subject !== subject) lines.push(`  ${difference.subject}`);
    subject = difference.subject;
    for (const line of diffLines(difference)) {
      const paint = line.startsWith('-') ? palette.severity.error : palette.severity.info;
      lines.push(`    ${paint(escapeControls(line))}`);
    }
    if (difference.filter !== null) lines.push(palette.dim(`      ${difference.filter}`));
  }
  return lines;
}
