/** A change that happened between two times, both in seconds after one origin. */
export interface Bounded {
  /** When it had not happened yet. */
  readonly known: number;
  /** When it had. */
  readonly found: number;
}

/** Those that one moment explains: of several such moments, the one that explains the most. */
export function explainedByOneMoment<Change extends Bounded>(changes: readonly Change[]): readonly Change[] {
  const known = changes.map((one) => one.known).sort((a, b) => a - b);
  const found = changes.map((one) => one.found).sort((a, b) => a - b);
  let best = { count: 0, at: 0 };
  let ended = 0;
  for (const [place, at] of known.entries()) {
    while (found[ended] < at) ended++;
    const count = place + 1 - ended;
    if (count > best.count) best = { count, at };
  }
  return changes.filter((one) => one.known <= best.at && best.at <= one.found);
}
