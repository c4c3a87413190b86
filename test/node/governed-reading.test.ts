import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, it, vi } from 'vitest';
import { streamConnections } from '../../src/node/index.js';
import { readCapture } from '../../src/node/read-capture.js';
import { pcap } from '../support/capture-builder.js';
import { captureOf } from '../support/fixtures.js';

/** What the next source that is opened hands out, a read at a time, and then nothing: as a pipe from tcpdump -U. */
const input = vi.hoisted(() => ({
  head: new Uint8Array(),
  record: new Uint8Array(),
  times: 0,
  hangs: false,
  closed: 0,
  reads: 0,
}));
vi.mock(import('../../src/node/byte-source.js'), async (original) => ({
  ...(await original()),
  openSource: async () => {
    let left = input.times;
    let rest: Uint8Array = input.head;
    return {
      size: null,
      position: 0,
      async read(target: Uint8Array, offset: number, length: number) {
        input.reads++;
        if (rest.length === 0) {
          if (left-- <= 0) return input.hangs ? new Promise<number>(() => {}) : 0;
          rest = input.record;
        }
        const part = rest.subarray(0, length);
        rest = rest.subarray(part.length);
        target.set(part, offset);
        return part.length;
      },
      rewind: () => false,
      close: () => {
        input.closed++;
      },
    };
  },
}));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

beforeEach(() => {
  const bytes = pcap([{ data: new Uint8Array(60), time: 0n }]);
  Object.assign(input, {
    head: bytes.slice(0, 24),
    record: bytes.slice(24),
    times: 1,
    hangs: false,
    closed: 0,
    reads: 0,
  });
});

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('keeps nothing of reads that are over', async () => {
  const marks: number[] = [];
  let frames = 0;
  input.times = 30_000;
  const onFrame = (): void => {
    if (++frames % 10_000 === 1) marks.push(heap());
  };
  await readCapture('-', onFrame, { signal: new AbortController().signal });
  expect(frames).toBe(30_000);
  expect(marks[2] - marks[1]).toBeLessThan(1_000_000);
});

it('ends where the signal comes while it waits, and lets go of the signal', async () => {
  const { signal, abort } = stopper();
  const removed = vi.spyOn(signal, 'removeEventListener');
  input.hangs = true;
  const facts = await readCapture('-', abort, { signal });
  expect(facts.frames).toBe(1);
  expect(input.closed).toBe(1);
  expect(removed).toHaveBeenCalledOnce();
});

it.each([true, false])('waits before each read, with a signal or without (%s)', async (hasSignal) => {
  let frames = 0;
  const before: number[] = [];
  input.times = 3;
  await readCapture('-', () => frames++, {
    beforeRead: async () => {
      before.push(frames);
    },
    ...(hasSignal && { signal: new AbortController().signal }),
  });
  expect([...new Set(before)]).toEqual([0, 1, 2, 3]);
});

it('reads on only when the connections that it found are taken', async () => {
  const octets = readFileSync(captureOf('mixed-200', 'client'));
  // A capture that has it all at once, and another frame in each read after that.
  input.head = octets;
  input.record = octets.subarray(
    24,
    24 + 16 + new DataView(octets.buffer, octets.byteOffset).getUint32(32, true),
  );
  input.times = 1000;
  const stream = streamConnections('-', { maximumConnections: 10 });
  await stream.next();
  const before = input.reads;
  expect(before).toBeLessThan(100);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(input.reads).toBe(before);
  for await (const _each of stream);
  expect(input.reads).toBeGreaterThan(1000);
});

function stopper(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => setTimeout(() => controller.abort(), 5) };
}
