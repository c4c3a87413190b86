/**
 * pcapng: sections of typed blocks, each block framed by its length at both ends.
 * Source: draft-ietf-opsawg-pcapng "PCAP Now Generic (pcapng) Capture File Format", §§3–4.
 */

import { CaptureError, type Damage } from '../core/errors.js';
import { grouped } from '../core/numbers.js';
import { isLater, NO_TIME, type Timestamp } from '../core/time.js';
import type { ByteWindow } from './byte-window.js';
import type { ByteOrder, CaptureNotes, InterfaceFacts } from './facts.js';
import { Frame } from './frame.js';
import { fcsLengthOfInterface, linkTypeName } from './link-types.js';
import { capturedLengthLimit, type Delivery, type FormatParser } from './parser.js';
import { isFileHeader, JOIN_THEM, TELLING_LENGTH, variantAt } from './pcap-header.js';
import { Options } from './pcapng-options.js';
import { FrameComments, MAX_COMMENTS, textAt } from './pcapng-text.js';
import { DEFAULT_TSRESOL, TimeResolution } from './time-resolution.js';

/** The same in both byte orders, and broken by transfers that change line ends. */
export const SECTION_HEADER_BLOCK = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION_BLOCK = 1;
const PACKET_BLOCK = 2;
export const SIMPLE_PACKET_BLOCK = 3;
export const INTERFACE_STATISTICS_BLOCK = 5;
export const ENHANCED_PACKET_BLOCK = 6;

/** The blocks that are read; all others are skipped, whatever they say about themselves. */
const READ_BLOCKS: ReadonlyMap<number, string> = new Map([
  [SECTION_HEADER_BLOCK, 'Section Header Block'],
  [INTERFACE_DESCRIPTION_BLOCK, 'Interface Description Block'],
  [PACKET_BLOCK, 'Packet Block'],
  [SIMPLE_PACKET_BLOCK, 'Simple Packet Block'],
  [INTERFACE_STATISTICS_BLOCK, 'Interface Statistics Block'],
  [ENHANCED_PACKET_BLOCK, 'Enhanced Packet Block'],
]);
const SKIPPED_BLOCKS: ReadonlyMap<number, string> = new Map([
  [4, 'Name Resolution Block'],
  [9, 'systemd Journal Export Block'],
  [10, 'Decryption Secrets Block'],
  [0x0bad, 'Custom Block'],
  [0x40000bad, 'Custom Block'],
]);

/** In every block. For options that a program defined for itself (custom ones), only the length is read. */
export const OPT_COMMENT = 1;

/** Block type and block length, and the length again at the end. */
const BLOCK_HEADER_LENGTH = 8;
const BLOCK_LENGTH = 4;
const TRAILER_LENGTH = 4;
const MIN_BLOCK_LENGTH = BLOCK_HEADER_LENGTH + TRAILER_LENGTH;
/** Blocks that must be whole in memory to be read may not be longer; libpcap has the same limit. */
const MAX_READ_BLOCK_LENGTH = 16 << 20;

/** Section Header Block: its fields up to the section length, which nothing here relies on. */
const BYTE_ORDER = 8;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;
/** Whether a section starts at `at`, of which 12 octets are there. */
export function startsSection(view: DataView, at: number): boolean {
  const magic = view.getUint32(at + BYTE_ORDER);
  return (
    view.getUint32(at) === SECTION_HEADER_BLOCK &&
    (magic === BYTE_ORDER_MAGIC || magic === BYTE_ORDER_MAGIC_SWAPPED)
  );
}

const SECTION_MAJOR = 12;
const SECTION_MINOR = 14;
const SECTION_OPTIONS = 24;
const SECTION_HEADER_MIN_LENGTH = SECTION_OPTIONS + TRAILER_LENGTH;
const SHB_HARDWARE = 2;
const SHB_OS = 3;
export const SHB_USERAPPL = 4;
/** Longer section headers are not waited for: what they say is not needed for anything else. */
const MAX_SECTION_HEADER_LENGTH = 1 << 18;

