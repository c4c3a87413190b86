import type { Severity } from '../../rules/finding.js';

/** What a terminal can show besides the words; without colours every function returns its text. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly struck: (text: string) => string;
  readonly severity: Readonly<Record<Severity, (text: string) => string>>;
}

function style(code: number, end: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[${end}m`;
}

const plain = (text: string): string => text;

export const PLAIN: Palette = {
  bold: plain,
  dim: plain,
  struck: plain,
  severity: { error: plain, warning: plain, info: plain },
};

/** The sixteen basic colours, which every theme makes readable. */
export const COLOURED: Palette = {
  bold: style(1, 22),
  dim: style(2, 22),
  struck: style(9, 29),
  severity: { error: style(31, 39), warning: style(33, 39), info: style(36, 39) },
};
