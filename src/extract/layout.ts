/**
 * Where a frame says who talks: in its link layer and in IP. Only layers whose every field is known here are
 * passed, so that no address hides in another.
 */
import type { Frame } from '../capture/frame.js';
import { BY_ETHERTYPE } from '../decode/decapsulators.js';
import {
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_VLAN,
} from '../decode/ether-types.js';
import { findLinkLayer } from '../decode/link/registry.js';
import { Packet } from '../decode/packet.js';
import { type IpLayer, ipLayerAt, type Span } from './ip-layer.js';

export interface Layout {
  /** Addresses of IEEE 802 in the link layer, six octets each. */
  readonly hardware: readonly Span[];
  /** Where it has other addresses, or the rest of a field for longer ones. */
  readonly otherHardware: readonly Span[];
  readonly ip: IpLayer;
}

type LinkAddresses = Pick<Layout, 'hardware' | 'otherHardware'>;

const NONE: LinkAddresses = { hardware: [], otherHardware: [] };
/** Kinds of hardware whose addresses are those of IEEE 802 (ARPHRD_ETHER, ARPHRD_LOOPBACK). */
const IEEE_802 = [1, 772];

/** Where the link header at an offset has addresses, by link type. */
const ADDRESSES = new Map<number, (view: DataView, at: number) => LinkAddresses>([
  [0, () => NONE],
  [1, (_view, at) => ({ hardware: [spanOf(at, 6), spanOf(at + 6, 6)], otherHardware: [] })],
  [12, () => NONE],
  [14, () => NONE],
  [101, () => NONE],
  [108, () => NONE],
  [113, (view, at) => cooked(view.getUint16(at + 2), at + 6)],
  [228, () => NONE],
  [229, () => NONE],
  [276, (view, at) => cooked(view.getUint16(at + 8), at + 12)],
]);

/** The field of eight octets in Linux cooked captures. */
function cooked(kind: number, at: number): LinkAddresses {
  if (!IEEE_802.includes(kind)) return { hardware: [], otherHardware: [spanOf(at, 8)] };
  return { hardware: [spanOf(at, 6)], otherHardware: [spanOf(at + 6, 2)] };
}

const WITHOUT_ADDRESSES: ReadonlySet<number> = new Set([
  ETHERTYPE_VLAN,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
]);
const MAX_LAYERS = 16;

const packet = new Packet();

/** The layout of a frame; null if a layer up to and with IP is not known here, cut or malformed. */
export function layoutOf(frame: Frame): Layout | null {
  const addressesOf = ADDRESSES.get(frame.linkType);
  const link = findLinkLayer(frame.linkType)?.decode;
  if (addressesOf === undefined || link === undefined) return null;
  packet.start(frame);
  let etherType = link(packet);
  for (let layer = 0; layer < MAX_LAYERS && WITHOUT_ADDRESSES.has(etherType); layer++) {
    etherType = BY_ETHERTYPE.get(etherType)!(packet);
  }
  if (etherType !== ETHERTYPE_IPV4 && etherType !== ETHERTYPE_IPV6) return null;
  const ip = ipLayerAt(packet.view, packet.offset, packet.end, packet.wireEnd);
  if (ip === null || ip.version !== (etherType === ETHERTYPE_IPV4 ? 4 : 6)) return null;
  return { ...addressesOf(frame.view, frame.offset), ip };
}

function spanOf(start: number, length: number): Span {
  return { start, end: start + length };
}
