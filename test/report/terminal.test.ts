import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/connections/connection.js';
import { escapeControls } from '../../src/report/text/escape.js';
import { captureOf, scenarios } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const longest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

describe('the report on a terminal', () => {
  it('tells at a glance who is stuck, how long, on which frames, by which rule', async () => {
    const { stdout } = await finwait([captureOf('close-wait-stuck', 'server')]);
    expect(stdout).toMatch(/│ WARNING {2}close-wait-stuck .* connection 0 │/);
    expect(stdout).toMatch(/│ \S+:8080 has stayed in CLOSE-WAIT for 6\d\.\d s +│/);
    expect(stdout).toMatch(/│ frames #8, #9 · RFC 9293 §3\.3\.2, §3\.6/);
    expect(stdout).toMatch(/│ filter {2}frame\.number in \{8, 9\}/);
    expect(stdout).toMatch(/│ effect {2}\S+ has waited in FIN-WAIT-2 for 6\d\.\d s/);
  });

  it('says that a clean capture is clean', async () => {
    const { stdout } = await finwait([captureOf('normal-close-client', 'server')]);
    expect(stdout).toContain('1 connection: nothing to report');
  });

  it.each([80, 120])('fits %i columns for every fixture', async (columns) => {
    for (const scenario of scenarios) {
      const { stdout } = await finwait([captureOf(scenario, 'client')], { columns });
      const tables = stdout.split('\n').filter((line) => /^[┌│├└]/.test(line));
      expect(longest(tables.join('\n')), scenario).toBeLessThanOrEqual(columns);
    }
  });

  it('counts what was not analysed when asked to', async () => {
    const { stdout } = await finwait([captureOf('close-wait-stuck', 'server'), '--verbose']);
    expect(stdout).toContain('not analysed, not-tcp: 1 frame');
  });
});

describe('text from outside', () => {
  it('cannot control the terminal', () => {
    expect(escapeControls('a\u001b[31m\u0007\u009b\u202e\r\nb')).toBe(
      'a\\x1b[31m\\x07\\x9b\\u202e\\x0d\\x0ab',
    );
  });
});

async function ladderOf(scenario: string, vantage: Role, columns = 80): Promise<string> {
  return (await finwait(['timeline', captureOf(scenario, vantage)], { columns })).stdout;
}

describe('the ladder', () => {
  it('shows states where they change, with their evidence', async () => {
    const text = await ladderOf('rst-on-write-after-close', 'server');
    expect(text).toMatch(/#1 SYN-SENT +─+ SYN seq 0 ─+▶/);
    expect(text).toMatch(/#2 ESTABLISHED✓ +◀─+ SYN,ACK seq 0 ack 1 ─+ SYN-RECEIVED/);
    expect(text).toMatch(/#11 CLOSED +─+ RST seq 20 ─+▶ CLOSED\?/);
    expect(text).toContain('▲ error: rst-on-write-after-close');
    expect(text).toContain('the server ended in CLOSED');
  });

  it('shows what was taken back', async () => {
    const text = await ladderOf('fin-lost', 'client');
    expect(text).toMatch(/CLOSE-WAIT✗/);
    expect(text).toMatch(/the server's CLOSE-WAIT of #\d+ was disproved by #\d+/);
  });

  it('folds long runs of data', async () => {
    const text = await ladderOf('lossy-transfer', 'client');
    expect(text).toMatch(/⋮ .*segments, .*kB ⋮/);
    expect(text.split('\n').length).toBeLessThan(60);
  });

  it('fits the columns for every fixture', async () => {
    for (const scenario of scenarios) {
      const rungs = (await ladderOf(scenario, 'client')).split('\n').filter((line) => /[▶◀]/.test(line));
      expect(longest(rungs.join('\n')), scenario).toBeLessThanOrEqual(80);
    }
  });

  it('names the connections that there are when one is not', async () => {
    const { code, stderr } = await finwait(['timeline', captureOf('refused', 'client'), '--connection', '9']);
    expect(code).toBe(2);
    expect(stderr).toBe('finwait: there is no connection 9; the only one is number 0\n');
  });

  it('asks which connection where the input can be read only once', async () => {
    const { code, stderr } = await finwait(['timeline', '-']);
    expect(code).toBe(2);
    expect(stderr).toContain('--connection');
  });
});
