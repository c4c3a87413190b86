import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/errors.js';
import { CATALOG } from '../../src/rules/catalog.js';
import { finwait } from '../support/io.js';

const SECTIONS = [
  'Meaning',
  'What the capture must show',
  'What does not trigger it',
  'What to check next',
  'Example',
];

describe('explain', () => {
  it.each(CATALOG.map(({ id }) => id))('%s in full', async (id) => {
    const { code, stdout } = await finwait(['explain', id]);
    expect(code).toBe(0);
    for (const section of SECTIONS) expect(stdout).toContain(section);
    const wide = stdout.split('\n').filter((line) => line.length > 80 && !line.includes('https://'));
    expect(wide).toEqual([]);
  });

  it('says what the names in its texts stand for', async () => {
    const { stdout } = await finwait(['explain', 'close-wait-stuck']);
    expect(stdout).toContain('Names in angle brackets are placeholders that each finding fills in.');
    expect(stdout).toContain("ss -tanpo state close-wait '( <filter> )'");
  });
});

describe('the example', () => {
  it('is drawn where it was recorded', async () => {
    const { stdout } = await finwait(['explain', 'half-close']);
    expect(stdout).toContain('▲ info: half-close');
    expect(stdout).toContain('CLOSE-WAIT');
  });
});

describe('rules', () => {
  it('lists every rule with its summary', async () => {
    const { stdout } = await finwait(['rules'], { columns: 200 });
    for (const { id, summary } of CATALOG) {
      expect(stdout).toContain(id);
      expect(stdout).toContain(summary);
    }
  });

  it.each([40, 60, 80, 120])('fits a terminal of %i columns', async (columns) => {
    const { stdout } = await finwait(['rules'], { columns });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });
});

describe('a narrow terminal', () => {
  it.each(CATALOG.map(({ id }) => id))('has room for all of %s but links', async (id) => {
    const { stdout } = await finwait(['explain', id], { columns: 40 });
    const wide = stdout.split('\n').filter((line) => line.length > 40 && !line.includes('https://'));
    expect(wide).toEqual([]);
  });
});

describe('help', () => {
  it.each([undefined, ...COMMANDS])('on %s fits 80 columns', async (command) => {
    const { stdout } = await finwait(command === undefined ? ['--help'] : ['help', command]);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('wraps what it says of options in narrow terminals', async () => {
    const { stdout } = await finwait(['--help'], { columns: 50 });
    const options = stdout.slice(0, stdout.indexOf('Examples:')).split('\n');
    expect(options.filter((line) => line.length > 50)).toEqual([]);
  });

  it('says what happens without an option, also where that is no value of it', async () => {
    const oneLine = async (...argv: string[]): Promise<string> =>
      (await finwait(argv)).stdout.replace(/\s+/g, ' ');
    expect(await oneLine('--help')).toContain('a message for Slack, as JSON) (default: table)');
    expect(await oneLine('help', 'extract')).toContain(
      '(choices: "pcapng", "pcap", default: pcapng, or by the file extension)',
    );
    expect(await oneLine('help', 'watch')).toContain('(choices: "text", "ndjson", default: "text")');
  });

  it('teaches by examples, options and exit codes', async () => {
    const { stdout } = await finwait(['--help']);
    for (const part of ['Examples:', 'Exit codes:', '--fail-on', 'finwait timeline', '| finwait -']) {
      expect(stdout).toContain(part);
    }
  });

  it('is that of a command if one is named', async () => {
    for (const name of COMMANDS) {
      const { code, stdout } = await finwait(['help', name]);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: finwait ${name} `);
      expect(stdout).toBe((await finwait([name, '--help'])).stdout);
    }
    expect((await finwait(['help'])).stdout).toBe((await finwait(['--help'])).stdout);
  });
});
