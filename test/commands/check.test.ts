import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';
import { forbidden } from '../support/permissions.js';
import { inVlan, wrappedCapture } from '../support/wrapped.js';
import { junitFaults } from '../support/xml.js';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finwait-check-'));
  copyFileSync(captureOf('close-wait-stuck', 'server'), at('stuck.pcap'));
  copyFileSync(captureOf('normal-close-client', 'server'), at('clean.pcap'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(at(name), text);
const check = (...argv: string[]) => finwait(['check', folder, ...argv]);

describe('finwait check --init', () => {
  it('starts expectations that hold', async () => {
    const { stdout, code } = await check('--init');
    expect(code).toBe(0);
    expect(stdout).toContain('2 expectations written, 0 existed before');
    expect(readFileSync(at('stuck.pcap.expect.yaml'), 'utf8')).toBe(`connections: 1
findings:
  - {rule: close-wait-stuck, endpoint: server, severity: warning}
  - {rule: fin-wait-2-stuck, endpoint: client, severity: info}
patterns: none
states:
  - connection: 0
    client: [SYN-SENT, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2]
    server: [SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT]
`);
    expect(await check()).toMatchObject({ code: 0, stdout: '2 captures as expected\n', stderr: '' });
  });

  it('leaves alone those that are there', async () => {
    write('stuck.pcap.expect.yaml', 'connections: 7\n');
    expect((await check('--init')).stdout).toContain('1 expectation written, 1 existed before');
    expect(readFileSync(at('stuck.pcap.expect.yaml'), 'utf8')).toBe('connections: 7\n');
  });
});

describe('finwait check', () => {
  it('shows what is otherwise, and where to look', async () => {
    write('stuck.pcap.expect.yaml', 'findings: none\nstates:\n  - {connection: 0, server: LAST-ACK}\n');
    const { stdout, code } = await check();
    expect(code).toBe(1);
    expect(stdout).toBe(`${at('stuck.pcap')}
  findings
    + warning close-wait-stuck (server) on connection 0: 10.9.14.2:8080 has stayed in CLOSE-WAIT for 62.4 s
      tcp.stream eq 0
    + info fin-wait-2-stuck (client) on connection 0: 10.9.14.1:40000 has waited in FIN-WAIT-2 for 62.4 s
      tcp.stream eq 0
  connection 0, server
    - LAST-ACK
    + CLOSE-WAIT
      tcp.stream eq 0

1 capture not as expected, 0 captures as expected, 1 capture without an expectation
- is expected, + is what the capture shows: finwait check --update accepts that
`);
  });

  it('annotates the line of the expectation on GitHub', async () => {
    write(
      'stuck.pcap.expect.yaml',
      '# about\nfindings:\n  - half-close\n  - close-wait-stuck\n  - fin-wait-2-stuck\n',
    );
    const { stdout } = await check('-f', 'github');
    expect(stdout.split('\n')[0]).toBe(
      `::error file=${at('stuck.pcap.expect.yaml')},line=3,title=${at('stuck.pcap')}::findings%0A- half-close`,
    );
  });

  it('writes no result over what it reads', async () => {
    write('stuck.pcap.expect.yaml', 'connections: 2\n');
    for (const name of ['stuck.pcap', 'clean.pcap', 'stuck.pcap.expect.yaml']) {
      const before = readFileSync(at(name));
      const { stderr, code } = await check('-o', at(name));
      expect([code, stderr]).toEqual([2, expect.stringContaining('which would be overwritten')]);
      expect(readFileSync(at(name))).toEqual(before);
    }
  });

  it('writes JUnit for CI servers, into a file if told', async () => {
    write('stuck.pcap.expect.yaml', 'connections: 2\n');
    write('clean.pcap.expect.yaml', 'connections: 1\n');
    const { stdout, code } = await check('-f', 'junit', '-o', at('results.xml'));
    expect([stdout, code]).toEqual(['', 1]);
    const xml = readFileSync(at('results.xml'), 'utf8');
    expect(await junitFaults(xml)).toEqual([]);
    expect(xml).toContain('tests="2" failures="1" errors="0"');
    expect(xml).toContain(`<testcase classname="${folder}" name="clean.pcap" time="0"/>`);
    expect(xml).toContain('message="1 difference">connections\n  - 2\n  + 1</failure></testcase>');
  });

  it('applies the configuration', async () => {
    write('stuck.pcap.expect.yaml', 'findings: none\n');
    const off = ['--rule', 'close-wait-stuck=off', '--rule', 'fin-wait-2-stuck=off'];
    expect((await check(...off)).code).toBe(0);
  });

  it('tells networks apart where the expectation says so', async () => {
    const capture = wrappedCapture(captureOf('close-wait-stuck', 'server'), inVlan(5), inVlan(6));
    writeFileSync(at('vlans.pcap'), capture);
    write('vlans.pcap.expect.yaml', 'separate: [vlan] # two customers\nconnections: 1\nfindings: none\n');
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain('    - 1\n    + 2\n');
    // Wireshark has one stream for both.
    expect(stdout).toMatch(/on connection 1: .*\n +ip\.addr eq 10\.9\.14\.1 and /);
    await check('--update');
    expect(readFileSync(at('vlans.pcap.expect.yaml'), 'utf8')).toMatch(
      /^separate: \[vlan\] # two customers\nconnections: 2\n/,
    );
    expect((await check()).code).toBe(0);
  });

  it('takes a capture, or an expectation, by its name', async () => {
    write('stuck.pcap.expect.json', '{"connections": 1}');
    expect((await finwait(['check', at('stuck.pcap')])).code).toBe(0);
    expect((await finwait(['check', at('stuck.pcap.expect.json')])).code).toBe(0);
  });

  it.each([
    ['a capture that is gone', () => rmSync(at('stuck.pcap')), /no such file/],
    ['what is no capture', () => write('stuck.pcap', 'text'), /text file/],
  ])('fails with 3 for %s', async (_name, spoil, message) => {
    write('stuck.pcap.expect.yaml', 'connections: 1\n');
    spoil();
    const { code, stdout } = await check();
    expect(code).toBe(3);
    expect(stdout).toMatch(message);
    expect((await check('-f', 'junit')).stdout).toContain('errors="1"');
  });

  it.each(['nothing.pcap', 'nothing.pcap.expect.yaml'])(
    'fails with 3 for %s, which is not there, and checks the rest',
    async (name) => {
      write('stuck.pcap.expect.yaml', 'connections: 1\n');
      const { code, stdout, stderr } = await finwait(['check', folder, at(name)]);
      expect(code).toBe(3);
      expect(stderr).toContain(`${name}: no such file`);
      expect(stdout).toContain('1 capture');
      expect(await finwait(['check', at(name)])).toMatchObject({ code: 3, stdout: '' });
    },
  );

  it('fails with 3 where a folder cannot be read, and checks the rest', async () => {
    write('stuck.pcap.expect.yaml', 'connections: 1\n');
    chmodSync(folder, 0o755);
    mkdirSync(at('closed'));
    expect((await check()).code).toBe(0);
    const { code, stdout, stderr } = await forbidden(at('closed'), check);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^finwait: .*closed: permission denied; .*\n$/);
    expect(stdout).toContain('1 capture');
  });

  it('says how to start where nothing is expected', async () => {
    const { code, stderr } = await check();
    expect(code).toBe(2);
    expect(stderr).toContain(`finwait check --init ${folder}`);
  });

  it.each([
    ['conections: 1\n', ':1:1: an expectation has no "conections"; did you mean connections?'],
    [
      'connections: 1\nfindings:\n  - clos-wait-stuck\n',
      ':3:5: there is no rule "clos-wait-stuck"; did you mean',
    ],
    ['connections: [\n', ':2:1: '],
    ['a: &a [*a, *a]\n', 'has no "a"'],
  ])('says where an expectation is wrong: %j', async (text, message) => {
    write('stuck.pcap.expect.yaml', text);
    const { code, stderr } = await check();
    expect(code).toBe(2);
    expect(stderr).toContain(`stuck.pcap.expect.yaml`);
    expect(stderr).toContain(message);
  });

  it('does not choose between two expectations', async () => {
    write('stuck.pcap.expect.yaml', 'connections: 1\n');
    write('stuck.pcap.expect.json', '{}');
    expect(await check()).toMatchObject({ code: 2, stderr: expect.stringContaining('keep one of them') });
  });
});

describe('finwait check --update', () => {
  const OLD = `# Why this capture is kept
connections: 2 # one more was expected
findings:
  # The leak of ticket 7
  - {rule: close-wait-stuck, endpoint: server}
  # Never seen again
  - {rule: half-close, endpoint: client}
states:
  - connection: 0
    server: LAST-ACK
    client: [SYN-SENT, CLOSED]
`;

  it('changes what is otherwise, and nothing else', async () => {
    write('stuck.pcap.expect.yaml', OLD);
    const { code, stdout } = await check('--update');
    expect([code, stdout]).toEqual([
      0,
      `changed ${at('stuck.pcap.expect.yaml')}\n1 expectation changed, 0 unchanged\n`,
    ]);
    expect(readFileSync(at('stuck.pcap.expect.yaml'), 'utf8')).toBe(`# Why this capture is kept
connections: 1 # one more was expected
findings:
  # The leak of ticket 7
  - {rule: close-wait-stuck, endpoint: server}
  - {rule: fin-wait-2-stuck, endpoint: client}
states:
  - connection: 0
    server: CLOSE-WAIT
    client: [SYN-SENT, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2]
`);
    expect((await check()).code).toBe(0);
  });

  it('leaves every octet of what holds', async () => {
    const odd = 'connections:    1\n\n\nfindings: { "atLeast":[close-wait-stuck ] }   # odd style\n';
    write('stuck.pcap.expect.yaml', odd);
    expect((await check('--update')).stdout).toBe('0 expectations changed, 1 unchanged\n');
    expect(readFileSync(at('stuck.pcap.expect.yaml'), 'utf8')).toBe(odd);
  });

  it('counts those that cannot be read', async () => {
    for (const name of ['stuck.pcap', 'clean.pcap', 'third.pcap', 'fourth.pcap'])
      write(`${name}.expect.yaml`, 'connections: 1\n');
    write('third.pcap', 'no capture');
    write('fourth.pcap', 'no capture either');
    const { code, stdout } = await check('--update');
    expect([code, stdout]).toEqual([3, '0 expectations changed, 2 unchanged\n']);
  });

  it('writes JSON as JSON', async () => {
    write('stuck.pcap.expect.json', '{"connections": 9}');
    await check('--update');
    expect(JSON.parse(readFileSync(at('stuck.pcap.expect.json'), 'utf8'))).toEqual({ connections: 1 });
  });
});
