import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/node/input-error.js';
import { type ReadOptions, readCapture } from '../../src/node/read-capture.js';
import { pcap } from '../support/capture-builder.js';
import { copyOf, type ReadFrame, readFrames } from '../support/frames.js';

const folder = mkdtempSync(join(tmpdir(), 'finwait-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BYTES = pcap(
  Array.from({ length: 400 }, (_, index) => ({
    data: Uint8Array.from({ length: index % 90 }, (_octet, place) => (place * index) & 255),
    time: 1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n,
  })),
);

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
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
    const { frames, facts } = await read(file('odd.name', Uint8Array.from(Buffer.concat(halves))));
    expect(frames).toEqual(readFrames(BYTES).frames);
    expect(facts).toMatchObject({ compression: 'gzip', damage: null });
  });

  it('reports a cut gzip stream as damage, after the frames before it', async () => {
    const packed = gzipSync(BYTES);
    const { frames, facts } = await read(file('cut.gz', packed.subarray(0, packed.length >> 1)));
    expect(frames.length).toBeGreaterThan(0);
    expect(facts.damage).not.toBeNull();
  });

  it.each([
    ['missing.pcap', /no such file/],
    ['', /directory/],
  ])('says what is wrong with %j', async (name, message) => {
    const attempt = read(join(folder, name));
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
      expect(theirs.frames, path).toEqual(own.frames);
    }
  });

  it('says what it cannot read', async () => {
    const nano = file('nano.pcap', pcap([], { nanoseconds: true }));
    await expect(read(nano, { reader: 'pcap-parser' })).rejects.toThrow(/pcap-parser|builtin/);
  });
});
