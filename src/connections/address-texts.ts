import { formatAddress } from '../core/addresses.js';

/** A busy service has some ten thousand clients, at 24 octets each. */
const PLACES_SHIFT = 15;
const PLACES = 1 << PLACES_SHIFT;

/**
 * The texts of addresses, each kept until another one takes its place. Most connections share theirs with
 * others, and reusing a known text saves formatting it and, where it is looked up in maps, hashing it.
 */
export class AddressTexts {
  readonly #words = new Int32Array(4 * PLACES);
  readonly #texts: (string | undefined)[] = new Array(PLACES).fill(undefined);

  /** The text of the address whose four words start at `word` in `memory`. */
  at(memory: Int32Array, word: number): string {
    const word0 = memory[word];
    const word1 = memory[word + 1];
    const word2 = memory[word + 2];
    const word3 = memory[word + 3];
    const place = placeOf(word0 ^ Math.imul(word1, 31) ^ Math.imul(word2, 961) ^ word3);
    const words = this.#words;
    const known = this.#texts[place];
    const at = 4 * place;
    if (
      known !== undefined &&
      words[at + 3] === word3 &&
      words[at + 2] === word2 &&
      words[at + 1] === word1 &&
      words[at] === word0
    ) {
      return known;
    }
    const text = formatAddress(word0, word1, word2, word3);
    words[at] = word0;
    words[at + 1] = word1;
    words[at + 2] = word2;
    words[at + 3] = word3;
    this.#texts[place] = text;
    return text;
  }
}

function placeOf(words: number): number {
  return Math.imul(words ^ (words >>> 16), 0x7feb352d) >>> (32 - PLACES_SHIFT);
}
