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
  /** Hardware addresses of the link layer, with their padding. */
  readonly hardware: readonly Span[];
  readonly ip: IpLayer;
}

/** Where hardware addresses are in the link header, by link type. */
const HARDWARE: ReadonlyMap<number, readonly Span[]> = new Map([
  [0, []],
  [1, [spanOf(0, 6), spanOf(6, 6)]],
  [12, []],
  [14, []],
  [101, []],
  [108, []],
  [113, [spanOf(6, 8)]],
  [228, []],
  [229, []],
  [276, [spanOf(12, 8)]],
]);

const WITHOUT_ADDRESSES: ReadonlySet<number> = new Set([
  ETHERTYPE_VLAN,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
]);
const MAX_LAYERS = 16;

const packet = new Packet();

/** The layout of a frame; null if a layer up to and with IP is not known here, cut or malformed. */
export function layoutOf(frame: Frame): Layout | null {
  const hardware = HARDWARE.get(frame.linkType);
  const link = findLinkLayer(frame.linkType)?.decode;
  if (hardware === undefined || link === undefined) return null;
  packet.start(frame);
  let etherType = link(packet);
  for (let layer = 0; layer < MAX_LAYERS && WITHOUT_ADDRESSES.has(etherType); layer++) {
    etherType = BY_ETHERTYPE.get(etherType)!(packet);
  }
  if (etherType !== ETHERTYPE_IPV4 && etherType !== ETHERTYPE_IPV6) return null;
  const ip = ipLayerAt(packet.view, packet.offset, packet.end, packet.wireEnd);
  if (ip === null || ip.version !== (etherType === ETHERTYPE_IPV4 ? 4 : 6)) return null;
  return { hardware: hardware.map(({ start, end }) => spanOf(frame.offset + start, end - start)), ip };
}

function spanOf(start: number, length: number): Span {
  return { start, end: start + length };
}
