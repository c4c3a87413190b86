import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const STUCK = captureOf('close-wait-stuck', 'server');

interface Line {
  readonly type: string;
  readonly rule: string;
  readonly severity: string;
  readonly connection: number;
  readonly endpoint: string | null;
  readonly frames: readonly number[];
}

async function linesOf(...argv: string[]): Promise<Line[]> {
  const { stdout } = await finwait(['watch', '-f', 'ndjson', ...argv]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('finwait watch', () => {
  it('ends with what an analysis would report', async () => {
    const { stdout, code } = await finwait(['watch', STUCK]);
    expect(code).toBe(0);
    expect(stdout).toContain((await finwait([STUCK])).stdout);
  });

  it('tells each finding once, those of the severity asked for', async () => {
    const rules = async (severity: string) =>
      (await linesOf(STUCK, '--severity', severity))
        .filter(({ type }) => type === 'finding')
        .map(({ rule }) => rule);
    expect(await rules('info')).toEqual(['close-wait-stuck', 'fin-wait-2-stuck']);
    expect(await rules('warning')).toEqual(['close-wait-stuck']);
    expect(await rules('error')).toEqual([]);
  });

  it('tells in the end the patterns of the severity asked for, as an analysis does', async () => {
    const capture = captureOf('mixed-200', 'client');
    const { patterns } = JSON.parse((await finwait([capture, '--format', 'json'])).stdout);
    const told = async (severity: string) =>
      (await linesOf(capture, '--severity', severity)).filter(({ type }) => type === 'pattern');
    expect(patterns).toHaveLength(2);
    expect(await told('warning')).toEqual(
      patterns.map((pattern: object) => ({ type: 'pattern', ...pattern })),
    );
    expect(await told('error')).toEqual([]);
  });

  it('tells in the end all that an analysis finds', async () => {
    const capture = captureOf('mixed-200', 'client');
    const report = JSON.parse((await finwait([capture, '--format', 'json'])).stdout);
    const told = (await linesOf(capture, '--severity', 'info')).filter(({ type }) => type === 'finding');
    const keys = (findings: readonly Line[]) =>
      findings.map(({ rule, frames }) => `${rule} ${frames}`).sort();
    expect(keys(told)).toEqual(keys(report.findings));
  });

  it('takes back what does not hold after all', async () => {
    const settings = ['--set', 'close-wait-stuck.stuckSeconds=3', '--rule', 'close-wait-stuck=warning'];
    const lines = await linesOf(captureOf('close-wait-late', 'server'), ...settings);
    const types = lines.map(({ type, rule }) => `${type} ${rule}`);
    const told = types.indexOf('finding close-wait-stuck');
    const report = JSON.parse(
      (await finwait([captureOf('close-wait-late', 'server'), ...settings, '-f', 'json'])).stdout,
    );
    const holds = report.findings.some(({ rule }: Line) => rule === 'close-wait-stuck');
    expect(told).toBeGreaterThanOrEqual(0);
    expect(types.includes('settled close-wait-stuck')).toBe(!holds);
  });

  it.each(['info', 'warning', 'error'])(
    'leaves standing what a report finds of severity %s or above, as grave as there',
    async (least) => {
      const shown = ['error', 'warning', 'info'].slice(0, ['error', 'warning', 'info'].indexOf(least) + 1);
      const captures = ['host-unreachable', 'peer-host-lost', 'half-open-syn', 'retransmission-gave-up'];
      for (const capture of captures.map((scenario) => captureOf(scenario, 'client'))) {
        const standing = new Map<string, string>();
        for (const { type, rule, connection, endpoint, severity } of await linesOf(
          capture,
          '--severity',
          least,
        )) {
          const name = `${rule} ${connection} ${endpoint}`;
          if (type === 'finding') standing.set(name, severity);
          else standing.delete(name);
        }
        const report = JSON.parse((await finwait([capture, '--format', 'json'])).stdout);
        const found = (report.findings as Line[])
          .filter(({ severity }) => shown.includes(severity))
          .map(({ rule, connection, endpoint, severity }) => [`${rule} ${connection} ${endpoint}`, severity]);
        expect([...standing].sort(), capture).toEqual(found.sort());
      }
    },
  );

  it('says what is wrong with its input', async () => {
    const { code, stderr } = await finwait(['watch', 'nothing.pcap']);
    expect(code).toBe(3);
    expect(stderr).toContain('nothing.pcap: no such file');
  });
});

describe('finwait watch on a pipe', () => {
  it('tells a finding while the pipe is open, and sums up after Ctrl-C', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'watch', '-']);
    let output = '';
    const told = new Promise<void>((resolve) => {
      child.stdout.on('data', (text: Buffer) => {
        output += text.toString();
        if (output.includes('close-wait-stuck')) resolve();
      });
    });
    child.stdin.write(readFileSync(STUCK));
    await told;
    expect(output).not.toContain('1 connection:');
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(output).toContain('1 connection: 1 warning, 1 info');
  });

  it('says where a report with all connections comes from', async () => {
    const { stdout } = await finwait(['watch', captureOf('mixed-200', 'client')]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '180 more connections: for a saved capture, finwait FILE --format json has them all',
    );
  });

  it('ends quietly if it is interrupted before anything came', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-watch-'));
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'exec 3>"$0"; sleep 60', path]);
    const { code, stdout, stderr } = await finwait(['watch', path], {
      onInterrupt: (handler) => {
        setTimeout(handler, 50);
        return () => {};
      },
    });
    writer.kill();
    rmSync(folder, { recursive: true });
    expect([code, stdout, stderr]).toEqual([130, '', '']);
  });
});
