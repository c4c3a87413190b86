/**
 * What may come between the link layer and the IP that carries TCP, by how it is announced. To add an
 * encapsulation, write its file and add its line.
 */
import {
  ETHERTYPE_ARP,
  ETHERTYPE_FABRIC_PATH,
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
  ETHERTYPE_MPLS,
  ETHERTYPE_MPLS_MULTICAST,
  ETHERTYPE_PPPOE,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_TRANSPARENT_BRIDGING,
  ETHERTYPE_VLAN,
} from './ether-types.js';
import { fabricPath } from './fabric-path.js';
import { ethernet } from './link/ethernet.js';
import { pppoe } from './link/ppp.js';
import { mpls } from './mpls.js';
import { arp } from './neighbour.js';
import type { Decapsulator } from './packet.js';
import { etherIp } from './tunnels/ether-ip.js';
import { geneve } from './tunnels/geneve.js';
import { gre } from './tunnels/gre.js';
import { gtpU } from './tunnels/gtp-u.js';
import { ipInIp, ipv6InIp } from './tunnels/ip-in-ip.js';
import { l2tp } from './tunnels/l2tp.js';
import { teredo } from './tunnels/teredo.js';
import { vxlan, vxlanGpe } from './tunnels/vxlan.js';
import { serviceVlan, vlan } from './vlan.js';

export const BY_ETHERTYPE: ReadonlyMap<number, Decapsulator> = new Map<number, Decapsulator>([
  [ETHERTYPE_ARP, arp],
  [ETHERTYPE_VLAN, vlan],
  [ETHERTYPE_SERVICE_VLAN, serviceVlan],
  [ETHERTYPE_LEGACY_DOUBLE_VLAN, vlan],
  [ETHERTYPE_MPLS, mpls],
  [ETHERTYPE_MPLS_MULTICAST, mpls],
  [ETHERTYPE_PPPOE, pppoe],
  [ETHERTYPE_FABRIC_PATH, fabricPath],
  [ETHERTYPE_TRANSPARENT_BRIDGING, ethernet],
]);

/** By protocol number (IANA Protocol Numbers). */
export const BY_IP_PROTOCOL: ReadonlyMap<number, Decapsulator> = new Map<number, Decapsulator>([
  [4, ipInIp],
  [41, ipv6InIp],
  [47, gre],
  [97, etherIp],
  [137, mpls],
]);

/** By port (IANA Service Names and Port Numbers), as Wireshark decodes them by default. */
export const BY_UDP_PORT: ReadonlyMap<number, Decapsulator> = new Map<number, Decapsulator>([
  [1701, l2tp],
  [2152, gtpU],
  [3544, teredo],
  [4754, gre],
  [4789, vxlan],
  [4790, vxlanGpe],
  [6081, geneve],
  [6635, mpls],
]);
