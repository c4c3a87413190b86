/** Where and how a capture stopped making sense. Everything before it has been delivered. */
export interface Damage {
  /** Byte offset in the (decompressed) file of the structure that is wrong. */
  readonly offset: number;
  /** Number that the frame at this place would have had (1-based). */
  readonly frame: number;
  /** What was expected and what was found, as one sentence without a final stop. */
  readonly message: string;
}

/** A capture that cannot be read at all: not a capture, or a format finwait does not read. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';

  constructor(
    message: string,
    /** Byte offset of what is wrong. */
    readonly offset: number,
  ) {
    super(message);
  }
}
