/** Characters that terminals draw two columns wide: East Asian ones (UAX #11, W and F) and emoji. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3040-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b001}\u{1f200}-\u{1f251}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Accents that combine with the character before them. */
const COMBINING = /[\u0300-\u036f]/;
const PLAIN = /^[\x20-\x7e]*$/;
/** The codes that a palette puts around a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what styles begin with
const STYLE = /\u001b\[\d+m/g;

/**
 * How many columns of a terminal a text takes. If terminals disagree, as on joined emoji and on scripts whose
 * vowels are marks, the larger number: nothing is ever wider than this.
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text.replace(STYLE, '')) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (WIDE.test(character)) return 2;
  return COMBINING.test(character) ? 0 : 1;
}

/** The start of a text that fits into `width` columns, and what is left of it; at least one character. */
export function splitAtWidth(text: string, width: number): readonly [string, string] {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width && end > 0) break;
    end += character.length;
  }
  return [text.slice(0, end), text.slice(end)];
}
