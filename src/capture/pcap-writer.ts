/**
 * Writes the classic capture file of libpcap, version 2.4 in little-endian order.
 * Sources: pcap-savefile(5); draft-ietf-opsawg-pcap "PCAP Capture File Format".
 */
import { isKnown } from '../core/time.js';
import type { Frame } from './frame.js';
import { type FrameWriter, OctetBuffer, type WriteOctets } from './frame-writer.js';
import { linkTypeName } from './link-types.js';
import { PCAP_MAGIC_MICROSECONDS, PCAP_MAGIC_NANOSECONDS } from './pcap-header.js';

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const MAJOR_VERSION = 2;
const MINOR_VERSION = 4;

export interface PcapWriterOptions {
  readonly linkType: number;
  /** Octets kept of each frame; 0 is no limit. */
  readonly snaplen: number;
  /** Keep nanoseconds; else microseconds, which every program reads. */
  readonly nanoseconds: boolean;
}

/** Frames that one classic capture file cannot hold. */
export class MixedLinkTypesError extends Error {
  override readonly name = 'MixedLinkTypesError';

  constructor(first: number, other: number) {
    super(
      `the frames are of several link types, ${linkTypeName(first)} and ${linkTypeName(other)}; ` +
        'a pcap file has only one: write pcapng',
    );
  }
}

export class PcapWriter implements FrameWriter {
  readonly #out: OctetBuffer;
  readonly #options: PcapWriterOptions;

  constructor(write: WriteOctets, options: PcapWriterOptions) {
    this.#out = new OctetBuffer(write);
    this.#options = options;
    const { length, view } = this.#out;
    view.setUint32(length, options.nanoseconds ? PCAP_MAGIC_NANOSECONDS : PCAP_MAGIC_MICROSECONDS, true);
    view.setUint16(length + 4, MAJOR_VERSION, true);
    view.setUint16(length + 6, MINOR_VERSION, true);
    view.setUint32(length + 16, options.snaplen, true);
    view.setUint32(length + 20, options.linkType, true);
    this.#out.length += FILE_HEADER_LENGTH;
  }

  /** @throws MixedLinkTypesError for a frame of another link type: the format has one for the whole file */
  add(frame: Frame): void {
    const { linkType, nanoseconds } = this.#options;
    if (frame.linkType !== linkType) throw new MixedLinkTypesError(linkType, frame.linkType);
    const out = this.#out;
    out.room(RECORD_HEADER_LENGTH + frame.capturedLength);
    const { view, length } = out;
    view.setUint32(length, frame.seconds, true);
    const fraction = isKnown(frame) ? frame.nanoseconds : 0;
    view.setUint32(length + 4, nanoseconds ? fraction : Math.floor(fraction / 1000), true);
    view.setUint32(length + 8, frame.capturedLength, true);
    view.setUint32(length + 12, frame.originalLength, true);
    out.bytes.set(
      frame.bytes.subarray(frame.offset, frame.offset + frame.capturedLength),
      length + RECORD_HEADER_LENGTH,
    );
    out.length += RECORD_HEADER_LENGTH + frame.capturedLength;
  }

  end(): void {
    this.#out.flush();
  }
}
