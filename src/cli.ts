#!/usr/bin/env node
import { EXIT_INTERRUPTED, EXIT_OK, type Stream } from './commands/io.js';
import { run } from './commands/program.js';
import { writeAll } from './node/output.js';

const EXIT_BUG = 70;

process.once('SIGINT', () => process.exit(EXIT_INTERRUPTED));

function stream(descriptor: number, output: NodeJS.WriteStream): Stream {
  return {
    write: (part) => writeAll(descriptor, part),
    isTerminal: output.isTTY === true,
    columns: output.isTTY === true ? output.columns : 80,
  };
}

try {
  process.exitCode = await run(process.argv.slice(2), {
    stdout: stream(1, process.stdout),
    stderr: stream(2, process.stderr),
    environment: process.env,
  });
} catch (error) {
  // Whoever read our output has had enough, as with `| head`.
  if (error instanceof Error && 'code' in error && error.code === 'EPIPE') process.exit(EXIT_OK);
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`finwait: a bug in finwait, please report it with this text:\n${reason}\n`);
  process.exitCode = EXIT_BUG;
}
