import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const STUCK = captureOf('close-wait-stuck', 'server');
const CLEAN = captureOf('normal-close-client', 'client');

describe('exit codes', () => {
  it.each([
    [[STUCK], 0],
    [[STUCK, '--fail-on', 'warning'], 1],
    [[STUCK, '--fail-on', 'error'], 0],
    [[CLEAN, '--fail-on', 'info'], 0],
    [['analyze', CLEAN], 0],
    [[STUCK, '--nonsense'], 2],
    [[], 2],
    [['--help'], 0],
    [['--version'], 0],
    [[join(folder, 'missing.pcap')], 3],
    [[CLEAN, join(folder, 'missing.pcap')], 3],
  ])('%j ends with %i', async (argv, code) => {
    expect((await finwait(argv as string[])).code).toBe(code);
  });
});

describe('damage', () => {
  const cut = join(folder, 'cut.pcap');
  writeFileSync(cut, readFileSync(STUCK).subarray(0, 500));

  it('is told with its place, and what came before is reported', async () => {
    const { code, stdout } = await finwait([cut]);
    expect(code).toBe(0);
    expect(stdout).toContain('damaged at byte 468, frame 6: the record says that 91 octets were captured');
    expect(stdout).toContain('1 connection');
  });

  it('is told on stderr where the report does not go to a reader', async () => {
    const { stderr } = await finwait([cut, '--format', 'ndjson']);
    expect(stderr).toMatch(
      /^finwait: .*cut\.pcap: damaged at byte 468, frame 6: .* before it was analysed\n$/,
    );
    expect((await finwait(['timeline', cut])).stderr).toBe(stderr);
    expect((await finwait([cut])).stderr).toBe('');
  });

  it('is a failure under --strict', async () => {
    expect((await finwait([cut, '--strict'])).code).toBe(3);
  });

  it('before the first frame leaves nothing that could be read', async () => {
    const none = join(folder, 'none.pcap');
    writeFileSync(none, readFileSync(STUCK).subarray(0, 30));
    const { code, stdout, stderr } = await finwait([none, STUCK]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^finwait: .*none\.pcap: damaged at byte 24, frame 1: .* after 6 of them\n$/);
    expect((await finwait(['watch', none])).code).toBe(3);
    expect(stdout).toContain('close-wait-stuck');
  });

  it('before the first frame is the same to every command, whatever of the capture was asked for', async () => {
    const none = join(folder, 'nothing.pcap');
    writeFileSync(none, readFileSync(STUCK).subarray(0, 30));
    const output = join(folder, 'nothing-of-it.pcap');
    for (const argv of [
      [none],
      [none, '-c', '3'],
      ['timeline', none],
      ['timeline', none, '-c', '3'],
      ['timeline', none, '--filter', 'port 1'],
      ['extract', none, '-c', '3', '-o', output],
    ]) {
      const { code, stderr } = await finwait(argv);
      expect([argv, code]).toEqual([argv, 3]);
      expect(stderr).toMatch(/^finwait: .*nothing\.pcap: damaged at byte 24, frame 1: .* after 6 of them\n$/);
    }
    expect(existsSync(output)).toBe(false);
    const beside = await finwait(['timeline', none, STUCK]);
    expect(beside.code).toBe(3);
    expect(beside.stdout).toMatch(/^connection 0: /);
    expect(beside.stderr.match(/damaged/g)).toHaveLength(1);
    expect((await finwait(['timeline', none, STUCK, '-c', '3'])).code).toBe(2);
  });

  it('is none where the capture was stopped before anything came', async () => {
    const none = join(folder, 'empty.pcap');
    writeFileSync(none, readFileSync(STUCK).subarray(0, 24));
    expect((await finwait([none])).code).toBe(0);
  });
});

