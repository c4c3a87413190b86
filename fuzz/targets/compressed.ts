import { detectCompression } from '../../src/capture/detect.js';
import { CaptureError } from '../../src/core/errors.js';
import type { ByteSource } from '../../src/node/byte-source.js';
import { DECOMPRESSORS, isOpened } from '../../src/node/decompress/index.js';
import { readCapture } from '../../src/node/read-capture.js';
import { copyOf } from '../../test/support/frames.js';
import { COMPRESSIONS } from '../formats/compression.js';
import { broken } from '../invariants/broken.js';
import { mutated } from '../mutate.js';
import { joined } from '../octets.js';
import { withoutNumbers } from '../outcome.js';
import { scratchFile } from '../scratch.js';
import type { Target } from './target.js';

/**
 * Compressed input, also damaged anywhere: gives the same whatever pieces it is read in; and if the stream is cut,
 * the start of what it holds.
 */
export const compressed: Target = {
  name: 'compressed',
  async run(input, random) {
    const isCompressed = isOpened(detectCompression(input.subarray(0, 16)));
    const whole = isCompressed ? input : random.of(Object.values(COMPRESSIONS))(input, random);
    const compression = detectCompression(whole.subarray(0, 16));
    // Mutators may have left no more than the start of a magic number.
    if (!isOpened(compression)) return new Set();
    const damaged = random.below(3) === 0 ? whole : mutated(whole, input, random).input;
    const cut = whole.subarray(0, random.below(whole.length + 1));
    const opened = await open(compression, whole, [1 << 20]);
    for (const stream of [whole, damaged, cut]) {
      // Each piece is a task for another thread: those of large inputs are not so small.
      const least = Math.ceil(stream.length / MOST_PIECES);
      const sizes = Array.from({ length: 3 }, () => least + random.below(random.of([2, 60, 70_000])));
      const [one, other] = [
        await open(compression, stream, [1 << 20]),
        await open(compression, stream, sizes),
      ];
      if (!same(one.output, other.output))
        broken(`${compression}: other octets if read in pieces of ${sizes}`);
      if (one.failure !== other.failure) broken(`${compression}: ${one.failure}; in pieces ${other.failure}`);
      if (stream === cut && !same(one.output, opened.output.subarray(0, one.output.length)))
        broken(`${compression}: a stream that is cut holds something else than the whole`);
    }
    if (!isCompressed && (opened.failure !== null || !same(opened.output, input)))
      broken(`${compression}: ${opened.output.length} of ${input.length} octets, ${opened.failure}`);
    const behaviour = new Set<string>();
    for (const stream of [whole, damaged, cut]) behaviour.add(`${compression} ${await read(stream)}`);
    return behaviour;
  },
};

/** How many pieces a stream is read in at most. */
const MOST_PIECES = 4000;

interface Opened {
  readonly output: Uint8Array;
  readonly failure: string | null;
}

async function open(
  compression: keyof typeof DECOMPRESSORS,
  bytes: Uint8Array,
  sizes: readonly number[],
): Promise<Opened> {
  const parts: Uint8Array[] = [];
  const failure = await DECOMPRESSORS[compression](sourceOf(bytes, sizes), new Uint8Array(0), (chunk) => {
    parts.push(chunk.slice());
    return true;
  });
  return { output: joined(parts), failure };
}

/** A source that gives no more at once than these numbers of octets. */
function sourceOf(bytes: Uint8Array, sizes: readonly number[]): ByteSource {
  let reads = 0;
  return {
    size: bytes.length,
    position: 0,
    read(target, offset, length) {
      const part = bytes.subarray(
        this.position,
        this.position + Math.min(length, sizes[reads++ % sizes.length]),
      );
      target.set(part, offset);
      (this as { position: number }).position += part.length;
      return part.length;
    },
    rewind() {
      (this as { position: number }).position = 0;
      return true;
    },
    close() {},
  };
}

/** How reading the file ends. */
async function read(bytes: Uint8Array): Promise<string> {
  let frames = 0;
  try {
    const { damage } = await readCapture(scratchFile('compressed', bytes), (frame) => {
      copyOf(frame);
      frames++;
    });
    if (damage !== null && damage.frame !== frames + 1)
      broken(`damage in frame ${damage.frame} after ${frames}`);
    return `damage: ${damage === null ? 'none' : withoutNumbers(damage.message)}`;
  } catch (error) {
    if (error instanceof CaptureError) return `refused: ${withoutNumbers(error.message)}`;
    throw error;
  }
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
