/** The outside world as a command sees it; tests pass their own. */
export interface Io {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** The working folder. */
  readonly folder: string;
  /** Makes the next Ctrl-C call `handler` instead of ending the program; call the result to undo that. */
  onInterrupt(handler: () => void): () => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Stream {
  write(part: string | Uint8Array): void;
  readonly isTerminal: boolean;
  /** Width in characters; from `COLUMNS`, or 80, if it is not a terminal. */
  readonly columns: number;
}

/** Exit codes: see `finwait --help`. */
export const EXIT_OK = 0;
export const EXIT_FINDINGS = 1;
export const EXIT_USAGE = 2;
export const EXIT_CAPTURE = 3;
/** What shells report for a program that Ctrl-C has ended. */
export const EXIT_INTERRUPTED = 130;

/** A wrong command line: the message says what to change. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
