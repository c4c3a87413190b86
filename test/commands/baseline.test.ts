import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';
import { inVlan, type Wrapping, wrappedCapture } from '../support/wrapped.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-baseline-'));
const BASE = join(folder, 'base.json');
const STUCK = captureOf('close-wait-stuck', 'server');
const MIXED = captureOf('mixed-200', 'client');
beforeAll(async () => {
  await finwait([STUCK, '-f', 'json', '-o', BASE]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function against(baseline: string, ...argv: string[]) {
  const { stdout, stderr, code } = await finwait([...argv, '--baseline', baseline, '-f', 'json']);
  return { code, stderr, report: code === 2 ? null : JSON.parse(stdout) };
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function edited(name: string, edit: (report: Record<string, never>) => void): string {
  const report = JSON.parse(readFileSync(BASE, 'utf8'));
  edit(report);
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(report));
  return path;
}

describe('--baseline', () => {
  it('leaves out what the report before knew', async () => {
    const { report, code } = await against(BASE, STUCK, '--fail-on', 'info');
    expect(code).toBe(0);
    expect(report.findings).toEqual([]);
    expect(report.summary).toMatchObject({
      connections: 1,
      findings: { error: 0, warning: 0, info: 0 },
      baseline: { new: 0, changed: 0, known: 2, gone: 0, goneTitles: [] },
    });
  });

  it('knows the same trouble from the other end of the line, and on other ports of the client', async () => {
    const path = edited('port.json', (report) => {
      for (const connection of report.connections as { client: { port: number } }[])
        connection.client.port = 1;
    });
    expect((await against(path, captureOf('close-wait-stuck', 'client'))).report.summary.baseline.known).toBe(
      2,
    );
  });

  it('tells what is new, and names what is gone', async () => {
    const { report, code } = await against(BASE, captureOf('half-close', 'server'), '--fail-on', 'info');
    expect(code).toBe(1);
    expect(report.findings.map(({ rule }: { rule: string }) => rule)).toEqual(['half-close']);
    expect(report.summary.baseline).toMatchObject({
      new: 1,
      gone: 2,
      goneTitles: [
        expect.stringContaining('close-wait-stuck: '),
        expect.stringContaining('fin-wait-2-stuck: '),
      ],
    });
  });

  describe('where networks are told apart', () => {
    const capture = (name: string, fixture: string, ...wrappings: Wrapping[]) => {
      const path = join(folder, name);
      writeFileSync(path, wrappedCapture(fixture, ...wrappings));
      return path;
    };
    const baseOf = async (name: string, ...argv: string[]) => {
      const path = join(folder, name);
      await finwait([...argv, '--separate', 'vlan', '-f', 'json', '-o', path]);
      return path;
    };

    it('tells the same trouble in another network as new', async () => {
      const base = await baseOf('vlan-6.json', capture('vlan-6.pcap', STUCK, inVlan(6)));
      const both = capture('vlans.pcap', STUCK, inVlan(5), inVlan(6));
      const { report } = await against(base, both, '--separate', 'vlan');
      expect(report.summary.baseline).toMatchObject({ new: 2, known: 2, gone: 0 });
      const [{ id }] = report.connections.filter(({ network }: { network: string }) => network === 'VLAN 5');
      expect(report.findings.map(({ connection }: { connection: number }) => connection)).toEqual([id, id]);
    });

    it('tells the same pattern in another network as new', async () => {
      const fixture = captureOf('host-restarted', 'client');
      const base = await baseOf('pattern-6.json', capture('pattern-6.pcap', fixture, inVlan(6)));
      const both = capture('patterns.pcap', fixture, inVlan(5), inVlan(6));
      const { report } = await against(base, both, '--separate', 'vlan');
      expect(report.patterns.map(({ facts }: { facts: { network: string } }) => facts.network)).toEqual([
        'VLAN 5',
      ]);
      expect(report.summary.baseline.gone).toBe(0);
    });
  });

  it('tells what is of another severity now', async () => {
    const { report } = await against(BASE, STUCK, '--rule', 'close-wait-stuck=error');
    expect(report.findings.map(({ severity }: { severity: string }) => severity)).toEqual(['error']);
    expect(report.summary.baseline).toMatchObject({ new: 0, changed: 1, known: 1, gone: 0 });
  });

  it('counts: a third like two that were known is new', async () => {
    const base = join(folder, 'mixed.json');
    await finwait([MIXED, '-f', 'json', '-o', base]);
    const two = JSON.parse(readFileSync(base, 'utf8'));
    const refused = two.findings.filter(({ rule }: { rule: string }) => rule === 'connection-refused');
    two.findings = refused.slice(0, 2);
    two.patterns = [];
    const path = join(folder, 'two.json');
    writeFileSync(path, JSON.stringify(two));
    const { report } = await against(
      path,
      MIXED,
      '--rule',
      'half-close=off',
      '--rule',
      'rst-active-abort=off',
      '--rule',
      'recurring-finding=off',
    );
    expect(report.summary.baseline).toMatchObject({ new: refused.length - 2, known: 2, gone: 0 });
  });

  it.each([
    ['missing', () => join(folder, 'none.json'), 'there is no such file'],
    ['no JSON', () => written('text', 'text'), 'is not JSON'],
    ['another JSON', () => written('x.json', '{}'), 'is not a finwait report'],
    [
      'broken',
      () => edited('broken.json', (report) => delete report.connections),
      'connections is not as finwait writes it',
    ],
    [
      'short of a connection',
      () => edited('short.json', (report) => (report.connections as unknown[]).pop()),
      'findings[0]',
    ],
    [
      'wrong about a network',
      () =>
        edited('network.json', (report) =>
          Object.assign((report.connections as object[])[0], { network: 5 }),
        ),
      'connections[0]',
    ],
    [
      'against a baseline itself',
      () => edited('own.json', (report) => Object.assign(report.summary, { baseline: {} })),
      'itself made with --baseline',
    ],
  ])('refuses a baseline that is %s', async (_name, path, message) => {
    const { code, stderr } = await against(path(), STUCK);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it.each(['json', 'ndjson'])('is told in ASCII in %s, whatever is gone', async (format) => {
    const base = join(folder, 'unreachable.json');
    await finwait([captureOf('host-unreachable', 'client'), '-f', 'json', '-o', base]);
    const { stdout } = await finwait([captureOf('refused', 'client'), '--baseline', base, '-f', format]);
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
    const summary =
      format === 'json' ? JSON.parse(stdout).summary : JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(summary.baseline.goneTitles.join()).toMatch(/[“”‘’]/);
  });

  it('is told in tables and tickets', async () => {
    const half = captureOf('half-close', 'server');
    for (const format of ['table', 'markdown', 'jira']) {
      const { stdout } = await finwait([half, '--baseline', BASE, '-f', format], { columns: 120 });
      expect(stdout).toContain('against the baseline: 1 new, 0 changed, 0 known, 2 gone');
      expect(stdout).toContain('gone: close\\-wait\\-stuck'.replaceAll('\\', ''));
    }
  });
});
