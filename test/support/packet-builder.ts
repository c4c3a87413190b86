import { Frame } from '../../src/capture/frame.js';

/** Builds packets from the inside out, byte for byte, lies included: every length may be overridden. */
export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export const u8 = (value: number): number[] => [value & 255];
export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];
export const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** `10.0.0.1`, or IPv6 with at most one `::`, as octets. */
export function address(text: string): number[] {
  if (!text.includes(':')) return text.split('.').map(Number);
  const [head = '', tail] = text.split('::');
  const fields = (part: string) => (part === '' ? [] : part.split(':').map((field) => parseInt(field, 16)));
  const left = fields(head);
  const right = tail === undefined ? [] : fields(tail);
  return [...left, ...zeros(8 - left.length - right.length), ...right].flatMap(u16);
}

/** Octets as the int32 words in which segments hold addresses; IPv4 in mapped form. */
export function addressWords(text: string): [number, number, number, number] {
  const octets = address(text);
  const full = octets.length === 4 ? [...zeros(10), 255, 255, ...octets] : octets;
  const view = new DataView(Uint8Array.from(full).buffer);
  return [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
}

type Bytes = Uint8Array | readonly number[];

export function ethernet(payload: Bytes, type = 0x0800): Uint8Array {
  return concat([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1], u16(type), payload);
}

/** A tag and the type that follows it, to stand after the EtherType 0x8100 (or 0x88a8). */
export function vlanTag(payload: Bytes, type = 0x0800, id = 5): Uint8Array {
  return concat(u16(id), u16(type), payload);
}

export function snap(payload: Bytes, type = 0x0800, oui = 0): Uint8Array {
  return concat([0xaa, 0xaa, 3], [oui >>> 16, oui >>> 8, oui], u16(type), payload);
}

export function linuxSll(payload: Bytes, protocol = 0x0800): Uint8Array {
  return concat(u16(0), u16(1), u16(6), [2, 0, 0, 0, 0, 1, 0, 0], u16(protocol), payload);
}

export function linuxSll2(payload: Bytes, protocol = 0x0800): Uint8Array {
  return concat(u16(protocol), u16(0), u32(3), u16(1), [0, 6], [2, 0, 0, 0, 0, 1, 0, 0], payload);
}

export function familyHeader(payload: Bytes, family: number, littleEndian = true): Uint8Array {
  const octets = u32(family);
  return concat(littleEndian ? octets.reverse() : octets, payload);
}

export interface Ipv4Fields {
  source?: string;
  destination?: string;
  protocol?: number;
  ttl?: number;
  id?: number;
  /** The 16 bits of flags and fragment offset; Don't Fragment unless told. */
  flagsAndOffset?: number;
  /** A multiple of four octets. */
  options?: Bytes;
  version?: number;
  /** In 32-bit words. */
  headerLength?: number;
  totalLength?: number;
}

export function ipv4(payload: Bytes, fields: Ipv4Fields = {}): Uint8Array {
  const options = fields.options ?? [];
  const words = fields.headerLength ?? 5 + options.length / 4;
  return concat(
    u8(((fields.version ?? 4) << 4) | words),
    u8(0),
    u16(fields.totalLength ?? 20 + options.length + payload.length),
    u16(fields.id ?? 0x1234),
    u16(fields.flagsAndOffset ?? 0x4000),
    u8(fields.ttl ?? 64),
    u8(fields.protocol ?? 6),
    u16(0),
    address(fields.source ?? '10.0.0.1'),
    address(fields.destination ?? '10.0.0.2'),
    options,
    payload,
  );
}

export interface Ipv6Fields {
  source?: string;
  destination?: string;
  hopLimit?: number;
  nextHeader?: number;
  payloadLength?: number;
  version?: number;
}

export function ipv6(payload: Bytes, fields: Ipv6Fields = {}): Uint8Array {
  return concat(
    u32((fields.version ?? 6) << 28),
    u16(fields.payloadLength ?? payload.length),
    u8(fields.nextHeader ?? 6),
    u8(fields.hopLimit ?? 64),
    address(fields.source ?? '2001:db8::1'),
    address(fields.destination ?? '2001:db8::2'),
    payload,
  );
}

/** Hop-by-hop, routing or destination options of `units` times eight octets. */
export function extensionHeader(payload: Bytes, nextHeader = 6, units = 1): Uint8Array {
  return concat([nextHeader, units - 1, 1, 4], zeros(4 + (units - 1) * 8), payload);
}

export function fragmentHeader(payload: Bytes, offsetAndMore: number, nextHeader = 6): Uint8Array {
  return concat([nextHeader, 0], u16(offsetAndMore), u32(77), payload);
}

/** An Authentication Header with an integrity check value of twelve octets. */
export function authenticationHeader(payload: Bytes, nextHeader = 6): Uint8Array {
  return concat([nextHeader, 4], u16(0), u32(1), u32(2), zeros(12), payload);
}

export function udp(payload: Bytes, sourcePort: number, destinationPort: number): Uint8Array {
  return concat(u16(sourcePort), u16(destinationPort), u16(8 + payload.length), u16(0), payload);
}

export interface TcpFields {
  sourcePort?: number;
  destinationPort?: number;
  sequence?: number;
  acknowledgment?: number;
  flags?: number;
  window?: number;
  /** Padded to a multiple of four octets with end-of-list octets. */
  options?: Bytes;
  payload?: Bytes;
  /** In 32-bit words. */
  dataOffset?: number;
}

export function tcp(fields: TcpFields = {}): Uint8Array {
  const options = fields.options ?? [];
  const padding = (4 - (options.length % 4)) % 4;
  return concat(
    u16(fields.sourcePort ?? 40000),
    u16(fields.destinationPort ?? 8080),
    u32(fields.sequence ?? 1000),
    u32(fields.acknowledgment ?? 2000),
    u8((fields.dataOffset ?? 5 + (options.length + padding) / 4) << 4),
    u8(fields.flags ?? 0x10),
    u16(fields.window ?? 502),
    u16(0),
    u16(0),
    options,
    zeros(padding),
    fields.payload ?? [],
  );
}

/** TCP options, each as its octets. */
export const option = {
  end: [0],
  nop: [1],
  maximumSegmentSize: (octets: number) => [2, 4, ...u16(octets)],
  windowScale: (shift: number) => [3, 3, shift],
  sackPermitted: [4, 2],
  sack: (...edges: number[]) => [5, 2 + edges.length * 4, ...edges.flatMap(u32)],
  timestamps: (value: number, echo: number) => [8, 10, ...u32(value), ...u32(echo)],
  multipath: (...octets: number[]) => [30, 2 + octets.length, ...octets],
  fastOpen: (cookie: readonly number[]) => [34, 2 + cookie.length, ...cookie],
  experimentalFastOpen: (cookie: readonly number[]) => [254, 4 + cookie.length, 0xf9, 0x89, ...cookie],
};

/** An ICMP or ICMPv6 message whose four octets after the checksum are zero. */
/** ARP (RFC 826) for Ethernet and IPv4: `sender` asks for the link address of `target`, or tells it its own. */
export function arp(operation: 'request' | 'reply', sender: string, target: string): Uint8Array {
  const code = operation === 'request' ? 1 : 2;
  return concat([0, 1, 8, 0, 6, 4, 0, code], zeros(6), address(sender), zeros(6), address(target));
}

/** A solicitation or an advertisement (RFC 4861 §4.3, §4.4) about `target`. */
export function neighbourDiscovery(
  kind: 'solicitation' | 'advertisement',
  target: string,
  fields: Ipv6Fields = {},
): Uint8Array {
  const message = icmp(kind === 'solicitation' ? 135 : 136, 0, address(target));
  return ipv6(message, { nextHeader: 58, hopLimit: 255, ...fields });
}

export function icmp(type: number, code: number, body: Bytes, restOfHeader = 0): Uint8Array {
  return concat([type, code], u16(0), u32(restOfHeader), body);
}

/** An ICMPv6 redirect (RFC 4861 §4.5) to a target, with that one's hardware address, which quotes `quoted`. */
export function redirect6(
  quoted: Bytes,
  [target, destination]: readonly string[] = ['fe80::1', '2001:db8::2'],
  hardware: Bytes = [2, 0, 0, 0, 0, 3],
): Uint8Array {
  const units = Math.ceil((8 + quoted.length) / 8);
  const padding = zeros(units * 8 - 8 - quoted.length);
  return icmp(
    137,
    0,
    concat(
      address(target),
      address(destination),
      [2, 1, ...hardware],
      [4, units, ...zeros(6)],
      quoted,
      padding,
    ),
  );
}

export interface FrameFields {
  linkType?: number;
  number?: number;
  seconds?: number;
  nanoseconds?: number;
  /** Cuts the frame here, as a snaplen would. */
  capturedLength?: number;
  originalLength?: number;
  /** What surrounds the frame in the reader's buffer. */
  surroundings?: number;
}

const SURROUNDING_OCTETS = 96;

/** A frame as a reader hands it on: amid other bytes of a larger buffer. */
export function frameOf(bytes: Uint8Array, fields: FrameFields = {}): Frame {
  const capturedLength = fields.capturedLength ?? bytes.length;
  const buffer = new Uint8Array(capturedLength + 2 * SURROUNDING_OCTETS).fill(fields.surroundings ?? 0xa5);
  buffer.set(bytes.subarray(0, capturedLength), SURROUNDING_OCTETS);
  const frame = new Frame();
  frame.number = fields.number ?? 1;
  frame.seconds = fields.seconds ?? 1_700_000_000;
  frame.nanoseconds = fields.nanoseconds ?? 5;
  frame.linkType = fields.linkType ?? 1;
  frame.capturedLength = capturedLength;
  frame.originalLength = fields.originalLength ?? bytes.length;
  frame.bytes = buffer;
  frame.view = new DataView(buffer.buffer);
  frame.offset = SURROUNDING_OCTETS;
  return frame;
}
