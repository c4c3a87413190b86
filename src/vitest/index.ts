/** Import this once, in a test file or as a setup file: `expect` then has finwait's matchers. */
import { expect } from 'vitest';
import type { Role } from '../connections/connection.js';
import type { Severity } from '../rules/finding.js';
import type { State } from '../tcp/states.js';
import { type FindingQuery, matchers } from './matchers.js';

export { type FindingQuery, matchers } from './matchers.js';

/** What is added to `expect`. */
export interface FinwaitMatchers<R = unknown> {
  /** The result holds a finding of this rule. */
  toHaveFinding(rule: string, query?: FindingQuery): R;
  /** The result holds no finding, or none of the severity `atLeast` or above. */
  toHaveNoFindings(query?: { readonly atLeast?: Severity }): R;
  /** The result holds a pattern of this rule. */
  toHavePattern(rule: string, query?: { readonly count?: number }): R;
  /** The endpoint of the connection went through exactly these states. */
  toFollowStates(role: Role, states: readonly State[]): R;
  /** The endpoint of the connection was last in this state. */
  toEndIn(role: Role, state: State): R;
  /** Both endpoints sent FIN, neither sent RST, and both are through. */
  toCloseGracefully(): R;
  /** The connection was reset, by that endpoint if one is given. */
  toBeReset(query?: { readonly by?: Role }): R;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: it must be declared as Vitest declares it.
  interface Matchers<T = any> extends FinwaitMatchers<T> {}
}

expect.extend(matchers);
