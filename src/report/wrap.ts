/** A space at which `wrap` breaks no line. */
export const FIXED_SPACE = '\u00a0';

/** Breaks a text at spaces into lines of at most `width` characters; longer words are broken where they must. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    while (word.length > width) {
      lines.push(word.slice(0, width));
      word = word.slice(width);
    }
    line += line === '' ? word : ` ${word}`;
  }
  lines.push(line);
  return lines.map((part) => part.replaceAll(FIXED_SPACE, ' '));
}
