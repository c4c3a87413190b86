import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FileSpool } from '../../src/node/file-spool.js';
import { OutputFile } from '../../src/node/output.js';

/** Paths that another file cannot be renamed to: the system's answer for what is mounted there. */
const mounted = vi.hoisted(() => new Set<string>());
vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  return {
    ...fs,
    renameSync(from, to) {
      if (mounted.has(String(to)))
        throw Object.assign(new Error('busy'), { code: 'EBUSY', syscall: 'rename' });
      fs.renameSync(from, to);
    },
  };
});

const folder = mkdtempSync(join(tmpdir(), 'finwait-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an output file', () => {
  const path = join(folder, 'report.txt');

  it('appears under its name only when it is complete, in the place of an older one', () => {
    writeFileSync(path, 'old');
    const file = new OutputFile(path);
    file.write('new ');
    file.write(new TextEncoder().encode('§'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    file.finish();
    expect(readFileSync(path, 'utf8')).toBe('new §');
    expect(readdirSync(folder)).toEqual(['report.txt']);
  });

  it('leaves the older one alone when it is abandoned', () => {
    writeFileSync(path, 'old');
    const file = new OutputFile(path);
    file.write('new');
    file.abandon();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['report.txt']);
  });

  it('does not get into the way of another that is begun in the same moment', () => {
    const other = join(folder, 'other.txt');
    const files = [new OutputFile(path), new OutputFile(other)];
    for (const [place, file] of files.entries()) file.write(String(place));
    for (const file of files) file.finish();
    expect([readFileSync(path, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['0', '1']);
    rmSync(other);
  });

  it('takes no more listeners for many files than for one', () => {
    const before = process.listenerCount('exit');
    const files = Array.from({ length: 20 }, (_, place) => new OutputFile(join(folder, `many-${place}`)));
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const file of files) file.abandon();
    expect(process.listenerCount('exit')).toBe(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('many'))).toEqual([]);
  });

  it('does not outlive the process', () => {
    const program = `
      import { OutputFile } from ${JSON.stringify(new URL('../../src/node/output.ts', import.meta.url).href)};
      new OutputFile(${JSON.stringify(join(folder, 'never.txt'))}).write('half');
      const { readdirSync } = await import('node:fs');
      process.stdout.write(JSON.stringify(readdirSync(${JSON.stringify(folder)})));
      process.exit(3);`;
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { encoding: 'utf8' },
    );
    expect(status).toBe(3);
    expect(JSON.parse(stdout).filter((name: string) => name.startsWith('.finwait-'))).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.startsWith('.finwait-'))).toEqual([]);
  });

  it('says why it cannot be put in its place, and leaves nothing behind', () => {
    const taken = join(folder, 'taken');
    const [file, other] = [new OutputFile(taken), new OutputFile(path)];
    for (const each of [file, other]) each.write('new');
    mkdirSync(taken);
    other.finish();
    expect(() => file.finish()).toThrow(/taken cannot be written: .* \(EISDIR\)/);
    for (const each of [file, other]) each.abandon();
    expect(readdirSync(folder).sort()).toEqual(['report.txt', 'taken']);
    expect(readFileSync(path, 'utf8')).toBe('new');
    rmSync(taken, { recursive: true });
  });

  it('is written to where it cannot be replaced, as a file that is mounted by itself', () => {
    writeFileSync(path, 'old and longer');
    const file = new OutputFile(path);
    file.write('new');
    mounted.add(path);
    file.finish();
    mounted.clear();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['report.txt']);
  });

  it('leaves nothing to do at the end of the process once it is in place', () => {
    const before = process.listenerCount('exit');
    const file = new OutputFile(path);
    expect(process.listenerCount('exit')).toBe(before + 1);
    file.finish();
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('says why it cannot be written', () => {
    mkdirSync(join(folder, 'd'));
    expect(() => new OutputFile(join(folder, 'd'))).toThrow(/d cannot be written: it is a directory.*EISDIR/);
    expect(() => new OutputFile(join(folder, 'none', 'x'))).toThrow(/there is no folder .*none \(ENOENT\)/);
    rmSync(join(folder, 'd'), { recursive: true });
  });

  it.skipIf(!existsSync('/dev/full'))('says that a disk is full', () => {
    const file = new OutputFile('/dev/full');
    expect(() => file.write('x')).toThrow('/dev/full cannot be written: no space left on device (ENOSPC)');
    file.abandon();
    expect(existsSync('/dev/full')).toBe(true);
  });
});

describe('a spool', () => {
  const own = join(folder, 'tmp');
  const before = process.env.TMPDIR;
  beforeAll(() => {
    mkdirSync(own);
    process.env.TMPDIR = own;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });

  /** Parts of a MiB, of which only the first eight stay in memory; one buffer for all, as reporters use it. */
  function fill(spool: FileSpool, parts: number): void {
    const buffer = new Uint8Array(1 << 20);
    for (let part = 0; part < parts; part++) spool.append(buffer.fill(part));
  }

  it.each([0, 1, 8, 9, 30])('gives %i MiB back in order, and removes its file', (parts) => {
    const spool = new FileSpool();
    fill(spool, parts);
    expect(readdirSync(own)).toHaveLength(parts > 8 ? 1 : 0);
    const lengths = new Array<number>(parts).fill(0);
    let last = 0;
    spool.drain((octets) => {
      for (const part of new Set(octets as Uint8Array)) {
        expect(part).toBeGreaterThanOrEqual(last);
        last = part;
      }
      lengths[last] += octets.length;
    });
    expect(lengths).toEqual(new Array<number>(parts).fill(1 << 20));
    expect(readdirSync(own)).toEqual([]);
  });

  it('removes its file when the report is given up', () => {
    const spool = new FileSpool();
    fill(spool, 10);
    spool.close();
    expect(readdirSync(own)).toEqual([]);
  });
});
