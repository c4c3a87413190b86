import type { PcapWriter } from './pcap-writer.js';
import { Random } from './random.js';
import { ACK, type Dialect, type Party, type Segment, SYN } from './segment.js';

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const TCP_BYTES = 20;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const PROTOCOL_TCP = 6;
/** First byte 02: a locally administered unicast address. */
const MAC_PREFIX = 0x0200;
/** 2001:db8::/32, reserved for documentation. */
const IPV6_PREFIX = 0x20010db8;
/** Don't fragment. */
const IPV4_FLAGS = 0x4000;
const TIMESTAMP_BYTES = 12;
const SACK_BYTES = 12;

/** The largest payload of one segment on an Ethernet of 1500 bytes. */
export function largestPayload(dialect: Dialect): number {
  return mss(dialect) - (dialect.timestamps ? TIMESTAMP_BYTES : 0);
}

function mss(dialect: Dialect): number {
  return 1500 - TCP_BYTES - (dialect.ipv6 ? IPV6_BYTES : IPV4_BYTES);
}

function synOptionBytes(dialect: Dialect): number {
  if (dialect.timestamps) return 20;
  return dialect.windowScale ? 12 : 4;
}

function optionBytes(segment: Segment, dialect: Dialect): number {
  if ((segment.flags & SYN) !== 0) return synOptionBytes(dialect);
  const sack = segment.sackLeft === segment.sackRight ? 0 : SACK_BYTES;
  return (dialect.timestamps ? TIMESTAMP_BYTES : 0) + sack;
}

/** Writes one segment as an Ethernet frame. Checksums stay zero, as with a card that computes them. */
export function writeFrame(writer: PcapWriter, segment: Segment, to: Party, dialect: Dialect): void {
  const { from } = segment;
  const options = optionBytes(segment, dialect);
  const tcpLength = TCP_BYTES + options + segment.length;
  const ipBytes = dialect.ipv6 ? IPV6_BYTES : IPV4_BYTES;
  const start = writer.startFrame(segment.at, ETHERNET_BYTES + ipBytes + tcpLength);
  const { view } = writer;

  view.setUint16(start, MAC_PREFIX);
  view.setUint32(start + 2, to.host.mac);
  view.setUint16(start + 6, MAC_PREFIX);
  view.setUint32(start + 8, from.host.mac);
  view.setUint16(start + 12, dialect.ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);

  const ip = start + ETHERNET_BYTES;
  if (dialect.ipv6) writeIpv6(view, ip, from, to, tcpLength);
  else writeIpv4(view, ip, from, to, tcpLength);

  const tcp = ip + ipBytes;
  view.setUint16(tcp, from.port);
  view.setUint16(tcp + 2, to.port);
  view.setInt32(tcp + 4, segment.sequence);
  view.setInt32(tcp + 8, segment.acknowledgment);
  view.setUint8(tcp + 12, ((TCP_BYTES + options) >> 2) << 4);
  view.setUint8(tcp + 13, segment.flags);
  view.setUint16(tcp + 14, segment.window);
  view.setUint32(tcp + 16, 0);
  if ((segment.flags & SYN) !== 0) writeSynOptions(view, tcp + TCP_BYTES, segment, dialect);
  else writeOptions(view, tcp + TCP_BYTES, segment, dialect);

  if (segment.length > 0) writePayload(writer.bytes, tcp + TCP_BYTES + options, segment);
}

function writeIpv4(view: DataView, ip: number, from: Party, to: Party, tcpLength: number): void {
  view.setUint16(ip, 0x4500);
  view.setUint16(ip + 2, IPV4_BYTES + tcpLength);
  view.setUint16(ip + 4, from.identification++ & 0xffff);
  view.setUint16(ip + 6, IPV4_FLAGS);
  view.setUint8(ip + 8, from.timeToLive);
  view.setUint8(ip + 9, PROTOCOL_TCP);
  view.setUint16(ip + 10, 0);
  view.setUint32(ip + 12, from.host.ipv4);
  view.setUint32(ip + 16, to.host.ipv4);
}

