import Table from 'cli-table3';
import type { Verdict } from './goals.js';
import { stepsOf } from './growth.js';
import { type CaptureResults, resultOf } from './results.js';

const UNKNOWN = '–';

export function renderCapture(capture: CaptureResults): string {
  const { name, facts, results, failures } = capture;
  const finwait = resultOf(capture, 'finwait');
  const rows = results.map((result) => [
    result.program,
    result.seconds.toFixed(2),
    `${Math.round(result.spread * 100)} %`,
    result.userSeconds?.toFixed(2) ?? UNKNOWN,
    Math.round(facts.packets / result.seconds / 1000).toString(),
    megabytes(result.peakBytes),
    finwait === undefined ? UNKNOWN : `${(result.seconds / finwait.seconds).toFixed(2)}×`,
  ]);
  return [
    `${name}: ${count(facts.packets)} packets, ${megabytes(facts.bytes)} MB, ${count(facts.connections)} connections, ` +
      `${count(facts.peakOpen)} open at the peak (${count(facts.peakUnfinished)} without TIME-WAIT)`,
    table(['program', 'seconds', 'spread', 'user s', 'kpkt/s', 'peak MB', 'finwait = 1'], rows),
    ...failures.map(({ program, reason }) => `${program}: ${reason}`),
  ].join('\n');
}

export function renderGrowth(title: string, captures: readonly CaptureResults[]): string {
  const steps = stepsOf(captures, 'finwait');
  const yardstick = stepsOf(captures, 'tcpdump');
  const rows = captures.map((capture) => {
    const finwait = resultOf(capture, 'finwait');
    const isEnd = (step: { to: CaptureResults }): boolean => step.to === capture;
    return [
      count(capture.facts.packets),
      count(capture.facts.connections),
      count(capture.facts.peakOpen),
      finwait?.seconds.toFixed(2) ?? UNKNOWN,
      steps.find(isEnd)?.perPacket.toFixed(3) ?? UNKNOWN,
      yardstick.find(isEnd)?.perPacket.toFixed(3) ?? UNKNOWN,
      megabytes(finwait?.peakBytes ?? null),
    ];
  });
  const heads = [
    'packets',
    'connections',
    'peak open',
    'seconds',
    'µs a further packet',
    'tcpdump µs',
    'peak MB',
  ];
  return `${title}\n${table(heads, rows)}`;
}

export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ goal, met, figure }) => [
    goal,
    met === null ? 'not measured' : met ? 'met' : 'MISSED',
    figure,
  ]);
  return table(['goal', '', 'measured'], rows, []);
}

function table(
  head: string[],
  rows: string[][],
  numberColumns = head.map((_, index) => index).slice(1),
): string {
  const lines = new Table({
    head,
    colAligns: head.map((_, index) => (numberColumns.includes(index) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  lines.push(...rows);
  return lines.toString();
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function megabytes(bytes: number | null): string {
  return bytes === null ? UNKNOWN : count(Math.round(bytes / 1e6));
}
