import type { Difference } from './compare.js';

/** How a check can be reported. */
export const CHECK_FORMATS = ['table', 'junit', 'github'] as const;
export type CheckFormat = (typeof CHECK_FORMATS)[number];

/** A difference, and where to look. */
export interface PlacedDifference extends Difference {
  /** In the expectation file. */
  readonly line: number;
  /** Shows its connection in Wireshark; null if it is about none. */
  readonly filter: string | null;
}

/** How the check of one capture went. */
export interface CheckResult {
  readonly capture: string;
  /** The expectation file. */
  readonly file: string;
  readonly differences: readonly PlacedDifference[];
  /** Why the capture could not be read; null if it could. */
  readonly failure: string | null;
}

export interface CheckReport {
  readonly results: readonly CheckResult[];
  /** How many captures have no expectation beside them. */
  readonly without: number;
}

export function isPassed({ differences, failure }: CheckResult): boolean {
  return failure === null && differences.length === 0;
}

/** The difference in lines: what was expected after `-`, what was found after `+`. */
export function diffLines({ expected, found }: Difference): readonly string[] {
  return [...(expected === null ? [] : [`- ${expected}`]), ...(found === null ? [] : [`+ ${found}`])];
}
