/**
 * The classic capture file of libpcap: a file header, then records of a header and the frame's octets.
 * Sources: pcap-savefile(5); draft-ietf-opsawg-pcap "PCAP Capture File Format".
 */
import { CaptureError, type Damage } from '../core/errors.js';
import { MAX_SECONDS } from '../core/time.js';
import type { ByteWindow } from './byte-window.js';
import { type ByteOrder, type InterfaceFacts, NO_NOTES, namelessInterface } from './facts.js';
import { fcsLengthOf, LINK_TYPE_MASK, linkTypeName } from './link-types.js';
import { capturedLengthLimit, type Delivery, type FormatParser } from './parser.js';

export const PCAP_MAGIC_MICROSECONDS = 0xa1b2c3d4;
export const PCAP_MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Written by libpcap with Alexey Kuznetzov's Linux patches: records have a longer header. */
export const PCAP_MAGIC_MODIFIED = 0xa1b2cd34;

/** File header: magic, versions, time zone and accuracy (both unused in practice), snaplen, link type. */
const FILE_HEADER_LENGTH = 24;
const MAJOR_VERSION = 4;
const MINOR_VERSION = 6;
const SNAPLEN = 16;
const LINK_TYPE = 20;

/** Record header. The modified format appends interface index, protocol and packet type: 8 octets. */
const RECORD_HEADER_LENGTH = 16;
const MODIFIED_RECORD_HEADER_LENGTH = 24;
const SECONDS = 0;
const FRACTION = 4;
const CAPTURED_LENGTH = 8;
const ORIGINAL_LENGTH = 12;

const NANOSECONDS_PER_SECOND = 1_000_000_000;

/** The magic number, read: it tells everything but versions and link type. */
export interface PcapVariant {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  readonly modified: boolean;
}

/**
 * Reads classic captures of version 2.x, all three magic numbers, both byte orders.
 *
 * - Versions before 2.3 hold the two lengths of a record the other way round, 2.3 either way, and so does
 *   543.0 of Digital Unix; they are told apart as libpcap does.
 * - A fraction of a second or more is carried into the seconds, which stop at the largest uint32.
 * - An original length below the captured length is passed on as it is.
 */
export class PcapParser implements FormatParser {
  readonly format = 'pcap';
  readonly notes = NO_NOTES;
  readonly byteOrder: ByteOrder;
  /** The format has no place for it. */
  readonly endAt = null;
  damage: Damage | null = null;
  private headerRead = false;
  private snaplen = 0;
  private limit = 0;
  private swap: 'never' | 'always' | 'if-longer' = 'never';

  constructor(
    private readonly variant: PcapVariant,
    private readonly delivery: Delivery,
  ) {
    this.byteOrder = variant.littleEndian ? 'little-endian' : 'big-endian';
  }

  get timePrecision(): string {
    return this.variant.nanoseconds ? 'ns' : 'us';
  }

  get interfaces(): readonly InterfaceFacts[] {
    if (!this.headerRead) return [];
    const linkType = linkTypeName(this.delivery.frame.linkType);
    return [namelessInterface(linkType, this.snaplen, this.timePrecision)];
  }

  parse(window: ByteWindow): void {
    if (!this.headerRead) {
      if (window.available < FILE_HEADER_LENGTH) return;
      this.readFileHeader(window);
    }
    this.readRecords(window);
  }

  unfinished(window: ByteWindow): Damage | null {
    const { available } = window;
    if (!this.headerRead) {
      throw new CaptureError(
        `the file header of a pcap capture takes ${FILE_HEADER_LENGTH} octets, but the file ends after ${available}`,
        available,
      );
    }
    if (available === 0) return null;
    const headerLength = this.recordHeaderLength;
    if (available < headerLength) {
      return this.damageAt(
        window,
        `a record header takes ${headerLength} octets, but the file ends after ${available} of them`,
      );
    }
    return this.damageAt(
      window,
      `the record says that ${this.capturedLength(window)} octets were captured, but the file ends after ${available - headerLength} of them`,
    );
  }

  private get recordHeaderLength(): number {
    return this.variant.modified ? MODIFIED_RECORD_HEADER_LENGTH : RECORD_HEADER_LENGTH;
  }

