/**
 * Where a frame says who is talking: in its link layer and in IP. Only layers whose every field is known here are
 * accepted, so that no address hides in another.
 */
import type { Frame } from '../capture/frame.js';
import { BY_ETHERTYPE } from '../decode/decapsulators.js';
import {
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_VLAN,
} from '../decode/ether-types.js';
import { radiotapFlagsAt } from '../decode/link/radiotap.js';
import { findLinkLayer } from '../decode/link/registry.js';
import { Packet } from '../decode/packet.js';
import { type ArpLayer, arpLayerAt } from './arp-layer.js';
import { type IpLayer, ipLayerAt, type Span } from './ip-layer.js';

export interface Layout {
  /** IEEE 802 addresses in the link layer, six octets each. */
  readonly hardware: readonly Span[];
  /** Other addresses, or the rest of a field for longer ones. */
  readonly otherHardware: readonly Span[];
  /** What the link layer carries: one of these two. */
  readonly ip: IpLayer | null;
  readonly arp: ArpLayer | null;
}

type LinkAddresses = Pick<Layout, 'hardware' | 'otherHardware'>;

/**
 * Where the link header at `at` has addresses, and anything else that may identify someone; null if it has more than
 * is known here. `end` is where its payload starts: after all headers of LLC and the like.
 */
type AddressFinder = (view: DataView, at: number, end: number) => LinkAddresses | null;

const NONE: LinkAddresses = { hardware: [], otherHardware: [] };
/** Kinds of hardware whose addresses are those of IEEE 802 (ARPHRD_ETHER, ARPHRD_LOOPBACK). */
const IEEE_802 = [1, 772];

/**
 * By link type. Frames of all others are left out of altered extracts: Token Ring, where a bit of an address
 * announces a route; NFLOG and PPI, which may hold anything; MPLS, InfiniBand, Juniper's headers.
 */
const ADDRESSES = new Map<number, AddressFinder>([
  [0, () => NONE],
  [1, (_view, at) => ieee802(at, at + 6)],
  [7, (_view, at) => others(at, 2)],
  [8, (_view, at) => others(at, 16)],
  [9, () => NONE],
  [10, (_view, at) => ieee802(at + 1, at + 7)],
  [12, () => NONE],
  [14, () => NONE],
  [50, () => NONE],
  [51, () => NONE],
  [100, () => NONE],
  [101, () => NONE],
  [104, () => NONE],
  [105, ieee80211],
  [107, () => NONE],
  [108, () => NONE],
  // Family and flags stay, the security parameters index is removed.
  [109, (_view, at) => others(at + 4, 4)],
  [113, (view, at) => cooked(view.getUint16(at + 2), at + 6)],
  // Length and family stay.
  [117, (_view, at, end) => others(at + 2, end - at - 2)],
  [119, prism],
  [122, (_view, at) => others(at, 16)],
  [127, radiotap],
  [129, (_view, at) => others(at, 2)],
  [138, (_view, at) => others(at, 16)],
  [149, pktap],
  [163, (view, at, end) => behindRadio(view, at, view.getUint32(at + 4), end)],
  [204, () => NONE],
  [205, () => NONE],
  [206, () => NONE],
  // Version and family stay.
  [226, (_view, at, end) => others(at + 2, end - at - 2)],
  [228, () => NONE],
  [229, () => NONE],
  [242, (_view, at) => others(at, 40)],
  [258, pktap],
  [276, (view, at) => cooked(view.getUint16(at + 8), at + 12)],
]);

function ieee802(...starts: readonly number[]): LinkAddresses {
  return { hardware: starts.map((start) => spanOf(start, 6)), otherHardware: [] };
}

function others(start: number, length: number): LinkAddresses {
  return { hardware: [], otherHardware: [spanOf(start, length)] };
}

/** The field of eight octets in Linux cooked captures. */
function cooked(kind: number, at: number): LinkAddresses {
  if (!IEEE_802.includes(kind)) return others(at, 8);
  return { hardware: [spanOf(at, 6)], otherHardware: [spanOf(at + 6, 2)] };
}

