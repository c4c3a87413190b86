import { escapeControls, ZERO_WIDTH_SPACE } from '../text/escape.js';
import type { Markup } from './markup.js';

/** Jira's wiki markup. */
export const JIRA: Markup = {
  prose: escapeJira,
  code: (text) => `{{${escapeJira(text)}}}`,
  bold: (text) => `*${text}*`,
  struck: (text) => `-${text}-`,
  small: (text) => `~${text}~`,
  heading: (level, text) => `h${level}. ${text}`,
  link: (text, url) => `[${text}|${url}]`,
  bullet: (depth, text) => `${'*'.repeat(depth)} ${text}`,
  table: (columns, rows) =>
    [
      `||${columns.map(({ text }) => text).join('||')}||`,
      ...rows.map((cells) => `|${cells.map((cell) => (cell === '' ? ' ' : cell)).join('|')}|`),
    ].join('\n'),
  fence: (text) => `{noformat}\n${text.replace(/\{(?=noformat)/gi, `{${ZERO_WIDTH_SPACE}`)}{noformat}`,
  fold: (title, body) => `*${escapeJira(title)}*\n\n${body}`,
  lineBreak: '\n',
};

/**
 * Text in Jira's markup that is shown literally. Hyphens and plus signs are special only at the edge of a
 * word, and the names of states are full of them.
 */
export function escapeJira(text: string): string {
  return escapeControls(text)
    .replaceAll('\\', '&#92;')
    .replace(/[{}[\]|*_^~!]/g, '\\$&')
    .replace(/(?<!\w)[-+]|[-+](?!\w)/g, '\\$&')
    .replace(/\?(?=\?)|^(?:#|bq\.|h[1-6]\.)/g, (mark) =>
      mark === '?' || mark === '#' ? `\\${mark}` : `&#${mark.charCodeAt(0)};${mark.slice(1)}`,
    )
    .replace(
      /:(?=[)(DPp])|;(?=\))|\((?=(?:[ynix/!?+-]|on|off|\*[rgby]?|flag|flagoff)\))/g,
      (mark) => `&#${mark.charCodeAt(0)};`,
    )
    .replace(
      /\b(?:https?|ftp|file|mailto)(?=:)|\bwww(?=\.)/gi,
      (scheme) => `&#${scheme.charCodeAt(0)};${scheme.slice(1)}`,
    );
}
