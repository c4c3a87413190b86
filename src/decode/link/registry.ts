import type { Decapsulator } from '../packet.js';
import { cHdlc } from './c-hdlc.js';
import { enc } from './enc.js';
import { ethernet } from './ethernet.js';
import { fddi } from './fddi.js';
import { linuxSll } from './linux-sll.js';
import { linuxSll2 } from './linux-sll2.js';
import { nflog } from './nflog.js';
import { loop, nullLoopback } from './null-loopback.js';
import { ppp, pppoe, pppSerial } from './ppp.js';
import { rawIp, rawIpv4, rawIpv6 } from './raw-ip.js';

/** A link layer: its LINKTYPE_ value (libpcap's link-layer header types), its name there, its decoder. */
export interface LinkLayer {
  readonly linkType: number;
  readonly name: string;
  readonly decode: Decapsulator;
}

/** Every link layer that finwait decodes. To add one, write its file and add its line. */
export const LINK_LAYERS: readonly LinkLayer[] = [
  { linkType: 0, name: 'NULL', decode: nullLoopback },
  { linkType: 1, name: 'EN10MB', decode: ethernet },
  { linkType: 9, name: 'PPP', decode: ppp },
  { linkType: 10, name: 'FDDI', decode: fddi },
  // DLT_RAW differs by system; some programs wrote it into files in place of LINKTYPE_RAW.
  { linkType: 12, name: 'RAW', decode: rawIp },
  { linkType: 14, name: 'RAW', decode: rawIp },
  { linkType: 50, name: 'PPP_SERIAL', decode: pppSerial },
  { linkType: 51, name: 'PPP_ETHER', decode: pppoe },
  { linkType: 101, name: 'RAW', decode: rawIp },
  { linkType: 104, name: 'C_HDLC', decode: cHdlc },
  { linkType: 108, name: 'LOOP', decode: loop },
  { linkType: 109, name: 'ENC', decode: enc },
  { linkType: 113, name: 'LINUX_SLL', decode: linuxSll },
  { linkType: 228, name: 'IPV4', decode: rawIpv4 },
  { linkType: 229, name: 'IPV6', decode: rawIpv6 },
  { linkType: 239, name: 'NFLOG', decode: nflog },
  { linkType: 276, name: 'LINUX_SLL2', decode: linuxSll2 },
];

const BY_LINK_TYPE: ReadonlyMap<number, LinkLayer> = new Map(
  LINK_LAYERS.map((layer) => [layer.linkType, layer]),
);

/** The link layer of a LINKTYPE_ value; undefined if finwait does not decode it. */
export function findLinkLayer(linkType: number): LinkLayer | undefined {
  return BY_LINK_TYPE.get(linkType);
}

/** `EN10MB`, or `LINKTYPE 147` for one that finwait does not decode. */
export function linkTypeName(linkType: number): string {
  return BY_LINK_TYPE.get(linkType)?.name ?? `LINKTYPE ${linkType}`;
}
