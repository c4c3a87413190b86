/** EtherTypes (IEEE 802 Numbers registry), the common language between link layers, tunnels and IP. */
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;
/** Address resolution for IPv4 (RFC 826). */
export const ETHERTYPE_ARP = 0x0806;
/** IEEE 802.1Q customer tag. */
export const ETHERTYPE_VLAN = 0x8100;
/** IEEE 802.1ad service tag. */
export const ETHERTYPE_SERVICE_VLAN = 0x88a8;
/** The outer tag of switches that stacked tags before 802.1ad. */
export const ETHERTYPE_LEGACY_DOUBLE_VLAN = 0x9100;
/** Whole Ethernet frames, in GRE and Geneve (RFC 1701; RFC 7637 §3.2). */
export const ETHERTYPE_TRANSPARENT_BRIDGING = 0x6558;
/** MPLS label stacks, unicast and (by now) multicast. */
export const ETHERTYPE_MPLS = 0x8847;
export const ETHERTYPE_MPLS_MULTICAST = 0x8848;
/** PPP over Ethernet, in a session. */
export const ETHERTYPE_PPPOE = 0x8864;
/** Cisco's Data Center Ethernet, which is FabricPath. */
export const ETHERTYPE_FABRIC_PATH = 0x8903;

/** Type fields up to here are the length of an 802.3 frame instead (IEEE 802.3 §3.2.6). */
export const MAX_802_3_LENGTH = 1500;
