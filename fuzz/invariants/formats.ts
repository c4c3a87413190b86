/** What holds for a report in each format, whatever strangers wrote into the capture. */
import MarkdownIt from 'markdown-it';
import { FORMATS } from '../../src/report/formats.js';
import { CATALOG } from '../../src/rules/catalog.js';
import { broken } from './broken.js';
import { checkJson, checkNdjson } from './json.js';
import { checkHtml, checkXml } from './markup.js';

/** Control characters except line ends, those that turn text around or break lines, and halves of characters. */
const CONTROL = /(?!\n)\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]|\p{Surrogate}/u;
/** Where citations lead. */
const SOURCES: ReadonlySet<string> = new Set(
  CATALOG.flatMap(({ citations }) => citations.map(({ url }) => new URL(url).host)),
);

function isSource(link: string): boolean {
  return URL.canParse(link) && link.startsWith('https://') && SOURCES.has(new URL(link).host);
}

const CHECKS: Readonly<Record<string, (text: string) => void>> = {
  json: checkJson,
  ndjson: checkNdjson,
  sarif: (text) => JSON.parse(text),
  html: checkHtml,
  svg: (text) => {
    // Without a connection there is nothing to draw.
    if (text !== '') checkXml(text);
  },
  junit: checkXml,
  csv: checkCsv,
  github: checkGithub,
  markdown: checkMarkdown,
  jira: checkJira,
  slack: checkSlack,
};

export function checkFormats(texts: Readonly<Record<string, string>>): void {
  for (const [format, text] of Object.entries(texts)) {
    try {
      checkText(format === 'csv' ? text.replaceAll('\r\n', '\n') : text);
      CHECKS[format]?.(text);
    } catch (error) {
      throw new Error(`${format}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
}

export const ALL_FORMATS: readonly string[] = Object.keys(FORMATS);

/** What goes to a terminal or a file. */
export function checkText(text: string): void {
  const found = CONTROL.exec(text);
  if (found === null) return;
  const { index } = found;
  const character = text.codePointAt(index)?.toString(16);
  broken(`there is U+${character} in ${JSON.stringify(text.slice(Math.max(0, index - 40), index + 40))}`);
}

/** As many cells in each line as in the first, and none that a spreadsheet treats as a formula. */
function checkCsv(text: string): void {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const [, quoted, plain, end] =
      cell.exec(text) ?? broken(`no cell: ${JSON.stringify(text.slice(at, at + 60))}`);
    const value = quoted ?? plain;
    if (/^[=+\-@\t\r]/.test(value) && !/^-?\d/.test(value)) broken(`a formula: ${value}`);
    row.push(value);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  const uneven = rows.find(({ length }) => length !== rows[0].length);
  if (uneven !== undefined) broken(`a line of ${uneven.length} cells: ${uneven}`);
}

/** Commands only where lines start, and only ours. */
function checkGithub(text: string): void {
  for (const line of text.split('\n')) {
    const isCommand = /^\s*::/.test(line) || line.includes('##[');
    const isOurs = /^::(?:error|warning|notice) file=[^,:]*,title=[a-z0-9-]+::/.test(line);
    if (isCommand && !isOurs) broken(`a command: ${line}`);
  }
}

const markdown = new MarkdownIt({ html: true, linkify: true });
const HTML_IN_MARKDOWN = /^(?:<\/?(?:details|summary|sub)>|[^<>])*$/;

/** No HTML but ours, no images, no links except to sources, nobody mentioned. */
function checkMarkdown(text: string): void {
  const tokens = markdown.parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])]);
  for (const token of tokens) {
    const { type, content } = token;
    if (type === 'image') broken(`an image: ${content}`);
    if (/^html_/.test(type) && !HTML_IN_MARKDOWN.test(content)) broken(`HTML: ${content}`);
    const target = token.attrGet('href') ?? '';
    if (type === 'link_open' && !isSource(target)) broken(`a link to ${target}`);
    if (type === 'text' && /(?:^|[^\w/])@\w/.test(content)) broken(`somebody is mentioned: ${content}`);
  }
}

/** Macros come in pairs and are ours; links lead to sources. */
function checkJira(text: string): void {
  const parts = text.split('{noformat}');
  if (parts.length % 2 === 0) broken('a fence does not end');
  for (const [place, part] of parts.entries()) {
    if (place % 2 === 1) continue;
    const prose = part.replace(/\\./g, '').replaceAll('{{', '').replaceAll('}}', '');
    const macro = /\{[^}\n]*\}/.exec(prose);
    if (macro !== null) broken(`a macro: ${macro[0]}`);
    for (const [, target] of prose.matchAll(/\[[^\]\n]*\|([^\]\n]*)\]/g)) {
      if (!isSource(target)) broken(`a link to ${target}`);
    }
    const image = /!\S+!/.exec(prose);
    if (image !== null) broken(`an image: ${image[0]}`);
  }
}

/** Angle brackets only around links to sources. */
function checkSlack(text: string): void {
  const check = (value: unknown): void => {
    if (typeof value === 'string') {
      checkText(value);
      for (const [mark, target] of value.matchAll(/<([^>|]*)/g))
        if (!isSource(target)) broken(`a mark: ${mark}`);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(check);
  };
  check(JSON.parse(text));
}