/** Interface Description Block. */
const IDB_LINK_TYPE = 8;
const IDB_SNAPLEN = 12;
const IDB_OPTIONS = 16;
const IDB_MIN_LENGTH = IDB_OPTIONS + TRAILER_LENGTH;
export const IF_NAME = 2;
export const IF_DESCRIPTION = 3;
export const IF_TSRESOL = 9;
const IF_FCSLEN = 13;
const IF_TSOFFSET = 14;

/** Enhanced Packet Block; the obsolete Packet Block differs only in its interface field, see below. */
const EPB_INTERFACE = 8;
const EPB_TIME_HIGH = 12;
const EPB_TIME_LOW = 16;
const EPB_CAPTURED_LENGTH = 20;
const EPB_ORIGINAL_LENGTH = 24;
const EPB_DATA = 28;
const EPB_MIN_LENGTH = EPB_DATA + TRAILER_LENGTH;
const EPB_DROPCOUNT = 4;
/** Packet Block: frames lost since the one before, on the same interface; all ones if that is not known. */
const PB_DROPS = 10;
const PB_DROPS_UNKNOWN = 0xffff;

/** Simple Packet Block: the length on the wire and as much of the frame as the snaplen allows. */
const SPB_ORIGINAL_LENGTH = 8;
const SPB_DATA = 12;
const SPB_MIN_LENGTH = SPB_DATA + TRAILER_LENGTH;

/** Interface Statistics Block. */
const ISB_INTERFACE = 8;
const ISB_OPTIONS = 20;
const ISB_MIN_LENGTH = ISB_OPTIONS + TRAILER_LENGTH;
export const ISB_STARTTIME = 2;
export const ISB_ENDTIME = 3;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
const ISB_FILTERACCEPT = 6;
const ISB_OSDROP = 7;

const TWO_TO_32 = 0x1_0000_0000;
const MAX_INTERFACES_PER_SECTION = 65_536;
const MAX_INTERFACES_REPORTED = 65_536;
const MAX_NAME_LENGTH = 256;

/** An interface of the current section. */
class Interface implements InterfaceFacts {
  received: number | null = null;
  accepted: number | null = null;
  /** Frames lost between those of this interface, as these report it themselves. */
  droppedBetween: number | null = null;
  /** Two counters that never count the same frame: at the interface, and after its filter. */
  droppedByInterface: number | null = null;
  droppedBySystem: number | null = null;
  readonly limit: number;

  constructor(
    readonly linkTypeValue: number,
    readonly fcsLength: number,
    readonly snaplen: number,
    readonly name: string | null,
    readonly description: string | null,
    readonly comments: readonly string[],
    readonly resolution: TimeResolution,
  ) {
    this.limit = capturedLengthLimit(snaplen);
  }

  get linkType(): string {
    return linkTypeName(this.linkTypeValue);
  }

  get timePrecision(): string {
    return this.resolution.name;
  }

  get dropped(): number | null {
    if (this.droppedByInterface === null) return this.droppedBySystem ?? this.droppedBetween;
    return this.droppedByInterface + (this.droppedBySystem ?? 0);
  }
}

/**
 * Reads every section of a pcapng file, in either byte order. Interfaces are numbered on through all
 * sections. Blocks that hold neither frames nor interfaces are skipped without being held in memory, but
 * their closing length is checked like any other. A Simple Packet Block carries no time: its frame takes
 * that of the frame before it, and has none if there was none before.
 */
export class PcapngParser implements FormatParser {
  readonly format = 'pcapng';
  /** Further sections are not further files. */
  readonly appended = null;
  damage: Damage | null = null;
  startAt: Timestamp | null = null;
  endAt: Timestamp | null = null;
  /** Interfaces of all sections, as far as they are reported. */
  readonly interfaces: Interface[] = [];
  byteOrder: ByteOrder = 'little-endian';
  private application: string | null = null;
  private hardware: string | null = null;
  private operatingSystem: string | null = null;
  private readonly comments: string[] = [];
  private readonly frameComments = new FrameComments();
  /** Comments kept on sections and interfaces. */
  private commentsKept = 0;
  private littleEndian = true;
  private sections = 0;
  private sectionInterfaces: Interface[] = [];
  /** Number of the section's first interface among those of the whole file. */
  private firstInterface = 0;
  /** File offset and length of the block being skipped; length 0 if none is. */
  private skippedOffset = 0;
  private skippedLength = 0;
  private skippedType = 0;
  private readonly options = new Options();
  /** A place for times that belong to no frame. */
  private readonly moment = new Frame();

