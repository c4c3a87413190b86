/**
 * How much of a dossier a document shows, so that it fits where it is attached. Proof is dropped before
 * findings, and findings before counts: nothing is ever cut in the middle.
 */

export interface Plan {
  /** Captures that are described. */
  readonly captures: number;
  /** Names and messages longer than this lose their middle. */
  readonly names: number;
  /** Exhibits whose segments are drawn. */
  readonly ladders: number;
  /** Exhibits whose states are shown. */
  readonly timelines: number;
  /** Connections in the list. */
  readonly rows: number;
  /** Findings and patterns in full; those after them by title only. */
  readonly full: number;
  /** Findings and patterns at all; the rest is counted. */
  readonly cards: number;
}

/** From everything to the verdict alone. */
const PLANS: readonly Plan[] = [
  { captures: 3, names: 200, ladders: 12, timelines: 12, rows: 100, full: 60, cards: 60 },
  { captures: 3, names: 200, ladders: 6, timelines: 12, rows: 50, full: 60, cards: 60 },
  { captures: 3, names: 200, ladders: 3, timelines: 6, rows: 20, full: 60, cards: 60 },
  { captures: 3, names: 200, ladders: 1, timelines: 3, rows: 20, full: 60, cards: 60 },
  { captures: 3, names: 200, ladders: 1, timelines: 1, rows: 10, full: 12, cards: 60 },
  { captures: 3, names: 200, ladders: 0, timelines: 1, rows: 10, full: 6, cards: 40 },
  { captures: 3, names: 200, ladders: 0, timelines: 0, rows: 10, full: 3, cards: 20 },
  { captures: 1, names: 60, ladders: 0, timelines: 0, rows: 0, full: 1, cards: 10 },
  { captures: 1, names: 60, ladders: 0, timelines: 0, rows: 0, full: 0, cards: 5 },
  { captures: 1, names: 60, ladders: 0, timelines: 0, rows: 0, full: 0, cards: 0 },
];

/**
 * The document by the most generous plan that fits into `maxLength` characters. `render` by the last plan
 * must fit into 1000.
 */
export function fitted(maxLength: number, render: (plan: Plan) => string): string {
  let document = '';
  for (const plan of PLANS) {
    document = render(plan);
    if (document.length <= maxLength) break;
  }
  return document;
}
