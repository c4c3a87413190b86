import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { CaptureError } from '../../src/core/errors.js';
import { grouped } from '../../src/core/numbers.js';
import { InputError } from '../../src/node/input-error.js';
import { type ReadOptions, type ReadProgress, readCapture } from '../../src/node/read-capture.js';
import { join, pcap, sectionHeader } from '../support/capture-builder.js';
import { copyOf, type ReadFrame, readFrames } from '../support/frames.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'finwait-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BYTES = pcap(
  Array.from({ length: 400 }, (_, index) => ({
    data: Uint8Array.from({ length: index % 90 }, (_octet, place) => (place * index) & 255),
    time: 1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n,
  })),
);

const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);

const pathOf = (name: string): string => joinPath(folder, name);

function file(name: string, bytes: Uint8Array): string {
  const path = pathOf(name);
  writeFileSync(path, bytes);
  return path;
}

async function read(path: string, options?: ReadOptions) {
  const frames: ReadFrame[] = [];
  const facts = await readCapture(path, (frame) => frames.push(copyOf(frame)), options);
  return { frames, facts };
}

describe('reading a file', () => {
  it('delivers what the reader alone delivers', async () => {
    const { frames, facts } = await read(file('plain.pcap', BYTES));
    expect(frames).toEqual(readFrames(BYTES).frames);
    expect(facts).toMatchObject({ compression: null, format: 'pcap', frames: 400 });
  });

  it('opens gzip, whatever the name, also of several members', async () => {
    const halves = [gzipSync(BYTES.subarray(0, 5000)), gzipSync(BYTES.subarray(5000))];
    const { frames, facts } = await read(file('odd.name', join(...halves)));
    expect(frames).toEqual(readFrames(BYTES).frames);
    expect(facts).toMatchObject({ compression: 'gzip', damage: null });
  });

  it('opens gzip whose members are captures themselves', async () => {
    const whole = file('members.gz', join(gzipSync(BYTES), gzipSync(BYTES)));
    const { frames, facts } = await read(whole);
    expect(frames).toHaveLength(800);
    expect(facts).toMatchObject({ damage: null, appended: { files: 1, offset: BYTES.length } });
  });

  it('reports a cut gzip stream as damage, after the frames before it', async () => {
    const packed = gzipSync(BYTES);
    const { frames, facts } = await read(file('cut.gz', packed.subarray(0, packed.length >> 1)));
    expect(frames.length).toBeGreaterThan(0);
    expect(facts.damage?.frame).toBe(frames.length + 1);
    expect(facts.damage?.message).toMatch(
      `the gzip stream ends early, after ${grouped(packed.length >> 1)} compressed octets`,
    );
  });

  it('delivers everything before an error in a gzip stream', async () => {
    const packed = gzipSync(BYTES);
    packed[packed.length - 8] ^= 1;
    const { frames, facts } = await read(file('checksum.gz', packed));
    expect(frames).toEqual(readFrames(BYTES).frames);
    expect(facts.damage).toMatchObject({ offset: BYTES.length, frame: 401 });
    expect(facts.damage?.message).toMatch(/gzip stream cannot be decoded .*incorrect data check/);
  });

  it.each([255, 256, 257, 511, 512, 513, 8191, 8192, 8193])(
    'delivers everything before an error at octet %i of a gzip stream',
    async (octet) => {
      const stored = BYTES.subarray(0, octet - GZIP_HEADER.length - 5);
      const lengths = new Uint8Array(new Uint16Array([stored.length, ~stored.length]).buffer);
      // A block of a type that there is not follows one that is stored as it is.
      const bytes = join(GZIP_HEADER, Uint8Array.of(0), lengths, stored, Uint8Array.of(7), BYTES);
      const { frames, facts } = await read(file('block.gz', bytes));
      const before = readFrames(stored).frames;
      expect(frames).toEqual(before);
      expect(facts.damage).toMatchObject({ frame: before.length + 1 });
      expect(facts.damage?.message).toMatch(/gzip stream cannot be decoded .*invalid block type/);
    },
  );

  it('ignores padding behind a gzip stream', async () => {
    const { frames, facts } = await read(file('tail.gz', join(gzipSync(BYTES), new Uint8Array(3000))));
    expect(frames).toEqual(readFrames(BYTES).frames);
    expect(facts.damage).toBeNull();
  });

  it('tells of what is no gzip behind a gzip stream', async () => {
    const packed = gzipSync(BYTES);
    const bytes = join(packed, new TextEncoder().encode('-- end of transmission --'));
    const { frames, facts } = await read(file('tail.gz', bytes));
    expect(frames).toEqual(readFrames(BYTES).frames);
    expect(facts.damage).toEqual({
      offset: BYTES.length,
      frame: 401,
      message: `what follows the gzip stream between its octets 0 and ${grouped(bytes.length)} is not gzip`,
    });
  });

  it.each([
    ['gzip that is cut before the capture starts', gzipSync(BYTES).subarray(0, 12), /gzip stream ends early/],
    ['gzip in gzip', gzipSync(gzipSync(BYTES)), /compressed with gzip/],
    ['gzip of nothing', gzipSync(new Uint8Array(0)), /empty file/],
    ['zstd that is cut before the capture starts', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0), /ends early/],
    ['xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), /xz -dc/],
  ])('refuses %s', async (_name, bytes, message) => {
    const attempt = read(file('refused', bytes));
    await expect(attempt).rejects.toThrow(CaptureError);
    await expect(attempt).rejects.toThrow(message);
  });

  it('reads a named pipe', async () => {
    const path = pathOf('pipe');
    execFileSync('mkfifo', [path]);
    spawn('sh', ['-c', 'cat "$0" > "$1"', file('source.pcap', BYTES), path]);
    const { facts } = await read(path);
    expect(facts).toMatchObject({ path, frames: 400, damage: null });
  });

  it('tells how far it is', async () => {
    const seen: ReadProgress[] = [];
    await read(file('progress.pcap', BYTES), { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ bytesRead: BYTES.length, bytesTotal: BYTES.length });
  });

  it('passes on what the frame handler throws, also out of gzip', async () => {
    for (const bytes of [BYTES, gzipSync(BYTES)]) {
      const path = file('handler', bytes);
      const attempt = readCapture(path, () => {
        throw new RangeError('enough');
      });
      await expect(attempt).rejects.toThrow(new RangeError('enough'));
    }
  });

  it.each([
    ['missing.pcap', /no such file/],
    ['', /directory/],
  ])('says what is wrong with %j', async (name, message) => {
    const attempt = read(pathOf(name));
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(message);
  });
});