  constructor(private readonly delivery: Delivery) {
    Object.assign(delivery.frame, NO_TIME);
  }

  get notes(): CaptureNotes {
    const { application, hardware, operatingSystem, comments, frameComments } = this;
    return {
      application,
      hardware,
      operatingSystem,
      comments: [...comments],
      frameComments: [...frameComments.kept],
      omittedFrameComments: frameComments.omitted,
    };
  }

  get timePrecision(): string {
    let coarsest: TimeResolution | null = null;
    for (const { resolution } of this.interfaces) {
      if (coarsest === null || resolution.unit > coarsest.unit) coarsest = resolution;
    }
    return coarsest === null ? 'us' : coarsest.name;
  }

  parse(window: ByteWindow): void {
    const { frame } = this.delivery;
    frame.bytes = window.bytes;
    frame.view = window.view;
    while (this.damage === null && this.parseBlock(window));
  }

  unfinished(window: ByteWindow): Damage | null {
    const { available } = window;
    if (this.skippedLength > 0) {
      const present = window.fileOffset(window.end) - this.skippedOffset;
      return this.fail(this.skippedOffset, cutBlock(this.skippedType, this.skippedLength, present));
    }
    if (available === 0) return null;
    const offset = window.fileOffset(window.start);
    if (available < BLOCK_HEADER_LENGTH) {
      return this.fail(
        offset,
        `a block header takes ${BLOCK_HEADER_LENGTH} octets, but the file ends after ${grouped(available)} of them`,
      );
    }
    const type = window.view.getUint32(window.start, this.littleEndian);
    if (type === SECTION_HEADER_BLOCK && available < SECTION_HEADER_MIN_LENGTH) {
      return this.fail(
        offset,
        `a Section Header Block takes at least ${SECTION_HEADER_MIN_LENGTH} octets, but the file ends after ${grouped(available)} of them`,
      );
    }
    const length = padded(window.view.getUint32(window.start + BLOCK_LENGTH, this.littleEndian));
    return this.fail(offset, cutBlock(type, length, available));
  }

  /** Consumes one block, or the header or the trailer of one to be skipped; false if more must arrive. */
  private parseBlock(window: ByteWindow): boolean {
    const { view } = window;
    if (this.skippedLength > 0) return this.finishSkipping(window);
    const { start, available } = window;
    if (available < BLOCK_HEADER_LENGTH) return false;
    const { littleEndian } = this;
    const type = view.getUint32(start, littleEndian);
    if (type === SECTION_HEADER_BLOCK) return this.readSectionHeader(window);
    const length = padded(view.getUint32(start + BLOCK_LENGTH, littleEndian));
    if (length < MIN_BLOCK_LENGTH) {
      return this.damaged(
        window,
        `the length of a block is at least ${MIN_BLOCK_LENGTH}, but this ${blockName(type)} says ${grouped(length)}`,
      );
    }
    if (length > MAX_READ_BLOCK_LENGTH && READ_BLOCKS.has(type)) {
      return this.damaged(
        window,
        `this ${blockName(type)} says that it is ${grouped(length)} octets long, but at most ${grouped(MAX_READ_BLOCK_LENGTH)} are plausible`,
      );
    }
    switch (type) {
      case ENHANCED_PACKET_BLOCK:
        return this.readPacket(window, length, false);
      case PACKET_BLOCK:
        return this.readPacket(window, length, true);
      case SIMPLE_PACKET_BLOCK:
        return this.readSimplePacket(window, length);
      case INTERFACE_DESCRIPTION_BLOCK:
        return this.readInterface(window, length);
      case INTERFACE_STATISTICS_BLOCK:
        return this.readStatistics(window, length);
      default:
        return this.passOver(window, type, length);
    }
  }

