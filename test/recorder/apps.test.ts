/** On loopback, programs see what they saw when the scenarios were recorded: both kinds make the calls they are told. */
import { spawn, spawnSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { Apps, type LoggedCall } from '../../fixtures/record/apps.js';
import type { Forwarder } from '../../fixtures/record/forwarder.js';
import type { Lab } from '../../fixtures/record/lab.js';
import type { Language } from '../../fixtures/record/program.js';
import { SCENARIOS } from '../../fixtures/record/scenarios/index.js';
import type { Role } from '../../src/connections/connection.js';
import { truthOf } from '../support/fixtures.js';

const isLinux = process.platform === 'linux';
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!isLinux) console.warn('skipped: programs on loopback, because only Linux has all of 127.0.0.0/8');
else if (!hasPython) console.warn('skipped: programs in Python, because it is not installed');

let running: Apps | undefined;
afterEach(() => running?.stop());

/** Two hosts with addresses of their own, and nothing between them. */
function loopback(number: number): Lab {
  const lab: Pick<Lab, 'address' | 'spawn'> = {
    address: (side) => `127.${number}.${process.pid % 250}.${side === 'client' ? 1 : 2}`,
    spawn: (_, [command, ...rest], stdio) => spawn(command, rest, { stdio }),
  };
  return lab as Lab;
}

const played = [
  { name: 'normal-close-client' },
  { name: 'half-close' },
  { name: 'health-check' },
  { name: 'stale-pooled-connection' },
  { name: 'killed-no-unread-data' },
  { name: 'linger-zero', server: 'Python' },
  { name: 'shut-rd-then-data', client: 'Python' },
  { name: 'normal-close-server', client: 'Python', server: 'Python' },
] as const satisfies readonly ({ name: string } & Partial<Record<Role, Language>>)[];

it.each(
  played.map((item, place) => ({ client: 'TypeScript', server: 'TypeScript', ...item, place }) as const),
)('$name, client in $client, server in $server', async ({ name, client, server, place }) => {
  if (!isLinux || (!hasPython && [client, server].includes('Python' as never))) return;
  const calls: LoggedCall[] = [];
  const { script } = SCENARIOS.find((scenario) => scenario.name === name)!;
  running = new Apps(loopback(50 + place), {} as Forwarder, { client, server }, (call) => calls.push(call));
  await script(running);
  const [truth] = truthOf(name).connections;
  for (const side of ['client', 'server'] as const) {
    const own = calls.filter((call) => call.side === side).map(({ call, result }) => ({ call, result }));
    expect(own).toEqual(truth.calls[side].map(({ call, result }) => ({ call, result })));
  }
});