function writeIpv6(view: DataView, ip: number, from: Party, to: Party, tcpLength: number): void {
  view.setUint32(ip, 0x60000000);
  view.setUint16(ip + 4, tcpLength);
  view.setUint8(ip + 6, PROTOCOL_TCP);
  view.setUint8(ip + 7, from.timeToLive);
  writeIpv6Address(view, ip + 8, from.host.ipv6Suffix);
  writeIpv6Address(view, ip + 24, to.host.ipv6Suffix);
}

function writeIpv6Address(view: DataView, at: number, suffix: number): void {
  view.setUint32(at, IPV6_PREFIX);
  view.setUint32(at + 4, 0);
  view.setUint32(at + 8, 0);
  view.setUint32(at + 12, suffix);
}

function writeSynOptions(view: DataView, at: number, segment: Segment, dialect: Dialect): void {
  view.setUint16(at, 0x0204);
  view.setUint16(at + 2, mss(dialect));
  if (dialect.timestamps) {
    // In the order in which Linux writes them: SACK permitted, timestamps, NOP, window scale.
    view.setUint16(at + 4, 0x0402);
    view.setUint16(at + 6, 0x080a);
    view.setInt32(at + 8, segment.timestamp);
    view.setInt32(at + 12, segment.echo);
    view.setUint32(at + 16, 0x01030300 | segment.from.scale);
  } else if (dialect.windowScale) {
    // In Windows' order: NOP, window scale, NOP, NOP, SACK permitted.
    view.setUint32(at + 4, 0x01030300 | segment.from.scale);
    view.setUint32(at + 8, 0x01010402);
  }
}

function writeOptions(view: DataView, at: number, segment: Segment, dialect: Dialect): void {
  let offset = at;
  if (dialect.timestamps) {
    view.setUint32(offset, 0x0101080a);
    view.setInt32(offset + 4, segment.timestamp);
    view.setInt32(offset + 8, segment.echo);
    offset += TIMESTAMP_BYTES;
  }
  if (segment.sackLeft !== segment.sackRight && (segment.flags & ACK) !== 0) {
    view.setUint32(offset, 0x0101050a);
    view.setInt32(offset + 4, segment.sackLeft);
    view.setInt32(offset + 8, segment.sackRight);
  }
}

const PAYLOAD_SOURCE_BYTES = 1 << 20;
const payloadSource = makePayloadSource();

/**
 * Half noise, half words, so that gzip finds about as much to do as in real traffic, and nothing that looks
 * like a protocol. A mebibyte, so that gzip's window of 32 KiB seldom holds the same stretch twice.
 */
function makePayloadSource(): Uint8Array {
  const random = new Random(7);
  const words = 'meadow 1024 harbour window lantern 77 the of orchard signal copper river 300 and'.split(' ');
  const source = new Uint8Array(PAYLOAD_SOURCE_BYTES + 2048);
  const encoder = new TextEncoder();
  for (let at = 0; at < source.length; ) {
    const stretchEnd = Math.min(source.length, at + random.integer(64, 512));
    const noise = random.chance(0.5);
    while (at < stretchEnd) {
      if (noise) source[at++] = random.bits();
      else
        at += encoder.encodeInto(
          `${words[random.integer(0, words.length - 1)]} `,
          source.subarray(at),
        ).written;
    }
  }
  return source;
}

function writePayload(bytes: Uint8Array, at: number, segment: Segment): void {
  // Taken from the sequence number, so that a retransmission carries the same bytes.
  const from = (Math.imul(segment.sequence, 0x9e3779b1) >>> 0) % PAYLOAD_SOURCE_BYTES;
  bytes.set(payloadSource.subarray(from, from + segment.length), at);
}
