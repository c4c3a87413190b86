import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileSpool } from '../../src/node/file-spool.js';
import { OutputFile } from '../../src/node/output.js';
import { asStranger } from '../support/permissions.js';

/** Paths that another file cannot be renamed to: the system's answer for what is mounted there. */
const mounted = vi.hoisted(() => new Set<string>());
/** The number of a file that can grow to this size and no more: its disk is full then. */
const full = vi.hoisted(() => ({ file: 0, size: 0 }));
vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  return {
    ...fs,
    renameSync(from, to) {
      if (mounted.has(String(to)))
        throw Object.assign(new Error('busy'), { code: 'EBUSY', syscall: 'rename' });
      fs.renameSync(from, to);
    },
    writeSync: ((
      descriptor: number,
      part: Uint8Array,
      offset: number = 0,
      length: number = part.length,
      position?: number,
    ): number => {
      const { ino, size } = fs.fstatSync(descriptor);
      if (ino !== full.file) return fs.writeSync(descriptor, part, offset, length, position);
      const room = Math.min(length, Math.max(full.size, size) - (position ?? size));
      if (room <= 0) throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
      return fs.writeSync(descriptor, part, offset, room, position);
    }) as typeof fs.writeSync,
  };
});

const folder = mkdtempSync(join(tmpdir(), 'finwait-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an output file', () => {
  const path = join(folder, 'report.txt');

  it('appears under its name only when it is complete, in the place of an older one', async () => {
    writeFileSync(path, 'old');
    const file = await OutputFile.open(path);
    file.write('new ');
    file.write(new TextEncoder().encode('§'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    file.finish();
    expect(readFileSync(path, 'utf8')).toBe('new §');
    expect(readdirSync(folder)).toEqual(['report.txt']);
  });

  it('leaves the older one alone when it is abandoned', async () => {
    writeFileSync(path, 'old');
    const file = await OutputFile.open(path);
    file.write('new');
    file.abandon();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['report.txt']);
  });

  it('does not get into the way of another that is begun in the same moment', async () => {
    const other = join(folder, 'other.txt');
    const files = [await OutputFile.open(path), await OutputFile.open(other)];
    for (const [place, file] of files.entries()) file.write(String(place));
    for (const file of files) file.finish();
    expect([readFileSync(path, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['0', '1']);
    rmSync(other);
  });

  it('takes no more listeners for many files than for one', async () => {
    const before = process.listenerCount('exit');
    const names = Array.from({ length: 20 }, (_, place) => join(folder, `many-${place}`));
    const files = await Promise.all(names.map((name) => OutputFile.open(name)));
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const file of files) file.abandon();
    expect(process.listenerCount('exit')).toBe(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('many'))).toEqual([]);
  });

  it('does not outlive the process', async () => {
    const program = `
      import { OutputFile } from ${JSON.stringify(new URL('../../src/node/output.ts', import.meta.url).href)};
      (await OutputFile.open(${JSON.stringify(join(folder, 'never.txt'))})).write('half');
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

  it('says why it cannot be put in its place, and leaves nothing behind', async () => {
    const taken = join(folder, 'taken');
    const [file, other] = [await OutputFile.open(taken), await OutputFile.open(path)];
    for (const each of [file, other]) each.write('new');
    mkdirSync(taken);
    other.finish();
    expect(() => file.finish()).toThrow(/taken cannot be written: .* \(EISDIR\)/);
    for (const each of [file, other]) each.abandon();
    expect(readdirSync(folder).sort()).toEqual(['report.txt', 'taken']);
    expect(readFileSync(path, 'utf8')).toBe('new');
    rmSync(taken, { recursive: true });
  });

  it('is written to where it cannot be replaced, as a file that is mounted by itself', async () => {
    writeFileSync(path, 'old and longer');
    const file = await OutputFile.open(path);
    file.write('new');
    mounted.add(path);
    file.finish();
    mounted.clear();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['report.txt']);
  });

  it('leaves nothing to do at the end of the process once it is in place', async () => {
    const before = process.listenerCount('exit');
    const file = await OutputFile.open(path);
    expect(process.listenerCount('exit')).toBe(before + 1);
    file.finish();
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('says why it cannot be written', async () => {
    mkdirSync(join(folder, 'd'));
    await expect(OutputFile.open(join(folder, 'd'))).rejects.toThrow(
      /d cannot be written: it is a directory.*EISDIR/,
    );
    await expect(OutputFile.open(join(folder, 'none', 'x'))).rejects.toThrow(
      /there is no folder .*none \(ENOENT\)/,
    );
    rmSync(join(folder, 'd'), { recursive: true });
  });

  it('needs a name', async () => {
    await expect(OutputFile.open('')).rejects.toThrow("'' cannot be written: a file needs a name");
  });

  it('waits for the reader of a named pipe, and lets others work meanwhile', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const opening = OutputFile.open(pipe);
    const first = await Promise.race([opening, new Promise((done) => setTimeout(done, 100, 'others'))]);
    expect(first).toBe('others');
    const text = readFile(pipe, 'utf8');
    const file = await opening;
    file.write('all');
    file.finish();
    expect(await text).toBe('all');
    rmSync(pipe);
  });

  it.skipIf(!existsSync('/dev/full'))('says that a disk is full', async () => {
    const file = await OutputFile.open('/dev/full');
    expect(() => file.write('x')).toThrow('/dev/full cannot be written: no space left on device (ENOSPC)');
    file.abandon();
    expect(existsSync('/dev/full')).toBe(true);
  });
});

/** Writes a whole report. */
async function write(path: string, text: string): Promise<void> {
  const file = await OutputFile.open(path);
  file.write(text);
  file.finish();
}

describe.skipIf(process.getuid === undefined)('an output file in the place of another', () => {
  const own = join(folder, 'own');
  const path = join(own, 'report.txt');
  beforeEach(() => {
    mkdirSync(own);
    writeFileSync(path, 'old and longer');
  });
  afterEach(() => rmSync(own, { recursive: true }));

  it.each([0o600, 0o640, 0o666, 0o755])('has its permissions: %o', async (mode) => {
    chmodSync(path, mode);
    await write(path, 'new');
    expect(statSync(path).mode & 0o7777).toBe(mode);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('is what links lead to', async () => {
    mkdirSync(join(own, 'links'));
    const link = join(own, 'links', 'a');
    symlinkSync('b', link);
    symlinkSync('../report.txt', join(own, 'links', 'b'));
    await write(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new');
    rmSync(path);
    await write(link, 'newer');
    expect(readFileSync(path, 'utf8')).toBe('newer');
    symlinkSync('nowhere/file', join(own, 'c'));
    await expect(OutputFile.open(join(own, 'c'))).rejects.toThrow(/there is no folder .*own\/nowhere/);
  });

  it('has all its names', async () => {
    const other = join(own, 'other.txt');
    linkSync(path, other);
    const file = await OutputFile.open(path);
    file.write('new');
    expect(readFileSync(other, 'utf8')).toBe('old and longer');
    file.finish();
    expect(readFileSync(other, 'utf8')).toBe('new');
    expect(readdirSync(own)).toEqual(['other.txt', 'report.txt']);
  });

  it.each(['', 'old', 'older and longer than the one that is there no'])(
    'is as it was if there is no room for a longer one, and written to if it is none: %j',
    async (longer) => {
      linkSync(path, join(own, 'other.txt'));
      full.file = statSync(path).ino;
      full.size = 20;
      const attempt = write(path, `new${longer}`);
      if (longer.length > 10) {
        await expect(attempt).rejects.toThrow(
          'report.txt cannot be written: no space left on device (ENOSPC)',
        );
      } else await attempt;
      full.file = 0;
      expect(readFileSync(path, 'utf8')).toBe(longer.length > 10 ? 'old and longer' : `new${longer}`);
    },
  );

  // Only root can become somebody else.
  it.runIf(process.getuid?.() === 0)('keeps its owner, whoever writes it', async () => {
    chownSync(path, 12_345, 12_345);
    await write(path, 'new');
    expect(statSync(path)).toMatchObject({ uid: 12_345, gid: 12_345 });
    chmodSync(path, 0o666);
    for (const mode of [0o777, 0o755]) {
      chmodSync(folder, 0o755);
      chmodSync(own, mode);
      await asStranger(() => write(path, `newest ${mode}`));
      expect(readFileSync(path, 'utf8')).toBe(`newest ${mode}`);
      expect(statSync(path)).toMatchObject({ uid: 12_345, gid: 12_345 });
      expect(readdirSync(own)).toEqual(['report.txt']);
    }
  });

  it('is refused if that may only be read', async () => {
    chmodSync(folder, 0o755);
    chmodSync(own, 0o777);
    chmodSync(path, 0o444);
    const refused = asStranger(() => OutputFile.open(path));
    await expect(refused).rejects.toThrow(/report\.txt cannot be written: permission denied \(EACCES\)/);
    expect(readdirSync(own)).toEqual(['report.txt']);
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
