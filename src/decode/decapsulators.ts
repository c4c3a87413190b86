import {
  ETHERTYPE_LEGACY_DOUBLE_VLAN,
  ETHERTYPE_MPLS,
  ETHERTYPE_MPLS_MULTICAST,
  ETHERTYPE_PPPOE,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_VLAN,
} from './ether-types.js';
import { pppoe } from './link/ppp.js';
import { mpls } from './mpls.js';
import type { Decapsulator } from './packet.js';
import { vlan } from './vlan.js';

/**
 * What may stand between the link layer and IP, by EtherType. To add an encapsulation, write its file and
 * add its line; layers that are announced by an IP protocol or a UDP port want a map of the same kind.
 */
export const BY_ETHERTYPE: ReadonlyMap<number, Decapsulator> = new Map<number, Decapsulator>([
  [ETHERTYPE_VLAN, vlan],
  [ETHERTYPE_SERVICE_VLAN, vlan],
  [ETHERTYPE_LEGACY_DOUBLE_VLAN, vlan],
  [ETHERTYPE_MPLS, mpls],
  [ETHERTYPE_MPLS_MULTICAST, mpls],
  [ETHERTYPE_PPPOE, pppoe],
]);
