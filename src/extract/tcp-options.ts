const END_OF_LIST = 0;
const NO_OPERATION = 1;

/**
 * Options whose whole content is about the connection: maximum segment size, window scale, SACK permitted,
 * SACK blocks, timestamps (RFC 9293 §3.2, RFC 7323, RFC 2018), with their allowed lengths.
 */
const HARMLESS: ReadonlyMap<number, readonly number[]> = new Map([
  [2, [4]],
  [3, [3]],
  [4, [2]],
  [5, [10, 18, 26, 34]],
  [8, [10]],
]);

/** Octets after kind and length that only say what kind of option it is (RFC 8684 §3; RFC 6994 §3). */
const SUBTYPES: ReadonlyMap<number, number> = new Map([
  [30, 1],
  [253, 2],
  [254, 2],
]);

/**
 * Blanks what TCP options say beyond the connection itself: Multipath TCP's addresses and keys, Fast Open
 * cookies, the client's address that load balancers put into options of their own, and whatever is unknown.
 * Kinds and lengths stay.
 */
export function blankForeignOptions(view: DataView, bytes: Uint8Array, start: number, end: number): void {
  let at = start;
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind === END_OF_LIST) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2 || at + length > end) break;
    if (HARMLESS.get(kind)?.includes(length) !== true) {
      const kept = Math.min(length, 2 + (SUBTYPES.get(kind) ?? 0));
      bytes.fill(0, at + kept, at + length);
    }
    at += length;
  }
  // After the end of the list, or an option that is cut or malformed: its kind says nothing without a length.
  bytes.fill(0, at, end);
}
