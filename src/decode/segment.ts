/** TCP flag bits as they stand in the header (RFC 9293 §3.1), with AE of RFC 9768 left out. */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;

/** How many SACK blocks a segment can carry beside a timestamp option, and without one (RFC 2018 §3). */
const MAX_SACK_BLOCKS = 4;

/**
 * One TCP segment, decoded from a frame. The decoder owns a single instance and refills it: copy whatever
 * is to be kept. All fields are int32 so that the engine keeps them unboxed; sequence
 * numbers, windows and timestamps are 32-bit patterns (`>>> 0` to print them).
 */
export class Segment {
  /** Frame facts, copied from the `Frame`. */
  frame = 0;
  seconds = 0;
  nanoseconds = 0;

  /** Source and destination addresses as `AddressWords` (IPv4 in mapped form). */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  sourcePort = 0;
  destinationPort = 0;
  /** Number of the network it is in, see `Domains`; 0 if those are not distinguished. */
  domain = 0;

  /** The Ethernet address that its frame came from, folded to 32 bits; 0 with other link layers. */
  linkSource = 0;

  /** IPv4 TTL or IPv6 hop limit. */
  ttl = 0;
  /** IPv4 identification; -1 for IPv6. */
  ipId = 0;
  /** 1 if IPv4's Don't Fragment bit is set, or for IPv6. */
  dontFragment = 0;

  sequence = 0;
  /** Acknowledgment field; meaningful with the ACK flag. */
  acknowledgment = 0;
  flags = 0;
  /** Window field as it stands in the header, unscaled. */
  window = 0;
  /** Payload octets on the wire, from the IP lengths, whatever the snaplen cut. */
  payloadLength = 0;
  /**
   * Where the captured payload starts in the frame's buffer, and how much of it was captured. For a datagram
   * reassembled from fragments only the amount is known.
   */
  payloadOffset = 0;
  payloadCaptured = 0;
  /** What a short payload shows of TLS, see `tls.ts`; 0 if it is not looked at. */
  tls = 0;

  /** Maximum segment size option; -1 without. */
  maximumSegmentSize = -1;
  /** Window scale shift, 0…14; -1 without the option. */
  windowScale = -1;
  sackPermitted = 0;
  /** SACK blocks 0…4, as pairs of edges in `sackEdges` (left0, right0, left1 …). */
  sackBlocks = 0;
  readonly sackEdges = new Int32Array(2 * MAX_SACK_BLOCKS);
  /** 1 if the timestamp option is present, with its two values as 32-bit patterns. */
  hasTimestamps = 0;
  timestampValue = 0;
  timestampEcho = 0;
  /** Fast Open cookie length (0 is a request for one); -1 without the option. */
  fastOpenCookieLength = -1;
  /** 1 if a Multipath TCP option is present. */
  multipath = 0;
  /** 1 if options were cut by the snaplen or malformed, so that absent options prove nothing. */
  optionsIncomplete = 0;
}

/**
 * A TCP header that is cut, shorter than one can be, or longer than its datagram: no segment. Wireshark gives its
 * 4-tuple a stream number before it notices.
 */
export class BrokenHeader {
  /** As in `Segment`. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  sourcePort = 0;
  destinationPort = 0;
  domain = 0;
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  /** What the datagram has after the header's alleged end; negative if it ends before that. */
  payloadLength = 0;
}

/**
 * An ICMP or ICMPv6 error that quotes a TCP header (RFC 792; RFC 4443 §3). Its quoted segment is not a
 * segment of the connection: it only shows which packet a router could not deliver.
 */
export class IcmpError {
  frame = 0;
  seconds = 0;
  nanoseconds = 0;
  /** 4 for ICMP, 6 for ICMPv6. */
  version = 4;
  type = 0;
  code = 0;
  /** The largest packet that the next link takes, in octets, if the error states it; else 0. */
  mtu = 0;
  /** Who sent the error, as `AddressWords`. */
  reporter0 = 0;
  reporter1 = 0;
  reporter2 = 0;
  reporter3 = 0;
  /** The quoted packet: source is the host whose packet was not delivered. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  sourcePort = 0;
  destinationPort = 0;
  /** As in `Segment`. */
  domain = 0;
  /**
   * 0 if the quoted packet is that of a tunnel, with the segment inside: its sender hears of the error only if
   * the tunnel's entrance passes it on.
   */
  isDirect = 1;
  /** Quoted sequence number. */
  sequence = 0;
  /** 1 if enough of the TCP header was quoted for Wireshark to give its 4-tuple a number. */
  hasHeader = 0;
  /** Quoted flags, or -1 if the quotation ends before them. */
  flags = -1;
}

/** Where a packet comes from and goes to, and in which network. */
export type Ends = Pick<
  Segment,
  | 'source0'
  | 'source1'
  | 'source2'
  | 'source3'
  | 'destination0'
  | 'destination1'
  | 'destination2'
  | 'destination3'
  | 'domain'
>;

export function copyEnds(from: Ends, to: Ends): void {
  to.source0 = from.source0;
  to.source1 = from.source1;
  to.source2 = from.source2;
  to.source3 = from.source3;
  to.destination0 = from.destination0;
  to.destination1 = from.destination1;
  to.destination2 = from.destination2;
  to.destination3 = from.destination3;
  to.domain = from.domain;
}
