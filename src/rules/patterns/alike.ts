/** Times that a timer explains: so many of them are so alike. */
import type { OptionSpec, OptionValues } from '../rule.js';
import { median } from './members.js';

/** Timers of programs may differ by this much in any case, in seconds: what else a program does takes time as well. */
export const TIMER_SLACK = 0.1;

/** The option `spreadRatio`, where times may lie `slack` seconds from their median in any case. */
export function spreadOption(slack: number): OptionSpec {
  return {
    unit: 'ratio',
    default: 0.02,
    minimum: 0,
    maximum: 1,
    description: `How far these times may lie from their median, never less than ${slack} s: a timer counts exactly.`,
  };
}

export interface Alike<Item> {
  readonly near: readonly Item[];
  /** Their median, and how far one of them lies from it at most, in seconds. */
  readonly middle: number;
  readonly spread: number;
  /** How far one might have lain from the median of all. */
  readonly tolerance: number;
}

/**
 * Those whose time lies within `spreadRatio` of the median, or `slack` seconds if that is more: null if they are fewer
 * than `minimumMembers`, or than half of all.
 */
export function alikeIn<Item>(
  items: readonly Item[],
  secondsOf: (item: Item) => number,
  slack: number,
  { minimumMembers, spreadRatio }: OptionValues,
): Alike<Item> | null {
  if (items.length < minimumMembers) return null;
  const middleOfAll = medianOf(items, secondsOf);
  const tolerance = Math.max(slack, spreadRatio * middleOfAll);
  const near = items.filter((item) => Math.abs(secondsOf(item) - middleOfAll) <= tolerance);
  if (near.length < minimumMembers || 2 * near.length < items.length) return null;
  const middle = medianOf(near, secondsOf);
  const spread = near.reduce((most, item) => Math.max(most, Math.abs(secondsOf(item) - middle)), 0);
  return { near, middle, spread, tolerance };
}

function medianOf<Item>(items: readonly Item[], secondsOf: (item: Item) => number): number {
  return median(items.map(secondsOf).sort((a, b) => a - b));
}
