import type { ReaderFacts } from '../../src/capture/facts.js';
import type { Frame, FrameHandler } from '../../src/capture/frame.js';
import { CaptureReader } from '../../src/capture/reader.js';

/** A frame as read: everything that a handler could have seen of it. */
export interface ReadFrame {
  readonly number: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly linkType: number;
  readonly interfaceId: number;
  readonly originalLength: number;
  readonly data: string;
}

export function copyOf(frame: Frame): ReadFrame {
  const { offset, capturedLength } = frame;
  return {
    number: frame.number,
    time: BigInt(frame.seconds >>> 0) * 1_000_000_000n + BigInt(frame.nanoseconds),
    linkType: frame.linkType,
    interfaceId: frame.interfaceId,
    originalLength: frame.originalLength,
    data: Buffer.from(frame.bytes.subarray(offset, offset + capturedLength)).toString('hex'),
  };
}

/** Reads a capture fed in pieces of the given sizes, over and over; whole without any. */
export function readFrames(
  bytes: Uint8Array,
  sizes: readonly number[] = [],
): { frames: ReadFrame[]; facts: ReaderFacts } {
  const frames: ReadFrame[] = [];
  const onFrame: FrameHandler = (frame) => frames.push(copyOf(frame));
  const reader = new CaptureReader(onFrame);
  let offset = 0;
  for (let piece = 0; offset < bytes.length; piece++) {
    const size = sizes.length === 0 ? bytes.length : Math.max(1, sizes[piece % sizes.length]);
    reader.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  reader.end();
  return { frames, facts: reader.facts() };
}
