/**
 * Writes a pcapng file of one section in little-endian order.
 * Source: draft-ietf-opsawg-pcapng "PCAP Now Generic (pcapng) Capture File Format", §§3–4.
 */
import { isKnown, type Timestamp } from '../core/time.js';
import type { FrameComment, InterfaceFacts } from './facts.js';
import type { Frame } from './frame.js';
import { type FrameWriter, OctetBuffer, type WriteOctets } from './frame-writer.js';
import {
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET_BLOCK,
  IF_DESCRIPTION,
  IF_NAME,
  IF_TSRESOL,
  INTERFACE_DESCRIPTION_BLOCK,
  INTERFACE_STATISTICS_BLOCK,
  ISB_ENDTIME,
  ISB_STARTTIME,
  OPT_COMMENT,
  SECTION_HEADER_BLOCK,
  SHB_USERAPPL,
  SIMPLE_PACKET_BLOCK,
} from './pcapng.js';

/** A section whose length is not stated. */
const UNKNOWN_LENGTH = 0xffff_ffff;
const BLOCK_OVERHEAD = 12;
const OPTION_HEADER_LENGTH = 4;
/** The largest value that an option's length field can hold. */
const MAX_OPTION_LENGTH = 0xffff;

/** if_tsresol, the negative exponent of ten, by the reader's name of a precision; others are kept in nanoseconds. */
const TSRESOL: Readonly<Record<string, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
const NANOSECONDS_EXPONENT = 9;

export interface PcapngWriterOptions {
  /** The program that writes (shb_userappl). */
  readonly application: string;
  /** Comments on the whole section. */
  readonly comments: readonly string[];
  /** Comments on frames, by their number in the capture that they come from. */
  readonly frameComments: readonly FrameComment[];
  /** Interfaces by `Frame.interfaceId`. One that is not among them is described by its link type alone. */
  readonly interfaces: readonly Pick<
    InterfaceFacts,
    'name' | 'description' | 'comments' | 'snaplen' | 'timePrecision'
  >[];
  /**
   * When the capture began and ended, which may be long before its first frame and after its last: both go into the
   * statistics of each interface (isb_starttime, isb_endtime). Null if that is not known.
   */
  readonly startAt: Timestamp | null;
  readonly endAt: Timestamp | null;
}

interface WrittenInterface {
  readonly id: number;
  readonly snaplen: number;
  /** Powers of ten: units in a second, and nanoseconds in a unit. */
  readonly unitsPerSecond: bigint;
  readonly nanosecondsPerUnit: number;
}

type Option = readonly [code: number, value: Uint8Array];

/** For frames without options. */
const NO_OPTIONS: readonly Option[] = [];

/** Interfaces are described when their first frame comes, so that only those in use are. */
export class PcapngWriter implements FrameWriter {
  readonly #out: OctetBuffer;
  readonly #options: PcapngWriterOptions;
  readonly #interfaces = new Map<number, WrittenInterface>();
  readonly #frameComments = new Map<number, Option[]>();

