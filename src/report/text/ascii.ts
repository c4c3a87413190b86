import type { Write } from '../reporter.js';
import { displayWidth } from './display-width.js';

/** What looks most like the characters that reports are drawn with, each as wide as these: columns stay columns. */
const LIKENESSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '│': '|',
    '─': '-',
    '▶': '>',
    '◀': '<',
    '→': '>',
    '←': '<',
    '↔': '-',
    '⋮': ':',
    '▲': '^',
    '▼': 'v',
    '◆': '*',
    '✎': '#',
    '✓': '+',
    '✗': 'x',
    '×': 'x',
    '·': '-',
    '•': '-',
    '–': '-',
    '…': '~',
    '§': 'S',
    µ: 'u',
    '≤': '<',
    '⏎': '|',
    '‘': "'",
    '’': "'",
    '“': '"',
    '”': '"',
    '\u00a0': ' ',
  }),
);

/** A text for terminals that know only ASCII characters. */
export function toAscii(text: string): string {
  return text
    .replace(/[┌┬┐├┼┤└┴┘]/g, '+')
    .replace(/[^\0-\x7f]/gu, (character) => LIKENESSES.get(character) ?? '?'.repeat(displayWidth(character)));
}

/** Writes text to such a terminal. */
export function asciiWriter(write: Write): Write {
  return (part) => write(typeof part === 'string' ? toAscii(part) : part);
}
