import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const CAPTURE = captureOf('close-wait-stuck', 'client');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finwait-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function run(argv: readonly string[], environment: Record<string, string> = {}, below = '.') {
  return finwait(argv, { folder: join(folder, below), environment });
}

/** The effective value and origin of a rule's setting, and of failOn. */
async function effective(argv: readonly string[], environment: Record<string, string> = {}, below = '.') {
  const { stdout, stderr } = await run(['--print-config', ...argv], environment, below);
  expect(stderr).toBe('');
  const { file, failOn, rules } = JSON.parse(stdout);
  return {
    file,
    failOn,
    stuck: rules['close-wait-stuck'].stuckSeconds,
    halfClose: rules['half-close'].severity,
  };
}

const STUCK_61 = JSON.stringify({ rules: { 'close-wait-stuck': { stuckSeconds: 61 } } });

describe('a configuration file', () => {
  it('is shown with the limits that a larger one raises', async () => {
    const { stdout, stderr } = await run(['--print-config', '--set', 'close-wait-stuck.stuckSeconds=700']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).rules['close-wait-stuck']).toMatchObject({
      stuckSeconds: { value: 700, from: 'command line' },
      errorSeconds: { value: 700, from: 'no less than stuckSeconds' },
    });
  });

  it.each([
    ['finwait.config.json', '{"rules": {"half-close": "off"}}'],
    ['finwait.config.yaml', 'rules:\n  half-close: off\n'],
    ['finwait.config.yml', 'rules: {half-close: off}'],
    ['finwait.config.mjs', "export default { rules: { 'half-close': 'off' } };"],
    ['finwait.config.js', "module.exports = { rules: { 'half-close': 'off' } };"],
    ['package.json', '{"name": "x", "finwait": {"rules": {"half-close": "off"}}}'],
  ])('may be %s', async (name, text) => {
    const file = write(name, text);
    expect(await effective([])).toMatchObject({ file, halfClose: { value: 'off', from: file } });
  });

  it('is found in a folder around this one, past a package.json that says nothing of finwait', async () => {
    const file = write('finwait.config.json', STUCK_61);
    write('a/package.json', '{"dependencies": {"finwait": "1"}}');
    write('a/b/package.json', 'broken');
    expect(await effective([], {}, 'a/b')).toMatchObject({ file, stuck: { value: 61, from: file } });
  });

  it('changes what is found', async () => {
    const before = await run([CAPTURE]);
    expect(before.stdout).toContain('close-wait-stuck');
    write('finwait.config.yaml', 'rules:\n  close-wait-stuck: off\n  fin-wait-2-stuck: off\n');
    const { stdout, code } = await run([CAPTURE]);
    expect(stdout).not.toContain('close-wait-stuck  ');
    expect(code).toBe(0);
    expect((await run(['timeline', CAPTURE])).stdout).not.toContain('▲');
  });

  it('makes findings fail', async () => {
    write('finwait.config.yaml', 'failOn: warning');
    expect((await run([CAPTURE])).code).toBe(1);
    expect((await run([CAPTURE, '--fail-on', 'error'])).code).toBe(0);
  });
});

describe('of several settings', () => {
  it('must not contradict what flags say', async () => {
    write('finwait.config.yaml', 'rules: {close-wait-stuck: {errorSeconds: 300}}');
    const { code, stderr } = await run([CAPTURE, '--set', 'close-wait-stuck.stuckSeconds=301']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'finwait: close-wait-stuck.errorSeconds is 300, but must be at least close-wait-stuck.stuckSeconds, which is 301\n',
    );
  });

  it('a flag wins over the file, the file over the default', async () => {
    const file = write(
      'finwait.config.json',
      '{"failOn": "info", "rules": {"half-close": "off", "close-wait-stuck": {"stuckSeconds": 61}}}',
    );
    expect(await effective(['--set', 'close-wait-stuck.stuckSeconds=20'])).toEqual({
      file,
      failOn: { value: 'info', from: file },
      stuck: { value: 20, from: 'command line' },
      halfClose: { value: 'off', from: file },
    });
    expect(await effective(['--fail-on', 'error', '--rule', 'half-close=error'])).toMatchObject({
      failOn: { value: 'error', from: 'command line' },
      stuck: { value: 61, from: file },
      halfClose: { value: 'error', from: 'command line' },
    });
  });

  it('--config wins over FINWAIT_CONFIG, and that over what is found', async () => {
    const found = write('finwait.config.json', STUCK_61);
    const variable = write('other.yaml', 'failOn: info');
    const flag = write('third.json', '{}');
    expect(await effective([])).toMatchObject({ file: found });
    expect(await effective([], { FINWAIT_CONFIG: '' })).toMatchObject({ file: found });
    expect(await effective([], { FINWAIT_CONFIG: 'other.yaml' })).toMatchObject({ file: variable });
    expect(await effective(['--config', 'third.json'], { FINWAIT_CONFIG: variable })).toMatchObject({
      file: flag,
    });
  });

  it('--no-config leaves the defaults', async () => {
    const file = write('finwait.config.json', '{"failOn": "info"}');
    const none = { file: null, failOn: { value: null, from: 'default' } };
    expect(await effective(['--no-config'], { FINWAIT_CONFIG: file })).toMatchObject(none);
  });
});

