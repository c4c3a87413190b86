import { isSkippable, SKIPPABLE_HEADER_LENGTH, skippableLength } from '../../capture/detect.js';
import type { ByteSource } from '../byte-source.js';
import { PIECE_LENGTH, readPiece } from './pieces.js';

/**
 * Reads past the frames that zstd and lz4 skip, with which a file of either may begin: only what follows shows
 * which of them it is.
 *
 * @param head what has been read from `source` already, a magic number
 * @returns the magic number after the last of them; less if the input ends before
 */
export async function behindSkippable(source: ByteSource, head: Uint8Array): Promise<Uint8Array> {
  const buffer = new Uint8Array(PIECE_LENGTH);
  let magic = head;
  while (isSkippable(magic)) {
    buffer.set(magic);
    const header = await readPiece(source, buffer.subarray(0, SKIPPABLE_HEADER_LENGTH), magic.length);
    let left = (skippableLength(header) ?? header.length) - header.length;
    while (left > 0) {
      const passed = await readPiece(source, buffer.subarray(0, Math.min(left, buffer.length)));
      if (passed.length === 0) break;
      left -= passed.length;
    }
    magic = await readPiece(source, buffer.subarray(0, head.length));
  }
  return magic;
}
