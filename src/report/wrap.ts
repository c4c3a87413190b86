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
      const cut = startsPair(word.charCodeAt(width - 1)) && width > 1 ? width - 1 : width;
      lines.push(word.slice(0, cut));
      word = word.slice(cut);
    }
    line += line === '' ? word : ` ${word}`;
  }
  lines.push(line);
  return lines.map((part) => part.replaceAll(FIXED_SPACE, ' '));
}

/** Whether a unit of UTF-16 is the first of two that belong together. */
function startsPair(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
