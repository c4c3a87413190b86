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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSpool } from '../../src/node/file-spool.js';
import { OutputFile } from '../../src/node/output.js';

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

  it('does not outlive the process, and nothing is left to do at its end once it is in place', () => {
    const before = process.listenerCount('exit');
    const file = new OutputFile(path);
    expect(process.listenerCount('exit')).toBe(before + 1);
    file.finish();
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('says why it cannot be written', () => {
    mkdirSync(join(folder, 'd'));
    expect(() => new OutputFile(join(folder, 'd'))).toThrow(/d cannot be written: it is a directory.*EISDIR/);
    expect(() => new OutputFile(join(folder, 'none', 'x'))).toThrow(/no such file or directory \(ENOENT\)/);
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
