import type { Timestamp } from '../../core/time.js';
import type { LadderItem, LadderSegment, Traffic } from './recorder.js';

/** A stretch of plain traffic of which only its size is shown. */
export interface Fold {
  readonly folded: Readonly<Record<'client' | 'server', Traffic>>;
  /** The first and the last known time of its segments; null if none is known. */
  readonly from: Timestamp | null;
  readonly to: Timestamp | null;
}

/** A run of plain data and acknowledgments longer than this is folded to its ends. */
const LONGEST_RUN = 6;
/** How much of a folded run is shown at either end. */
const ENDS = 2;

/** Folds long runs of segments that `isPlain` accepts, and everything that was not kept. */
export function fold(
  items: readonly LadderItem[],
  isPlain: (segment: LadderSegment) => boolean,
): readonly (LadderSegment | Fold)[] {
  const shown: (LadderSegment | Fold)[] = [];
  let run: LadderItem[] = [];
  const endRun = (): void => {
    shown.push(...foldRun(run));
    run = [];
  };
  for (const item of items) {
    if ('omitted' in item || isPlain(item)) {
      run.push(item);
    } else {
      endRun();
      shown.push(item);
    }
  }
  endRun();
  return shown;
}

function foldRun(run: readonly LadderItem[]): readonly (LadderSegment | Fold)[] {
  const isKept = (item: LadderItem): item is LadderSegment => 'frame' in item;
  if (run.length <= LONGEST_RUN && run.every(isKept)) return run;
  const gap = run.findIndex((item) => !isKept(item));
  const lastGap = run.findLastIndex((item) => !isKept(item));
  const head = run.slice(0, Math.min(ENDS, gap === -1 ? ENDS : gap)).filter(isKept);
  const tail = run.slice(Math.max(run.length - ENDS, lastGap + 1)).filter(isKept);
  const rest = run.slice(head.length, run.length - tail.length);
  const kept = rest.filter(isKept);
  const folded = { client: trafficOf(rest, 'client'), server: trafficOf(rest, 'server') };
  return [...head, { folded, from: kept.at(0)?.time ?? null, to: kept.at(-1)?.time ?? null }, ...tail];
}

function trafficOf(items: readonly LadderItem[], from: 'client' | 'server'): Traffic {
  const sum = { segments: 0, payload: 0 };
  for (const item of items) {
    if ('omitted' in item) {
      sum.segments += item.omitted[from].segments;
      sum.payload += item.omitted[from].payload;
    } else if (item.from === from) {
      sum.segments++;
      sum.payload += item.payload;
    }
  }
  return sum;
}
