import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  join as joined,
  sectionHeader,
} from '../support/capture-builder.js';
import { captureOf } from '../support/fixtures.js';
import { readFrames } from '../support/frames.js';
import { finwait } from '../support/io.js';
import { ethernet, ipv4, linuxSll, tcp } from '../support/packet-builder.js';

const MIXED = captureOf('mixed-200', 'client');
const REUSE = captureOf('port-reuse-time-wait', 'server');
const folder = mkdtempSync(join(tmpdir(), 'finwait-extract-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string): string => join(folder, name);

/** In microseconds. */
const DAY = 86_400_000_000n;

describe('finwait extract', () => {
  it('writes the frames of a connection and says so', async () => {
    const { code, stdout, stderr } = await finwait(['extract', MIXED, '-c', '7', '-o', file('7.pcapng')]);
    const { frames, facts } = readFrames(readFileSync(file('7.pcapng')));
    expect(facts).toMatchObject({ format: 'pcapng', damage: null, timePrecision: 'us' });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: `finwait: wrote ${frames.length} frames of connection 7 to ${file('7.pcapng')}\n`,
    });
  });

  it('takes several connections, as a list and by repetition, in the order of the capture', async () => {
    const { octets, stderr } = await finwait(['extract', MIXED, '-c', '9,3', '-c', '5']);
    const { frames } = readFrames(octets);
    expect(stderr).toBe(`finwait: wrote ${frames.length} frames of connections 3, 5, 9\n`);
    const times = frames.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => Number(a - b)));
  });

  it.each([
    { argv: ['-o', 'a.pcap'], format: 'pcap' },
    { argv: ['-o', 'a.cap'], format: 'pcap' },
    { argv: ['-o', 'a.pcapng'], format: 'pcapng' },
    { argv: ['-o', 'a.bin'], format: 'pcapng' },
    { argv: ['-o', 'a.pcapng', '--format', 'pcap'], format: 'pcap' },
  ])('writes $format for $argv', async ({ argv, format }) => {
    const [, name] = argv;
    await finwait(['extract', MIXED, '-c', '7', '-o', file(name), ...argv.slice(2)]);
    expect(readFrames(readFileSync(file(name))).facts.format).toBe(format);
  });

  it('warns that a pcap file does not say when the capture ended', async () => {
    const { stderr } = await finwait(['extract', MIXED, '-c', '7', '-f', 'pcap']);
    expect(stderr).toContain('a pcap file cannot say how long the capture went on after its last frame');
  });

  it('takes a connection on the same ports along where neither can be understood alone', async () => {
    const { octets, stderr } = await finwait(['extract', REUSE, '-c', '0']);
    expect(stderr).toContain('of connections 0, 1\n');
    expect(stderr).toContain('connection 1 took over the ports of connection 0');
    const { captures } = JSON.parse((await finwait([REUSE, '-f', 'json'])).stdout);
    expect(readFrames(octets).frames.length).toBe(captures[0].tcpSegments);
  });

  it('takes the connection of a finding, by its place in the JSON report', async () => {
    const { findings } = JSON.parse((await finwait([MIXED, '-f', 'json'])).stdout);
    const place = findings.length - 1;
    const { stderr } = await finwait(['extract', MIXED, '--finding', String(place)]);
    expect(stderr).toContain(` of connection ${findings[place].connection}\n`);
  });

  it('replaces payload by zeroes, and says so in the extract', async () => {
    const argv = ['extract', captureOf('close-wait-stuck', 'server'), '-c', '0'];
    const [whole, stripped] = await Promise.all([finwait(argv), finwait([...argv, '--strip-payload'])]);
    const text = Buffer.from(stripped.octets).toString('latin1');
    expect(text).toContain('Altered by finwait: TCP payload is replaced by zeros.');
    expect(Buffer.from(whole.octets).toString('latin1')).not.toContain('Altered');
    const [before, after] = [whole, stripped].map(({ octets }) => readFrames(octets).frames);
    expect(after.map(({ data }) => data.length)).toEqual(before.map(({ data }) => data.length));
    const payload = /GET .*|hello.*/;
    expect(Buffer.from(whole.octets).toString('latin1')).toMatch(payload);
    expect(text).not.toMatch(payload);
  });

  it('says on stderr that a pcap file cannot tell that it is altered', async () => {
    const { stderr } = await finwait(['extract', MIXED, '-c', '7', '-f', 'pcap', '--strip-payload']);
    expect(stderr).toContain('a pcap file cannot say that it was altered: TCP payload is replaced by zeros');
  });

  it('says nothing with --quiet', async () => {
    expect(await finwait(['extract', REUSE, '-c', '0', '-f', 'pcap', '--quiet'])).toMatchObject({
      stderr: '',
    });
  });

  it.each([
    { output: 'again.pcap', message: 'is the capture itself, which would be overwritten' },
    {
      output: `../${basename(folder)}/again.pcap`,
      message: 'is the capture itself, which would be overwritten',
    },
    { output: 'linked.pcap', message: 'is the capture itself, which would be overwritten' },
    { output: 'x.pcapng.gz', message: 'output is not compressed' },
  ])('does not write to $output', async ({ output, message }) => {
    const bytes = readFileSync(MIXED);
    writeFileSync(file('again.pcap'), bytes);
    rmSync(file('linked.pcap'), { force: true });
    linkSync(file('again.pcap'), file('linked.pcap'));
    const { code, stderr } = await finwait(['extract', file('again.pcap'), '-c', '1', '-o', file(output)]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(readFileSync(file('again.pcap')).equals(bytes)).toBe(true);
  });

  it('keeps the end of the capture, which the report of the extract then tells', async () => {
    const { captures } = JSON.parse((await finwait([MIXED, '-f', 'json'])).stdout);
    await finwait(['extract', MIXED, '-c', '7', '-o', file('end.pcapng')]);
    const again = JSON.parse((await finwait([file('end.pcapng'), '-f', 'json'])).stdout);
    expect(captures[0].endAt).toBe(captures[0].lastFrameAt);
    expect(again.captures[0].endAt).toBe(captures[0].endAt);
    expect(again.captures[0].lastFrameAt < again.captures[0].endAt).toBe(true);
    const { endAt, firstFrameAt, durationSeconds } = again.captures[0];
    expect((Date.parse(endAt) - Date.parse(firstFrameAt)) / 1000).toBeCloseTo(durationSeconds, 2);
  });

  it('keeps the start of the capture, on which it depends what a FIN near that may mean', async () => {
    const ends = { source: '10.0.0.1', destination: '10.0.0.2' };
    const fin = ethernet(ipv4(tcp({ flags: 0x11, sequence: 1000, acknowledgment: 2000 }), ends));
    const answer = ethernet(
      ipv4(
        tcp({ sourcePort: 8080, destinationPort: 40000, flags: 0x10, sequence: 2000, acknowledgment: 1001 }),
        { source: ends.destination, destination: ends.source },
      ),
    );
    const close = [enhancedPacket(fin, 100_000_000n), enhancedPacket(answer, 100_010_000n)];
    const [before, after] = [0n, 170_000_000n].map((time) => enhancedPacket(new Uint8Array(60), time));
    const told = async (name: string): Promise<string> => {
      const { findings } = JSON.parse((await finwait([file(name), '-f', 'json'])).stdout);
      const { severity, title } = findings.find(({ rule }: { rule: string }) => rule === 'close-wait-stuck');
      return `${severity} ${title}`;
    };
    const start = [sectionHeader(), interfaceDescription()];
    writeFileSync(file('long.pcapng'), joined(...start, before, ...close, after));
    writeFileSync(file('short.pcapng'), joined(...start, ...close, after));
    for (const name of ['long', 'short'])
      await finwait(['extract', file(`${name}.pcapng`), '-c', '0', '-o', file(`of-${name}.pcapng`)]);
    const stuck = 'warning 10.0.0.2:8080 has stayed in CLOSE-WAIT for 70 s';
    expect([await told('long.pcapng'), await told('of-long.pcapng')]).toEqual([stuck, stuck]);
    const doubtful = 'info 10.0.0.2:8080 may have stayed in CLOSE-WAIT for 70 s';
    expect([await told('short.pcapng'), await told('of-short.pcapng')]).toEqual([doubtful, doubtful]);
    // The same where the capture had paused until the FIN.
    const opening = ethernet(ipv4(tcp({ sourcePort: 40001, flags: 2, sequence: 1 }), ends));
    const dayBefore = enhancedPacket(opening, 1_000_000n);
    const later = [fin, answer].map((data, i) =>
      enhancedPacket(data, DAY + 100_000_000n + BigInt(i) * 10_000n),
    );
    const end = enhancedPacket(new Uint8Array(60), DAY + 170_000_000n);
    writeFileSync(file('paused.pcapng'), joined(...start, dayBefore, ...later, end));
    await finwait(['extract', file('paused.pcapng'), '-c', '1', '-o', file('of-paused.pcapng')]);
    expect([await told('paused.pcapng'), await told('of-paused.pcapng')]).toEqual([doubtful, doubtful]);
  });

  it('ends where the capture paused, if no connection of the extract was seen after that', async () => {
    const paused = captureOf('capture-pause', 'server');
    const { facts } = readFrames(readFileSync(paused));
    const endsAfter = async (connections: string): Promise<number> => {
      const { octets } = await finwait(['extract', paused, '-c', connections]);
      return Math.round(readFrames(octets).facts.endAt!.seconds - facts.firstFrameAt!.seconds);
    };
    expect(await endsAfter('0')).toBeLessThan(20);
    expect(await endsAfter('0,1')).toBeGreaterThan(60);
  });

  it('keeps the end of a capture that says it ended before its last frame', async () => {
    const syn = ethernet(ipv4(tcp({ flags: 0x02 })));
    const second = [0, 0, 0, 0, 0x40, 0x42, 0x0f, 0];
    writeFileSync(
      file('lying.pcapng'),
      joined(
        sectionHeader(),
        interfaceDescription(),
        enhancedPacket(syn, 0n),
        enhancedPacket(new Uint8Array(60), 70_000_000n),
        interfaceStatistics(0, [[3, second]]),
      ),
    );
    await finwait(['extract', file('lying.pcapng'), '-c', '0', '-o', file('end.pcapng')]);
    const reports = [file('lying.pcapng'), file('end.pcapng')].map(async (path) => {
      const { captures } = JSON.parse((await finwait([path, '-f', 'json'])).stdout);
      return captures[0].endAt;
    });
    expect(await Promise.all(reports)).toEqual(Array(2).fill('1970-01-01T00:01:10.000000000Z'));
  });

  it.each([
    { argv: [MIXED], message: 'say what to extract: --connection N, as in Wireshark, or --finding N' },
    { argv: ['-', '-c', '1'], message: 'standard input can be read only once: write it to a file first' },
    { argv: [MIXED, '-c', '200'], message: 'there is no connection 200; they are numbered from 0 to 199' },
    {
      argv: [captureOf('normal-close-client', 'client'), '--finding', '0'],
      message: 'there is no finding 0; this capture has no findings',
    },
    { argv: [MIXED, '--finding', '9999'], message: 'there is no finding 9999; they are numbered from 0 to' },
    { argv: [MIXED, '-c', '3,x'], message: 'it must be a whole number, such as 0' },
    { argv: [MIXED, '-c', '3', '-f', 'pacp'], message: 'Allowed choices are pcapng, pcap' },
  ])('refuses $argv', async ({ argv, message }) => {
    const { code, stdout, stderr } = await finwait(['extract', ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('writes no capture to a terminal', async () => {
    const { code, stderr } = await finwait(['extract', MIXED, '-c', '7'], { isTerminal: true });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'finwait: a capture cannot be shown in a terminal: write it with --output FILE\n',
    });
  });

  it('leaves nothing behind where link types are mixed and pcap cannot hold them', async () => {
    const segments = [1, 2].map((sequence) => ipv4(tcp({ sequence })));
    const mixed = joined(
      sectionHeader(),
      interfaceDescription(1),
      interfaceDescription(113),
      enhancedPacket(ethernet(segments[0]), 1n, 0),
      enhancedPacket(linuxSll(segments[1]), 2n, 1),
    );
    writeFileSync(file('mixed-links.pcapng'), mixed);
    const before = readdirSync(folder);
    const { code, stderr } = await finwait([
      'extract',
      file('mixed-links.pcapng'),
      '-c',
      '0',
      '-o',
      file('no.pcap'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'finwait: the frames are of several link types, EN10MB and LINUX_SLL; a pcap file has only one: ' +
        'write pcapng (--format pcapng)\n',
    );
    expect(readdirSync(folder)).toEqual(before);
    const { octets } = await finwait(['extract', file('mixed-links.pcapng'), '-c', '0']);
    expect(readFrames(octets).facts.linkTypes).toEqual(['EN10MB', 'LINUX_SLL']);
  });

  it('extracts from what a damaged capture holds, and says where it is damaged', async () => {
    writeFileSync(file('cut.pcap'), readFileSync(REUSE).subarray(0, 1_000));
    const { code, octets, stderr } = await finwait(['extract', file('cut.pcap'), '-c', '0']);
    expect(code).toBe(0);
    expect(stderr).toContain('cut.pcap: damaged at byte');
    expect(readFrames(octets).frames.length).toBe(readFrames(readFileSync(file('cut.pcap'))).frames.length);
  });

  it('answers with 3 for a capture that it cannot read, and writes nothing', async () => {
    const { code, stderr } = await finwait(['extract', file('none.pcap'), '-c', '0', '-o', file('x.pcapng')]);
    expect(code).toBe(3);
    expect(stderr).toContain('no such file');
    expect(existsSync(file('x.pcapng'))).toBe(false);
  });
});

describe('finwait extract --anonymize', () => {
  const KEY = '00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef';
  const environment = { FINWAIT_ANONYMIZE_KEY: KEY };
  const CAPTURE = captureOf('close-wait-stuck', 'server');
  const argv = ['extract', CAPTURE, '-c', '0', '--anonymize'];

  async function addressesIn(octets: Uint8Array): Promise<string> {
    writeFileSync(file('anonymous.pcapng'), octets);
    const { stdout } = await finwait([file('anonymous.pcapng'), '-f', 'json']);
    const [{ client, server }] = JSON.parse(stdout).connections;
    return `${client.address} ${server.address}`;
  }

  it('maps addresses, drops payload and the names of interfaces, and says so in the extract', async () => {
    const { code, octets, stderr } = await finwait(argv, { environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'finwait: wrote 9 frames of connection 0\n' });
    const text = Buffer.from(octets).toString('latin1');
    expect(text).toContain(
      'Altered by finwait: addresses are anonymized (Crypto-PAn), TCP payload is replaced by zeros.',
    );
    expect(text).not.toContain('GET /');
    const anonymizer = new Anonymizer(Buffer.from(KEY, 'hex'));
    expect(await addressesIn(octets)).toBe(
      `${anonymizer.address('10.9.14.1')} ${anonymizer.address('10.9.14.2')}`,
    );
  });

  it('names no interface', async () => {
    const named = joined(
      sectionHeader(),
      interfaceDescription(1, [[2, [...Buffer.from('customer-7')]]]),
      enhancedPacket(ethernet(ipv4(tcp())), 1n, 0),
    );
    writeFileSync(file('named.pcapng'), named);
    const plain = await finwait(['extract', file('named.pcapng'), '-c', '0']);
    const anonymous = await finwait(['extract', file('named.pcapng'), '-c', '0', '--anonymize'], {
      environment,
    });
    expect(Buffer.from(plain.octets).toString('latin1')).toContain('customer-7');
    expect(Buffer.from(anonymous.octets).toString('latin1')).not.toContain('customer-7');
  });

  it('takes the key from a file before that of the environment', async () => {
    writeFileSync(file('key'), `${KEY.toUpperCase()}\n`);
    const other = { FINWAIT_ANONYMIZE_KEY: '0'.repeat(64) };
    const fromFile = await finwait([...argv, '--key', file('key')], { environment: other });
    const fromEnvironment = await finwait(argv, { environment });
    expect(fromFile.octets).toEqual(fromEnvironment.octets);
    expect((await finwait(argv, { environment: other })).octets).not.toEqual(fromFile.octets);
  });

  it('makes a key that nobody knows, without one', async () => {
    const [first, second] = [await finwait(argv), await finwait(argv)];
    expect(first.stderr).toContain('addresses are mapped with a random key that is not kept');
    expect(first.octets).not.toEqual(second.octets);
  });

  it('keeps payload if it is told to', async () => {
    const { octets } = await finwait([...argv, '--keep-payload'], { environment });
    const text = Buffer.from(octets).toString('latin1');
    expect(text).toContain('GET /');
    expect(text).toContain('Altered by finwait: addresses are anonymized (Crypto-PAn).');
  });

  it.each([
    { extra: ['--key', 'no-such-file'], message: '--key no-such-file: no such file' },
    { extra: ['--key', CAPTURE], message: 'does not hold a key: a key is 64 hexadecimal digits' },
    { extra: ['--keep-payload', '--strip-payload'], message: 'contradict each other' },
  ])('refuses $extra', async ({ extra, message }) => {
    const { code, stdout, stderr } = await finwait([...argv, ...extra], { environment });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it.each([
    { extra: ['--key', 'key'], message: '--key is the key of --anonymize: give both' },
    { extra: ['--keep-payload'], message: 'without that, payload is kept anyway' },
  ])('refuses $extra without --anonymize', async ({ extra, message }) => {
    const { code, stderr } = await finwait(['extract', CAPTURE, '-c', '0', ...extra]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('does not repeat what it takes for a key', async () => {
    const { stderr } = await finwait(argv, { environment: { FINWAIT_ANONYMIZE_KEY: 'nearly-a-key' } });
    expect(stderr).toContain('FINWAIT_ANONYMIZE_KEY does not hold a key');
    expect(stderr).not.toContain('nearly-a-key');
  });
});

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('skipped: reading of extracts by Wireshark, because tshark is not installed');

describe.skipIf(!hasTshark)('Wireshark reads in an extract what it reads in the capture', () => {
  const fields = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'tcp.seq_raw', 'tcp.flags', 'tcp.len'];
  const tshark = (path: string, filter: string): string =>
    execFileSync(
      'tshark',
      ['-n', '-r', path, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );

  it.each([
    { scenario: 'mixed-200', connection: 17, format: 'pcapng' },
    { scenario: 'mixed-200', connection: 17, format: 'pcap' },
    { scenario: 'nanoseconds', connection: 0, format: 'pcapng' },
    { scenario: 'nanoseconds', connection: 0, format: 'pcap' },
    { scenario: 'snaplen-96', connection: 0, format: 'pcapng' },
    { scenario: 'cooked-any', connection: 0, format: 'pcap' },
    { scenario: 'host-unreachable', connection: 0, format: 'pcapng' },
  ])('of connection $connection of $scenario as $format', async ({ scenario, connection, format }) => {
    const path = captureOf(scenario, 'client');
    const output = file(`${scenario}.${format}`);
    await finwait(['extract', path, '-c', String(connection), '-o', output]);
    const expected = tshark(path, `tcp.stream eq ${connection}`);
    expect(expected.length).toBeGreaterThan(100);
    expect(tshark(output, 'frame')).toBe(expected);
  });

  it.each(['close-wait-stuck', 'ipv6-close', 'cooked-any', 'vlan-close', 'snaplen-96', 'fast-open'])(
    'with right checksums where %s is anonymized',
    async (scenario) => {
      const output = file(`${scenario}-anonymous.pcapng`);
      await finwait(['extract', captureOf(scenario, 'client'), '-c', '0', '--anonymize', '-o', output]);
      const statuses = ['ip.checksum.status', 'tcp.checksum.status'].flatMap((field) => ['-e', field]);
      const checked = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
      const lines = execFileSync('tshark', ['-n', '-r', output, ...checked, '-T', 'fields', ...statuses], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).split('\n');
      expect(lines.length).toBeGreaterThan(5);
      // 1 is good and 2 unverified, as where the snaplen cut the segment; 0 would be wrong.
      expect(lines.filter((line) => /0/.test(line))).toEqual([]);
    },
  );
});
