import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';
import { forbidden } from '../support/permissions.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-captures-'));
// Tests look into it as somebody else.
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

const CLEAN = captureOf('normal-close-client', 'client');
const rotated = join(folder, 'rotated');
const tree = join(folder, 'tree');
mkdirSync(join(tree, 'deep', 'er'), { recursive: true });
mkdirSync(join(tree, 'empty'));
for (const name of ['b.pcap', 'a.pcap10', 'a.pcap2', 'deep/er/c.cap', 'notes.txt', 'd.pcap.bak']) {
  copyFileSync(CLEAN, join(tree, name));
}
writeFileSync(join(tree, 'deep', 'packed.pcap.gz'), gzipSync(readFileSync(CLEAN)));
symlinkSync(tree, join(tree, 'deep', 'loop'));
symlinkSync(CLEAN, join(tree, 'deep', 'linked.pcap'));

const report = async (...argv: string[]) => {
  const { stdout, stderr, code } = await finwait([...argv, '--format', 'json'], { folder });
  return { stderr, code, json: code === 2 ? null : JSON.parse(stdout) };
};
const pathsIn = ({ json }: { json: { captures: { path: string }[] } }): string[] =>
  json.captures.map(({ path }) => relative('tree', path));

describe('a directory', () => {
  it('stands for the captures in it, by name, at any depth', async () => {
    const names = [
      'a.pcap2',
      'a.pcap10',
      'b.pcap',
      'deep/er/c.cap',
      'deep/linked.pcap',
      'deep/packed.pcap.gz',
    ];
    expect(pathsIn(await report(tree))).toEqual(names);
  });

  it('has rotated captures too, whatever their numbers look like', async () => {
    const names = [
      'x.pcap',
      'x.pcap.1',
      'x.pcap.2',
      'x.pcap.10',
      'x.pcap.11.gz',
      'x.pcap.gz.12',
      'x.pcap0',
      'x.pcap-20240131',
      'x.pcapng_2024-01-31_17.zst.3',
      'y.CAP.1',
    ];
    const others = ['x.pcap.old', 'x.pcap.1.txt', 'x.pcap.1a', 'x.1', 'pcap.1', 'x.pcap.1.gz.tmp'];
    const captures = join(folder, 'numbers');
    mkdirSync(captures);
    for (const name of [...names, ...others]) copyFileSync(CLEAN, join(captures, name));
    const { json } = await report(captures);
    const found = json.captures.map(({ path }: { path: string }) => basename(path));
    expect(found.toSorted()).toEqual(names.toSorted());
    expect(found.indexOf('x.pcap.2')).toBeLessThan(found.indexOf('x.pcap.10'));
  });

  it('is analysed but for a folder in it that cannot be read, which is named', async () => {
    const { code, stderr, json } = await forbidden(join(tree, 'deep', 'er'), () =>
      report(tree, '--rule', 'half-close=off'),
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/^finwait: .*deep\/er: permission denied; .*\n$/);
    expect(json.captures).toHaveLength(5);
  });

  it('that cannot be read is named', async () => {
    const closed = join(tree, 'deep');
    const { code, stdout, stderr } = await forbidden(closed, () => finwait([closed]));
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^finwait: .*deep: permission denied; .*\n$/);
  });
});

describe('what names no capture is told, and the rest analysed', () => {
  it.each([
    ['a path to nothing', 'gone.pcap', /gone\.pcap: no such file; check the spelling/],
    ['a pattern that matches nothing', '*.none', /\*\.none: no such file; check the spelling/],
    ['a directory without captures', 'empty', /empty: there is no capture in this directory: none is called/],
  ])('%s', async (_, name, message) => {
    const word = join(tree, name);
    const { code, stderr, json } = await report(word, CLEAN);
    expect(code).toBe(3);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(json.captures).toHaveLength(1);
    expect(await finwait([word])).toMatchObject({ code: 3, stdout: '' });
    expect((await finwait(['timeline', word, CLEAN])).code).toBe(3);
  });

  it('an empty name, as of a variable that is not set', async () => {
    expect((await finwait([''])).stderr).toMatch(/^finwait: '': no such file; /);
  });
});

