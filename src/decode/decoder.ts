import type { Frame } from '../capture/frame.js';
import { BY_ETHERTYPE, BY_IP_PROTOCOL } from './decapsulators.js';
import { Domains, type Separation } from './domains.js';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './ether-types.js';
import { type FragmentListener, Fragments } from './fragments.js';
import { icmp, icmpv6, quotedTcp } from './icmp.js';
import {
  IPV4_FRAGMENT,
  MAX_PROTOCOL,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './ip.js';
import { carriedByIpv4, ipv4 } from './ipv4.js';
import { carriedByIpv6, ipv6 } from './ipv6.js';
import { findLinkLayer } from './link/registry.js';
import type { NeighbourMessage } from './neighbour-message.js';
import { type Decapsulator, Packet } from './packet.js';
import type { BrokenHeader, IcmpError, Segment } from './segment.js';
import { tcp } from './tcp.js';
import { udp } from './udp.js';
import {
  ICMP_ERROR,
  MALFORMED,
  NEIGHBOUR,
  NESTED_TOO_DEEP,
  NOT_IP,
  NOT_TCP,
  SEGMENT,
  TRUNCATED,
  UNSUPPORTED_LINK_TYPE,
  VERDICT_NAMES,
  type Verdict,
} from './verdict.js';

/** Layers above the link layer that one frame may stack before IP carries TCP. */
export const MAX_LAYERS = 16;

/** No LINKTYPE_ value is negative. */
const NO_LINK_TYPE = -1;

/** Link types without a decoder that are counted one by one; headers that name one can name any. */
const MAX_UNDECODED = 64;
/** Stands for all the others. */
export const OTHER_LINK_TYPES = -1;

export interface CutFrames {
  frames: number;
  octets: number;
}

/**
 * Decodes frames into one reused `Segment`, `IcmpError` or `NeighbourMessage`, as the verdict says. Whatever the bytes
 * are, it neither throws nor reads beyond the frame.
 */
export class Decoder {
  /** How many frames got each verdict; the index is the verdict. */
  readonly counts = new Float64Array(VERDICT_NAMES.length);
  /** Frames that got `UNSUPPORTED_LINK_TYPE`, by the LINKTYPE_ value; `OTHER_LINK_TYPES` for those beyond the first. */
  readonly undecoded = new Map<number, number>();
  /** Frames that got `TRUNCATED` and were cut themselves, and the most octets that there were of such a frame. */
  readonly cut: CutFrames = { frames: 0, octets: 0 };
  /** Valid until the next `decode`, if it answered `SEGMENT`. */
  readonly segment: Segment;
  /** Valid until the next `decode`, if it answered `ICMP_ERROR`. */
  readonly icmpError: IcmpError;
  /** Valid until the next `decode`, if it answered `NEIGHBOUR`. */
  readonly neighbour: NeighbourMessage;
  /** Valid until the next `decode`, if that raised `brokenHeaders`. */
  readonly brokenHeader: BrokenHeader;

  readonly #packet = new Packet();
  #linkType = NO_LINK_TYPE;
  #link: Decapsulator | undefined;

  readonly #seed: number;
  readonly #onFragment: FragmentListener | undefined;
  /** None until there is a fragment. */
  #fragments: Fragments | null = null;

  /**
   * @param separations what separates networks in which the same addresses and ports may be
   * @param seed of the hash of datagrams in fragments: choose it at random if captures come from strangers
   */
  constructor(separations: readonly Separation[] = [], seed = 0, onFragment?: FragmentListener) {
    this.#seed = seed;
    this.#onFragment = onFragment;
    this.segment = this.#packet.segment;
    this.icmpError = this.#packet.icmpError;
    this.neighbour = this.#packet.neighbour;
    this.brokenHeader = this.#packet.brokenHeader;
    if (separations.length > 0) this.#packet.domains = new Domains(separations);
  }

  /** Which networks there are; null if all count as one. */
  get domains(): Domains | null {
    return this.#packet.domains;
  }

  /** Frames that hold several packets, of which only the first was looked at. */
  get aggregates(): number {
    return this.#packet.aggregates;
  }

  /** How many frames so far held a TCP header that is no segment's, but shows who sends to whom. */
  get brokenHeaders(): number {
    return this.#packet.brokenHeaders;
  }

  /** The frames of one capture have been counted, and those of another follow. */
  closeAccounts(): void {
    this.#fragments?.closeAccounts();
  }

  decode(frame: Frame): Verdict {
    if (frame.linkType !== this.#linkType) {
      this.#linkType = frame.linkType;
      this.#link = findLinkLayer(frame.linkType)?.decode;
    }
    const verdict = this.#link === undefined ? UNSUPPORTED_LINK_TYPE : this.#layers(this.#link, frame);
    this.counts[verdict]++;
    if (verdict === SEGMENT) stamp(this.segment, frame);
    else if (verdict === ICMP_ERROR) stamp(this.icmpError, frame);
    else if (verdict === NEIGHBOUR) stamp(this.neighbour, frame);
    else if (verdict === UNSUPPORTED_LINK_TYPE)
      this.#noteUndecoded(this.#link === undefined ? frame.linkType : this.#packet.innerLinkType);
    else if (verdict === TRUNCATED && frame.capturedLength < frame.originalLength) {
      this.cut.frames++;
      this.cut.octets = Math.max(this.cut.octets, frame.capturedLength);
    }
    return verdict;
  }

  #noteUndecoded(linkType: number): void {
    const { undecoded } = this;
    const isCounted = undecoded.has(linkType) || undecoded.size < MAX_UNDECODED;
    const key = isCounted ? linkType : OTHER_LINK_TYPES;
    undecoded.set(key, (undecoded.get(key) ?? 0) + 1);
  }

  #layers(link: Decapsulator, frame: Frame): Verdict {
    const packet = this.#packet;
    packet.start(frame);
    let etherType = link(packet);
    /** Layers passed since an ICMP header, after which an error quotes a packet; 0 before one. */
    let quoted = 0;
    for (let layer = 0; layer < MAX_LAYERS; layer++) {
      let protocol: number;
      if (etherType === ETHERTYPE_IPV4) protocol = ipv4(packet);
      else if (etherType === ETHERTYPE_IPV6) protocol = ipv6(packet);
      else {
        if (etherType < 0) return unlessQuoted(-etherType as Verdict, quoted);
        const decapsulate = BY_ETHERTYPE.get(etherType);
        if (decapsulate === undefined) return NOT_IP;
        etherType = decapsulate(packet);
        continue;
      }
      if (protocol > MAX_PROTOCOL) protocol = this.#reassembled(protocol, quoted > 0, frame);
      if (protocol === PROTOCOL_TCP) return quoted === 0 ? tcp(packet) : quotedTcp(packet, quoted === 1);
      if (protocol < 0) return -protocol as Verdict;
      etherType = carried(packet, protocol);
      if (quoted > 0 || isIcmp(protocol)) quoted++;
    }
    return NESTED_TOO_DEEP;
  }

  /** What the datagram carries of which the packet is a fragment; a negated verdict until it is complete. */
  #reassembled(fragment: number, isQuoted: boolean, frame: Frame): number {
    const packet = this.#packet;
    let protocol: number;
    if (isQuoted) {
      // An error quotes what it is about; only the first fragment says what that is.
      protocol = packet.fragmentOffset === 0 ? packet.fragmentProtocol : -NOT_TCP;
    } else {
      this.#fragments ??= new Fragments(this.counts, this.#seed, this.#onFragment);
      protocol = this.#fragments.take(packet, frame);
    }
    if (protocol < 0) return protocol;
    const carried =
      fragment === IPV4_FRAGMENT ? carriedByIpv4(packet, protocol) : carriedByIpv6(packet, protocol);
    return carried > MAX_PROTOCOL ? -MALFORMED : carried;
  }
}

/** What IP carries other than TCP, by its protocol number. Answers as a `Decapsulator`. */
function carried(packet: Packet, protocol: number): number {
  switch (protocol) {
    case PROTOCOL_UDP:
      return udp(packet);
    case PROTOCOL_ICMP:
      return icmp(packet);
    case PROTOCOL_ICMPV6:
      return icmpv6(packet);
    default: {
      const decapsulate = BY_IP_PROTOCOL.get(protocol);
      return decapsulate === undefined ? -NOT_TCP : decapsulate(packet);
    }
  }
}

function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6;
}

/** A message that an ICMP error quotes is not news. ICMPv6 itself counts as the first layer of a quotation. */
function unlessQuoted(verdict: Verdict, quoted: number): Verdict {
  return verdict === NEIGHBOUR && quoted > 1 ? NOT_TCP : verdict;
}

function stamp(target: Segment | IcmpError | NeighbourMessage, frame: Frame): void {
  target.frame = frame.number;
  target.seconds = frame.seconds;
  target.nanoseconds = frame.nanoseconds;
}
