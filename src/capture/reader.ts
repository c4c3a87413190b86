import { CaptureError, type Damage } from '../core/errors.js';
import { isKnown, type Timestamp } from '../core/time.js';
import { ByteWindow, type Space } from './byte-window.js';
import { type Compression, type Detected, detect, HEAD_LENGTH } from './detect.js';
import type { InterfaceFacts, ReaderFacts } from './facts.js';
import type { FrameHandler } from './frame.js';
import { Delivery, type FormatParser } from './parser.js';
import { PcapParser } from './pcap.js';
import { PcapngParser } from './pcapng.js';

/**
 * Takes the octets of a capture in pieces of any size and delivers its frames. Where the pieces are cut
 * makes no difference.
 *
 * `push` and `commit` deliver as many frames as the input so far holds; what a frame handler throws passes
 * through them, and the reader is then of no further use. They and `end` throw a `CaptureError` if the
 * input is not a capture at all.
 */
export interface FrameReader {
  /** Feeds a copy of `chunk`. */
  push(chunk: Uint8Array): void;
  /** Room to read input into directly, valid until the next call of any method. */
  reserve(): Space;
  /** Says that the first `length` octets of the reserved room have been filled. */
  commit(length: number): void;
  /** Says that the input is complete. */
  end(): void;
  /** Says that the input broke off because of `reason`, a sentence without a final stop. */
  breakOff(reason: string): void;
  /** Whether further input would be ignored: after damage or the end. */
  readonly finished: boolean;
  /** What is known so far. Throws if not even the format is known yet. */
  facts(): ReaderFacts;
}

/**
 * Reads pcap and pcapng (not compressed) from a buffer it owns and reuses: 1 MiB, more only while a frame
 * that large is really arriving. Damage ends the reading: it is reported by `facts()`, after every frame
 * before it has been delivered.
 */
export class CaptureReader implements FrameReader {
  private readonly window = new ByteWindow();
  private readonly delivery: Delivery;
  private parser: FormatParser | null = null;
  private ended = false;
  private brokenOff: Damage | null = null;

  constructor(onFrame: FrameHandler) {
    this.delivery = new Delivery(onFrame);
  }

  get finished(): boolean {
    return this.ended || this.damage !== null;
  }

  push(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length && !this.finished) {
      const space = this.window.reserve();
      const length = Math.min(space.length, chunk.length - offset);
      space.bytes.set(chunk.subarray(offset, offset + length), space.offset);
      offset += length;
      this.commit(length);
    }
  }

  reserve(): Space {
    return this.window.reserve();
  }

  commit(length: number): void {
    if (this.finished) return;
    this.window.commit(length);
    this.parser ??= this.recognise(false);
    this.parser?.parse(this.window);
  }

  end(): void {
    if (this.finished) return;
    this.ended = true;
    this.parser ??= this.recognise(true);
    this.brokenOff = this.parser?.unfinished(this.window) ?? null;
  }

  breakOff(reason: string): void {
    if (this.finished) return;
    this.ended = true;
    if (this.parser === null) throw new CaptureError(reason, 0);
    const offset = this.parser.unfinished(this.window)?.offset ?? this.window.fileOffset(this.window.start);
    this.brokenOff = { offset, frame: this.delivery.frame.number + 1, message: reason };
  }

  facts(): ReaderFacts {
    const { parser, delivery } = this;
    if (parser === null) throw new Error('the format of the capture is not known yet');
    const interfaces: InterfaceFacts[] = parser.interfaces.map(
      ({ linkType, name, description, comments, snaplen, timePrecision, received, accepted, dropped }) => {
        const own = { linkType, name, description, comments, snaplen, timePrecision };
        return { ...own, received, accepted, dropped };
      },
    );
    const drops = interfaces.map((each) => each.dropped).filter((dropped) => dropped !== null);
    return {
      format: parser.format,
      byteOrder: parser.byteOrder,
      linkTypes: [...new Set(interfaces.map((each) => each.linkType))],
      timePrecision: parser.timePrecision,
      snaplen: interfaces.some((each) => each.snaplen === 0)
        ? 0
        : interfaces.reduce((largest, each) => Math.max(largest, each.snaplen), 0),
      frames: delivery.frame.number,
      framesWithoutTime: delivery.framesWithoutTime,
      bytes: delivery.bytes,
      firstFrameAt: knownTime(delivery.first),
      lastFrameAt: knownTime(delivery.last),
      startAt: parser.startAt,
      endAt: parser.endAt,
      interfaces,
      ...parser.notes,
      dropped: drops.length === 0 ? null : drops.reduce((sum, dropped) => sum + dropped, 0),
      appended: parser.appended,
      damage: this.damage,
    };
  }

  private get damage(): Damage | null {
    return this.brokenOff ?? this.parser?.damage ?? null;
  }

  private recognise(complete: boolean): FormatParser | null {
    const { bytes, start, end } = this.window;
    const detected = detect(bytes.subarray(start, Math.min(end, start + HEAD_LENGTH)), complete);
    if (detected === null) return null;
    if (detected.kind === 'pcap') return new PcapParser(detected.variant, this.delivery);
    if (detected.kind === 'pcapng') return new PcapngParser(this.delivery);
    throw notACapture(detected);
  }
}

function knownTime(time: Timestamp | null): Timestamp | null {
  return time !== null && isKnown(time) ? time : null;
}

/** What decompresses each. Opening gzip is up to whoever feeds the reader. */
const DECOMPRESSORS: Readonly<Record<Compression, string>> = {
  gzip: 'gzip -dc',
  zstd: 'zstd -dc',
  lz4: 'lz4 -dc',
  xz: 'xz -dc',
  bzip2: 'bzip2 -dc',
  compress: 'uncompress -c',
};

/** The error for an input that was recognised as something other than a capture. */
function notACapture(detected: Detected & { kind: 'compressed' | 'foreign' }): CaptureError {
  if (detected.kind === 'foreign') return new CaptureError(`this is ${detected.what}; ${detected.advice}`, 0);
  const { compression } = detected;
  return new CaptureError(
    `this is compressed with ${compression}; decompress it first: ${DECOMPRESSORS[compression]} FILE | finwait -`,
    0,
  );
}
