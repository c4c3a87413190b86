import { execFileSync } from 'node:child_process';
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as neutral from '../src/index.js';
import {
  analyze,
  CaptureError,
  InputError,
  ladderOf,
  SettingsError,
  streamConnections,
} from '../src/node/index.js';
import { captureOf } from './support/fixtures.js';
import { finwait } from './support/io.js';

const PATH = captureOf('mixed-200', 'client');
const BYTES = Uint8Array.from(readFileSync(PATH));

async function* pieces(size: number) {
  for (let at = 0; at < BYTES.length; at += size) yield BYTES.slice(at, at + size);
}

describe('analyze', () => {
  it.each([
    ['a path', () => PATH],
    ['a file URL', () => pathToFileURL(PATH)],
    ['octets', () => BYTES],
    ['an ArrayBuffer', () => BYTES.buffer],
    ['a list of pieces', () => [BYTES.slice(0, 100), BYTES.slice(100)]],
    ['an async iterable', () => pieces(777)],
    ['a Node stream', () => createReadStream(PATH)],
    ['a web stream', () => new Blob([BYTES]).stream()],
  ])('takes %s', async (_name, input) => {
    const { connections, findings, summary, captures, patterns } = await analyze(input() as string);
    expect(connections.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, id) => id));
    expect(summary.connections).toBe(200);
    expect(findings).toHaveLength(114);
    expect(captures[0].frames).toBe(1577);
    expect(patterns.map(({ rule }) => rule)).toEqual(['recurring-finding', 'recurring-finding']);
  });

  it('finds what the command line finds', async () => {
    const { stdout } = await finwait([PATH, '--format', 'json']);
    const { findings } = await analyze(PATH);
    const told = JSON.parse(stdout).findings.map(({ rule, frames }: { rule: string; frames: number[] }) => [
      rule,
      frames,
    ]);
    expect(findings.map(({ rule, frames }) => [rule, frames]).sort()).toEqual(told.sort());
  });

  it('opens compressed files', async () => {
    const { captures } = await analyze('test/node/compressed/level-3.zst');
    expect(captures[0]).toMatchObject({ compression: 'zstd', frames: 1577 });
  });

  it('takes settings of rules, and suppressions', async () => {
    const path = captureOf('close-wait-stuck', 'server');
    const rules = { severities: { 'close-wait-stuck': 'error' as const } };
    const suppressions = [{ rule: 'fin-wait-2-stuck', reason: 'known' }];
    const { findings } = await analyze(path, { rules, suppressions });
    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(['error close-wait-stuck']);
  });

  it('tells damage, and fails for what is no capture', async () => {
    const { captures } = await analyze(BYTES.slice(0, 5000));
    expect(captures[0].damage).toMatchObject({ offset: expect.any(Number) });
    await expect(analyze(Uint8Array.of(1, 2, 3))).rejects.toThrow(CaptureError);
    await expect(analyze('nothing.pcap')).rejects.toThrow(InputError);
    await expect(analyze(PATH, { rules: { severities: { nothing: 'off' } } })).rejects.toThrow(SettingsError);
    await expect(analyze(['text'] as never)).rejects.toThrow(TypeError);
  });

  it('ends when it is told to, with the reason', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(analyze(PATH, { signal })).rejects.toBe(reason);
    await expect(analyze(pieces(100), { signal })).rejects.toBe(reason);
  });

  it('ends when it is told to while a stream hangs, and leaves the stream', async () => {
    let cancelled: unknown = null;
    const hanging = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(BYTES.slice(0, 1000)),
      cancel: () => {
        cancelled = 'yes';
      },
    });
    const reason = new Error('enough');
    const stop = new AbortController();
    const result = analyze(hanging, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 20);
    await expect(result).rejects.toBe(reason);
    expect(cancelled).toBe('yes');
  });

  it('lets signals through while it takes in octets that were given at once', async () => {
    const frames = BYTES.subarray(24);
    const copies = Math.ceil((20 << 20) / frames.length);
    const many = new Uint8Array(24 + copies * frames.length);
    many.set(BYTES.subarray(0, 24));
    for (let copy = 0; copy < copies; copy++) many.set(frames, 24 + copy * frames.length);
    const stop = new AbortController();
    const reason = new Error('enough');
    const result = analyze(many, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 0);
    await expect(result).rejects.toBe(reason);
  });

  it.skipIf(process.platform === 'win32')('ends when it is told to while a pipe is silent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finwait-library-'));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    try {
      writeSync(writer, BYTES.subarray(0, 1000));
      const reason = new Error('enough');
      const stop = new AbortController();
      const result = analyze(pipe, { signal: stop.signal });
      setTimeout(() => stop.abort(reason), 50);
      await expect(result).rejects.toBe(reason);
    } finally {
      closeSync(writer);
      rmSync(folder, { recursive: true });
    }
  });

  it.each<[string, unknown, string]>([
    ['a number', 42, 'as octets, or a stream of them, not as number'],
    ['null', null, 'not as null'],
    ['nothing', undefined, 'not as undefined'],
    ['an object', {}, 'not as object'],
    ['a blob', new Blob([BYTES]), 'file.stream()'],
    ['a stream of text', ['text'], 'a stream of octets gives Uint8Array, not string'],
  ])('refuses %s and says what it takes', async (_name, input, words) => {
    await expect(analyze(input as Uint8Array)).rejects.toThrow(TypeError);
    await expect(analyze(input as Uint8Array)).rejects.toThrow(words);
  });

  it('draws ladders if asked to', async () => {
    const path = captureOf('rst-on-write-after-close', 'server');
    const [connection] = (await analyze(path, { ladders: true })).connections;
    expect(ladderOf(connection)).toBe((await finwait(['timeline', path], { columns: 100 })).stdout);
    expect(ladderOf((await analyze(path)).connections[0])).toBeNull();
  });
});

describe('streamConnections', () => {
  it.each([
    ['a path', () => PATH],
    ['pieces', () => pieces(500)],
  ])('hands out each connection once, and what is known at the end: %s', async (_name, input) => {
    const stream = streamConnections(input());
    const ids: number[] = [];
    for (;;) {
      const { value, done } = await stream.next();
      if (done === true) {
        expect(value.summary.connections).toBe(200);
        break;
      }
      expect(value.findings.every(({ connection }) => connection === value.connection.id)).toBe(true);
      ids.push(value.connection.id);
    }
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, id) => id));
  });

  it('may be left before its end', async () => {
    for await (const { connection } of streamConnections(PATH)) {
      expect(connection.frames).toBeGreaterThan(0);
      break;
    }
  });
});

describe('where there are no files', () => {
  it('a path is refused in so many words', async () => {
    await expect(neutral.analyze(PATH as never)).rejects.toThrow('give the capture’s octets');
  });

  it('octets give the same', async () => {
    expect((await neutral.analyze(BYTES)).summary).toEqual((await analyze(PATH)).summary);
  });
});
