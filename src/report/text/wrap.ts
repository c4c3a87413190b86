import { displayWidth, splitAtWidth } from './display-width.js';

/** A space at which `wrap` does not break the line. */
export const FIXED_SPACE = '\u00a0';

/** The space between a figure and its unit. */
const UNIT_SPACE = /(?<=\d) (?=(?:s|ms|µs|min|h|d|%|B|kB|MB|GB)(?![\w-]))/g;

/**
 * Breaks a text at spaces, but not between a figure and its unit, into lines of at most `width` columns; longer words
 * are broken where necessary.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (let word of text.replace(UNIT_SPACE, FIXED_SPACE).split(' ')) {
    let length = displayWidth(word);
    if (line !== '' && used + 1 + length > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    while (length > width) {
      const [head, rest] = splitAtWidth(word, width);
      if (rest === '') break;
      lines.push(head);
      word = rest;
      length = displayWidth(word);
    }
    line += line === '' ? word : ` ${word}`;
    used = displayWidth(line);
  }
  lines.push(line);
  return lines.map((part) => part.replaceAll(FIXED_SPACE, ' '));
}

const CONTINUED = ' \\';

/**
 * Breaks a command line as shells allow, so that it can still be copied: a backslash ends each line
 * but the last. Words in quotes stay whole, however long they are.
 */
export function wrapCommand(command: string, width: number): string[] {
  const words = command.match(/(?:'[^']*'|\\'|[^ '])+/g) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const [place, word] of words.entries()) {
    const room = place === words.length - 1 ? width : width - CONTINUED.length;
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line + CONTINUED);
      line = ' ';
    }
    line += line === '' ? word : ` ${word}`;
    while (!word.includes("'") && displayWidth(line) > room) {
      const [head, rest] = splitAtWidth(line, width - 1);
      lines.push(`${head}\\`);
      line = rest;
    }
  }
  return [...lines, line];
}
