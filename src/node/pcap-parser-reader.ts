import { EventEmitter } from 'node:events';
import { type GlobalHeader, type Packet, type PacketHeader, parse } from 'pcap-parser';
import type { Space } from '../capture/byte-window.js';
import { detect, HEAD_LENGTH } from '../capture/detect.js';
import { type ByteOrder, NO_NOTES, namelessInterface, type ReaderFacts } from '../capture/facts.js';
import type { FrameHandler } from '../capture/frame.js';
import { fcsLengthOf, LINK_TYPE_MASK, linkTypeName } from '../capture/link-types.js';
import { capturedLengthLimit, Delivery } from '../capture/parser.js';
import { FILE_HEADER_LENGTH, isFileHeader } from '../capture/pcap-header.js';
import { CaptureReader, type FrameReader } from '../capture/reader.js';
import { CaptureError, type Damage } from '../core/errors.js';
import { grouped } from '../core/numbers.js';

const RECORD_HEADER_LENGTH = 16;
const READ_LENGTH = 256 << 10;

const USE_BUILTIN = 'leave out --reader pcap-parser';

/** The three methods that pcap-parser needs of a stream; its input is pushed, not pulled. */
class Feed extends EventEmitter {
  pause(): void {}
  resume(): void {}
}

/**
 * The npm package `pcap-parser` as a reader: the second opinion on classic microsecond captures. It is
 * several times slower than the built-in reader, does not read nanoseconds or pcapng, drops a cut last
 * record and buffers on an absurd length; the last two are noticed here and reported as damage.
 */
export class PcapParserReader implements FrameReader {
  private readonly feed = new Feed();
  private readonly delivery: Delivery;
  /** The first octets, until they are known to be a capture that pcap-parser reads. */
  private head: Uint8Array | null = new Uint8Array(0);
  private byteOrder: ByteOrder = 'little-endian';
  private header: GlobalHeader | null = null;
  private limit = 0;
  private bytesFed = 0;
  /** Offset of the first octet that belongs to no delivered record. */
  private offset = FILE_HEADER_LENGTH;
  /** Captured length of the record whose octets are awaited; null between records. */
  private awaited: number | null = null;
  private space: Uint8Array = new Uint8Array(0);
  private ended = false;
  private damage: Damage | null = null;

  constructor(onFrame: FrameHandler) {
    this.delivery = new Delivery(onFrame);
    const parser = parse(this.feed);
    parser.on('globalHeader', (header) => this.readHeader(header));
    parser.on('packetHeader', (header) => this.checkRecord(header));
    parser.on('packet', (packet) => this.deliver(packet));
    parser.on('error', (error) => {
      throw new CaptureError(`pcap-parser refuses this capture: ${error.message}; ${USE_BUILTIN}`, 0);
    });
  }

  get finished(): boolean {
    return this.ended || this.damage !== null;
  }

  push(chunk: Uint8Array): void {
    if (this.finished || chunk.length === 0) return;
    this.bytesFed += chunk.length;
    if (this.head === null) {
      this.give(Buffer.from(chunk));
      return;
    }
    const head = Buffer.concat([this.head, chunk]);
    this.head = head;
    if (!this.recognise(head, false)) return;
    this.head = null;
    this.give(head);
  }

  /** A fresh buffer each time, since pcap-parser keeps slices of its input. */
  reserve(): Space {
    this.space = new Uint8Array(READ_LENGTH);
    return { bytes: this.space, offset: 0, length: READ_LENGTH };
  }

  commit(length: number): void {
    this.push(this.space.subarray(0, length));
  }

  end(): void {
    if (this.finished) return;
    this.ended = true;
    if (this.head !== null) this.recognise(this.head, true);
    if (this.header === null) {
      throw new CaptureError(
        `the file header of a pcap capture takes ${FILE_HEADER_LENGTH} octets, but the file ends after ${grouped(this.bytesFed)}`,
        this.bytesFed,
      );
    }
    const rest = this.bytesFed - this.offset;
    if (this.awaited !== null) {
      this.damage = this.damageHere(
        `the record says that ${grouped(this.awaited)} octets were captured, but the file ends after ${grouped(rest - RECORD_HEADER_LENGTH)} of them`,
      );
    } else if (rest > 0) {
      this.damage = this.damageHere(
        `a record header takes ${RECORD_HEADER_LENGTH} octets, but the file ends after ${grouped(rest)} of them`,
      );
    }
  }

  breakOff(reason: string): void {
    if (this.finished) return;
    this.ended = true;
    if (this.header === null) throw new CaptureError(reason, 0);
    this.damage = this.damageHere(reason);
  }

