/** Where the parts of an IP header and its extensions are, for whole datagrams and for fragments. */
import { PROTOCOL_AH } from '../decode/ip.js';

/** Octets `start … end` of a frame's buffer. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface IpLayer {
  readonly version: 4 | 6;
  /** Where its header starts. */
  readonly start: number;
  /** Where what it carries starts, after options and extension headers. */
  readonly payload: number;
  /** Where it ends, and where it ended on the wire. */
  readonly end: number;
  readonly wireEnd: number;
  readonly source: Span;
  readonly destination: Span;
  /** In their order. */
  readonly extensions: readonly Extension[];
  /** Number of the protocol that it carries. */
  readonly protocol: number;
  /** Which part it is of a datagram that was sent in fragments; null for a whole one. */
  readonly fragment: Fragment | null;
}

export interface Fragment {
  /** Of its first octet, among those of the datagram. */
  readonly offset: number;
  readonly identification: number;
}

/** The options of an IPv4 header, or a header between IP and what it carries. */
export interface Extension extends Span {
  /** Its protocol number; `IPV4_OPTIONS` for those. */
  readonly type: number;
}

export const IPV4_OPTIONS = -1;
/** Extension headers (RFC 8200 §4; IANA IPv6 Extension Header Types). */
export const ROUTING = 43;
export const FRAGMENT_HEADER = 44;
/** Hop-by-hop, routing, destination options, mobility, host identity, shim6: they give their lengths alike. */
const EXTENSIONS: readonly number[] = [0, ROUTING, 60, 135, 139, 140];
const MAX_EXTENSIONS = 32;

const IPV4_HEADER_LENGTH = 20;
const IPV6_HEADER_LENGTH = 40;

/** The IP layer that starts at `start`; null if its headers are cut or malformed. */
export function ipLayerAt(view: DataView, start: number, end: number, wireEnd: number): IpLayer | null {
  if (start >= end) return null;
  const version = view.getUint8(start) >> 4;
  if (version === 4) return ipv4(view, start, end, wireEnd);
  return version === 6 ? ipv6(view, start, end, wireEnd) : null;
}

function ipv4(view: DataView, start: number, end: number, wireEnd: number): IpLayer | null {
  if (start + IPV4_HEADER_LENGTH > end) return null;
  const headerEnd = start + ((view.getUint8(start) & 0x0f) << 2);
  const length = view.getUint16(start + 2);
  // 0 if the network card was to cut the segment: then the frame's own length counts.
  const ends =
    length === 0 ? { end, wireEnd } : { end: Math.min(end, start + length), wireEnd: start + length };
  if (headerEnd < start + IPV4_HEADER_LENGTH || headerEnd > ends.end) return null;
  const flagsAndOffset = view.getUint16(start + 6);
  const fragment =
    (flagsAndOffset & 0x3fff) === 0
      ? null
      : { offset: (flagsAndOffset & 0x1fff) * 8, identification: view.getUint16(start + 4) };
  const extensions: Extension[] = [];
  if (headerEnd > start + IPV4_HEADER_LENGTH)
    extensions.push({ type: IPV4_OPTIONS, start: start + IPV4_HEADER_LENGTH, end: headerEnd });
  const chain = walk(view, view.getUint8(start + 9), headerEnd, ends.end, extensions, fragment);
  if (chain === null) return null;
  return {
    version: 4,
    start,
    ...ends,
    source: { start: start + 12, end: start + 16 },
    destination: { start: start + 16, end: start + 20 },
    extensions,
    ...chain,
  };
}

function ipv6(view: DataView, start: number, end: number, wireEnd: number): IpLayer | null {
  const headerEnd = start + IPV6_HEADER_LENGTH;
  if (headerEnd > end) return null;
  const length = view.getUint16(start + 4);
  const ends =
    length === 0 ? { end, wireEnd } : { end: Math.min(end, headerEnd + length), wireEnd: headerEnd + length };
  const extensions: Extension[] = [];
  const chain = walk(view, view.getUint8(start + 6), headerEnd, ends.end, extensions, null);
  if (chain === null) return null;
  return {
    version: 6,
    start,
    ...ends,
    source: { start: start + 8, end: start + 24 },
    destination: { start: start + 24, end: start + 40 },
    extensions,
    ...chain,
  };
}

/** Walks the headers from that of type `next` at `start`, up to one that is no extension, and notes them. */
function walk(
  view: DataView,
  next: number,
  start: number,
  end: number,
  extensions: Extension[],
  fragmentOfHeader: Fragment | null,
): Pick<IpLayer, 'protocol' | 'payload' | 'fragment'> | null {
  let type = next;
  let at = start;
  let fragment = fragmentOfHeader;
  // What follows in any fragment but the first is the middle of something.
  while (extensions.length <= MAX_EXTENSIONS && (fragment === null || fragment.offset === 0)) {
    const isFragmentHeader = type === FRAGMENT_HEADER;
    if (!isFragmentHeader && type !== PROTOCOL_AH && !EXTENSIONS.includes(type))
      return { protocol: type, payload: at, fragment };
    if (at + 8 > end) return null;
    const units = view.getUint8(at + 1);
    const length = isFragmentHeader ? 8 : type === PROTOCOL_AH ? (units + 2) * 4 : (units + 1) * 8;
    if (at + length > end) return null;
    extensions.push({ type, start: at, end: at + length });
    if (isFragmentHeader && (view.getUint16(at + 2) & 0xfff9) !== 0)
      fragment = { offset: view.getUint16(at + 2) & 0xfff8, identification: view.getUint32(at + 4) };
    type = view.getUint8(at);
    at += length;
  }
  return extensions.length > MAX_EXTENSIONS ? null : { protocol: type, payload: at, fragment };
}
