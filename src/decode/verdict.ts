/**
 * What became of one frame. `SEGMENT`, `ICMP_ERROR` and `NEIGHBOUR` say that the decoder's reused object
 * holds it; all others are reasons for which the frame plays no part in any connection.
 */
export type Verdict =
  | typeof SEGMENT
  | typeof ICMP_ERROR
  | typeof UNSUPPORTED_LINK_TYPE
  | typeof NOT_IP
  | typeof NOT_TCP
  | typeof FRAGMENT
  | typeof TRUNCATED
  | typeof MALFORMED
  | typeof NESTED_TOO_DEEP
  | typeof ENCRYPTED
  | typeof LINK_FRAGMENT
  | typeof REASSEMBLED_FRAGMENT
  | typeof OVERLAPPING_FRAGMENT
  | typeof NEIGHBOUR;

/** A TCP segment. */
export const SEGMENT = 0;
/** An ICMP or ICMPv6 error that quotes a TCP header. */
export const ICMP_ERROR = 1;
/** No decoder for the interface's link type. */
export const UNSUPPORTED_LINK_TYPE = 2;
/** The link layer carries something other than IP, such as spanning tree. */
export const NOT_IP = 3;
/** IP carries something other than TCP, such as UDP. */
export const NOT_TCP = 4;
/** A fragment of an IP datagram that is not complete, at least so far. */
export const FRAGMENT = 5;
/** The snaplen cut the frame before the TCP header's first 20 octets ended. */
export const TRUNCATED = 6;
/** Lengths or versions that contradict each other. */
export const MALFORMED = 7;
/** More layers stacked than `MAX_LAYERS`. */
export const NESTED_TOO_DEEP = 8;
/** The link layer encrypts what it carries, as protected 802.11 frames do. */
export const ENCRYPTED = 9;
/** Any part but the first of a frame that the link layer sent in fragments (802.11, ARCNET). */
export const LINK_FRAGMENT = 10;
/** A fragment of an IP datagram that a later frame completed. That frame has a verdict of its own. */
export const REASSEMBLED_FRAGMENT = 11;
/** A fragment of an IP datagram whose fragments overlap: it is no datagram (RFC 5722). */
export const OVERLAPPING_FRAGMENT = 12;
/** A request for a link address, or an answer, of ARP or neighbour discovery. */
export const NEIGHBOUR = 13;

/** What reports and `--verbose` call each verdict; the index is the verdict. */
export const VERDICT_NAMES = [
  'tcp-segment',
  'icmp-error',
  'unsupported-link-type',
  'not-ip',
  'not-tcp',
  'fragment',
  'truncated-header',
  'malformed',
  'nested-too-deep',
  'encrypted',
  'link-fragment',
  'reassembled-fragment',
  'overlapping-fragment',
  'neighbour',
] as const satisfies readonly string[];

/** Each verdict in words, for `--verbose`. */
export const VERDICT_DESCRIPTIONS: Readonly<Record<(typeof VERDICT_NAMES)[number], string>> = {
  'tcp-segment': 'TCP segments',
  'icmp-error': 'ICMP errors about TCP segments',
  'unsupported-link-type': 'of a link type that is not decoded',
  'not-ip': 'not IP, such as spanning tree or 802.11 beacons',
  'not-tcp': 'IP, but not TCP',
  fragment: 'fragments of IP datagrams that stayed incomplete',
  'truncated-header': 'cut by the snaplen before the TCP header ended',
  malformed: 'headers whose lengths or versions contradict each other',
  'nested-too-deep': 'too many nested layers',
  encrypted: 'encrypted by the link layer, such as protected 802.11 frames',
  'link-fragment': 'later parts of frames that the link layer sent in fragments',
  'reassembled-fragment': 'fragments of IP datagrams, before the one that completed them',
  'overlapping-fragment': 'fragments of IP datagrams that overlap',
  neighbour: 'ARP and neighbour discovery',
};
