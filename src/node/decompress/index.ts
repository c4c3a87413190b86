import type { Compression } from '../../capture/detect.js';
import type { ByteSource } from '../byte-source.js';
import { gunzip } from './gunzip.js';
import { unlz4 } from './lz4.js';
import { unzstd } from './zstd.js';

/**
 * @param head what has been read from `source` already
 * @param onChunk takes the output in order, each part valid only during the call, and says whether it wants more
 * @returns null if the stream was complete, else how it broke off, as a sentence without a final stop
 */
type Decompress = (
  source: ByteSource,
  head: Uint8Array,
  onChunk: (chunk: Uint8Array) => boolean,
) => Promise<string | null>;

/** The compressions that are opened while reading. */
export const DECOMPRESSORS = { gzip: gunzip, zstd: unzstd, lz4: unlz4 } as const satisfies Partial<
  Record<Compression, Decompress>
>;

export type OpenedCompression = keyof typeof DECOMPRESSORS;

export function isOpened(compression: Compression | null): compression is OpenedCompression {
  return compression !== null && Object.hasOwn(DECOMPRESSORS, compression);
}
