import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GNU_TIME = '/usr/bin/time';
const POLL_MILLISECONDS = 20;
const KEPT_ERROR_CHARACTERS = 400;

export interface Measurement {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Processor time in user mode, all threads. */
  readonly userSeconds: number | null;
  /** The most memory resident at once. */
  readonly peakBytes: number | null;
}

export class ProgramFailed extends Error {}

/** Runs a command to its end and discards its output. */
export async function measure(command: readonly string[]): Promise<Measurement> {
  return existsSync(GNU_TIME) ? measureWithTime(command) : measureByPolling(command);
}

async function measureWithTime(command: readonly string[]): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'finwait-bench-'));
  try {
    const report = join(folder, 'time');
    const { seconds } = await run([GNU_TIME, '-q', '-o', report, '-f', '%U %M', ...command]);
    const [user, kibibytes] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
    return { seconds, userSeconds: user!, peakBytes: kibibytes! * 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Polls Linux's own figures: what happens in the last milliseconds is missed. */
async function measureByPolling(command: readonly string[]): Promise<Measurement> {
  let peakBytes: number | null = null;
  const { seconds } = await run(command, (pid) => {
    const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readIfThere(`/proc/${pid}/status`))?.[1];
    if (kibibytes !== undefined) peakBytes = Number(kibibytes) * 1024;
  });
  return { seconds, userSeconds: null, peakBytes };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function run(command: readonly string[], poll?: (pid: number) => void): Promise<{ seconds: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = poll && setInterval(() => child.pid !== undefined && poll(child.pid), POLL_MILLISECONDS);
    let ended = started;
    let complaint = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      complaint = (complaint + text).slice(-KEPT_ERROR_CHARACTERS);
    });
    child.on('error', (error) => {
      clearInterval(timer);
      reject(new ProgramFailed(error.message));
    });
    child.on('exit', () => {
      ended = performance.now();
      clearInterval(timer);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ seconds: (ended - started) / 1000 });
      else reject(new ProgramFailed(`ended with ${signal ?? `exit code ${code}`}: ${complaint.trim()}`));
    });
  });
}
