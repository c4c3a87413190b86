import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-outside-'));
afterAll(() => rmSync(folder, { recursive: true }));

const STUCK = captureOf('close-wait-stuck', 'server');
const EVIL = '\u001b[31m\r\u202e';
const evilPath = join(folder, `a${EVIL}.pcap`);
copyFileSync(STUCK, evilPath);

describe('control characters on the command line', () => {
  it.each([
    [[evilPath], 0],
    [['timeline', evilPath], 0],
    [[evilPath, '--format', 'json'], 0],
    [[evilPath, '--format', 'ndjson'], 0],
    [[`${evilPath}x`], 3],
    [['timeline', `${evilPath}x`], 3],
    [['explain', EVIL], 2],
    [[STUCK, '--format', `json${EVIL}`], 2],
    [[STUCK, '--rule', `${EVIL}=off`], 2],
    [[STUCK, '--rule', `half-close=${EVIL}`], 2],
    [[STUCK, '--set', `${EVIL}.a=1`], 2],
    [[STUCK, '--set', `close-wait-stuck.stuckSeconds=${EVIL}`], 2],
    [[STUCK, '--output', join(folder, EVIL, 'x.json')], 2],
    [[STUCK, '--connection', EVIL], 2],
    [[STUCK, '--fail-on', EVIL], 2],
    [[STUCK, `--not${EVIL}`], 2],
  ])('%j are never written as they are', async (argv, code) => {
    const outcome = await finwait(argv as string[]);
    expect(outcome.code).toBe(code);
    for (const control of ['\u001b', '\r', '\u202e']) {
      expect(outcome.stdout + outcome.stderr).not.toContain(control);
    }
  });

  it('are shown escaped, and given whole to programs', async () => {
    const shown = 'a\\x1b[31m\\x0d\\u202e.pcap';
    expect((await finwait([evilPath], { columns: 120 })).stdout).toContain(shown);
    expect((await finwait([`${evilPath}x`])).stderr).toContain(shown);
    const { stdout } = await finwait([evilPath, '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ captures: [{ path: basename(evilPath) }] });
  });
});

describe('the environment', () => {
  const colours = async (environment: Record<string, string>, isTerminal: boolean): Promise<boolean[]> =>
    Promise.all(
      [[STUCK], ['timeline', STUCK], ['rules'], ['explain', 'half-close']].map(async (argv) =>
        (await finwait(argv, { environment, isTerminal })).stdout.includes('\u001b['),
      ),
    );

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('%j on a terminal (%j) colours every command alike: %j', async (environment, isTerminal, expected) => {
    expect(await colours(environment, isTerminal)).toEqual([expected, expected, expected, expected]);
  });

  it('does not overrule the flag', async () => {
    const { stdout } = await finwait(['rules', '--color'], { environment: { NO_COLOR: '1' } });
    expect(stdout).toContain('\u001b[');
  });

  it('does not colour files', async () => {
    const path = join(folder, 'report.txt');
    const { stdout } = await finwait([STUCK, '--output', path], { isTerminal: true });
    expect(stdout).toBe('');
    expect(readFileSync(path, 'utf8')).not.toContain('\u001b');
  });
});
