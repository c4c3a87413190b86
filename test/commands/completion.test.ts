import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/errors.js';
import { FORMATS } from '../../src/report/formats.js';
import { CATALOG } from '../../src/rules/catalog.js';
import { finwait } from '../support/io.js';

type Shell = 'bash' | 'zsh' | 'fish';

const IDS = CATALOG.map(({ id }) => id);

/** What is typed, the cursor at its end, and what every shell must offer: all of it, or among other things. */
const TYPED: [line: string, all: readonly string[] | null, some: readonly string[]][] = [
  ['finwait expl', ['explain'], []],
  ['finwait explain ', IDS, []],
  ['finwait explain close-wait-s', ['close-wait-stuck'], []],
  ['finwait a.pcap --fail-on w', ['warning'], []],
  ['finwait --format ', null, Object.keys(FORMATS)],
  ['finwait timeline --rea', ['--reader'], []],
  ['finwait timeline --reader ', ['builtin', 'pcap-parser'], []],
  ['finwait completion ', ['bash', 'zsh', 'fish'], []],
  ['finwait help ', COMMANDS, []],
];

const folder = mkdtempSync(join(tmpdir(), 'finwait-completion-'));
const scripts: Record<string, string> = {};

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await finwait(['completion', shell]);
    expect(code).toBe(0);
    scripts[shell] = join(folder, shell);
    writeFileSync(scripts[shell], stdout);
  }
  writeFileSync(join(folder, 'a capture.pcap'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

function has(shell: Shell): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

function run(shell: Shell, argv: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(shell, argv, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, TERM: 'dumb' },
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter((line) => line !== '');
}

const OFFERS: Readonly<Record<Shell, (line: string) => string[]>> = {
  bash: (line) =>
    run('bash', [
      '-c',
      `source "$1"; COMP_LINE=$2 COMP_POINT=\${#2}; _finwait && printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      scripts.bash,
      line,
    ]),
  // Its own functions, which would look for a terminal, print what they are given.
  zsh: (line) => {
    const words = line.split(' ');
    const last = words.at(-1)!;
    const stubs = `
      compdef() { : }; compset() { : }; _files() { print -r -- FILES }
      _describe() { local word; for word in \${(P)2}; do print -r -- \${word%%:*}; done }
      compadd() {
        local suffix=; [[ $1 == -S ]] && { suffix=$2; shift 2 }
        local word; for word in \${(P)2}; do print -r -- $word$suffix; done
      }`;
    const script = `${stubs}; source "$1"; shift; words=("$@"); CURRENT=$#; _finwait`;
    const offers = run('zsh', ['-f', '-c', script, 'zsh', scripts.zsh, ...words]);
    return offers.filter((offer) => offer.startsWith(last.slice(last.lastIndexOf('=') + 1)));
  },
  fish: (line) =>
    run('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', scripts.fish, line]).map(
      (offer) => offer.split('\t')[0],
    ),
};

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  describe.skipIf(!has(shell))(`completion in ${shell} (skipped where it is not installed)`, () => {
    it.each(TYPED)('%s', (line, all, some) => {
      const offers = OFFERS[shell](line);
      if (all !== null) expect([...offers].sort()).toEqual([...all].sort());
      expect(offers).toEqual(expect.arrayContaining([...some]));
    });

    it('offers commands and files first', () => {
      const offers = OFFERS[shell]('finwait ');
      expect(offers).toEqual(expect.arrayContaining([...COMMANDS]));
      if (shell !== 'fish') expect(offers).toContain(shell === 'zsh' ? 'FILES' : 'a capture.pcap');
    });

    it('offers the options of the default command', () => {
      const offers = OFFERS[shell]('finwait a.pcap --');
      expect(offers).toEqual(
        expect.arrayContaining(['--format', '--fail-on', '--rule', '--config', '--help']),
      );
    });
  });
}

describe.skipIf(!has('bash'))('completion in bash', () => {
  it.each([
    ['finwait --rule half-close-', ['half-close-stalled=']],
    ['finwait --rule half-close=o', ['off']],
    ['finwait --rule=half-close=o', ['off']],
    ['finwait --set close-wait-stuck.s', ['close-wait-stuck.stuckSeconds=']],
    ['finwait --format=nd', ['ndjson']],
    ['finwait --output=a', []],
    ['finwait timeline a', []],
    ['finwait a', ['analyze', 'a capture.pcap']],
  ])('%s', (line, offers) => {
    expect(OFFERS.bash(line)).toEqual(offers);
  });

  it('repeats what stands before the = where readline does not break there', () => {
    const script = `source "$1"; COMP_WORDBREAKS=' ' COMP_LINE=$2 COMP_POINT=\${#2}; _finwait; echo "\${COMPREPLY[*]}"`;
    expect(run('bash', ['-c', script, 'bash', scripts.bash, 'finwait --rule half-close=o'])).toEqual([
      'half-close=off',
    ]);
  });
});

describe.skipIf(!has('fish'))('completion in fish', () => {
  it.each([
    ['finwait --rule half-close=o', ['half-close=off']],
    ['finwait --set close-wait-stuck.s', ['close-wait-stuck.stuckSeconds=']],
  ])('%s', (line, offers) => {
    expect(OFFERS.fish(line)).toEqual(offers);
  });
});

describe.skipIf(!has('zsh'))('completion in zsh', () => {
  it.each([
    ['finwait --rule half-close-', ['half-close-stalled=']],
    ['finwait --rule half-close=o', ['off']],
    ['finwait --rule=half-close=o', ['off']],
  ])('%s', (line, offers) => {
    const prefix = line.split(/[ =]/).at(-1)!;
    expect(OFFERS.zsh(line).filter((offer) => offer.startsWith(prefix))).toEqual(offers);
  });
});

describe('completion', () => {
  it.each([
    [[], /missing required argument 'shell'|name/],
    [['tcsh'], /bash, zsh, fish/],
  ])('refuses %j', async (argv, message) => {
    const { code, stdout, stderr } = await finwait(['completion', ...argv]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
