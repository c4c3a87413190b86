import type { Write } from '../reporter.js';
import { displayWidth } from './display-width.js';

/** ASCII look-alikes of the characters that reports are drawn with, of the same width so that columns stay aligned. */
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

/** A text for terminals that know only ASCII. */
export function toAscii(text: string): string {
  return text
    .replace(/[┌┬┐├┼┤└┴┘]/g, '+')
    .replace(/[^\0-\x7f]/gu, (character) => LIKENESSES.get(character) ?? '?'.repeat(displayWidth(character)));
}

/** Writes text to such a terminal. */
export function asciiWriter(write: Write): Write {
  return (part) => write(typeof part === 'string' ? toAscii(part) : part);
}