  private readFileHeader(window: ByteWindow): void {
    const { view, start } = window;
    const { littleEndian } = this.variant;
    const major = view.getUint16(start + MAJOR_VERSION, littleEndian);
    const minor = view.getUint16(start + MINOR_VERSION, littleEndian);
    const digitalUnix = major === 543 && minor === 0;
    if (major !== 2 && !digitalUnix) {
      throw new CaptureError(
        `this is pcap version ${major}.${minor}; finwait reads version 2`,
        MAJOR_VERSION,
      );
    }
    if (digitalUnix || minor < 3) this.swap = 'always';
    else if (minor === 3) this.swap = 'if-longer';
    this.snaplen = view.getUint32(start + SNAPLEN, littleEndian);
    this.limit = capturedLengthLimit(this.snaplen);
    const linkType = view.getUint32(start + LINK_TYPE, littleEndian);
    this.delivery.frame.linkType = linkType & LINK_TYPE_MASK;
    this.delivery.frame.fcsLength = fcsLengthOf(linkType);
    this.headerRead = true;
    window.start += FILE_HEADER_LENGTH;
  }

  private readRecords(window: ByteWindow): void {
    const { view, end } = window;
    const { littleEndian } = this.variant;
    const { delivery, limit } = this;
    const { frame, onFrame } = delivery;
    const unitsPerSecond = this.variant.nanoseconds ? NANOSECONDS_PER_SECOND : 1_000_000;
    const nanosecondsPerUnit = NANOSECONDS_PER_SECOND / unitsPerSecond;
    const headerLength = this.recordHeaderLength;
    const swapMayApply = this.swap !== 'never';
    frame.bytes = window.bytes;
    frame.view = view;
    let at = window.start;
    let bytes = 0;
    while (end - at >= headerLength) {
      let captured = view.getUint32(at + CAPTURED_LENGTH, littleEndian);
      let original = view.getUint32(at + ORIGINAL_LENGTH, littleEndian);
      if (swapMayApply && this.lengthsAreSwapped(captured, original)) {
        const swapped = captured;
        captured = original;
        original = swapped;
      }
      if (captured > limit) {
        window.start = at;
        this.damage = this.damageAt(
          window,
          `a record says that ${captured} octets were captured, but at most ${limit} are plausible`,
        );
        break;
      }
      if (end - at - headerLength < captured) break;
      frame.number++;
      frame.seconds = view.getInt32(at + SECONDS, littleEndian);
      const fraction = view.getUint32(at + FRACTION, littleEndian);
      if (fraction < unitsPerSecond) frame.nanoseconds = (fraction * nanosecondsPerUnit) | 0;
      else this.carryFraction(fraction, unitsPerSecond);
      frame.capturedLength = captured;
      frame.originalLength = original;
      frame.offset = at + headerLength;
      if (frame.number === 1) delivery.noteFirst();
      bytes += captured;
      at += headerLength + captured;
      onFrame(frame);
    }
    window.start = at;
    delivery.bytes += bytes;
  }

  /** Versions up to 2.3 exist with the two lengths in either order: what was captured is never the longer. */
  private lengthsAreSwapped(captured: number, original: number): boolean {
    return this.swap === 'always' || captured > original;
  }

  private carryFraction(fraction: number, unitsPerSecond: number): void {
    const { frame } = this.delivery;
    const seconds = (frame.seconds >>> 0) + Math.floor(fraction / unitsPerSecond);
    frame.seconds = Math.min(seconds, MAX_SECONDS) | 0;
    frame.nanoseconds = (fraction % unitsPerSecond) * (NANOSECONDS_PER_SECOND / unitsPerSecond);
  }

  private capturedLength(window: ByteWindow): number {
    const { littleEndian } = this.variant;
    const captured = window.view.getUint32(window.start + CAPTURED_LENGTH, littleEndian);
    const original = window.view.getUint32(window.start + ORIGINAL_LENGTH, littleEndian);
    return this.swap !== 'never' && this.lengthsAreSwapped(captured, original) ? original : captured;
  }

  private damageAt(window: ByteWindow, message: string): Damage {
    return {
      offset: window.fileOffset(window.start),
      frame: this.delivery.frame.number + 1,
      message,
    };
  }
}
