/** The commands that benchmarks are run by say how they are called. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const TSX = import.meta.resolve('tsx');

function run(command: string, ...argv: readonly string[]) {
  const path = fileURLToPath(new URL(`../bench/${command}.ts`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', TSX, path, ...argv], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(['generate', 'run'])('bench/%s.ts', (command) => {
  it('prints its usage where asked for help', () => {
    const { status, stdout, stderr } = run(command, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/\[--profile .*\nprofiles.*: small, mid, conns\n$/);
  });

  it('says of an option that does not exist which do', () => {
    const { status, stdout, stderr } = run(command, '--hlep');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--hlep'; there are --profile, .*, --help\n$/);
  });
});

it.each([
  [['--profile', 'large'], 'no profile large; there are small, mid, conns\n'],
  [['--packets', 'many'], '--packets takes a whole number, not many\n'],
  [['--profile'], /^Option '--profile <value>' argument missing; there are --profile, /],
  [['small'], /^Unexpected argument 'small'; there are --profile, /],
] as const)('bench/generate.ts makes nothing of %j', (argv, reason) => {
  const { status, stderr } = run('generate', ...argv);
  expect(status).toBe(2);
  expect(stderr).toMatch(reason);
});
