import type { Io } from '../../src/commands/io.js';
import { run } from '../../src/commands/program.js';
import { textOf } from './report.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** The same, if it is no text. */
  readonly octets: Uint8Array;
  readonly stderr: string;
}

/** Runs a command line in this process, with a terminal of the given width or none. */
export async function finwait(
  argv: readonly string[],
  options: {
    columns?: number;
    isTerminal?: boolean;
    environment?: Record<string, string>;
    folder?: string;
    onInterrupt?: Io['onInterrupt'];
  } = {},
): Promise<Outcome> {
  let stdout = '';
  const octets: Uint8Array[] = [];
  let stderr = '';
  const look = { isTerminal: options.isTerminal ?? false, columns: options.columns ?? 80 };
  const io: Io = {
    stdout: {
      ...look,
      write: (part) => {
        stdout += textOf(part);
        octets.push(Buffer.from(part as Uint8Array));
      },
    },
    stderr: {
      ...look,
      isTerminal: false,
      write: (part) => {
        stderr += textOf(part);
      },
    },
    folder: options.folder ?? process.cwd(),
    onInterrupt: options.onInterrupt ?? (() => () => {}),
    environment: options.environment ?? {},
  };
  const code = await run(argv, io);
  return { code, stdout, octets: Buffer.concat(octets), stderr };
}
