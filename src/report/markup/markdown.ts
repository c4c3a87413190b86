import { escapeMarkdown, escapeXml, markdownCode } from '../text/escape.js';
import type { Markup } from './markup.js';

/** Markdown as GitHub and GitLab read it. */
export const MARKDOWN: Markup = {
  prose: escapeMarkdown,
  code: markdownCode,
  bold: (text) => `**${text}**`,
  struck: (text) => `~~${text}~~`,
  small: (text) => `<sub>${text}</sub>`,
  heading: (level, text) => `${'#'.repeat(level)} ${text}`,
  link: (text, url) => `[${text}](${url})`,
  bullet: (depth, text) => `${'  '.repeat(depth - 1)}- ${text}`,
  table: (columns, rows) =>
    [
      row(columns.map(({ text }) => text)),
      `|${columns.map(({ isNumber }) => (isNumber === true ? '---:' : '---')).join('|')}|`,
      ...rows.map(row),
    ].join('\n'),
  fence: fenced,
  fold: (title, body) => `<details><summary>${escapeXml(title)}</summary>\n\n${body}\n\n</details>`,
  lineBreak: '  \n',
};

/** A fence is closed by one that is at least as long. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}${fence}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