  /** Skips a block of a type that is not read, unless it is another file that was appended to this one. */
  private passOver(window: ByteWindow, type: number, length: number): boolean {
    const { view, start, available } = window;
    if (variantAt(view, start) !== null && length >= TELLING_LENGTH) {
      if (available < TELLING_LENGTH) return false;
      if (isFileHeader(view, start))
        return this.damaged(window, `a pcap file starts here, after a pcapng one; ${JOIN_THEM}`);
    }
    return this.skip(window, type, length);
  }

  private readPacket(window: ByteWindow, length: number, obsolete: boolean): boolean {
    const { view, start, available } = window;
    const { littleEndian, delivery } = this;
    if (length < EPB_MIN_LENGTH) return this.tooShort(window, length, EPB_MIN_LENGTH);
    if (available < EPB_DATA) return false;
    // The Packet Block has a 16-bit interface, and a 16-bit drop count where the high half would be.
    const interfaceId = obsolete
      ? view.getUint16(start + EPB_INTERFACE, littleEndian)
      : view.getUint32(start + EPB_INTERFACE, littleEndian);
    const captured = view.getUint32(start + EPB_CAPTURED_LENGTH, littleEndian);
    if (interfaceId >= this.sectionInterfaces.length) return this.unknownInterface(window, interfaceId);
    const source = this.sectionInterfaces[interfaceId];
    if (captured > source.limit) return this.tooLarge(window, captured, source.limit);
    if (captured > length - EPB_MIN_LENGTH) {
      return this.damaged(
        window,
        `a packet block of ${grouped(length)} octets has room for ${grouped(length - EPB_MIN_LENGTH)} octets of a frame, but says that ${grouped(captured)} were captured`,
      );
    }
    if (available < length) return false;
    if (!closes(view.getUint32(start + length - TRAILER_LENGTH, littleEndian), length)) {
      return this.badTrailer(window, start, length);
    }
    const { frame } = delivery;
    source.resolution.apply(
      view.getUint32(start + EPB_TIME_HIGH, littleEndian),
      view.getUint32(start + EPB_TIME_LOW, littleEndian),
      frame,
    );
    frame.originalLength = view.getUint32(start + EPB_ORIGINAL_LENGTH, littleEndian);
    this.deliver(source, interfaceId, captured, start + EPB_DATA);
    if (obsolete) this.noteDrops(source, view.getUint16(start + PB_DROPS, littleEndian));
    const optionsStart = start + EPB_DATA + ((captured + 3) & ~3);
    const optionsEnd = start + length - TRAILER_LENGTH;
    if (optionsEnd > optionsStart) this.readPacketOptions(window, source, optionsStart, optionsEnd);
    window.start = start + length;
    return true;
  }

  private noteDrops(source: Interface, drops: number): void {
    if (drops !== PB_DROPS_UNKNOWN) source.droppedBetween = (source.droppedBetween ?? 0) + drops;
  }

  /** Frames do not depend on their options: wrong ones are no reason to stop. */
  private readPacketOptions(
    { view, bytes }: ByteWindow,
    source: Interface,
    start: number,
    end: number,
  ): void {
    const options = this.options.open(view, start, end, this.littleEndian);
    while (options.next()) {
      const { code, offset, length } = options;
      if (code === OPT_COMMENT) this.frameComments.add(this.delivery.frame.number, bytes, offset, length);
      else if (code === EPB_DROPCOUNT && length === 8)
        source.droppedBetween = (source.droppedBetween ?? 0) + this.counterAt(view, offset);
    }
  }

  private readSimplePacket(window: ByteWindow, length: number): boolean {
    const { view, start, available } = window;
    if (length < SPB_MIN_LENGTH) return this.tooShort(window, length, SPB_MIN_LENGTH);
    if (available < SPB_DATA) return false;
    if (this.sectionInterfaces.length === 0) return this.unknownInterface(window, 0);
    const source = this.sectionInterfaces[0];
    const original = view.getUint32(start + SPB_ORIGINAL_LENGTH, this.littleEndian);
    const captured = source.snaplen === 0 ? original : Math.min(original, source.snaplen);
    if (captured > source.limit) return this.tooLarge(window, captured, source.limit);
    if (captured > length - SPB_MIN_LENGTH) {
      return this.damaged(
        window,
        `a Simple Packet Block of ${grouped(length)} octets has room for ${grouped(length - SPB_MIN_LENGTH)} octets of a frame, but ${grouped(captured)} were captured`,
      );
    }
    if (available < length) return false;
    if (!closes(view.getUint32(start + length - TRAILER_LENGTH, this.littleEndian), length)) {
      return this.badTrailer(window, start, length);
    }
    this.delivery.frame.originalLength = original;
    this.delivery.framesWithoutTime++;
    this.deliver(source, 0, captured, start + SPB_DATA);
    window.start = start + length;
    return true;
  }