describe('standard input', () => {
  it.each([
    ['plain', BYTES],
    ['gzipped', Uint8Array.from(gzipSync(BYTES))],
  ])('is read %s, by its content', async (_name, bytes) => {
    const program = `
      import { readCapture } from ${JSON.stringify(new URL('../../src/node/read-capture.ts', import.meta.url).href)};
      const facts = await readCapture('-', () => {});
      process.stdout.write(JSON.stringify([facts.frames, facts.damage]));`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
    let output = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
    });
    child.stdin.write(bytes.subarray(0, 1000));
    setTimeout(() => child.stdin.end(bytes.subarray(1000)), 50);
    await new Promise((resolve) => child.on('close', resolve));
    expect(JSON.parse(output)).toEqual([400, null]);
  });
});

describe('the npm package pcap-parser as reader', () => {
  const fixtures = readdirSync('fixtures', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'record')
    .flatMap((entry) => ['client', 'server'].map((side) => `fixtures/${entry.name}/${side}.pcap`))
    .filter((path) => readFileSync(path).readUInt32LE(0) === 0xa1b2c3d4);

  it('delivers the same frames of every classic microsecond fixture', async () => {
    expect(fixtures.length).toBeGreaterThan(80);
    for (const path of fixtures) {
      const [own, theirs] = [await read(path), await read(path, { reader: 'pcap-parser' })];
      expect(theirs, path).toEqual(own);
    }
  });

  it('delivers the same frames and facts of damaged captures, whose damage it does not notice itself', async () => {
    const absurd = Uint8Array.from(BYTES);
    new DataView(absurd.buffer).setUint32(24 + 8 + 16, 0x7fff_ffff, true);
    const inTheRecord = BYTES.subarray(0, BYTES.length - 3);
    const inTheHeader = BYTES.subarray(0, 24 + 16 + 7);
    const none = BYTES.subarray(0, 24);
    for (const bytes of [BYTES, absurd, inTheRecord, inTheHeader, none, gzipSync(BYTES).subarray(0, 2000)]) {
      const path = file('damaged', bytes);
      const [own, theirs] = [await read(path), await read(path, { reader: 'pcap-parser' })];
      expect(theirs).toEqual(own);
    }
  });

  it('takes no header of a further file for a frame', async () => {
    const { frames, facts } = await read(file('two', join(BYTES, BYTES)), { reader: 'pcap-parser' });
    expect(frames).toHaveLength(400);
    expect(facts.damage).toMatchObject({ offset: BYTES.length, frame: 401 });
    expect(facts.damage?.message).toMatch(
      /^another pcap file starts here, .*leave out --reader pcap-parser$/,
    );
  });

  it.each([
    ['nanoseconds', pcap([], { nanoseconds: true })],
    ['modified headers', pcap([], { modified: true })],
    ['other versions', pcap([], { minor: 3 })],
    ['pcapng', sectionHeader()],
  ])('says that it does not read %s', async (_name, bytes) => {
    const attempt = read(file('refused', bytes), { reader: 'pcap-parser' });
    await expect(attempt).rejects.toThrow(CaptureError);
    await expect(attempt).rejects.toThrow(/pcap-parser reads only .* leave out --reader pcap-parser/);
  });

  it('refuses what is no capture in the same words', async () => {
    for (const bytes of [new Uint8Array(0), BYTES.subarray(0, 10), Uint8Array.of(1, 2, 3, 4, 5)]) {
      const path = file('nothing', bytes);
      const words = await read(path).catch((error: unknown) => error);
      await expect(read(path, { reader: 'pcap-parser' })).rejects.toEqual(words);
    }
  });
});
