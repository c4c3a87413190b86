import type { Frame } from '../capture/frame.js';
import type { Domains } from './domains.js';
import { NeighbourMessage } from './neighbour-message.js';
import { BrokenHeader, IcmpError, Segment } from './segment.js';
import { MALFORMED, TRUNCATED } from './verdict.js';

/**
 * A frame on its way through the layers: where the next header starts and how far bytes reach. Every layer
 * moves `offset` past its own header and, if its header states a length, narrows the two ends. There is
 * one instance, refilled for each frame.
 */
export class Packet {
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the next header starts. */
  offset = 0;
  /**
   * End of the captured bytes that belong to this layer. The buffer continues with other frames' bytes, so
   * every read must be checked against it.
   */
  end = 0;
  /** Where this layer ended on the wire; beyond `end` if the snaplen cut it. */
  wireEnd = 0;

  /** Octets that were captured of this layer and are no longer at hand. */
  beyond = 0;

  /** Of the innermost VLAN tag; 0 without. */
  vlanId = 0;
  /** Of the IP header read last, if it said that the packet is a fragment: where its octets belong. */
  fragmentOffset = 0;
  moreFragments = 0;
  identification = 0;
  /** What else the fragments of a datagram have in common. */
  fragmentContext = 0;
  /** What the datagram carries, if this is its first fragment. */
  fragmentProtocol = 0;
  /** Octets of its header that count among the 65,535 that a datagram may have. */
  unfragmentable = 0;

  /** The link type that a header named, if that led to `UNSUPPORTED_LINK_TYPE`. */
  innerLinkType = 0;
  /** Frames so far that hold several packets, of which only the first was looked at. */
  aggregates = 0;

  /** Network layers write their addresses here, whichever protocol they carry. */
  readonly segment = new Segment();
  readonly icmpError = new IcmpError();
  readonly neighbour = new NeighbourMessage();
  readonly brokenHeader = new BrokenHeader();
  /** Frames so far whose TCP header went there. */
  brokenHeaders = 0;

  /** Separates networks with equal addresses and ports; null if all count as one. */
  domains: Domains | null = null;

  start(frame: Frame): void {
    this.view = frame.view;
    this.offset = frame.offset;
    this.end = frame.offset + frame.capturedLength;
    const length = frame.originalLength;
    const sane = length > frame.capturedLength && length <= MAX_FRAME_LENGTH;
    this.wireEnd = sane ? frame.offset + length : this.end;
    if (frame.fcsLength !== 0)
      this.limit(frame.offset, Math.max(0, this.wireEnd - frame.offset - frame.fcsLength));
    this.beyond = 0;
    this.vlanId = 0;
    this.segment.linkSource = 0;
    if (this.domains !== null) this.segment.domain = this.domains.ofInterface(frame.interfaceId);
  }

  /** The header or payload that starts at `start` is `length` octets long: what follows is padding. */
  limit(start: number, length: number): void {
    this.wireEnd = start + length;
    if (this.end > this.wireEnd) this.end = this.wireEnd;
  }

  /** What follows is in the network of this number, of a kind from `domains.ts`. */
  enterNetwork(kind: number, id: number): void {
    const { domains, segment } = this;
    if (domains !== null) segment.domain = domains.ofNumber(segment.domain, kind, id);
  }

  /** What follows is in a tunnel between the addresses of the IP header before it. */
  enterTunnel(kind: number): void {
    const { domains, segment } = this;
    if (domains !== null) segment.domain = domains.ofEnds(segment.domain, kind, segment);
  }

  /** Why a header that needs the bytes up to `needed` cannot be read: cut by the snaplen, or never there. */
  shortage(needed: number): typeof TRUNCATED | typeof MALFORMED {
    return needed > this.wireEnd ? MALFORMED : TRUNCATED;
  }
}

/**
 * Original lengths above this are lies, and would push offsets out of the int32 range. The largest
 * offloaded segments known are some hundred thousand octets long.
 */
const MAX_FRAME_LENGTH = 1 << 28;

/**
 * A layer that leads to another: moves the packet's offset past its header and answers with the EtherType
 * of what follows, or with a negated skip `Verdict`.
 */
export type Decapsulator = (packet: Packet) => number;

/** Instead of a verdict, from a tunnel over UDP: this is not its header, though it came on its port. */
export const DECLINED = -0x100;
