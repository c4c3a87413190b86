/** Commands, counters, settings and error names in the rules' texts: each must be one that there is on Linux. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { CATALOG, RULES } from '../../src/rules/catalog.js';
import { cite } from '../../src/rules/citations.js';
import { peerUnresponsive } from '../../src/rules/peer-unresponsive.js';
import { fill } from '../../src/rules/wording/wording.js';
import { at } from '../support/connection-builder.js';
import { unansweredData } from './silence-cases.js';

/** What findings fill in where a command needs it. */
const WORDS = { filter: 'sport = :8080', port: 8080, peerHost: '[2001:db8::2]' };

const texts = CATALOG.flatMap(({ documentation, options }) => [
  documentation.meaning,
  documentation.applicationSees,
  ...documentation.proof,
  ...documentation.notThis,
  ...documentation.likelyCauses,
  ...documentation.nextSteps,
  ...Object.values(options).map(({ description }) => description),
]).map((text) => fill(text, WORDS));

/** Everything in the texts that `pattern` finds, each once. */
function mentioned(pattern: RegExp): readonly string[] {
  return [...new Set(texts.flatMap((text) => text.match(pattern) ?? []))].sort();
}

function isInstalled(program: string): boolean {
  const installed = spawnSync(program, ['-V']).status === 0;
  if (!installed) console.warn(`skipped: commands that the rules name, because ${program} is not installed`);
  return installed;
}

describe('commands of ss', () => {
  const STATES = 'syn-recv|fin-wait-1|fin-wait-2|time-wait|close-wait|last-ack';
  const PORT = String.raw`[sd]port = :\d+`;
  const COMMAND = new RegExp(
    String.raw`^ss (-[Halnopti]+)(?: state (${STATES}))?(?: '(\( ${PORT} \)|${PORT}(?: and ${PORT})?)'| dst (\S+))?(?=$|[.,;]| \| | shows )`,
  );
  // Up to the end of the sentence, where the form must have ended by then.
  const commands = mentioned(/\bss -[^;]*/g).map((command) => ({ command, parts: COMMAND.exec(command) }));

  it('there are', () => {
    expect(commands.length).toBeGreaterThan(8);
  });

  it.each(commands)('has the form that ss takes: $command', ({ parts }) => {
    expect(parts).not.toBeNull();
  });

  it.skipIf(!isInstalled('ss')).each(commands)('is understood by ss: $command', ({ parts }) => {
    const [, flags, state, filter, host] = parts ?? [];
    const of = state === undefined ? [] : ['state', state];
    const only = filter !== undefined ? [filter] : host !== undefined ? ['dst', host] : [];
    const { status, stderr } = spawnSync('ss', [flags, ...of, ...only], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('puts brackets around addresses of IPv6, whose last part would be a port', () => {
    const silence = unansweredData(6, 22.6, { server: { address: '2001:db8::2' } });
    const context = { captureStart: at(0), captureEnd: at(25), options: { minimumRetransmissions: 3 } };
    const [finding] = peerUnresponsive.check(silence, context);
    expect(finding.nextSteps.join('\n')).toContain('ss -tino dst [2001:db8::2] shows');
  });
});

describe('counters', () => {
  const counters = mentioned(/\bTcp[A-Z]\w+/g);

  it('there are', () => {
    expect(counters).toContain('TcpExtTCPAbortOnData');
  });

  it.skipIf(!isInstalled('nstat')).each(counters)('nstat knows %s', (counter) => {
    expect(spawnSync('nstat', ['-az', counter], { encoding: 'utf8' }).stdout).toContain(`\n${counter} `);
  });
});

describe('settings of the kernel', () => {
  const cited = Object.values(cite)
    .filter(({ source }) => source === 'Linux ip-sysctl')
    .map(({ section }) => `net.${section === 'somaxconn' ? 'core' : 'ipv4'}.${section}`);
  const bare = mentioned(/(?<![.\w])tcp_[a-z0-9_]*[a-z0-9]\b/g).map((name) => `net.ipv4.${name}`);
  const settings = [...new Set([...mentioned(/\bnet\.[a-z0-9_.]*[a-z0-9]/g), ...bare, ...cited])].sort();
  // A network namespace of its own, such as a container's, shows only some of them; this one it does not.
  const hasSettings = existsSync('/proc/sys/net/ipv4/tcp_mem');
  if (!hasSettings) console.warn('skipped: settings that the rules name, because this is no Linux host');

  it('there are', () => {
    expect(settings).toContain('net.ipv4.tcp_fin_timeout');
    expect(settings).toContain('net.core.somaxconn');
  });

  it.skipIf(!hasSettings).each(settings)('%s exists', (setting) => {
    expect(existsSync(`/proc/sys/${setting.replaceAll('.', '/')}`)).toBe(true);
  });
});

it('names errors and signals that there are', () => {
  const errors = mentioned(/\bE(?!STABLISHED)[A-Z]{3,}\b/g);
  expect(errors).toContain('EPIPE');
  for (const name of errors) expect(constants.errno).toHaveProperty(name);
  for (const name of mentioned(/\bSIG[A-Z]+\b/g)) expect(constants.signals).toHaveProperty(name);
});

it('names rules that there are where it tells one from the other', () => {
  const ids = new Set(CATALOG.map(({ id }) => id));
  const named = RULES.flatMap(({ documentation }) =>
    documentation.notThis.flatMap((text) => /: ([a-z0-9]+(?:-[a-z0-9]+)+)\.$/.exec(text)?.[1] ?? []),
  );
  expect(named.length).toBeGreaterThan(30);
  for (const id of named) expect(ids).toContain(id);
});