describe('a pattern', () => {
  it('stands for what it matches where no shell expanded it', async () => {
    expect(pathsIn(await report(`${tree}/*.pcap*`))).toEqual(['a.pcap2', 'a.pcap10', 'b.pcap', 'd.pcap.bak']);
  });

  it('finds files behind symbolic links', async () => {
    expect(pathsIn(await report(`${tree}/deep/l*.pcap`))).toEqual(['deep/linked.pcap']);
  });

  it('is a plain name if a file is called so', async () => {
    const odd = join(tree, 'empty', '[1].txt');
    copyFileSync(CLEAN, odd);
    expect((await report(odd)).json.captures[0].path).toBe(relative(folder, odd));
    rmSync(odd);
  });
});

/** Cuts a classic capture into files of so many frames each, as tcpdump -C and -W do. */
function rotate(path: string, framesEach: number): string[] {
  rmSync(rotated, { recursive: true, force: true });
  mkdirSync(rotated);
  const bytes = readFileSync(path);
  const parts: Buffer[][] = [];
  let frames = 0;
  for (let at = 24; at < bytes.length; frames++) {
    const length = 16 + bytes.readUInt32LE(at + 8);
    if (frames % framesEach === 0) parts.push([bytes.subarray(0, 24)]);
    parts.at(-1)?.push(bytes.subarray(at, at + length));
    at += length;
  }
  return parts.map((part, place) => {
    // Names that sort otherwise than by time: logrotate gives the newest the lowest number.
    const name = join(rotated, `x.pcap.${900 - place}`);
    writeFileSync(name, Buffer.concat(part));
    return name;
  });
}

