/**
 * The classic capture file of libpcap: a file header, then records of a header and the frame's octets.
 * Sources: pcap-savefile(5); draft-ietf-opsawg-pcap "PCAP Capture File Format".
 */

import { CaptureError, type Damage } from '../core/errors.js';
import { grouped } from '../core/numbers.js';
import { MAX_SECONDS } from '../core/time.js';
import type { ByteWindow } from './byte-window.js';
import { type Appended, type ByteOrder, type InterfaceFacts, NO_NOTES, namelessInterface } from './facts.js';
import { fcsLengthOf, LINK_TYPE_MASK, linkTypeName } from './link-types.js';
import { capturedLengthLimit, type Delivery, type FormatParser, MAX_CAPTURED_LENGTH } from './parser.js';
import {
  FILE_HEADER_LENGTH,
  findFileHeader,
  isFileHeader,
  JOIN_THEM,
  LINK_TYPE,
  MAJOR_VERSION,
  MINOR_VERSION,
  PCAP_MAGIC_MICROSECONDS,
  PCAP_MAGIC_MODIFIED,
  PCAP_MAGIC_NANOSECONDS,
  type PcapVariant,
  SNAPLEN,
  TELLING_LENGTH,
  variantAt,
} from './pcap-header.js';
import { startsSection } from './pcapng.js';

/** Record header. The modified format appends interface index, protocol and packet type: 8 octets. */
const RECORD_HEADER_LENGTH = 16;
const MODIFIED_RECORD_HEADER_LENGTH = 24;
const SECONDS = 0;
const FRACTION = 4;
const CAPTURED_LENGTH = 8;
const ORIGINAL_LENGTH = 12;

const NANOSECONDS_PER_SECOND = 1_000_000_000;

/**
 * Programs that lengthened record headers further under a magic number of others, each with the octets it added: that
 * shows only in the second record, which is not where it should be. Source: Wireshark, wiretap/libpcap.c.
 */
const LONGER_FORMS = {
  plain: [
    { addition: 4, program: 'tcpdump on Nokia firewalls' },
    { addition: 8, program: 'tcpdump of Red Hat 6.1' },
  ],
  modified: [{ addition: 4, program: 'tcpdump of SuSE 6.3' }],
} as const;
const LONGEST_ADDITION = 8;
/** In Ethernet frames: the type of what they carry, and its values in almost all (IPv4, ARP, VLAN, IPv6). */
const ETHERNET = 1;
const ETHER_TYPE = 12;
const USUAL_ETHER_TYPES = [0x0800, 0x0806, 0x8100, 0x86dd];
/** The first two frames of a capture are hardly ever further apart: seven days, in seconds. */
const LONGEST_GAP = 7 * 24 * 3600;

/** Whether the two lengths of a record are the other way round. */
type Swap = 'never' | 'always' | 'if-longer';

function swapOf(minorVersion: number): Swap {
  if (minorVersion < 3) return 'always';
  return minorVersion === 3 ? 'if-longer' : 'never';
}

/**
 * Reads classic captures of version 2.x, all three magic numbers, both byte orders.
 *
 * - A further file after the first, as `cat` and the members of a gzip file make them, is read on if its header says
 *   the same; if not, it is damage.
 * - If the first was cut, its last record takes in the header of the further one, and damage follows. That header is
 *   named, but not read on from: nothing distinguishes it from the header of a capture that was sent in a frame.
 * - Versions before 2.3 hold the two lengths of a record the other way round, 2.3 either way, and so does
 *   543.0 of Digital Unix; they are distinguished as libpcap does.
 * - A fraction of a second or more is carried into the seconds, which stop at the largest uint32.
 * - An original length below the captured length is passed on as it is.
 */
