/** The code that ends a list of options before its block does. */
const END_OF_OPTIONS = 0;
const OPTION_HEADER_LENGTH = 4;

/**
 * Walks the options of a pcapng block: code, length and value, padded to 32 bits.
 * Source: draft-ietf-opsawg-pcapng, "Options".
 *
 * @param onOption gets the code, and offset and length of the value
 * @returns what is wrong with the list, or null
 */
export function readOptions(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  onOption: (code: number, offset: number, length: number) => void,
): string | null {
  let at = start;
  while (end - at >= OPTION_HEADER_LENGTH) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    at += OPTION_HEADER_LENGTH;
    if (code === END_OF_OPTIONS) return null;
    if (length > end - at) {
      return `option ${code} says that it is ${length} octets long, but its block has ${end - at} octets left`;
    }
    onOption(code, at, length);
    at += (length + 3) & ~3;
  }
  return null;
}
