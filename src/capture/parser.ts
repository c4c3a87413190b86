import type { Damage } from '../core/errors.js';
import type { Timestamp } from '../core/time.js';
import type { ByteWindow } from './byte-window.js';
import type { Appended, ByteOrder, CaptureFormat, CaptureNotes, InterfaceFacts } from './facts.js';
import { Frame, type FrameHandler } from './frame.js';

/** Largest captured length of a frame that readers accept, as Wireshark and libpcap do. */
export const MAX_CAPTURED_LENGTH = 262_144;

/** Largest snaplen that is believed: a file that declares more than this may still not hold larger frames. */
const MAX_SNAPLEN = 16 << 20;

/**
 * Largest captured length to accept on an interface: frames above 262,144 octets only if the snaplen
 * says explicitly that there are some. 0 and the huge values that stand for "no limit" do not.
 */
export function capturedLengthLimit(snaplen: number): number {
  return snaplen > MAX_CAPTURED_LENGTH && snaplen <= MAX_SNAPLEN ? snaplen : MAX_CAPTURED_LENGTH;
}

/** Where a parser delivers frames, and what it counts while doing so. */
export class Delivery {
  readonly frame = new Frame();
  framesWithoutTime = 0;
  bytes = 0;
  first: Timestamp | null = null;

  constructor(readonly onFrame: FrameHandler) {}

  noteFirst(): void {
    this.first = { seconds: this.frame.seconds, nanoseconds: this.frame.nanoseconds };
  }

  get last(): Timestamp | null {
    return this.first && { seconds: this.frame.seconds, nanoseconds: this.frame.nanoseconds };
  }
}

/** A parser of one capture format, fed through a window that it consumes. */
export interface FormatParser {
  readonly format: CaptureFormat;
  readonly byteOrder: ByteOrder;
  readonly interfaces: readonly InterfaceFacts[];
  readonly notes: CaptureNotes;
  /** See `ReaderFacts.timePrecision`. */
  readonly timePrecision: string;
  /** See `ReaderFacts`. */
  readonly startAt: Timestamp | null;
  readonly endAt: Timestamp | null;
  /** See `ReaderFacts.appended`. */
  readonly appended: Appended | null;
  /** Set once the input stops making sense; `parse` is not called again. */
  readonly damage: Damage | null;
  /**
   * Delivers every complete record of the window and leaves the incomplete rest.
   * @throws CaptureError if the file's own header is wrong, so that nothing can be read.
   */
  parse(window: ByteWindow): void;
  /**
   * Says what is missing when the input ends here, or null if it ends between records.
   * @throws CaptureError if even the file's header is incomplete.
   */
  unfinished(window: ByteWindow): Damage | null;
}
