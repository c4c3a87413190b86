import type { ByteSource } from '../byte-source.js';
import { cannotBeDecoded, endsEarly, PIECE_LENGTH, readPiece } from './pieces.js';

/** A decompressor that is fed piece by piece and hands its output on at once. */
export interface Decoder {
  /** Decodes what it can of the input so far. Throws an `Error` if that is corrupt. */
  push(piece: Uint8Array): void;
  /** Whether the input may end here. */
  readonly complete: boolean;
}

/** How many pieces go by before the event loop gets its turn, for progress and signals. */
const PIECES_BETWEEN_TURNS = 16;

/**
 * Feeds a source to a decoder.
 *
 * @param name what the format is called
 * @param create makes the decoder; `onOutput` takes output that is valid only during the call
 * @param head what has been read from `source` already
 * @param onChunk takes the output in order and says whether it wants more
 * @returns null if the stream was complete, else how it broke off, as a sentence without a final stop
 */
export async function decode(
  name: string,
  create: (onOutput: (output: Uint8Array) => void) => Decoder,
  source: ByteSource,
  head: Uint8Array,
  onChunk: (chunk: Uint8Array) => boolean,
): Promise<string | null> {
  let wanted = true;
  let thrown: { readonly error: unknown } | null = null;
  const decoder = create((output) => {
    if (!wanted) return;
    try {
      wanted = onChunk(output);
    } catch (error) {
      // Whatever else comes out of the decoder is said to be corrupt input; this is not.
      thrown = { error };
      wanted = false;
    }
  });
  const buffer = new Uint8Array(PIECE_LENGTH);
  buffer.set(head);
  let position = 0;
  let piece = await readPiece(source, buffer, head.length);
  for (let pieces = 1; piece.length > 0 && wanted; pieces++) {
    let failure: string | null = null;
    try {
      decoder.push(piece);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    if (thrown !== null) throw (thrown as { readonly error: unknown }).error;
    if (failure !== null)
      return wanted ? cannotBeDecoded(name, position, position + piece.length, failure) : null;
    position += piece.length;
    if (pieces % PIECES_BETWEEN_TURNS === 0) await new Promise((resolve) => setImmediate(resolve));
    piece = await readPiece(source, buffer);
  }
  return decoder.complete || !wanted ? null : endsEarly(name, position);
}
