export interface Column {
  /** Its head, already marked up. */
  readonly text: string;
  readonly isNumber?: boolean;
}

/**
 * How a ticket system writes what a report is made of. What comes in is already marked up, except for `prose`, `code`
 * and titles of folds, which take any text and make it harmless.
 */
export interface Markup {
  /** Text that is shown as it is, on one line: no markup, no link, nobody mentioned. */
  readonly prose: (text: string) => string;
  readonly code: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly struck: (text: string) => string;
  readonly small: (text: string) => string;
  readonly heading: (level: 2 | 3, text: string) => string;
  readonly link: (text: string, url: string) => string;
  readonly bullet: (depth: 1 | 2, text: string) => string;
  readonly table: (columns: readonly Column[], rows: readonly (readonly string[])[]) => string;
  /** Lines of a fixed-width font, free of control characters. Nothing in them ends the fence. */
  readonly fence: (text: string) => string;
  /** A body that is hidden at first, where the place can do that, under a title, which may be any text. */
  readonly fold: (title: string, body: string) => string;
  readonly lineBreak: string;
}