describe('what cannot be read', () => {
  it('is named once, however often the others are read', async () => {
    const { code, stdout, stderr } = await finwait(['timeline', join(folder, 'missing.pcap'), STUCK]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^connection 0: /);
    expect(stderr.match(/no such file/g)).toHaveLength(1);
  });

  it('is named on stderr in one line, and there is no report', async () => {
    const path = join(folder, 'page.pcapng');
    writeFileSync(path, '<html><body>Please log in</body></html>');
    const { code, stdout, stderr } = await finwait([path]);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^finwait: .*page\.pcapng: this is an HTML page/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('a misspelt command', () => {
  it('is taken for a capture, with a hint', async () => {
    const { code, stderr } = await finwait(['explian']);
    expect(code).toBe(3);
    expect(stderr).toContain('explian: no such file');
    expect(stderr).toContain('or did you mean the command explain?');
  });

  it.each([
    ['explian', 'close-wait-stuck', 'explain'],
    ['timelin', STUCK, 'timeline'],
  ])('before others is wrong usage: %s', async (word, other, command) => {
    const { code, stdout, stderr } = await finwait([word, other]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`finwait: there is no command or capture ${word}; did you mean ${command}?\n`);
  });
});

it('names the commands to whoever looks for one that there is not', async () => {
  const { code, stderr } = await finwait(['list']);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^finwait: list: no such file; .*; finwait --help lists the commands\n$/);
});

describe('a command behind an option', () => {
  it('has to come first', async () => {
    const first = 'the command timeline comes first, before all options: finwait timeline …';
    const { code, stderr } = await finwait(['--no-config', 'timeline', STUCK]);
    expect(code).toBe(2);
    expect(stderr).toBe(`finwait: there is no capture timeline; ${first}\n`);
    const alone = await finwait(['--no-config', 'timeline']);
    expect(alone.code).toBe(3);
    expect(alone.stderr).toMatch(new RegExp(`timeline: no such file.*; ${first}`));
  });
});

describe('wrong usage', () => {
  it.each([
    [[STUCK, '--format', 'jsno'], /there is no format jsno; did you mean json\?/],
    [
      [STUCK, '--rule', 'close-wait-stuk=off'],
      /there is no rule close-wait-stuk; did you mean close-wait-stuck\?/,
    ],
    [
      [STUCK, '--rule', 'half-close=of'],
      /a severity is one of off, info, warning, error; did you mean off\?/,
    ],
    [[STUCK, '--rule', 'half-close'], /write it as id=severity/],
    [[STUCK, '--set', 'close-wait-stuck.stuckSeconds=soon'], /it must be a number of seconds, not "soon"$/m],
    [
      [STUCK, '--set', 'close-wait-stuck.stuckSeconds=30s'],
      /it must be a number of seconds, not "30s"; write 30$/m,
    ],
    [[STUCK, '--set', 'close-wait-stuk.stuckSeconds=30s'], /30s is not a number/],
    [[STUCK, '--set', 'close-wait-stuck.errorSeconds=30'], /must be at least close-wait-stuck\.stuckSeconds/],
    [
      ['--print-config', '--set', 'close-wait-stuck.errorSeconds=30'],
      /must be at least close-wait-stuck\.stuckSeconds/,
    ],
    [[STUCK, '--set', 'close-wait-stuck.stuckSeconds=-1'], /close-wait-stuck\.stuckSeconds is .*not -1/],
    [[STUCK, '--set', 'close-wait-stuck.stuckSecond=5'], /did you mean close-wait-stuck\.stuckSeconds\?/],
    [[STUCK, '--connection', 'x'], /whole number/],
    [[STUCK, '--format', 'json', '--format', 'table'], /only one report fits standard output/],
    [[STUCK, '--fromat', 'json'], /Did you mean --format/],
    [['explain', 'close-wait'], /did you mean close-wait-stuck\?/],
    [['explain'], /name a rule; finwait rules lists them/],
    [['explain', 'nope'], /there is no rule nope; finwait rules lists them/],
    [['rules', 'half-close'], /for one rule in full: finwait explain <rule>/],
    [['completion'], /name a shell: bash, zsh, fish/],
    [['help', 'timelin'], /^finwait: there is no command timelin; did you mean timeline\?\n$/],
    [['help', 'foo'], /^finwait: there is no command foo; it is one of analyze, timeline, .*, help\n$/],
    [
      [STUCK, '--separate', 'vln'],
      /'vln' is invalid: it must be one or more of vlan, tunnel, interface, separated by commas/,
    ],
    [[], /name a capture to read, such as incident\.pcap/],
    [[STUCK, '--connection', '9'], /there is no connection 9; the only one is number 0/],
    [['timeline', STUCK, '-c', '9'], /there is no connection 9; the only one is number 0/],
    [[STUCK, '--output', folder], /it is a directory; name a file in it/],
    [
      [STUCK, '--output', join(folder, 'none', 'x.json')],
      /none\/x\.json cannot be written: there is no folder \S+\/none \(ENOENT\)$/m,
    ],
    // Whatever it is, it may be needed: it is no place for a report.
    [[STUCK, '--baseline', 'package.json'], /is not a finwait report; .* -o baseline\.json$/m],
    [[STUCK, '--filter', 'src port 80'], /is invalid: a connection goes both ways/],
    [[STUCK, '--fromat', 'json'], /^\(see finwait --help\)$/m],
    [[STUCK, '--json'], /unknown option '--json'; did you mean --format json\?\n\(see finwait --help\)\n$/],
    [[STUCK, '--fail-on', 'warn'], /choices are error, warning, info; did you mean warning\?$/m],
    [[STUCK, '--fail-on', 'xyz'], /choices are error, warning, info\.$/m],
    [[STUCK, '--reader', 'pcap_parser'], /choices are builtin, pcap-parser; did you mean pcap-parser\?$/m],
    [[STUCK, '--separate', 'vlna'], /of vlan, tunnel, interface, separated by commas; did you mean vlan\?$/m],
    [['completion', 'bsh'], /choices are bash, zsh, fish; did you mean bash\?$/m],
    [['extract', STUCK, '-c', '5-7', '-o', 'x'], /a whole number, such as 0, or several, such as 3,7,9$/m],
    [['--config', '/', STUCK], /^finwait: \/: is a directory$/m],
    [['timeline', STUCK, '--format', 'json'], /^\(see finwait timeline --help\)$/m],
    [['check'], /name the captures to check, or their folder\n\(see finwait check --help\)/],
    [[STUCK, '--set', 'recurring-finding.minimumMembers=1'], /is a whole number from 2 to 1000000, not 1$/m],
  ])('%j says what to change', async (argv, message) => {
    const { code, stdout, stderr } = await finwait(argv as string[]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^finwait: /);
    expect(stderr).toMatch(message);
  });
});

describe('outputs', () => {
  it('go each to its own file, and leave nothing else behind', async () => {
    const json = join(folder, 'report.json');
    const { code, stdout } = await finwait([
      STUCK,
      '--format',
      'json',
      '--output',
      json,
      '--format',
      'table',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('CLOSE-WAIT');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ schema: 'finwait/report/1' });
    expect(readdirSync(folder).filter((name) => name.startsWith('.finwait'))).toEqual([]);
  });

  it('are not written at all when nothing could be read', async () => {
    const json = join(folder, 'none.json');
    await finwait([join(folder, 'missing.pcap'), '--format', 'json', '--output', json]);
    expect(existsSync(json)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.finwait'))).toEqual([]);
  });
});

describe('options', () => {
  it('change rules', async () => {
    expect((await finwait([STUCK, '--rule', 'close-wait-stuck=off'])).stdout).not.toContain(
      'has stayed in CLOSE-WAIT',
    );
    const later = await finwait([STUCK, '--set', 'close-wait-stuck.stuckSeconds=90', '--format', 'json']);
    expect(later.stdout).not.toContain('"rule":"close-wait-stuck"');
  });

  it('choose one connection', async () => {
    const { stdout } = await finwait([
      captureOf('mixed-200', 'client'),
      '--connection',
      '7',
      '--format',
      'json',
    ]);
    const report = JSON.parse(stdout) as { connections: { id: number }[]; summary: { connections: number } };
    expect(report.connections.map(({ id }) => id)).toEqual([7]);
    expect(report.summary.connections).toBe(1);
  });

  it('choose the reader, which changes nothing', async () => {
    const other = await finwait([STUCK, '--reader', 'pcap-parser', '--format', 'json']);
    expect(other.stdout).toBe((await finwait([STUCK, '--format', 'json'])).stdout);
  });

  it('choose the connection of a later capture in a timeline', async () => {
    const { stdout } = await finwait(['timeline', CLEAN, STUCK, '--connection', '1']);
    expect(stdout).toContain(`\nin ${STUCK}\nfrom `);
    expect((await finwait(['timeline', STUCK])).stdout).not.toContain(STUCK);
    expect(stdout).toMatch(/^connection 1: /);
    expect(stdout).toMatch(/FIN-WAIT-2 +the capture ends +CLOSE-WAIT/);
  });

  it('number connections on from one capture to the next', async () => {
    const { stdout } = await finwait([CLEAN, STUCK, '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      captures: [{ path: relative('.', CLEAN) }, { path: relative('.', STUCK) }],
      connections: [
        { id: 0, capture: 0, stream: 0 },
        { id: 1, capture: 1, stream: 0, displayFilter: 'tcp.stream eq 0' },
      ],
      findings: [{ connection: 1, displayFilter: 'frame.number in {8, 9}' }, { connection: 1 }],
    });
  });

  it('say of which capture the frames are', async () => {
    const { stdout } = await finwait([CLEAN, STUCK], { columns: 120 });
    expect(stdout).toContain(`│ ${STUCK}: frames #8, #9 `);
    expect(stdout).toContain('filter  frame.number in {8, 9');
    expect(stdout).toContain(`finwait timeline ${STUCK} --connection 0`);
  });

  it.each([
    ['table', /│ 1 │ \S*server\.pcap +│ 10\.9.*\n│ {3}│ stream 0 +│/],
    ['markdown', /\| 1 \| \S*server\.pcap, stream 0 \| 10\.9/],
    ['jira', /\|1\|\S*server\.pcap, stream 0\|10\.9/],
    ['html', /">1<\/a><\/td><td class="place"><code>\S*server\.pcap<\/code><br>stream\u00a00<\/td>/],
  ])('say of each connection in a list which of several captures it is in, as %s', async (format, row) => {
    const list = async (...argv: string[]): Promise<string> =>
      (await finwait([...argv, '--format', format], { columns: 200 })).stdout;
    const names = [CLEAN, STUCK].map((path) => relative('.', path));
    expect(await list(...names)).toMatch(row);
    expect(await list('--join', ...names)).not.toMatch(/stream[ \u00a0]\d/);
    expect(await list(captureOf('mixed-200', 'client'))).not.toMatch(/stream[ \u00a0]\d/);
  });
});

describe('colours', () => {
  const isColoured = (text: string): boolean => text.includes('\u001b[');

  it.each([
    ['on a terminal', [], { isTerminal: true }, true],
    ['not into a pipe', [], {}, false],
    ['not with NO_COLOR', [], { isTerminal: true, environment: { NO_COLOR: '1' } }, false],
    ['with FORCE_COLOR', [], { environment: { FORCE_COLOR: '1' } }, true],
    ['with --color', ['--color'], {}, true],
    ['not with --no-color', ['--no-color'], { isTerminal: true }, false],
    ['not on a dumb terminal', [], { isTerminal: true, environment: { TERM: 'dumb' } }, false],
  ])('%s', async (_name, flags, options, expected) => {
    expect(isColoured((await finwait([STUCK, ...flags], options)).stdout)).toBe(expected);
  });
});