  /** Hands on a frame whose time and original length are set. */
  private deliver(source: Interface, interfaceId: number, captured: number, offset: number): void {
    const { delivery } = this;
    const { frame } = delivery;
    frame.number++;
    frame.linkType = source.linkTypeValue;
    frame.fcsLength = source.fcsLength;
    frame.interfaceId = this.firstInterface + interfaceId;
    frame.capturedLength = captured;
    frame.offset = offset;
    if (frame.number === 1) delivery.noteFirst();
    delivery.bytes += captured;
    delivery.onFrame(frame);
  }

  private readSectionHeader(window: ByteWindow): boolean {
    const { view, start, available } = window;
    if (available < SECTION_HEADER_MIN_LENGTH) return false;
    const magic = view.getUint32(start + BYTE_ORDER, true);
    if (magic !== BYTE_ORDER_MAGIC && magic !== BYTE_ORDER_MAGIC_SWAPPED) {
      const found = view
        .getUint32(start + BYTE_ORDER, false)
        .toString(16)
        .padStart(8, '0');
      return this.sectionDamaged(
        window,
        `a section starts with the byte-order magic 1a2b3c4d, but this one has ${found}`,
      );
    }
    const littleEndian = magic === BYTE_ORDER_MAGIC;
    const length = padded(view.getUint32(start + BLOCK_LENGTH, littleEndian));
    if (length < SECTION_HEADER_MIN_LENGTH) {
      return this.sectionDamaged(
        window,
        `the length of a Section Header Block is at least ${SECTION_HEADER_MIN_LENGTH}, but this one says ${grouped(length)}`,
      );
    }
    const major = view.getUint16(start + SECTION_MAJOR, littleEndian);
    if (major !== 1) {
      const minor = view.getUint16(start + SECTION_MINOR, littleEndian);
      return this.sectionDamaged(window, `this is pcapng version ${major}.${minor}; finwait reads version 1`);
    }
    this.littleEndian = littleEndian;
    const isRead = length <= MAX_SECTION_HEADER_LENGTH;
    if (isRead) {
      if (available < length) return false;
      const trailer = view.getUint32(start + length - TRAILER_LENGTH, littleEndian);
      if (!closes(trailer, length))
        return this.sectionDamaged(window, lengthsDiffer(SECTION_HEADER_BLOCK, length, trailer));
    }
    if (this.sections === 0) this.byteOrder = littleEndian ? 'little-endian' : 'big-endian';
    this.sections++;
    this.firstInterface += this.sectionInterfaces.length;
    this.sectionInterfaces = [];
    if (!isRead) return this.skip(window, SECTION_HEADER_BLOCK, length);
    this.readSectionOptions(window, start + SECTION_OPTIONS, start + length - TRAILER_LENGTH);
    window.start = start + length;
    return true;
  }

  /** Of several sections the first that says something counts, but comments are gathered from all. */
  private readSectionOptions({ view, bytes }: ByteWindow, start: number, end: number): void {
    const options = this.options.open(view, start, end, this.littleEndian);
    while (options.next()) {
      const { code, offset, length } = options;
      if (code === OPT_COMMENT) this.addComment(this.comments, bytes, offset, length);
      else if (code === SHB_HARDWARE) this.hardware ??= textAt(bytes, offset, length);
      else if (code === SHB_OS) this.operatingSystem ??= textAt(bytes, offset, length);
      else if (code === SHB_USERAPPL) this.application ??= textAt(bytes, offset, length);
    }
  }

  private addComment(comments: string[], bytes: Uint8Array, offset: number, length: number): void {
    if (this.commentsKept === MAX_COMMENTS) return;
    this.commentsKept++;
    comments.push(textAt(bytes, offset, length));
  }

