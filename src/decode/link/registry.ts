import { mpls } from '../mpls.js';
import type { Decapsulator } from '../packet.js';
import { arcnet, arcnetLinux } from './arcnet.js';
import { cHdlc } from './c-hdlc.js';
import { enc } from './enc.js';
import { ethernet } from './ethernet.js';
import { fddi } from './fddi.js';
import { frameRelay } from './frame-relay.js';
import { ieee1394 } from './ieee1394.js';
import { ieee80211 } from './ieee80211.js';
import { infiniband, ipOverInfiniband } from './infiniband.js';
import { ipOverFibreChannel } from './ip-over-fc.js';
import { ipnet } from './ipnet.js';
import { juniperEthernet } from './juniper.js';
import { linuxSll } from './linux-sll.js';
import { linuxSll2 } from './linux-sll2.js';
import { llc } from './llc.js';
import { nflog } from './nflog.js';
import { loop, nullLoopback } from './null-loopback.js';
import { pflog } from './pflog.js';
import { pktap, pktapUnder } from './pktap.js';
import { ppi } from './ppi.js';
import { ppp, pppoe } from './ppp.js';
import { avs, prism } from './prism.js';
import { radiotap } from './radiotap.js';
import { rawIp, rawIpv4, rawIpv6 } from './raw-ip.js';
import { slip } from './slip.js';
import { tokenRing } from './token-ring.js';
import { withDirection } from './with-direction.js';

/** A link layer: its LINKTYPE_ value (libpcap's link-layer header types), its name there, its decoder. */
export interface LinkLayer {
  readonly linkType: number;
  readonly name: string;
  readonly decode: Decapsulator;
}

/** Link layers of one kind of frames. To add one, write its file and add its line. */
const SIMPLE: readonly LinkLayer[] = [
  { linkType: 0, name: 'NULL', decode: nullLoopback },
  { linkType: 1, name: 'EN10MB', decode: ethernet },
  { linkType: 6, name: 'IEEE802', decode: tokenRing },
  { linkType: 7, name: 'ARCNET', decode: arcnet },
  { linkType: 8, name: 'SLIP', decode: slip },
  { linkType: 9, name: 'PPP', decode: ppp },
  { linkType: 10, name: 'FDDI', decode: fddi },
  // DLT_RAW differs by system; some programs wrote it into files instead of LINKTYPE_RAW.
  { linkType: 12, name: 'RAW', decode: rawIp },
  { linkType: 14, name: 'RAW', decode: rawIp },
  { linkType: 50, name: 'PPP_SERIAL', decode: ppp },
  { linkType: 51, name: 'PPP_ETHER', decode: pppoe },
  { linkType: 100, name: 'ATM_RFC1483', decode: llc },
  { linkType: 101, name: 'RAW', decode: rawIp },
  { linkType: 104, name: 'C_HDLC', decode: cHdlc },
  { linkType: 105, name: 'IEEE802_11', decode: ieee80211 },
  { linkType: 107, name: 'FRELAY', decode: frameRelay },
  { linkType: 108, name: 'LOOP', decode: loop },
  { linkType: 109, name: 'ENC', decode: enc },
  { linkType: 113, name: 'LINUX_SLL', decode: linuxSll },
  { linkType: 117, name: 'PFLOG', decode: pflog },
  { linkType: 119, name: 'PRISM_HEADER', decode: prism },
  { linkType: 122, name: 'IP_OVER_FC', decode: ipOverFibreChannel },
  { linkType: 127, name: 'IEEE802_11_RADIO', decode: radiotap },
  { linkType: 129, name: 'ARCNET_LINUX', decode: arcnetLinux },
  { linkType: 138, name: 'APPLE_IP_OVER_IEEE1394', decode: ieee1394 },
  { linkType: 163, name: 'IEEE802_11_RADIO_AVS', decode: avs },
  { linkType: 178, name: 'JUNIPER_ETHER', decode: juniperEthernet },
  { linkType: 204, name: 'PPP_WITH_DIR', decode: withDirection(ppp) },
  { linkType: 205, name: 'C_HDLC_WITH_DIR', decode: withDirection(cHdlc) },
  { linkType: 206, name: 'FRELAY_WITH_DIR', decode: withDirection(frameRelay) },
  { linkType: 219, name: 'MPLS', decode: mpls },
  { linkType: 226, name: 'IPNET', decode: ipnet },
  { linkType: 228, name: 'IPV4', decode: rawIpv4 },
  { linkType: 229, name: 'IPV6', decode: rawIpv6 },
  { linkType: 239, name: 'NFLOG', decode: nflog },
  { linkType: 242, name: 'IPOIB', decode: ipOverInfiniband },
  { linkType: 247, name: 'INFINIBAND', decode: infiniband },
  { linkType: 276, name: 'LINUX_SLL2', decode: linuxSll2 },
];

/** Link layers whose headers name another: never one of these, so that they cannot nest. */
const CARRIERS: readonly LinkLayer[] = [
  // DLT_USER2, under which Darwin wrote PKTAP before it had a number.
  { linkType: 149, name: 'USER2', decode: pktapUnder(149, simpleLayer) },
  { linkType: 192, name: 'PPI', decode: ppi(simpleLayer) },
  { linkType: 258, name: 'PKTAP', decode: pktap(simpleLayer) },
];

/** Every link layer that finwait decodes. */
export const LINK_LAYERS: readonly LinkLayer[] = [...SIMPLE, ...CARRIERS];

const BY_LINK_TYPE: ReadonlyMap<number, LinkLayer> = new Map(
  LINK_LAYERS.map((layer) => [layer.linkType, layer]),
);

/** The link layer of a LINKTYPE_ value; undefined if finwait does not decode it. */
export function findLinkLayer(linkType: number): LinkLayer | undefined {
  return BY_LINK_TYPE.get(linkType);
}

function simpleLayer(linkType: number): Decapsulator | undefined {
  const layer = BY_LINK_TYPE.get(linkType);
  return layer === undefined || CARRIERS.includes(layer) ? undefined : layer.decode;
}
