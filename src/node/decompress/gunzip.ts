import { createGunzip, type Gunzip } from 'node:zlib';
import { grouped } from '../../core/numbers.js';
import type { ByteSource } from '../byte-source.js';
import { cannotBeDecoded, endsEarly, PIECE_LENGTH, readPiece } from './pieces.js';

/** Output buffer of zlib; its default of 16 KiB makes decompression 2.6 times slower. */
const OUTPUT_LENGTH = 1 << 20;

/** Step sizes in octets for locating the error in a piece: first coarse, then fine. */
const CAREFUL_STEPS = [256, 1];

/** zlib's message about a member's first octets: after a complete member, they are not gzip at all. */
const NO_HEADER = 'incorrect header check';

/** One run of zlib over a gzip stream, fed piece by piece. */
class Inflation {
  /** Output not taken yet. */
  private output: Uint8Array[] = [];
  private readonly gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT_LENGTH });
  private failure: Error | null = null;
  /** zlib takes no more input: it has failed, was told to end, or met padding after the last member. */
  over = false;
  /** Settles the promise of the current call. There is one per call: a shared one would collect listeners. */
  private settle: () => void = () => {};

  constructor() {
    this.gunzip.on('data', (chunk: Uint8Array) => this.output.push(chunk));
    this.gunzip.on('error', (error) => this.finish(error));
    this.gunzip.on('end', () => this.finish(null));
  }

  /** Resolves when the piece is inflated; rejects with zlib's error. */
  write(piece: Uint8Array): Promise<void> {
    return this.settled(() => {
      // zlib calls back only for a piece that it consumes entirely: not if it fails, or if it holds padding.
      this.gunzip.write(piece, (error) => {
        if (!error) this.settle();
      });
    });
  }

  /** Resolves if the stream may end here; rejects with zlib's error. */
  end(): Promise<void> {
    return this.settled(() => this.gunzip.end());
  }

  take(): Uint8Array[] {
    const taken = this.output;
    this.output = [];
    return taken;
  }

  close(): void {
    this.gunzip.destroy();
  }

  private finish(failure: Error | null): void {
    this.over = true;
    this.failure = failure;
    this.settle();
  }

  private settled(act: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = () => (this.failure === null ? resolve() : reject(this.failure));
      if (this.over) this.settle();
      else act();
    });
  }
}

/**
 * Inflates a gzip stream of one or more members. Zeros after the last are padding; anything else that is not gzip is
 * reported, as gzip(1) does, since it may be the rest of the capture.
 *
 * @param head what has been read from `source` already
 * @param onChunk takes the output in order and says whether it wants more
 * @returns null if the stream was complete, else how it broke off, as a sentence without a final stop
 */
export async function gunzip(
  source: ByteSource,
  head: Uint8Array,
  onChunk: (chunk: Uint8Array) => boolean,
): Promise<string | null> {
  const inflation = new Inflation();
  let delivered = 0;
  let wanted = true;
  const deliver = (chunks: readonly Uint8Array[]): void => {
    for (const chunk of chunks) {
      if (!wanted) return;
      delivered += chunk.length;
      wanted = onChunk(chunk);
    }
  };
  const buffer = new Uint8Array(PIECE_LENGTH);
  buffer.set(head);
  let position = 0;
  let piece = await readPiece(source, buffer, head.length);
  try {
    while (piece.length > 0 && wanted && !inflation.over) {
      const ready = inflation.take();
      const writing = inflation.write(piece);
      // The consumer of the output works while zlib inflates the next piece in its own thread.
      deliver(ready);
      await writing;
      position += piece.length;
      piece = await readPiece(source, buffer);
    }
    if (wanted) await inflation.end();
    deliver(inflation.take());
    return null;
  } catch (error) {
    const failure = zlibFailure(error);
    if (failure === null) throw error;
    deliver(inflation.take());
    if (wanted && piece.length > 0 && source.rewind()) {
      await inflateCarefully(source, position, delivered, (chunk) => deliver([chunk]));
    }
    return describe(failure, position, piece.length);
  } finally {
    inflation.close();
  }
}

/**
 * zlib gives no output for the piece in which it finds an error. This inflates again up to that piece and feeds it in
 * smaller pieces, and the one of these with the error octet by octet, so that everything before the error
 * comes out. Each write waits for zlib's thread: the whole piece octet by octet would take many seconds.
 */
async function inflateCarefully(
  source: ByteSource,
  corruptFrom: number,
  delivered: number,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> {
  let [from, length, skip] = [corruptFrom, PIECE_LENGTH, delivered];
  for (const step of CAREFUL_STEPS) {
    const found = await inflateInSteps(source, from, length, step, skip, onChunk);
    if (found === null || !source.rewind()) return;
    skip = found.delivered;
    from = found.corruptFrom;
    length = step;
  }
}

/**
 * Inflates what comes before `from`, and then `length` octets in steps.
 *
 * @param skip octets of output that were taken before
 * @returns the step that has the error, and the output before it; null if none has
 */
async function inflateInSteps(
  source: ByteSource,
  from: number,
  length: number,
  step: number,
  skip: number,
  onChunk: (chunk: Uint8Array) => void,
): Promise<{ readonly corruptFrom: number; readonly delivered: number } | null> {
  const inflation = new Inflation();
  const buffer = new Uint8Array(PIECE_LENGTH);
  let delivered = 0;
  const deliver = (): void => {
    for (const chunk of inflation.take()) {
      const skipped = Math.min(Math.max(0, skip - delivered), chunk.length);
      delivered += chunk.length;
      if (skipped < chunk.length) onChunk(chunk.subarray(skipped));
    }
  };
  let corruptFrom = from;
  try {
    while (source.position < from) {
      await inflation.write(
        await readPiece(source, buffer.subarray(0, Math.min(PIECE_LENGTH, from - source.position))),
      );
      deliver();
    }
    const corrupt = await readPiece(source, buffer.subarray(0, length));
    for (; corruptFrom < from + corrupt.length; corruptFrom += step) {
      const at = corruptFrom - from;
      await inflation.write(corrupt.subarray(at, at + step));
      deliver();
    }
    return null;
  } catch (error) {
    if (zlibFailure(error) === null) throw error;
    return { corruptFrom, delivered };
  } finally {
    inflation.close();
  }
}

/** The message of an error from zlib, or null for any other error. */
function zlibFailure(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code.startsWith('Z_') ? error.message : null;
}

function describe(failure: string, position: number, length: number): string {
  const end = position + length;
  if (failure === 'unexpected end of file') return endsEarly('gzip', end);
  return failure === NO_HEADER
    ? `what follows the gzip stream between its octets ${grouped(position)} and ${grouped(end)} is not gzip`
    : cannotBeDecoded('gzip', position, end, failure);
}
