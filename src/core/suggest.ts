/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, beforeLast[j - 2] + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

/**
 * The name that was probably meant: the nearest by edits, if it is near enough for its length, else one that
 * contains `given`, hyphens aside; null if nothing comes close.
 */
export function nearestName(given: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const edits = distance(given.toLowerCase(), name.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      best = name;
    }
  }
  if (best !== null && fewest <= Math.max(1, Math.floor(best.length / 3))) return best;
  if (lettersOf(given).length < 3) return null;
  return names.find((name) => lettersOf(name).includes(lettersOf(given))) ?? null;
}

/** A name without the hyphens between its words, which are easily forgotten. */
function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}