  constructor(write: WriteOctets, options: PcapngWriterOptions) {
    this.#out = new OctetBuffer(write);
    this.#options = options;
    for (const { frame, text } of options.frameComments) {
      const known = this.#frameComments.get(frame);
      if (known === undefined) this.#frameComments.set(frame, [[OPT_COMMENT, encode(text)]]);
      else known.push([OPT_COMMENT, encode(text)]);
    }
    const list: Option[] = [...commentOptions(options.comments), [SHB_USERAPPL, encode(options.application)]];
    this.#block(SECTION_HEADER_BLOCK, 16, list, (view, at) => {
      view.setUint32(at, BYTE_ORDER_MAGIC, true);
      view.setUint16(at + 4, 1, true);
      view.setUint16(at + 6, 0, true);
      view.setUint32(at + 8, UNKNOWN_LENGTH, true);
      view.setUint32(at + 12, UNKNOWN_LENGTH, true);
    });
  }

  /** A frame without a time has none in the extract either, if the format can express that; else it is that of 1970. */
  add(frame: Frame): void {
    const source = this.#interfaces.get(frame.interfaceId) ?? this.#describe(frame);
    const { capturedLength, offset, bytes } = frame;
    if (!isKnown(frame) && source.id === 0 && capturedLength === impliedLength(frame, source)) {
      this.#block(SIMPLE_PACKET_BLOCK, 4 + capturedLength, NO_OPTIONS, (view, at, target) => {
        view.setUint32(at, frame.originalLength, true);
        target.set(bytes.subarray(offset, offset + capturedLength), at + 4);
      });
      return;
    }
    const fixed = 20;
    const comments = this.#frameComments.get(frame.number) ?? NO_OPTIONS;
    this.#block(ENHANCED_PACKET_BLOCK, fixed + capturedLength, comments, (view, at, target) => {
      view.setUint32(at, source.id, true);
      writeTime(view, at + 4, frame, source);
      view.setUint32(at + 12, capturedLength, true);
      view.setUint32(at + 16, frame.originalLength, true);
      target.set(bytes.subarray(offset, offset + capturedLength), at + fixed);
    });
  }

  end(): void {
    const { startAt, endAt } = this.#options;
    if (endAt !== null) {
      for (const source of this.#interfaces.values()) {
        const list: Option[] = [[ISB_ENDTIME, timeOption(endAt, source)]];
        if (startAt !== null) list.unshift([ISB_STARTTIME, timeOption(startAt, source)]);
        this.#block(INTERFACE_STATISTICS_BLOCK, 12, list, (view, at) => {
          view.setUint32(at, source.id, true);
          writeTime(view, at + 4, endAt, source);
        });
      }
    }
    this.#out.flush();
  }

  #describe({ interfaceId, linkType }: Frame): WrittenInterface {
    const facts = this.#options.interfaces[interfaceId];
    const exponent = TSRESOL[facts?.timePrecision] ?? NANOSECONDS_EXPONENT;
    const list: Option[] = [...commentOptions(facts?.comments ?? [])];
    if (typeof facts?.name === 'string') list.push([IF_NAME, encode(facts.name)]);
    if (typeof facts?.description === 'string') list.push([IF_DESCRIPTION, encode(facts.description)]);
    list.push([IF_TSRESOL, Uint8Array.of(exponent)]);
    this.#block(INTERFACE_DESCRIPTION_BLOCK, 8, list, (view, at) => {
      view.setUint16(at, linkType, true);
      view.setUint16(at + 2, 0, true);
      view.setUint32(at + 4, facts?.snaplen ?? 0, true);
    });
    const described = {
      id: this.#interfaces.size,
      snaplen: facts?.snaplen ?? 0,
      unitsPerSecond: 10n ** BigInt(exponent),
      nanosecondsPerUnit: 10 ** (NANOSECONDS_EXPONENT - exponent),
    };
    this.#interfaces.set(interfaceId, described);
    return described;
  }

  /** A block whose body, `size` octets before its options, `fill` puts at an offset into zeroes. */
  #block(
    type: number,
    size: number,
    options: readonly Option[],
    fill: (view: DataView, at: number, bytes: Uint8Array) => void,
  ): void {
    const padded = padTo4(size);
    const length = BLOCK_OVERHEAD + padded + optionsLength(options);
    const out = this.#out;
    out.room(length);
    const { view, bytes, length: start } = out;
    bytes.fill(0, start, start + length);
    view.setUint32(start, type, true);
    view.setUint32(start + 4, length, true);
    fill(view, start + 8, bytes);
    let at = start + 8 + padded;
    for (const [code, value] of options) {
      view.setUint16(at, code, true);
      view.setUint16(at + 2, value.length, true);
      bytes.set(value, at + OPTION_HEADER_LENGTH);
      at += OPTION_HEADER_LENGTH + padTo4(value.length);
    }
    view.setUint32(start + length - 4, length, true);
    out.length += length;
  }
}

/** The end of options, all zeroes, closes every list that is not empty. */
function optionsLength(options: readonly Option[]): number {
  if (options.length === 0) return 0;
  return options.reduce(
    (sum, [, value]) => sum + OPTION_HEADER_LENGTH + padTo4(value.length),
    OPTION_HEADER_LENGTH,
  );
}

/** How much of a frame a block without a length of its own implies. */
function impliedLength({ originalLength }: Frame, { snaplen }: WrittenInterface): number {
  return snaplen === 0 ? originalLength : Math.min(originalLength, snaplen);
}

function timeOption(time: Timestamp, source: WrittenInterface): Uint8Array {
  const value = new Uint8Array(8);
  writeTime(new DataView(value.buffer), 0, time, source);
  return value;
}

/** High and low half of a time in an interface's units. */
function writeTime(view: DataView, at: number, time: Timestamp, source: WrittenInterface): void {
  const fraction = BigInt(Math.floor(Math.max(0, time.nanoseconds) / source.nanosecondsPerUnit));
  const units = BigInt(time.seconds >>> 0) * source.unitsPerSecond + fraction;
  view.setUint32(at, Number(units >> 32n), true);
  view.setUint32(at + 4, Number(units & 0xffff_ffffn), true);
}

function commentOptions(comments: readonly string[]): readonly Option[] {
  return comments.map((comment) => [OPT_COMMENT, encode(comment)]);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text).subarray(0, MAX_OPTION_LENGTH);
}

function padTo4(length: number): number {
  return (length + 3) & ~3;
}
