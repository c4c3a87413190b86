import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const CLI = resolve('src/cli.ts');
const TSX = import.meta.resolve('tsx');
const CAPTURE = resolve(captureOf('mixed-200', 'client'));
const folder = mkdtempSync(join(tmpdir(), 'finwait-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The program itself, as a process of its own; `shell` leads its output somewhere. */
function start(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', TSX, CLI, ...argv], { cwd: folder });
}

/** What a process has open. */
function filesOf({ pid }: ChildProcess): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return '';
    }
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const part of stream ?? []) text += String(part);
  return text;
}

describe('the program', () => {
  it('reads a capture from standard input', async () => {
    const child = start(['-', '--format', 'json']);
    child.stdin?.end(readFileSync(CAPTURE));
    const [text, [code]] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ captures: [{ path: '-' }], summary: { connections: 200 } });
  });

  it.each([[['-']], [['watch', '-']]])('%j says that nothing arrived on standard input', async (argv) => {
    const child = start(argv);
    child.stdin?.end();
    const [stderr, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^finwait: standard input: nothing arrived; see .*tcpdump.*\n$/);
  });

  it('names standard input as such', async () => {
    const child = start(['-', '--format', 'markdown']);
    child.stdin?.end(readFileSync(CAPTURE).subarray(0, 1000));
    const [text, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    expect(text).toContain('`standard input`: pcap, ');
    expect(stderr).toMatch(/^finwait: standard input: damaged at byte /);
  });

  it('is as wide as COLUMNS says where there is no terminal', async () => {
    const child = spawn(process.execPath, ['--import', TSX, CLI, CAPTURE], {
      env: { ...process.env, COLUMNS: '50' },
    });
    const lines = (await textOf(child.stdout)).split('\n');
    expect(Math.max(...lines.filter((line) => line.startsWith('│')).map((line) => line.length))).toBe(50);
  });

  it('ends quietly when the reader of its output has gone', async () => {
    const child = start([CAPTURE, '--format', 'json']);
    child.stdout?.destroy();
    const [stderr, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each([
    ['json', 'csv'],
    ['table', 'markdown'],
  ])('writes a report to a file though the reader of the other, %s, has gone', async (one, other) => {
    const child = start([CAPTURE, '--format', one, '--format', other, '--output', 'kept']);
    child.stdout?.destroy();
    const [stderr, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const whole = await finwait([CAPTURE, '--format', other], { folder });
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe(whole.stdout);
    rmSync(join(folder, 'kept'));
  });

  it('ends with 130 on Ctrl-C and leaves no half-written file behind', async () => {
    const child = start(['-', '--output', 'report.json']);
    child.stdin?.write(readFileSync(CAPTURE));
    while (!readdirSync(folder).some((name) => name.startsWith('.finwait'))) {
      await new Promise((done) => setTimeout(done, 20));
    }
    const closed = once(child, 'close');
    child.kill('SIGINT');
    const [code] = await closed;
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux').each([
    [['pipe'], 130],
    [['timeline', 'pipe', '-c', '0'], 130],
    [['watch', 'pipe'], 130],
  ])('%j ends on Ctrl-C while it waits for a writer of the pipe', async (argv, expected) => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const child = start(argv);
    while (!filesOf(child).includes(pipe)) await new Promise((done) => setTimeout(done, 20));
    const closed = once(child, 'close');
    child.kill('SIGINT');
    const [code] = await closed;
    rmSync(pipe);
    expect(code).toBe(expected);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s while the reader of its output takes nothing',
    async (signal) => {
      const child = start([CAPTURE, '--format', 'json']);
      // What is there shows that it writes; nobody reads on.
      await once(child.stdout as NodeJS.ReadableStream, 'readable');
      await new Promise((done) => setTimeout(done, 500));
      expect(child.exitCode).toBeNull();
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code, by] = await ended;
      // By the system, or by the listener if it was not yet waiting.
      expect([signal, 128 + constants.signals[signal]]).toContain(by ?? code);
    },
  );

  it('waits for a slow reader of its output', async () => {
    const child = start([CAPTURE, '--format', 'json']);
    await once(child.stdout as NodeJS.ReadableStream, 'readable');
    await new Promise((done) => setTimeout(done, 500));
    const [text, [code]] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
    expect(code).toBe(0);
    expect(text).toBe((await finwait([CAPTURE, '--format', 'json'], { folder })).stdout);
  });

  it.skipIf(!existsSync('/dev/full'))('says what it could not write, in one line', async () => {
    const child = start([CAPTURE, '--format', 'json', '--output', '/dev/full']);
    const [stderr, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
    expect(code).toBe(2);
    expect(stderr).toBe('finwait: /dev/full cannot be written: no space left on device (ENOSPC)\n');
  });
});

it.each([
  ['watch', '--quiet'],
  ['extract', '--color'],
])('%s takes no %s, which would change nothing', async (command, option) => {
  const { code, stderr } = await finwait([command, captureOf('half-close', 'client'), option]);
  expect(code).toBe(2);
  expect(stderr).toContain(`unknown option '${option}'`);
});