describe('a pipe', () => {
  const pipe = join(folder, 'pipe');
  const place = join(folder, 'extract.pcap');
  execFileSync('mkfifo', [pipe]);

  it.each([
    [['timeline', pipe], /pipe can be read only once: say which connection with --connection N/],
    [['extract', pipe, '-c', '0', '-o', place], /pipe can be read only once: write it to a file first/],
    [['--join', CLEAN, pipe], /pipe can be read only once, so it cannot be joined with others/],
    [['--join', CLEAN, '-'], /standard input can be read only once, so it cannot be joined/],
    [[pipe, pipe], /pipe can be named only once/],
    [['-', CLEAN, '-'], /standard input can be named only once/],
  ])('is not read twice: %j', async (argv, message) => {
    const { code, stdout, stderr } = await finwait(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('is enough for what reads a capture once', async () => {
    for (const argv of [['timeline', pipe, '-c', '0'], [pipe], [pipe, '--format', 'markdown']]) {
      spawn('sh', ['-c', 'cat "$0" > "$1"', CLEAN, pipe]);
      expect(await finwait(argv)).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('captures one behind the other in one file', () => {
  it('are parts of one', async () => {
    const path = captureOf('close-wait-stuck', 'server');
    const parts = rotate(path, 7).map((part) => readFileSync(part));
    const file = join(folder, 'together.pcap');
    writeFileSync(file, Buffer.concat(parts));
    const [{ json }, { json: alone }] = [await report(file), await report(path)];
    expect(json.connections).toEqual(alone.connections);
    expect(json.findings).toEqual(alone.findings);
    const { files, offset } = json.captures[0].appended;
    expect([files, offset]).toEqual([parts.length - 1, parts[0].length]);
    const { stdout } = await finwait([file]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `${parts.length} pcap files one after the other, read as parts of one: the second starts at byte ${parts[0].length}`,
    );
  });
});

describe('--join', () => {
  const whole = captureOf('close-wait-stuck', 'server');

  it.each([whole, captureOf('mixed-200', 'client')])('reads rotated captures as one: %s', async (path) => {
    const parts = rotate(path, 7);
    const { json: alone } = await report(path);
    const { json, stderr, code } = await report('--join', rotated);
    expect([code, stderr]).toEqual([0, '']);
    expect(json.captures.map(({ path }: { path: string }) => join(folder, path))).toEqual(parts);
    expect(json.connections.map(({ capture: _, ...rest }: Record<string, unknown>) => rest)).toEqual(
      alone.connections.map(({ capture: _, ...rest }: Record<string, unknown>) => rest),
    );
    expect(json.findings).toEqual(alone.findings);
    expect(json.summary).toEqual(alone.summary);
    let next = 1;
    for (const { firstFrame, frames } of json.captures) {
      expect(firstFrame).toBe(next);
      next += frames;
    }
  });

  it('says in which file a connection starts', async () => {
    const parts = rotate(captureOf('mixed-200', 'client'), 100);
    const { json } = await report('--join', ...parts);
    for (const { capture, firstFrame } of json.connections) {
      const { firstFrame: first, frames } = json.captures[capture];
      expect(firstFrame).toBeGreaterThanOrEqual(first);
      expect(firstFrame).toBeLessThan(first + frames);
    }
  });

  it('draws a timeline that goes through several files, with the command that the report names', async () => {
    const parts = rotate(whole, 3);
    const { stdout } = await finwait(['--join', rotated], { columns: 400 });
    const [, command] = /segment by segment: finwait (.*)/.exec(stdout) ?? [];
    expect(command).toBe(`timeline --join ${parts.join(' ')} --connection 0`);
    const joined = await finwait(command.split(' '));
    expect(joined.stdout).toBe((await finwait(['timeline', whole])).stdout);
    expect((await finwait(['timeline', '--join', rotated])).stdout).toBe(joined.stdout);
  });

  it('passes over a part that cannot be read', async () => {
    rotate(whole, 3);
    writeFileSync(join(rotated, '0.pcap'), 'no capture');
    const { json, code, stderr } = await report('--join', rotated);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^finwait: .*\/0\.pcap: this is a text file/);
    expect(json.summary).toEqual((await report(whole)).json.summary);
  });

  it('warns of captures that overlap', async () => {
    const { stderr } = await report('--join', whole, captureOf('close-wait-stuck', 'client'));
    expect(stderr).toMatch(/starts before .* ends.*mergecap/);
  });

  it('cannot wait for standard input', async () => {
    const { code, stderr } = await report('--join', '-', whole);
    expect(code).toBe(2);
    expect(stderr).toContain('mergecap');
  });
});

describe('a report', () => {
  it.each([
    ['under its name', join(tree, 'b.pcap')],
    ['on a roundabout way', join(tree, 'deep', '..', 'b.pcap')],
    ['through a link', join(tree, 'deep', 'linked.pcap')],
  ])('does not take the place of a capture that it is about, %s', async (_, place) => {
    const before = readFileSync(place);
    for (const format of ['table', 'json']) {
      const { stderr, code } = await finwait([tree, CLEAN, '--format', format, '--output', place]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is one of the files that are read')]);
    }
    expect((await finwait([place, '-o', place])).stderr).toContain('is the capture itself');
    expect(readFileSync(place)).toEqual(before);
  });

  it.each([[[]], [['check']]])('is not called what it is not: compressed (%j)', async (command) => {
    const output = join(folder, 'report.json.gz');
    const { stderr, code } = await finwait([...command, CLEAN, '-o', output]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('output is not compressed')]);
    expect(existsSync(output)).toBe(false);
  });
});

describe('a connection that several captures hold', () => {
  it('is counted once by patterns, and told by each capture', async () => {
    const both = [captureOf('close-wait-pileup', 'client'), captureOf('close-wait-pileup', 'server')];
    const patternsOf = async (...paths: string[]) => (await report(...paths)).json.patterns;
    const [one] = await patternsOf(both[1]);
    for (const paths of [both, [both[1], both[1]]]) {
      const { json } = await report(...paths);
      expect(json.patterns.map(({ title }: { title: string }) => title)).toContain(one.title);
      expect(json.summary.connections).toBe(2 * (await report(both[1])).json.summary.connections);
    }
  });

  it.each(['close-wait-pileup', 'peer-host-lost'])(
    'is told of by %s as if its capture were alone',
    async (rule) => {
      // That of the second capture is another day.
      const one = captureOf(rule, 'client');
      const textOf = async (...paths: string[]) => {
        const { json } = await report(...paths);
        const found = json.patterns.find((pattern: { rule: string }) => pattern.rule === rule);
        return [found.explanation, found.to.at];
      };
      expect(await textOf(one, captureOf('normal-close-client', 'client'))).toEqual(await textOf(one));
      expect(await textOf(one, captureOf('port-reuse-refused', 'client'))).toEqual(await textOf(one));
    },
  );

  it('matters to patterns about each capture', async () => {
    const lossy = captureOf('capture-loss', 'client');
    const counts = async (...paths: string[]) =>
      (await report(...paths)).json.patterns
        .filter(({ rule }: { rule: string }) => rule === 'capture-loss')
        .map(({ count }: { count: number }) => count);
    expect(await counts(lossy, lossy)).toEqual([2 * (await counts(lossy))[0]]);
  });
});