  private readInterface(window: ByteWindow, length: number): boolean {
    const { view, bytes, start, available } = window;
    const { littleEndian } = this;
    if (length < IDB_MIN_LENGTH) return this.tooShort(window, length, IDB_MIN_LENGTH);
    if (available < length) return false;
    if (!closes(view.getUint32(start + length - TRAILER_LENGTH, littleEndian), length)) {
      return this.badTrailer(window, start, length);
    }
    if (this.sectionInterfaces.length === MAX_INTERFACES_PER_SECTION) {
      return this.damaged(
        window,
        `a section may have ${MAX_INTERFACES_PER_SECTION} interfaces, but this one has more`,
      );
    }
    let name: string | null = null;
    let description: string | null = null;
    const comments: string[] = [];
    let tsresol = DEFAULT_TSRESOL;
    let offsetSeconds = 0;
    let fcsLength = 0;
    const end = start + length - TRAILER_LENGTH;
    const options = this.options.open(view, start + IDB_OPTIONS, end, littleEndian);
    while (options.next()) {
      const { code, offset, length: size } = options;
      if (code === IF_NAME) name = textAt(bytes, offset, size, MAX_NAME_LENGTH);
      else if (code === IF_DESCRIPTION) description = textAt(bytes, offset, size, MAX_NAME_LENGTH);
      else if (code === OPT_COMMENT) this.addComment(comments, bytes, offset, size);
      else if (code === IF_TSRESOL && size === 1) tsresol = view.getUint8(offset);
      else if (code === IF_FCSLEN && size === 1) fcsLength = view.getUint8(offset);
      else if (code === IF_TSOFFSET && size === 8)
        offsetSeconds = Number(view.getBigInt64(offset, littleEndian));
    }
    if (options.fault !== null) return this.damaged(window, options.fault);
    const linkType = view.getUint16(start + IDB_LINK_TYPE, littleEndian);
    const added = new Interface(
      linkType,
      fcsLengthOfInterface(linkType, fcsLength),
      view.getUint32(start + IDB_SNAPLEN, littleEndian),
      name,
      description,
      comments,
      new TimeResolution(tsresol, offsetSeconds),
    );
    this.sectionInterfaces.push(added);
    if (this.interfaces.length < MAX_INTERFACES_REPORTED) this.interfaces.push(added);
    window.start = start + length;
    return true;
  }

  private readStatistics(window: ByteWindow, length: number): boolean {
    const { view, start, available } = window;
    const { littleEndian } = this;
    if (length < ISB_MIN_LENGTH) return this.tooShort(window, length, ISB_MIN_LENGTH);
    if (available < length) return false;
    if (!closes(view.getUint32(start + length - TRAILER_LENGTH, littleEndian), length)) {
      return this.badTrailer(window, start, length);
    }
    const interfaceId = view.getUint32(start + ISB_INTERFACE, littleEndian);
    window.start = start + length;
    // Frames do not depend on statistics: wrong ones are no reason to stop, as in Wireshark.
    if (interfaceId >= this.sectionInterfaces.length) return true;
    const about = this.sectionInterfaces[interfaceId];
    const end = start + length - TRAILER_LENGTH;
    const options = this.options.open(view, start + ISB_OPTIONS, end, littleEndian);
    while (options.next()) {
      const { code, offset } = options;
      if (options.length !== 8) continue;
      if (code === ISB_STARTTIME) {
        const stated = this.momentAt(about, offset, view);
        if (this.startAt === null || isLater(this.startAt, stated)) this.startAt = stated;
      } else if (code === ISB_ENDTIME) {
        const stated = this.momentAt(about, offset, view);
        if (this.endAt === null || isLater(stated, this.endAt)) this.endAt = stated;
      } else if (code === ISB_IFRECV) about.received = this.counterAt(view, offset);
      else if (code === ISB_IFDROP) about.droppedByInterface = this.counterAt(view, offset);
      else if (code === ISB_FILTERACCEPT) about.accepted = this.counterAt(view, offset);
      else if (code === ISB_OSDROP) about.droppedBySystem = this.counterAt(view, offset);
    }
    return true;
  }

