import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../src/commands/filter.js';
import { connectionOf } from '../support/conversation.js';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';

const opened = connectionOf('0 C S 0\n0.1 S SA 0 1\n0.2 C A 1 1');
/** From 10.0.0.1:40000 to 10.0.0.2:80. */
const connection = { ...opened, server: { ...opened.server, port: 80 } };

describe('a filter', () => {
  it.each([
    'port 80',
    'port 40000',
    'tcp',
    'tcp port 80',
    'server port 80',
    'client host 10.0.0.1 and server host 10.0.0.2',
    'net 10.0.0.0/8',
    'client net 10.0.0.1/32',
    'portrange 79-81',
    'not port 81',
    '!port 81&&host 10.0.0.1',
    'port 81 or port 80',
    'port 81 || (host 10.0.0.1 and not (client port 80))',
    'not not host 10.0.0.2',
    'port 1 and port 2 or port 80',
  ])('accepts by %s', (text) => {
    expect(parseFilter(text)(connection)).toBe(true);
  });

  it.each([
    'port 8080',
    'client port 80',
    'server host 10.0.0.1',
    'host 2001:db8::1',
    'net 10.1.0.0/16',
    'not (port 80 or port 81)',
    'port 80 and (port 1 or port 2)',
    'not port 80 and host 10.0.0.1',
  ])('refuses by %s', (text) => {
    expect(parseFilter(text)(connection)).toBe(false);
  });

  it.each([
    ['', /it is empty/],
    ['  ', /it is empty/],
    ['porr 80', /"porr" was found where .* was expected; did you mean port\?/],
    [
      'frame.number in {8, 9}',
      /"frame.number" is a Wireshark display filter; .* host 10\.0\.0\.1 and port 8080/,
    ],
    ['tcp.stream eq 3', /"tcp.stream" is a Wireshark display filter/],
    ['src port 80', /write client or server instead of "src"/],
    ['port', /"" is not a port; write for example port 8080/],
    ['port http', /"http" is not a port/],
    ['port 65536', /"65536" is not a port/],
    ['portrange 9-8', /"9-8" is not a portrange/],
    ['host example.com', /"example.com" is not an address/],
    ['host 10.0.0.0/8', /"10.0.0.0\/8" is not an address; write for example host/],
    ['net 10.0.0.0/99', /is not an address; write for example net/],
    ['(port 80', /it ends where a closing parenthesis was expected/],
    ['port 80)', /"\)" was found where and, or, or the end was expected/],
    ['port 80 host 10.0.0.1', /"host" was found where and, or, or the end/],
    ['not', /it ends where host, net, port or portrange was expected/],
    ['port 80 | port 81', /"\|" was found where/],
  ])('says what is wrong with "%s"', (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });
});

describe('--filter', () => {
  const capture = captureOf('mixed-200', 'client');
  const connectionsBy = async (...argv: string[]) =>
    JSON.parse((await finwait([capture, '--format', 'json', ...argv])).stdout).connections as {
      id: number;
      client: { port: number };
    }[];

  it('leaves the numbers of those that stay', async () => {
    const all = await connectionsBy();
    const { port } = all[20].client;
    const ofPort = await connectionsBy('--filter', `client port ${port}`);
    expect(ofPort).toEqual(
      all
        .filter(({ client }) => client.port === port)
        .map((one) => ({
          ...one,
          findings: expect.any(Array),
        })),
    );
  });

  it('goes with --connection', async () => {
    expect(
      (await connectionsBy('--connection', '3', '--filter', 'host 10.9.40.1')).map(({ id }) => id),
    ).toEqual([3]);
  });

  it('says that it leaves nothing', async () => {
    const { code, stderr } = await finwait([capture, '--filter', 'port 1']);
    expect(code).toBe(0);
    expect(stderr).toContain('no connection matches the filter');
    const drawn = await finwait(['timeline', capture, '--filter', 'port 1']);
    expect(drawn.code).toBe(2);
    expect(drawn.stderr).toContain('no connection matches the filter');
  });

  it('goes with no --connection where that names one already', async () => {
    const { code, stderr } = await finwait(['timeline', capture, '-c', '3', '--filter', 'port 1']);
    expect(code).toBe(2);
    expect(stderr).toContain('leave out --filter');
  });

  it('is wrong usage if it cannot be understood', async () => {
    const { code, stderr } = await finwait([capture, '--filter', 'prot 80']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean port?');
  });
});

describe('how grave a finding is', () => {
  const PILEUP = captureOf('close-wait-pileup', 'server');

  it.each([
    ['--connection', '1'],
    ['--filter', 'client port 40001'],
  ])('does not depend on %s %s', async (option, value) => {
    const { stdout, code } = await finwait([PILEUP, option, value, '-f', 'json', '--fail-on', 'error']);
    const { findings, patterns, summary } = JSON.parse(stdout);
    expect(summary.connections).toBe(1);
    expect(
      findings.map(({ rule, severity }: { rule: string; severity: string }) => [rule, severity]),
    ).toContainEqual(['close-wait-stuck', 'error']);
    expect(patterns).toEqual([]);
    expect(code).toBe(1);
  });

  it('is the same in a timeline', async () => {
    const { stdout } = await finwait(['timeline', PILEUP, '-c', '1'], { columns: 120 });
    expect(stdout).toContain('error: close-wait-stuck');
  });

  it('counts no use of a suppression on what was not asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-filter-'));
    const config = join(folder, 'finwait.config.json');
    const suppressions = [{ rule: 'close-wait-stuck', reason: 'known' }];
    writeFileSync(config, JSON.stringify({ suppressions }));
    const suppressed = async (...argv: string[]): Promise<number> => {
      const { stdout } = await finwait([PILEUP, ...argv, '--config', config, '-f', 'json']);
      return JSON.parse(stdout).summary.suppressed;
    };
    expect(await suppressed()).toBe(4);
    expect(await suppressed('-c', '1')).toBe(1);
    rmSync(folder, { recursive: true });
  });
});