describe('a configuration that cannot be used', () => {
  it.each<[string, string, string]>([
    [
      'finwait.config.yaml',
      'rules:\n  half-clos: off',
      ':2:3: there is no rule "half-clos"; did you mean half-close?',
    ],
    ['finwait.config.json', '{"failOn": "bad"}', ':1:12: failOn is one of error, warning, info, not "bad"'],
    [
      'package.json',
      '{\n  "finwait": {\n    "failon": "error"\n  }\n}',
      ':3:5: a configuration has no "failon"; did you mean failOn?',
    ],
    [
      'finwait.config.yaml',
      'a: [',
      ':1:5: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'finwait.config.mjs',
      'export default { rules: { x: 1 } };',
      ': rules.x: there is no rule "x"; finwait rules lists them',
    ],
    [
      'finwait.config.mjs',
      'throw new RangeError("no\\u001b[2J");',
      ' could not be run: RangeError: no\\x1b[2J',
    ],
    ['finwait.config.mjs', 'export const rules = {};', ': a configuration is a mapping, not undefined'],
  ])('as %s %j', async (name, text, message) => {
    write(name, text);
    const { code, stdout, stderr } = await run([CAPTURE]);
    expect(stderr).toBe(`finwait: ${name}${message}\n`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('tells every fault on a line of its own', async () => {
    write('finwait.config.yaml', 'failOn: x\nrules: {y: off}');
    const { stderr } = await run([CAPTURE]);
    expect(stderr.split('\n').map((line) => line.slice(0, 33))).toEqual([
      'finwait: finwait.config.yaml:1:9:',
      'finwait: finwait.config.yaml:2:9:',
      '',
    ]);
  });

  it('refuses two in one folder', async () => {
    write('finwait.config.yaml', '{}');
    write('finwait.config.json', '{}');
    const { code, stderr } = await run([CAPTURE]);
    expect(stderr).toContain('finwait.config.json and finwait.config.yaml: keep one of them');
    expect(code).toBe(2);
  });

  it.each<[string, (path: string) => void, string]>([
    ['is not there', () => {}, 'there is no such file'],
    ['is a folder', (path) => mkdirSync(path), 'is a directory'],
    [
      'is larger than a configuration',
      (path) => writeFileSync(path, ' '.repeat(2 ** 20 + 1)),
      'is larger than',
    ],
    ['is not UTF-8', (path) => writeFileSync(path, Buffer.from([0x7b, 0xff, 0x7d])), 'is not UTF-8'],
  ])('says that it %s', async (_, make, message) => {
    make(join(folder, 'own.json'));
    const { code, stderr } = await run(['--config', 'own.json', CAPTURE]);
    expect(stderr).toContain(`finwait: own.json: ${message}`);
    expect(code).toBe(2);
  });
});

describe('suppressions', () => {
  const stuck = { rule: 'close-wait-stuck', reason: 'known\u0007, ticket 7' };
  const suppress = (...suppressions: unknown[]) =>
    write('finwait.config.json', JSON.stringify({ failOn: 'warning', suppressions }));
  const summaryOf = (stdout: string) => stdout.split('\n').find((line) => line.includes('connection:'));

  it('are counted, not reported, and do not fail', async () => {
    suppress(stuck);
    const { code, stdout, stderr } = await run([CAPTURE]);
    expect(summaryOf(stdout)).toBe('1 connection: 1 info; 1 suppressed');
    expect(stdout).not.toContain('WARNING');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('are counted in Markdown', async () => {
    suppress(stuck);
    const { stdout } = await run([CAPTURE, '--format', 'markdown']);
    expect(stdout).toMatch(/^## 1 info in 1 TCP connection, 1 suppressed\n/);
  });

  it('are counted in JSON', async () => {
    suppress(stuck);
    const report = JSON.parse((await run([CAPTURE, '--format', 'json'])).stdout);
    expect(report.summary).toMatchObject({ suppressed: 1, findings: { error: 0, warning: 0, info: 1 } });
    expect(report.findings.map(({ rule }: { rule: string }) => rule)).toEqual(['fin-wait-2-stuck']);
  });

  it('hold for timelines as well', async () => {
    suppress({ rule: '*', port: 8080, reason: 'known' });
    expect((await run(['timeline', CAPTURE])).stdout).not.toContain('▲');
  });

  it('hold for what is told while a capture comes in', async () => {
    suppress(stuck);
    const told = await run(['watch', CAPTURE, '--severity', 'info', '--format', 'ndjson']);
    const rules = told.stdout.match(/(?<="type":"finding".*"rule":")[^"]*/g);
    expect(rules).toEqual(['fin-wait-2-stuck']);
    expect(summaryOf((await run(['watch', CAPTURE])).stdout)).toBe('1 connection: 1 info; 1 suppressed');
  });

  it('mean real addresses where reports show others', async () => {
    const { stdout } = await run([CAPTURE, '--anonymize', '--format', 'json', '--no-config']);
    const [{ server }] = JSON.parse(stdout).connections;
    const real = JSON.parse((await run([CAPTURE, '--format', 'json', '--no-config'])).stdout).connections[0]
      .server;
    expect(server.address).not.toBe(real.address);
    suppress({ ...stuck, address: real.address, endpoint: 'server' });
    expect(summaryOf((await run([CAPTURE, '--anonymize'])).stdout)).toBe(
      '1 connection: 1 info; 1 suppressed',
    );
  });

  it('say what they did if asked', async () => {
    suppress(stuck, { ...stuck, address: '10.99.0.0/16' });
    const { stderr } = await run([CAPTURE, '--verbose']);
    expect(stderr.split('\n').filter((line) => line.includes('suppression'))).toEqual([
      'finwait: suppression 1 (close-wait-stuck) withheld 1 finding: known\\x07, ticket 7',
      'finwait: suppression 2 (close-wait-stuck at 10.99.0.0/16) matched nothing',
    ]);
  });

  it('end, by the clock of the capture, and say so', async () => {
    suppress({ ...stuck, until: '2001-12-31' }, { ...stuck, until: '2002-12-31' });
    const { code, stdout, stderr } = await run([CAPTURE]);
    expect(summaryOf(stdout)).toBe('1 connection: 1 warning, 1 info');
    expect(stderr).toBe(
      'finwait: suppression 1 (close-wait-stuck) expired on 2001-12-31: what it covered is reported again\n' +
        'finwait: suppression 2 (close-wait-stuck) expired on 2002-12-31: what it covered is reported again\n',
    );
    expect(code).toBe(1);
    suppress({ ...stuck, until: '2099-12-31' });
    expect((await run([CAPTURE])).code).toBe(0);
  });
});

describe.skipIf(process.getuid === undefined)('code in a configuration', () => {
  it('that anybody may have written is run only if it is named', async () => {
    const path = write('finwait.config.mjs', "export default { failOn: 'info' };");
    chmodSync(path, 0o666);
    const { code, stderr } = await run([CAPTURE]);
    expect(stderr).toContain(
      'is not run, as anybody can write to it: if you trust it, name it with --config',
    );
    expect(code).toBe(2);
    expect(await effective(['--config', path])).toMatchObject({ failOn: { value: 'info' } });
  });

  // Only root can give a file away.
  it.skipIf(process.getuid?.() !== 0).each<[string, (path: string) => void]>([
    ['belongs to somebody else', (path) => chownSync(path, 12_345, 12_345)],
    [
      'somebody else links to',
      (path) => {
        renameSync(path, `${path}.ours.mjs`);
        symlinkSync(`${path}.ours.mjs`, path);
        lchownSync(path, 12_345, 12_345);
      },
    ],
  ])('that %s is not run', async (_, give) => {
    give(write('finwait.config.mjs', "export default { failOn: 'info' };"));
    const { code, stderr } = await run([CAPTURE]);
    expect(stderr).toContain('is not run, as it belongs to somebody else');
    expect(code).toBe(2);
  });
});