  /** A counter of 64 bits; values above 2^53 are not exact. */
  private counterAt(view: DataView, offset: number): number {
    const { littleEndian } = this;
    const high = view.getUint32(offset + (littleEndian ? 4 : 0), littleEndian);
    return high * TWO_TO_32 + view.getUint32(offset + (littleEndian ? 0 : 4), littleEndian);
  }

  private momentAt({ resolution }: Interface, offset: number, view: DataView): Timestamp {
    const { littleEndian, moment } = this;
    resolution.apply(view.getUint32(offset, littleEndian), view.getUint32(offset + 4, littleEndian), moment);
    return { seconds: moment.seconds, nanoseconds: moment.nanoseconds };
  }

  /** Skips everything of a block but its closing length. */
  private skip(window: ByteWindow, type: number, length: number): boolean {
    this.skippedOffset = window.fileOffset(window.start);
    this.skippedLength = length;
    this.skippedType = type;
    window.start += length - TRAILER_LENGTH;
    return true;
  }

  private finishSkipping(window: ByteWindow): boolean {
    if (window.available < TRAILER_LENGTH) return false;
    const trailer = window.view.getUint32(window.start, this.littleEndian);
    if (!closes(trailer, this.skippedLength)) {
      this.damage = this.fail(
        this.skippedOffset,
        lengthsDiffer(this.skippedType, this.skippedLength, trailer),
      );
      return false;
    }
    this.skippedLength = 0;
    window.start += TRAILER_LENGTH;
    return true;
  }

  private tooShort(window: ByteWindow, length: number, least: number): boolean {
    const type = window.view.getUint32(window.start, this.littleEndian);
    return this.damaged(
      window,
      `this ${blockName(type)} takes at least ${grouped(least)} octets, but says ${grouped(length)}`,
    );
  }

  private tooLarge(window: ByteWindow, captured: number, limit: number): boolean {
    return this.damaged(
      window,
      `a packet block says that ${grouped(captured)} octets were captured, but at most ${grouped(limit)} are plausible`,
    );
  }

  private unknownInterface(window: ByteWindow, interfaceId: number): boolean {
    const known = this.sectionInterfaces.length;
    return this.damaged(
      window,
      `a block refers to interface ${interfaceId}, but its section has described ${known === 0 ? 'none' : `only ${known}`} so far`,
    );
  }

  private badTrailer(window: ByteWindow, start: number, length: number): boolean {
    const type = window.view.getUint32(start, this.littleEndian);
    const trailer = window.view.getUint32(start + length - TRAILER_LENGTH, this.littleEndian);
    return this.damaged(window, lengthsDiffer(type, length, trailer));
  }

  private damaged(window: ByteWindow, message: string): boolean {
    this.damage = this.damageAt(window.fileOffset(window.start), message);
    return false;
  }

  private sectionDamaged(window: ByteWindow, message: string): boolean {
    this.damage = this.fail(window.fileOffset(window.start), message);
    return false;
  }

  /** Damage, or the error that nothing can be read if it is in the first block. */
  private fail(offset: number, message: string): Damage {
    if (offset === 0) throw new CaptureError(message, offset);
    return this.damageAt(offset, message);
  }

  private damageAt(offset: number, message: string): Damage {
    return { offset, frame: this.delivery.frame.number + 1, message };
  }
}

/**
 * Blocks end at a multiple of 4. Some programs leave the padding out of the lengths that they write, at the start, at
 * the end or both, though not out of the file; Wireshark reads those as well.
 */
function padded(length: number): number {
  return length + (-length & 3);
}

/** Whether the length at the end of a block says the same as that at its start. */
function closes(trailer: number, length: number): boolean {
  return trailer === length || padded(trailer) === length;
}

function blockName(type: number): string {
  return READ_BLOCKS.get(type) ?? SKIPPED_BLOCKS.get(type) ?? `block of type ${type}`;
}

function lengthsDiffer(type: number, length: number, trailer: number): string {
  return `this ${blockName(type)} says that it is ${grouped(length)} octets long at its start, but ${grouped(trailer)} at its end`;
}

function cutBlock(type: number, length: number, present: number): string {
  return `this ${blockName(type)} says that it is ${grouped(length)} octets long, but the file ends after ${grouped(present)} of them`;
}
