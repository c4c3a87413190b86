#!/usr/bin/env node
import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { EXIT_OK, type Stream } from './commands/io.js';
import { run } from './commands/program.js';
import { OutputError, writeAll } from './node/output.js';

const EXIT_BUG = 70;
/** A program that a signal ended has this plus the signal's number as its exit code. */
const SIGNALLED = 128;

// Almost everything that an analysis allocates is garbage a moment later, and the rest lasts to its end. Letting more
// of either pile up before it is looked through would take 30 to 75 MB, and save a tenth of the time with many
// connections, and none with many packets.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=30');

let interrupted: (() => void) | null = null;

function onInterrupt(handler: () => void): () => void {
  interrupted = handler;
  return () => {
    interrupted = null;
  };
}

process.on('SIGINT', () => {
  if (interrupted === null) process.exit(SIGNALLED + constants.signals.SIGINT);
  const handler = interrupted;
  interrupted = null;
  handler();
});

// Exiting this way, unlike being ended by the signal, removes half-written files.
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(SIGNALLED + constants.signals[signal]));
}

/** If nothing else shows how wide the output may be, POSIX has a variable for it. */
const COLUMNS = Number(/^[1-9]\d{0,3}$/.exec(process.env.COLUMNS ?? '')?.[0] ?? 80);

function stream(descriptor: number, name: string, output: NodeJS.WriteStream): Stream {
  return {
    write: (part) => writeAll(descriptor, part, name),
    isTerminal: output.isTTY === true,
    columns: output.isTTY === true ? output.columns : COLUMNS,
  };
}

try {
  process.exitCode = await run(process.argv.slice(2), {
    stdout: stream(1, 'standard output', process.stdout),
    stderr: stream(2, 'standard error', process.stderr),
    onInterrupt,
    folder: process.cwd(),
    environment: process.env,
  });
} catch (error) {
  // The reader of our output has had enough, as with `| head`.
  if (error instanceof OutputError && error.code === 'EPIPE') process.exit(EXIT_OK);
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`finwait: a bug in finwait, please report it with this text:\n${reason}\n`);
  process.exitCode = EXIT_BUG;
}
