import type { ByteSource } from '../byte-source.js';
import { cannotBeDecoded, endsEarly, isDamaged, PIECE_LENGTH, readPiece } from './pieces.js';

/** A decompressor that is fed piece by piece and passes its output on at once. */
export interface Decoder {
  /**
   * Decodes what it can of the input so far. Throws an `Error` if that is corrupt, a `ChecksumError` if it is known
   * where.
   */
  push(piece: Uint8Array): void;
  /** Whether the input may end here. */
  readonly complete: boolean;
}

/** Content does not match its checksum. */
export class ChecksumError extends Error {
  /**
   * @param what the checksum is of
   * @param octet where the checksum ends, in the piece
   */
  constructor(
    what: string,
    readonly octet: number,
    expected: string,
    found: string,
  ) {
    super(`the checksum of ${what} should be ${expected}, but is ${found}`);
  }
}

/** What a checksum at the very end covers: it comes too late to hold the content back. */
export const CONTENT = 'the compressed frame’s content, which has been analysed,';

/** Throws if two checksums of this many octets differ. See `ChecksumError`. */
export function compareChecksums(
  what: string,
  octet: number,
  expected: number,
  found: number,
  octets = 4,
): void {
  if (expected === found) return;
  const [stored, computed] = [expected, found].map(
    (value) => `0x${value.toString(16).padStart(2 * octets, '0')}`,
  );
  throw new ChecksumError(what, octet, stored, computed);
}

/** How many pieces go by before the event loop gets its turn, for progress and signals. */
const PIECES_BETWEEN_TURNS = 16;

/**
 * Feeds a source to a decoder.
 *
 * @param name what the format is called
 * @param create makes the decoder; `onOutput` takes output that is valid only during the call
 * @param head the octets that have been read from `source` last, with which the stream starts
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
      // Any other error of the decoder is reported as corrupt input; this one is not.
      thrown = { error };
      wanted = false;
    }
  });
  const buffer = new Uint8Array(PIECE_LENGTH);
  buffer.set(head);
  let position = source.position - head.length;
  let piece = await readPiece(source, buffer, head.length);
  for (let pieces = 1; piece.length > 0 && wanted; pieces++) {
    let failure: string | null = null;
    try {
      decoder.push(piece);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failure =
        error instanceof ChecksumError
          ? isDamaged(name, position + error.octet, message)
          : cannotBeDecoded(name, position, position + piece.length, message);
    }
    if (thrown !== null) throw (thrown as { readonly error: unknown }).error;
    if (failure !== null) return wanted ? failure : null;
    position += piece.length;
    if (pieces % PIECES_BETWEEN_TURNS === 0) await new Promise((resolve) => setImmediate(resolve));
    piece = await readPiece(source, buffer);
  }
  return decoder.complete || !wanted ? null : endsEarly(name, position);
}
