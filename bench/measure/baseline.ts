import { type CaptureResults, type Results, ratio, resultOf } from './results.js';

const TOLERANCE = 1.1;

/**
 * Where finwait got worse than it was. Times are compared as ratios to tcpdump on the same machine at the
 * same time, memory directly.
 */
export function findRegressions(now: Results, before: Results): string[] {
  return now.captures.flatMap((capture) => {
    const earlier = before.captures.find(({ name }) => name === capture.name);
    if (earlier === undefined) return [];
    return [compareTime(capture, earlier), compareMemory(capture, earlier)].filter((line) => line !== null);
  });
}

function compareTime(capture: CaptureResults, earlier: CaptureResults): string | null {
  const now = ratio(capture, 'finwait', 'tcpdump');
  const before = ratio(earlier, 'finwait', 'tcpdump');
  if (now === undefined || before === undefined || now <= before * TOLERANCE) return null;
  return `${capture.name}: ${now.toFixed(2)}× the time of tcpdump, was ${before.toFixed(2)}× (+${percent(now, before)})`;
}

function compareMemory(capture: CaptureResults, earlier: CaptureResults): string | null {
  const now = resultOf(capture, 'finwait')?.peakBytes;
  const before = resultOf(earlier, 'finwait')?.peakBytes;
  if (!now || !before || now <= before * TOLERANCE) return null;
  return `${capture.name}: ${Math.round(now / 1e6)} MB, was ${Math.round(before / 1e6)} MB (+${percent(now, before)})`;
}

function percent(now: number, before: number): string {
  return `${Math.round((now / before - 1) * 100)} %`;
}
