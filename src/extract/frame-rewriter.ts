import { Frame } from '../capture/frame.js';
import { ND_OPTION_UNIT, REDIRECT_6, REDIRECT_6_OPTIONS, REDIRECTED_HEADER } from '../decode/icmp.js';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP } from '../decode/ip.js';
import {
  ND_LENGTH,
  ND_TARGET,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
} from '../decode/neighbour.js';
import { MAX_HEADER_LENGTH, MIN_HEADER_LENGTH } from '../decode/tcp.js';
import { NO_RECORD, NOT_LOOKED_AT, shownOctets, tlsOf } from '../decode/tls.js';
import type { ArpLayer } from './arp-layer.js';
import { writeChecksum, writeTransportChecksum } from './checksum.js';
import { FRAGMENT_HEADER, IPV4_OPTIONS, type IpLayer, ipLayerAt, ROUTING, type Span } from './ip-layer.js';
import { layoutOf } from './layout.js';
import { blankForeignOptions } from './tcp-options.js';

/** Replaces the addresses in a frame. */
export interface AddressMap {
  /** An IPv4 or IPv6 address. */
  mapAddress(view: DataView, span: Span): void;
  /** An IEEE 802 address, six octets. */
  mapHardwareAddress(bytes: Uint8Array, start: number): void;
}

export interface RewriteOptions {
  /** Replace what TCP carries with zeros, but for what a short payload shows of TLS. */
  readonly stripPayload: boolean;
  /** Null to keep addresses. */
  readonly addresses: AddressMap | null;
}

const OFFSET_AND_FLAGS = 12;
const TCP_CHECKSUM = 16;
const IPV4_CHECKSUM = 10;
const ICMP_CHECKSUM = 2;
const ICMP_HEADER_LENGTH = 8;
const HARDWARE_LENGTH = 6;
const REDIRECT = 5;
/** No TLS record begins with it. */
const NO_CONTENT_TYPE = 1;
const NEIGHBOUR_MESSAGES: readonly number[] = [NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT];
/** Options of neighbour discovery with the link address of source or target (RFC 4861 §4.6.1). */
const LINK_ADDRESSES: readonly number[] = [1, 2];
/** Types whose quotation may be followed by extensions: where its length is, and in which unit (RFC 4884 §4). */
const EXTENDED = {
  4: { types: [3, 11, 12], lengthAt: 5, unit: 4 },
  6: { types: [1, 3], lengthAt: 4, unit: 8 },
} as const;

/**
 * Alters copies of frames: payload becomes zeros of the same length, so that every length and number of TCP stays true,
 * and a short one still shows whether it was a TLS record; addresses become others, and anything else that may hold one
 * becomes zeros. This applies to the packets that ICMP errors quote as well.
 *
 * Checksums are corrected, even if they were wrong before, such as left to the network card: an old one would
 * reveal something of what was removed. Those for which octets are missing, in fragments and cut frames, become 0.
 */
export class FrameRewriter {
  readonly #options: RewriteOptions;
  readonly #frame = new Frame();
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  constructor(options: RewriteOptions) {
    this.#options = options;
  }

