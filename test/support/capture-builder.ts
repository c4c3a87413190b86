/** Writes captures byte for byte, in every variant that readers meet. */

export interface BuiltFrame {
  readonly data: Uint8Array;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly originalLength?: number;
}

export interface PcapVariant {
  readonly littleEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** Kuznetzov's variant, with 24-byte record headers. */
  readonly modified?: boolean;
  readonly linkType?: number;
  readonly major?: number;
  readonly minor?: number;
}

class Writer {
  readonly bytes: number[] = [];

  constructor(readonly littleEndian: boolean) {}

  u16(value: number): this {
    return this.#put(value, 2);
  }

  u32(value: number): this {
    return this.#put(value, 4);
  }

  raw(data: Iterable<number>): this {
    for (const octet of data) this.bytes.push(octet);
    return this;
  }

  pad(): this {
    while (this.bytes.length % 4 !== 0) this.bytes.push(0);
    return this;
  }

  #put(value: number, size: number): this {
    const octets: number[] = [];
    for (let i = 0; i < size; i++) octets.push((value >>> (8 * (size - 1 - i))) & 0xff);
    return this.raw(this.littleEndian ? octets.reverse() : octets);
  }
}

export function pcap(frames: readonly BuiltFrame[], variant: PcapVariant = {}): Uint8Array {
  const { littleEndian = true, nanoseconds = false, modified = false, linkType = 1 } = variant;
  const magic = nanoseconds ? 0xa1b23c4d : modified ? 0xa1b2cd34 : 0xa1b2c3d4;
  const writer = new Writer(littleEndian)
    .u32(magic)
    .u16(variant.major ?? 2)
    .u16(variant.minor ?? 4);
  writer.u32(0).u32(0).u32(262_144).u32(linkType);
  for (const frame of frames) {
    const fraction = Number(frame.time % 1_000_000_000n);
    writer.u32(Number(frame.time / 1_000_000_000n)).u32(nanoseconds ? fraction : Math.floor(fraction / 1000));
    writer.u32(frame.data.length).u32(frame.originalLength ?? frame.data.length);
    if (modified) writer.u32(2).u16(0x0800).raw([0, 0]);
    writer.raw(frame.data);
  }
  return Uint8Array.from(writer.bytes);
}

/** A pcapng block: its type, body and lengths at both ends. */
export function block(type: number, body: Uint8Array | readonly number[], littleEndian = true): Uint8Array {
  const padded = [...body];
  while (padded.length % 4 !== 0) padded.push(0);
  const length = padded.length + 12;
  return Uint8Array.from(new Writer(littleEndian).u32(type).u32(length).raw(padded).u32(length).bytes);
}

/** Options as code and octets; the end of options is added. */
export type Options = readonly (readonly [number, readonly number[]])[];

function options(writer: Writer, list: Options): Writer {
  for (const [code, octets] of list) writer.u16(code).u16(octets.length).raw(octets).pad();
  return list.length > 0 ? writer.u16(0).u16(0) : writer;
}

export function sectionHeader(littleEndian = true, list: Options = []): Uint8Array {
  const body = new Writer(littleEndian).u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff);
  return block(0x0a0d0d0a, options(body, list).bytes, littleEndian);
}

/** The octets of an option that is text. */
export function utf8(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}

export function interfaceDescription(
  linkType = 1,
  list: Options = [],
  littleEndian = true,
  snaplen = 0,
): Uint8Array {
  const writer = new Writer(littleEndian).u16(linkType).u16(0).u32(snaplen);
  return block(1, options(writer, list).bytes, littleEndian);
}

/** `units` is the time in the interface's resolution. */
export function enhancedPacket(
  data: Uint8Array,
  units: bigint,
  interfaceId = 0,
  littleEndian = true,
  list: Options = [],
  originalLength = data.length,
): Uint8Array {
  const writer = new Writer(littleEndian).u32(interfaceId);
  writer
    .u32(Number(units >> 32n))
    .u32(Number(units & 0xffff_ffffn))
    .u32(data.length)
    .u32(originalLength)
    .raw(data)
    .pad();
  return block(6, options(writer, list).bytes, littleEndian);
}

export function obsoletePacket(
  data: Uint8Array,
  units: bigint,
  interfaceId = 0,
  drops = 0,
  littleEndian = true,
): Uint8Array {
  const writer = new Writer(littleEndian).u16(interfaceId).u16(drops);
  writer
    .u32(Number(units >> 32n))
    .u32(Number(units & 0xffff_ffffn))
    .u32(data.length)
    .u32(data.length)
    .raw(data);
  return block(2, writer.bytes, littleEndian);
}

export function simplePacket(
  data: Uint8Array,
  originalLength = data.length,
  littleEndian = true,
): Uint8Array {
  return block(3, new Writer(littleEndian).u32(originalLength).raw(data).bytes, littleEndian);
}

export function interfaceStatistics(interfaceId: number, list: Options, littleEndian = true): Uint8Array {
  return block(5, options(new Writer(littleEndian).u32(interfaceId).u32(0).u32(0), list).bytes, littleEndian);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