/** Three or four addresses. There may be more between header and LLC: mesh control, several MSDUs, padding. */
function ieee80211(view: DataView, at: number, end: number): LinkAddresses | null {
  const kind = view.getUint8(at);
  const flags = view.getUint8(at + 1);
  const hasFourth = (flags & 0x03) === 0x03;
  const hasQos = (kind & 0x80) !== 0;
  const hasHtControl = hasQos && (flags & 0x80) !== 0;
  const length = 24 + (hasFourth ? 6 : 0) + (hasQos ? 2 : 0) + (hasHtControl ? 4 : 0);
  if (end !== at + length + LLC_AND_SNAP) return null;
  return ieee802(at + 4, at + 10, at + 16, ...(hasFourth ? [at + 24] : []));
}

/** 802.11 after a header of which only code and length stay. */
function behindRadio(view: DataView, at: number, length: number, end: number): LinkAddresses | null {
  return joined(others(at + 8, length - 8), ieee80211(view, at + length, end));
}

/** Prism's header, in either byte order, or AVS's. */
function prism(view: DataView, at: number, end: number): LinkAddresses | null {
  const first = view.getUint8(at);
  const isLittle = first !== 0 && first < 0x80;
  return behindRadio(view, at, view.getUint32(at + 4, isLittle), end);
}

/** The field bitmap stays, and the flags, which say how to read the frame. */
function radiotap(view: DataView, at: number, end: number): LinkAddresses | null {
  const headerEnd = at + view.getUint16(at + 2, true);
  let fields = at + 8;
  while (view.getInt32(fields - 4, true) < 0) fields += 4;
  const flagsAt = radiotapFlagsAt(view, at, headerEnd);
  const blank =
    flagsAt === 0
      ? [{ start: fields, end: headerEnd }]
      : [
          { start: fields, end: flagsAt },
          { start: flagsAt + 1, end: headerEnd },
        ];
  return joined({ hardware: [], otherHardware: blank }, ieee80211(view, headerEnd, end));
}

/** Length, kind and link type stay; the rest names interfaces and processes. */
function pktap(view: DataView, at: number, end: number): LinkAddresses | null {
  const length = view.getUint32(at, true);
  const inner = ADDRESSES.get(view.getUint32(at + 8, true));
  return inner === undefined ? null : joined(others(at + 12, length - 12), inner(view, at + length, end));
}

function joined(outer: LinkAddresses, inner: LinkAddresses | null): LinkAddresses | null {
  if (inner === null) return null;
  return {
    hardware: [...outer.hardware, ...inner.hardware],
    otherHardware: [...outer.otherHardware, ...inner.otherHardware],
  };
}

const WITHOUT_ADDRESSES: ReadonlySet<number> = new Set([
  ETHERTYPE_VLAN,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
]);
const MAX_LAYERS = 16;
const LLC_AND_SNAP = 8;

const packet = new Packet();

/** The layout of a frame; null if a layer up to and including IP, or ARP, is unknown here, cut or malformed. */
export function layoutOf(frame: Frame): Layout | null {
  const addressesOf = ADDRESSES.get(frame.linkType);
  const link = findLinkLayer(frame.linkType)?.decode;
  if (addressesOf === undefined || link === undefined) return null;
  packet.start(frame);
  let etherType = link(packet);
  const linkEnd = packet.offset;
  for (let layer = 0; layer < MAX_LAYERS && WITHOUT_ADDRESSES.has(etherType); layer++) {
    etherType = BY_ETHERTYPE.get(etherType)!(packet);
  }
  const addresses = addressesOf(frame.view, frame.offset, linkEnd);
  if (addresses === null) return null;
  if (etherType === ETHERTYPE_ARP) {
    const arp = arpLayerAt(packet.view, packet.offset, packet.end);
    return arp === null ? null : { ...addresses, ip: null, arp };
  }
  if (etherType !== ETHERTYPE_IPV4 && etherType !== ETHERTYPE_IPV6) return null;
  const ip = ipLayerAt(packet.view, packet.offset, packet.end, packet.wireEnd);
  if (ip === null || ip.version !== (etherType === ETHERTYPE_IPV4 ? 4 : 6)) return null;
  return { ...addresses, ip, arp: null };
}

function spanOf(start: number, length: number): Span {
  return { start, end: start + length };
}