  /**
   * The altered frame, valid until the next call; null if it has layers that are not known here, so
   * nobody can say what is in them.
   */
  rewrite(original: Frame): Frame | null {
    const frame = this.#copy(original);
    const layout = layoutOf(frame);
    if (layout === null) return null;
    const { hardware, otherHardware, ip, arp } = layout;
    const { addresses } = this.#options;
    if (addresses !== null) {
      for (const { start } of hardware) addresses.mapHardwareAddress(this.#bytes, start);
      for (const span of otherHardware) this.#blank(span);
    }
    // Padding, which may hold anything, and checksums of the link layer.
    this.#blank({ start: (ip ?? arp!).end, end: frame.capturedLength });
    if (arp !== null) this.#arp(arp);
    return ip === null || this.#ip(ip, false) ? frame : null;
  }

  #arp({ hardware, protocol }: ArpLayer): void {
    const { addresses } = this.#options;
    if (addresses === null) return;
    for (const span of protocol) addresses.mapAddress(this.#view, span);
    for (const span of hardware) this.#mapHardware(span, addresses);
  }

  /** Link addresses whose length is not that of IEEE 802 become zeros. */
  #mapHardware(span: Span, addresses: AddressMap): void {
    if (span.end - span.start === HARDWARE_LENGTH) addresses.mapHardwareAddress(this.#bytes, span.start);
    else this.#blank(span);
  }

  #copy(original: Frame): Frame {
    const { capturedLength, offset } = original;
    if (this.#bytes.length < capturedLength) {
      this.#bytes = new Uint8Array(capturedLength);
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(original.bytes.subarray(offset, offset + capturedLength));
    return Object.assign(this.#frame, original, { bytes: this.#bytes, view: this.#view, offset: 0 });
  }

  /** False if it carries something that is not known here. */
  #ip(ip: IpLayer, isQuoted: boolean): boolean {
    const { version, start, protocol, fragment } = ip;
    if (this.#options.addresses !== null) this.#mapAddresses(ip, this.#options.addresses);
    if (fragment !== null && fragment.offset > 0) {
      if (!this.#middle(ip, fragment.offset)) return false;
    } else if (protocol === PROTOCOL_TCP) this.#tcp(ip);
    else if (!isQuoted && protocol === (version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)) this.#icmp(ip);
    else return false;
    if (version === 4) {
      const headerEnd = start + ((this.#view.getUint8(start) & 0x0f) << 2);
      writeChecksum(this.#view, start + IPV4_CHECKSUM, { start, end: headerEnd });
    }
    return true;
  }

  #mapAddresses({ source, destination, extensions }: IpLayer, addresses: AddressMap): void {
    addresses.mapAddress(this.#view, source);
    addresses.mapAddress(this.#view, destination);
    for (const { type, start, end } of extensions) {
      // Zeros are valid options: the end of the list in IPv4, padding in IPv6.
      if (type === IPV4_OPTIONS) this.#blank({ start, end });
      else if (type === ROUTING) this.#blank({ start: start + 3, end });
      else if (type !== FRAGMENT_HEADER) this.#blank({ start: start + 2, end });
    }
  }

  /**
   * A fragment that is not the first: payload, or the rest of something of which only the start is known. False if
   * it may hold a part of TCP's header: it is unknown here which octets are still numbers, and which are payload.
   */
  #middle({ protocol, payload, end }: IpLayer, offset: number): boolean {
    if (protocol === PROTOCOL_TCP && offset < MAX_HEADER_LENGTH) return false;
    if (this.#options.stripPayload || protocol !== PROTOCOL_TCP) this.#blank({ start: payload, end });
    return true;
  }

  #tcp(ip: IpLayer): void {
    const { payload: start, end, wireEnd, fragment } = ip;
    const { stripPayload, addresses } = this.#options;
    const isCut = start + MIN_HEADER_LENGTH > end;
    const words = isCut ? 5 : this.#view.getUint8(start + OFFSET_AND_FLAGS) >> 4;
    const headerEnd = start + Math.max(words * 4, MIN_HEADER_LENGTH);
    if (addresses !== null)
      blankForeignOptions(this.#view, this.#bytes, start + MIN_HEADER_LENGTH, Math.min(headerEnd, end));
    if (stripPayload) this.#blankPayload(ip, headerEnd);
    if (start + TCP_CHECKSUM + 2 > end) {
      this.#blank({ start: start + TCP_CHECKSUM, end });
      return;
    }
    const isWhole = fragment === null && headerEnd <= end && (stripPayload || end === wireEnd);
    if (isWhole) writeTransportChecksum(this.#view, start + TCP_CHECKSUM, ip);
    else this.#view.setUint16(start + TCP_CHECKSUM, 0);
  }

  /** What is left of a short payload shows whether it was a TLS record, as some findings rest on that. */
  #blankPayload({ end, wireEnd, fragment }: IpLayer, start: number): void {
    const payload = { payloadOffset: start, payloadLength: wireEnd - start, payloadCaptured: end - start };
    const tls = fragment === null ? tlsOf(payload, this.#view) : NOT_LOOKED_AT;
    this.#blank({ start: start + shownOctets(tls), end });
    if (tls === NO_RECORD) this.#view.setUint8(start, NO_CONTENT_TYPE);
  }

  #icmp(ip: IpLayer): void {
    const { version, payload: start, end, wireEnd, fragment } = ip;
    if (start + ICMP_HEADER_LENGTH > end) {
      this.#blank({ start, end });
      return;
    }
    const type = this.#view.getUint8(start);
    if (version === 6 && NEIGHBOUR_MESSAGES.includes(type)) this.#neighbour(start, end);
    else this.#error(version, type, start, end);
    if (fragment === null && end === wireEnd) {
      if (version === 6) writeTransportChecksum(this.#view, start + ICMP_CHECKSUM, ip);
      else writeChecksum(this.#view, start + ICMP_CHECKSUM, { start, end });
    } else this.#view.setUint16(start + ICMP_CHECKSUM, 0);
  }

  /** A solicitation or an advertisement: its target address, and options with link addresses. */
  #neighbour(start: number, end: number): void {
    const { addresses } = this.#options;
    let at = start + ND_LENGTH;
    if (at > end) {
      this.#blank({ start: start + ND_TARGET, end });
      return;
    }
    if (addresses !== null) addresses.mapAddress(this.#view, { start: start + ND_TARGET, end: at });
    while (at + ND_OPTION_UNIT <= end) {
      const length = this.#view.getUint8(at + 1) * ND_OPTION_UNIT;
      if (length === 0) break;
      const option = { start: at + 2, end: Math.min(end, at + length) };
      const isLinkAddress = LINK_ADDRESSES.includes(this.#view.getUint8(at));
      if (addresses !== null && isLinkAddress) this.#mapHardware(option, addresses);
      else if (!isLinkAddress) this.#blank(option);
      at += length;
    }
    this.#blank({ start: at, end });
  }

  /** An error: the packet that it quotes. */
  #error(version: 4 | 6, type: number, start: number, end: number): void {
    const { addresses } = this.#options;
    const isRedirect6 = version === 6 && type === REDIRECT_6;
    const quotation = isRedirect6 ? this.#redirect6(start, end) : start + ICMP_HEADER_LENGTH;
    if (addresses !== null && version === 4 && type === REDIRECT)
      addresses.mapAddress(this.#view, { start: start + 4, end: start + 8 });
    const quotationEnd = this.#withoutExtensions(version, type, start, end);
    const quoted = ipLayerAt(this.#view, quotation, quotationEnd, quotationEnd);
    if (quoted === null || !this.#ip(quoted, true)) this.#blank({ start: quotation, end });
    else this.#blank({ start: quoted.end, end });
  }

  /** Where an ICMPv6 redirect's quotation starts, after two addresses and perhaps an option with a link address. */
  #redirect6(start: number, end: number): number {
    const { addresses } = this.#options;
    let at = start + REDIRECT_6_OPTIONS;
    if (at > end) {
      this.#blank({ start: start + ICMP_HEADER_LENGTH, end });
      return end;
    }
    if (addresses !== null) {
      addresses.mapAddress(this.#view, { start: at - 32, end: at - 16 });
      addresses.mapAddress(this.#view, { start: at - 16, end: at });
    }
    while (at + ND_OPTION_UNIT <= end) {
      const length = this.#view.getUint8(at + 1) * ND_OPTION_UNIT;
      if (length === 0) break;
      const isQuotation = this.#view.getUint8(at) === REDIRECTED_HEADER;
      this.#blank({ start: at + 2, end: Math.min(end, at + (isQuotation ? ND_OPTION_UNIT : length)) });
      if (isQuotation) return at + ND_OPTION_UNIT;
      at += length;
    }
    this.#blank({ start: at, end });
    return end;
  }

  /** Where the quotation ends. Extensions, which name labels and interfaces of routers, are no longer announced. */
  #withoutExtensions(version: 4 | 6, type: number, start: number, end: number): number {
    const { types, lengthAt, unit } = EXTENDED[version];
    if (!(types as readonly number[]).includes(type)) return end;
    const length = this.#view.getUint8(start + lengthAt) * unit;
    this.#view.setUint8(start + lengthAt, 0);
    return length === 0 ? end : Math.min(end, start + ICMP_HEADER_LENGTH + length);
  }

  #blank({ start, end }: Span): void {
    if (start < end) this.#bytes.fill(0, start, end);
  }
}
