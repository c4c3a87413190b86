/** What a command may touch of the world; tests hand in their own. */
export interface Io {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** The working folder. */
  readonly folder: string;
  /** Has the next Ctrl-C call `handler` instead of ending the program; the result takes that back. */
  onInterrupt(handler: () => void): () => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Stream {
  write(part: string | Uint8Array): void;
  readonly isTerminal: boolean;
  /** Width in characters; that of `COLUMNS`, or 80, where it is no terminal. */
  readonly columns: number;
}

/** Exit codes: see `finwait --help`. */
export const EXIT_OK = 0;
export const EXIT_FINDINGS = 1;
export const EXIT_USAGE = 2;
export const EXIT_CAPTURE = 3;
/** What shells tell of a program that Ctrl-C has ended. */
export const EXIT_INTERRUPTED = 130;

/** A command line that cannot be: the message says what to change. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