export class PcapParser implements FormatParser {
  readonly format = 'pcap';
  readonly notes = NO_NOTES;
  readonly byteOrder: ByteOrder;
  /** The format has no place for it. */
  readonly startAt = null;
  readonly endAt = null;
  appended: Appended | null = null;
  damage: Damage | null = null;
  private headerRead = false;
  private snaplen = 0;
  private limit = 0;
  /** What the file header has for the link type, with the FCS bits. */
  private linkType = 0;
  private swap: Swap = 'never';

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
        `the file header of a pcap capture takes ${FILE_HEADER_LENGTH} octets, but the file ends after ${grouped(available)}`,
        available,
      );
    }
    if (available === 0) return null;
    if (this.delivery.frame.number === 1) this.checkOnlyRecord(window);
    if (available >= TELLING_LENGTH && isFileHeader(window.view, window.start)) {
      return this.damageAt(
        window,
        `the header of another pcap file starts here and takes ${FILE_HEADER_LENGTH} octets, but the file ends after ${grouped(available)} of them`,
      );
    }
    const headerLength = this.recordHeaderLength;
    if (available < headerLength) {
      return this.damageAt(
        window,
        `a record header takes ${headerLength} octets, but the file ends after ${grouped(available)} of them${this.fileWithin(window, window.start, window.end)}`,
      );
    }
    const captured = this.capturedLength(window);
    if (captured > this.limit) return this.tooLong(window, captured, window.end);
    return this.damageAt(
      window,
      `the record says that ${grouped(captured)} octets were captured, but the file ends after ${grouped(available - headerLength)} of them${this.fileWithin(window, window.start, window.end)}`,
    );
  }

  private get magic(): number {
    const { nanoseconds, modified } = this.variant;
    if (nanoseconds) return PCAP_MAGIC_NANOSECONDS;
    return modified ? PCAP_MAGIC_MODIFIED : PCAP_MAGIC_MICROSECONDS;
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
    this.swap = digitalUnix ? 'always' : swapOf(minor);
    this.snaplen = view.getUint32(start + SNAPLEN, littleEndian);
    this.limit = capturedLengthLimit(this.snaplen);
    this.linkType = view.getUint32(start + LINK_TYPE, littleEndian);
    this.delivery.frame.linkType = this.linkType & LINK_TYPE_MASK;
    this.delivery.frame.fcsLength = fcsLengthOf(this.linkType);
    this.headerRead = true;
    window.start += FILE_HEADER_LENGTH;
  }

  /** Reads the header of a further file, or says in `damage` what in it prevents reading on. */
  private readAppendedHeader(window: ByteWindow): void {
    const { view, start } = window;
    const { littleEndian } = this.variant;
    const difference = this.differenceFrom(view, start);
    if (difference !== null) {
      this.damage = this.damageAt(window, `another pcap file starts here, ${difference}; ${JOIN_THEM}`);
      return;
    }
    const snaplen = view.getUint32(start + SNAPLEN, littleEndian);
    this.snaplen = Math.min(this.snaplen, snaplen) === 0 ? 0 : Math.max(this.snaplen, snaplen);
    this.limit = Math.max(this.limit, capturedLengthLimit(snaplen));
    this.appended = {
      files: (this.appended?.files ?? 0) + 1,
      offset: this.appended?.offset ?? window.fileOffset(start),
    };
    window.start += FILE_HEADER_LENGTH;
    window.kept = 0;
  }

  /** Why frames after the file header at `at` cannot be read like those before it; null if they can. */
  private differenceFrom(view: DataView, at: number): string | null {
    const variant = variantAt(view, at);
    const { littleEndian, nanoseconds, modified } = this.variant;
    if (variant?.nanoseconds !== nanoseconds) return 'with times of another precision';
    if (variant.littleEndian !== littleEndian) return 'in the other byte order';
    if (
      variant.modified !== modified ||
      this.swap !== swapOf(view.getUint16(at + MINOR_VERSION, littleEndian))
    )
      return 'with records of another form';
    const linkType = view.getUint32(at + LINK_TYPE, littleEndian);
    return linkType === this.linkType
      ? null
      : `of link type ${linkTypeName(linkType & LINK_TYPE_MASK)}, not ${linkTypeName(this.linkType & LINK_TYPE_MASK)}`;
  }

  private readRecords(window: ByteWindow): void {
    const { view, end } = window;
    const { littleEndian } = this.variant;
    const { delivery } = this;
    let { limit } = this;
    const { frame, onFrame } = delivery;
    const unitsPerSecond = this.variant.nanoseconds ? NANOSECONDS_PER_SECOND : 1_000_000;
    const nanosecondsPerUnit = NANOSECONDS_PER_SECOND / unitsPerSecond;
    const headerLength = this.recordHeaderLength;
    const swapMayApply = this.swap !== 'never';
    const magic = this.magic | 0;
    frame.bytes = window.bytes;
    frame.view = view;
    let at = window.start;
    let bytes = 0;
    let { kept } = window;
    while (end - at >= headerLength) {
      let captured = view.getUint32(at + CAPTURED_LENGTH, littleEndian);
      let original = view.getUint32(at + ORIGINAL_LENGTH, littleEndian);
      if (swapMayApply && this.lengthsAreSwapped(captured, original)) {
        const swapped = captured;
        captured = original;
        original = swapped;
      }
      let seconds = view.getInt32(at + SECONDS, littleEndian);
      let fraction = view.getUint32(at + FRACTION, littleEndian);
      // Records that are too long or empty, whose second is the magic number, or whose fraction is none, are looked at
      // more closely.
      if ((captured - 1) >>> 0 >= limit || seconds === magic || fraction >= unitsPerSecond) {
        window.start = at;
        window.kept = kept;
        const isOdd = fraction >= unitsPerSecond && captured > original;
        if (!this.isRecord(window, captured, isOdd)) {
          if (window.start === at) break;
          at = window.start;
          kept = window.kept;
          limit = this.limit;
          continue;
        }
        if (fraction >= unitsPerSecond) {
          seconds = Math.min((seconds >>> 0) + Math.floor(fraction / unitsPerSecond), MAX_SECONDS) | 0;
          fraction %= unitsPerSecond;
        }
      }
      if (end - at - headerLength < captured) break;
      frame.number++;
      frame.seconds = seconds;
      frame.nanoseconds = (fraction * nanosecondsPerUnit) | 0;
      frame.capturedLength = captured;
      frame.originalLength = original;
      frame.offset = at + headerLength;
      if (frame.number === 1) delivery.noteFirst();
      bytes += captured;
      kept = headerLength + captured;
      at += kept;
      onFrame(frame);
    }
    window.start = at;
    window.kept = kept;
    delivery.bytes += bytes;
  }

  /**
   * Whether a record starts at the window's start, though it is not like others, or odd in every field. If not, it is
   * damaged, more octets have to come before that shows, or it was the header of a further file, which the window is
   * moved past.
   */
  private isRecord(window: ByteWindow, captured: number, isOdd: boolean): boolean {
    const { view, start, available } = window;
    if (isFileHeader(view, start)) {
      if (available >= FILE_HEADER_LENGTH) this.readAppendedHeader(window);
      return false;
    }
    const isTooLong = captured > this.limit;
    if (this.delivery.frame.number === 1 && (isTooLong || isOdd) && captured >= LONGEST_ADDITION) {
      if (available < this.recordHeaderLength + LONGEST_ADDITION) return false;
      this.checkForm(view, start);
    }
    if (!isTooLong) return true;
    if (startsSection(view, start)) {
      this.damage = this.damageAt(window, `a pcapng capture starts here, after a pcap one; ${JOIN_THEM}`);
      return false;
    }
    const needed = this.recordHeaderLength + TELLING_LENGTH;
    if (available >= needed) this.damage = this.tooLong(window, captured, start + needed);
    return false;
  }

  /**
   * For a second record that makes no sense; it starts at `at` if headers are as long as they should be.
   * @throws CaptureError if it does with the longer headers of another program: then the first frame was nonsense.
   */
  private checkForm(view: DataView, at: number): void {
    const { littleEndian, modified } = this.variant;
    const before = this.delivery.frame.seconds;
    for (const { addition, program } of LONGER_FORMS[modified ? 'modified' : 'plain']) {
      const seconds = view.getInt32(at + addition + SECONDS, littleEndian);
      const fraction = view.getUint32(at + addition + FRACTION, littleEndian);
      const captured = view.getUint32(at + addition + CAPTURED_LENGTH, littleEndian);
      const original = view.getUint32(at + addition + ORIGINAL_LENGTH, littleEndian);
      const isPlausible =
        fraction < 1_000_000 && captured > 0 && captured <= original && original <= MAX_CAPTURED_LENGTH;
      if (isPlausible && Math.abs(seconds - before) <= LONGEST_GAP) throw longerHeaders(program);
    }
  }

  /**
   * For a record followed by only as many octets as a longer header would have pushed out of it, which start no other
   * record. Here no second one can show it: the frame has to make sense with the longer header, and none without.
   * @throws CaptureError if it does
   */
  private checkOnlyRecord({ view, start, kept, available }: ByteWindow): void {
    const { frame } = this.delivery;
    const { littleEndian, modified } = this.variant;
    const form = LONGER_FORMS[modified ? 'modified' : 'plain'].find(({ addition }) => addition === available);
    if (form === undefined || frame.linkType !== ETHERNET) return;
    const data = start - kept + this.recordHeaderLength;
    if (Math.abs(view.getInt32(start + SECONDS, littleEndian) - frame.seconds) <= LONGEST_GAP) return;
    const hasType = (at: number): boolean =>
      at + ETHER_TYPE + 2 <= start + available && USUAL_ETHER_TYPES.includes(view.getUint16(at + ETHER_TYPE));
    if (!hasType(data) && hasType(data + form.addition)) throw longerHeaders(form.program);
  }

  /** Versions up to 2.3 exist with the two lengths in either order: what was captured is never the longer. */
  private lengthsAreSwapped(captured: number, original: number): boolean {
    return this.swap === 'always' || captured > original;
  }

  private capturedLength(window: ByteWindow): number {
    const { littleEndian } = this.variant;
    const captured = window.view.getUint32(window.start + CAPTURED_LENGTH, littleEndian);
    const original = window.view.getUint32(window.start + ORIGINAL_LENGTH, littleEndian);
    return this.swap !== 'never' && this.lengthsAreSwapped(captured, original) ? original : captured;
  }

  /** @param end of the octets that are looked at for its cause */
  private tooLong(window: ByteWindow, captured: number, end: number): Damage {
    const file = this.fileWithin(window, window.start - window.kept, end);
    return this.damageAt(
      window,
      `a record says that ${grouped(captured)} octets were captured, but at most ${grouped(this.limit)} are plausible${file}`,
    );
  }

  /** Names a file header within octets of the window, which may have caused damage; empty if there is none. */
  private fileWithin(window: ByteWindow, from: number, end: number): string {
    const at = findFileHeader(window.view, from, end);
    return at === null
      ? ''
      : `; the header of a pcap file is at byte ${grouped(window.fileOffset(at))}: if its file follows one that was cut, ${JOIN_THEM}`;
  }

  private damageAt(window: ByteWindow, message: string): Damage {
    return {
      offset: window.fileOffset(window.start),
      frame: this.delivery.frame.number + 1,
      message,
    };
  }
}

function longerHeaders(program: string): CaptureError {
  return new CaptureError(
    `this is pcap as written by ${program}, with longer record headers; convert it with: editcap -F pcapng IN OUT`,
    FILE_HEADER_LENGTH,
  );
}
