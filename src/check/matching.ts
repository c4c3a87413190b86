/** Assigns things to wants, so that as many as possible get one: by a flow, since thousands of either may be alike. */

/** A number of equal wants, all of which the same things fit. */
export interface Want {
  readonly count: number;
}

export interface Matching {
  /** For each want, how many things it lacks. */
  readonly lacks: readonly number[];
  /** Places of the things that no want took, in their order. */
  readonly left: readonly number[];
}

/** Things that fit the same wants. */
interface Kind {
  readonly wants: readonly number[];
  /** Places of the things. */
  readonly places: number[];
  /** How many of them are still free. */
  free: number;
  /** How many of them each want took. */
  readonly taken: Map<number, number>;
}

/**
 * Each thing goes to one want at most. Earlier wants come first, but a vague one must not take a thing that
 * only it and a precise one fit.
 *
 * @param things how many there are
 */
export function matched(
  wants: readonly Want[],
  things: number,
  fits: (want: number, thing: number) => boolean,
): Matching {
  const kinds = kindsOf(wants, things, fits);
  const kindsFor = wants.map((): Kind[] => []);
  for (const kind of kinds) for (const want of kind.wants) kindsFor[want].push(kind);
  const lacks = wants.map(({ count }, want) => {
    let lack = count;
    while (lack > 0) {
      const given = give(want, lack, kindsFor);
      if (given === 0) break;
      lack -= given;
    }
    return lack;
  });
  const left = kinds.flatMap(({ places, free }) => places.slice(places.length - free));
  return { lacks, left: left.sort((a, b) => a - b) };
}

function kindsOf(
  wants: readonly Want[],
  things: number,
  fits: (want: number, thing: number) => boolean,
): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  const all = [...wants.keys()];
  for (let thing = 0; thing < things; thing++) {
    const fitting = all.filter((want) => fits(want, thing));
    const key = fitting.join(' ');
    let kind = kinds.get(key);
    if (kind === undefined) {
      kind = { wants: fitting, places: [], free: 0, taken: new Map() };
      kinds.set(key, kind);
    }
    kind.places.push(thing);
    kind.free++;
  }
  return [...kinds.values()];
}

/**
 * Gives `want` up to `most` things of one kind, even those of other wants that can be served elsewhere; returns how
 * many these are, 0 if there are none.
 */
function give(want: number, most: number, kindsFor: readonly (readonly Kind[])[]): number {
  /** Which want would take things of the kind, and the kind of which a want would give some up in exchange. */
  const takers = new Map<Kind, number>();
  const givesUp = new Map<number, Kind>();
  const queue = [want];
  for (const taker of queue) {
    for (const kind of kindsFor[taker]) {
      if (takers.has(kind)) continue;
      takers.set(kind, taker);
      if (kind.free > 0) return handOn(want, most, kind, takers, givesUp);
      for (const [holder, count] of kind.taken) {
        if (count === 0 || holder === want || givesUp.has(holder)) continue;
        givesUp.set(holder, kind);
        queue.push(holder);
      }
    }
  }
  return 0;
}

/** Every want on the way from `want` to what is free takes as many of the next kind as it gives up of its own. */
function handOn(
  want: number,
  most: number,
  free: Kind,
  takers: ReadonlyMap<Kind, number>,
  givesUp: ReadonlyMap<number, Kind>,
): number {
  const steps: { readonly taker: number; readonly from: Kind; readonly gives: Kind | null }[] = [];
  for (let from: Kind | null = free; from !== null; ) {
    const taker: number = takers.get(from)!;
    const gives: Kind | null = taker === want ? null : givesUp.get(taker)!;
    steps.push({ taker, from, gives });
    from = gives;
  }
  const amount = steps.reduce(
    (least, { taker, gives }) => (gives === null ? least : Math.min(least, gives.taken.get(taker)!)),
    Math.min(most, free.free),
  );
  free.free -= amount;
  for (const { taker, from, gives } of steps) {
    from.taken.set(taker, (from.taken.get(taker) ?? 0) + amount);
    if (gives !== null) gives.taken.set(taker, gives.taken.get(taker)! - amount);
  }
  return amount;
}
