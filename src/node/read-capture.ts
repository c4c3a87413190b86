import type { CaptureSource } from '../analysis.js';
import { canSkip, detectCompression, isSkippable, MAGIC_LENGTH } from '../capture/detect.js';
import type { FrameHandler } from '../capture/frame.js';
import { CaptureReader, type FrameReader } from '../capture/reader.js';
import { type ByteSource, openSource } from './byte-source.js';
import { DECOMPRESSORS, isOpened, type OpenedCompression } from './decompress/index.js';
import { behindSkippable } from './decompress/skippable.js';
import { InputError } from './input-error.js';

export type ReaderName = 'builtin' | 'pcap-parser';

/** How many reads of a file go by before the event loop gets its turn, for progress and signals. */
const READS_BETWEEN_TURNS = 16;

const NOTHING_ARRIVED =
  'nothing arrived; see what the program that should write the capture says: tcpdump, for example, must be allowed to capture (sudo)';

export interface ReadProgress {
  /** Octets of the input read so far, compressed if it is. */
  readonly bytesRead: number;
  /** Octets in all; null for pipes. */
  readonly bytesTotal: number | null;
}

export interface ReadOptions {
  readonly reader?: ReaderName;
  /** Called after each read, that is about once per MiB. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Ends the reading as if the input ended there. */
  readonly signal?: AbortSignal;
  /** Waited for before each read. */
  readonly beforeRead?: () => Promise<void>;
}

/**
 * Reads a capture and passes each frame to `onFrame`. gzip, zstd and lz4 are opened transparently. Damage does not make
 * it fail: everything before it is delivered, and the facts say what happened.
 *
 * @param path a file, a named pipe, or `-` for standard input
 * @throws InputError if the input cannot be opened or read
 * @throws CaptureError if it is not a capture, or not one that the reader can read
 */
export async function readCapture(
  path: string,
  onFrame: FrameHandler,
  options: ReadOptions = {},
): Promise<CaptureSource> {
  const source = governed(await openSource(path), options);
  try {
    return await readSource(source, path, onFrame, options);
  } finally {
    source.close();
  }
}

async function readSource(
  source: ByteSource,
  path: string,
  onFrame: FrameHandler,
  options: ReadOptions,
): Promise<CaptureSource> {
  const reader = await createReader(options.reader ?? 'builtin', onFrame);
  const progress = (): void => options.onProgress?.({ bytesRead: source.position, bytesTotal: source.size });
  let compression: OpenedCompression | null = null;
  try {
    const head = await readHead(source);
    if (head.length === 0 && source.size === null && options.signal?.aborted !== true) {
      throw new InputError(NOTHING_ARRIVED, path, null);
    }
    const start = isSkippable(head) ? await behindSkippable(source, head) : head;
    const detected = detectCompression(start);
    if (isOpened(detected) && (start === head || canSkip(detected))) {
      compression = detected;
      const failure = await DECOMPRESSORS[detected](source, start, (chunk) => {
        reader.push(chunk);
        progress();
        return !reader.finished;
      });
      if (failure !== null) reader.breakOff(failure);
    } else {
      reader.push(head);
      await pump(source, reader, progress);
    }
  } catch (error) {
    if (!(error instanceof InputError) || source.position === 0) throw error;
    reader.breakOff(`the system fails to read further (${error.code})`);
  }
  reader.end();
  return { path, compression, ...reader.facts() };
}

/** A source that ends on the signal, even while it waits for input, and reads only when allowed. */
function governed(source: ByteSource, { signal, beforeRead }: ReadOptions): ByteSource {
  if (signal === undefined && beforeRead === undefined) return source;
  let stop = (): void => {};
  const abort = (): void => stop();
  signal?.addEventListener('abort', abort, { once: true });
  // A promise that lived as long as the reading would keep a reaction from every read.
  const answered = (answer: Promise<number>): Promise<number> =>
    new Promise<number>((resolve, reject) => {
      stop = () => resolve(0);
      answer.then(resolve, reject);
    });
  return {
    get size() {
      return source.size;
    },
    get position() {
      return source.position;
    },
    async read(target, offset, length) {
      await beforeRead?.();
      if (signal?.aborted === true) return 0;
      const answer = source.read(target, offset, length);
      return typeof answer === 'number' || signal === undefined ? answer : answered(answer);
    },
    rewind: () => source.rewind(),
    close() {
      signal?.removeEventListener('abort', abort);
      source.close();
    },
  };
}

/** Enough octets to see whether the input is compressed; fewer only if there are no more. */
async function readHead(source: ByteSource): Promise<Uint8Array> {
  const head = new Uint8Array(MAGIC_LENGTH);
  let length = 0;
  while (length < MAGIC_LENGTH) {
    const count = await source.read(head, length, MAGIC_LENGTH - length);
    if (count === 0) break;
    length += count;
  }
  return head.subarray(0, length);
}

/** Reads the source into the reader's own buffer until one of them has had enough. */
async function pump(source: ByteSource, reader: FrameReader, progress: () => void): Promise<void> {
  for (let reads = 1; !reader.finished; reads++) {
    const space = reader.reserve();
    const answer = source.read(space.bytes, space.offset, space.length);
    const count = typeof answer === 'number' ? answer : await answer;
    if (count === 0) return;
    reader.commit(count);
    progress();
    if (reads % READS_BETWEEN_TURNS === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function createReader(name: ReaderName, onFrame: FrameHandler): Promise<FrameReader> {
  if (name === 'builtin') return new CaptureReader(onFrame);
  const { PcapParserReader } = await import('./pcap-parser-reader.js');
  return new PcapParserReader(onFrame);
}