  facts(): ReaderFacts {
    const { header, delivery } = this;
    if (header === null) throw new Error('the format of the capture is not known yet');
    const linkType = linkTypeName(header.linkLayerType & LINK_TYPE_MASK);
    const snaplen = header.snapshotLength;
    const timePrecision = 'us';
    return {
      format: 'pcap',
      byteOrder: this.byteOrder,
      linkTypes: [linkType],
      timePrecision,
      snaplen,
      frames: delivery.frame.number,
      framesWithoutTime: 0,
      bytes: delivery.bytes,
      firstFrameAt: delivery.first,
      lastFrameAt: delivery.last,
      startAt: null,
      endAt: null,
      interfaces: [namelessInterface(linkType, snaplen, timePrecision)],
      ...NO_NOTES,
      dropped: null,
      appended: null,
      damage: this.damage,
    };
  }

  /** Whether the octets so far are a capture for pcap-parser; throws if they are anything else. */
  private recognise(head: Uint8Array, complete: boolean): boolean {
    const detected = detect(head.subarray(0, HEAD_LENGTH), complete);
    if (detected === null) return false;
    if (detected.kind === 'pcapng') throw refused('pcapng');
    if (detected.kind !== 'pcap') {
      // The built-in reader has the messages for what is not a capture at all.
      const words = new CaptureReader(() => {});
      words.push(head);
      words.end();
      return false;
    }
    const { variant } = detected;
    if (variant.nanoseconds) throw refused('pcap with nanoseconds');
    if (variant.modified) throw refused('pcap with modified record headers');
    this.byteOrder = variant.littleEndian ? 'little-endian' : 'big-endian';
    return true;
  }

  private give(chunk: Buffer): void {
    this.feed.emit('data', chunk);
  }

  private readHeader(header: GlobalHeader): void {
    const { majorVersion, minorVersion } = header;
    if (majorVersion !== 2 || minorVersion < 4) throw refused(`pcap version ${majorVersion}.${minorVersion}`);
    this.header = header;
    this.limit = capturedLengthLimit(header.snapshotLength);
    this.delivery.frame.linkType = header.linkLayerType & LINK_TYPE_MASK;
    this.delivery.frame.fcsLength = fcsLengthOf(header.linkLayerType);
  }

  private checkRecord(header: PacketHeader): void {
    this.awaited = header.capturedLength;
    if (this.finished) return;
    if (isFileHeader(this.recordHeader(header), 0)) {
      this.damage = this.damageHere(
        `another pcap file starts here, but pcap-parser does not read on: ${USE_BUILTIN}`,
      );
      return;
    }
    if (header.capturedLength <= this.limit) return;
    this.damage = this.damageHere(
      `a record says that ${grouped(header.capturedLength)} octets were captured, but at most ${grouped(this.limit)} are plausible`,
    );
  }

  /** The octets that pcap-parser has read as a record's header. */
  private recordHeader(header: PacketHeader): DataView {
    const { timestampSeconds, timestampMicroseconds, capturedLength, originalLength } = header;
    const words = [timestampSeconds, timestampMicroseconds, capturedLength, originalLength];
    const view = new DataView(new ArrayBuffer(RECORD_HEADER_LENGTH));
    for (const [place, word] of words.entries())
      view.setUint32(4 * place, word, this.byteOrder === 'little-endian');
    return view;
  }

  private deliver({ header, data }: Packet): void {
    this.awaited = null;
    if (this.finished) return;
    const { delivery } = this;
    const { frame } = delivery;
    const seconds = header.timestampSeconds + Math.floor(header.timestampMicroseconds / 1_000_000);
    this.offset += RECORD_HEADER_LENGTH + header.capturedLength;
    frame.number++;
    frame.seconds = Math.min(seconds, 0xffff_ffff) | 0;
    frame.nanoseconds = (header.timestampMicroseconds % 1_000_000) * 1000;
    frame.capturedLength = header.capturedLength;
    frame.originalLength = header.originalLength;
    frame.bytes = data;
    frame.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    frame.offset = 0;
    delivery.bytes += header.capturedLength;
    if (frame.number === 1) delivery.noteFirst();
    delivery.onFrame(frame);
  }

  private damageHere(message: string): Damage {
    return { offset: this.offset, frame: this.delivery.frame.number + 1, message };
  }
}

function refused(what: string): CaptureError {
  return new CaptureError(
    `this is ${what}; pcap-parser reads only classic pcap with microseconds, version 2.4: ${USE_BUILTIN}`,
    0,
  );
}
