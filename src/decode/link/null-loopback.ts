import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../ether-types.js';
import type { Packet } from '../packet.js';
import { NOT_IP } from '../verdict.js';

const HEADER_LENGTH = 4;

const AF_INET = 2;
/** AF_INET6 differs by system: Linux, Windows, NetBSD and OpenBSD, Solaris, FreeBSD, Darwin. */
const AF_INET6_LINUX = 10;
const AF_INET6_WINDOWS = 23;
const AF_INET6_BSD = 24;
const AF_INET6_SOLARIS = 26;
const AF_INET6_FREEBSD = 28;
const AF_INET6_DARWIN = 30;

/**
 * BSD loopback: an address family in the byte order of the machine that captured, which the file does not
 * state (LINKTYPE_NULL). Families are small, so the order that gives a small number is the right one.
 */
export function nullLoopback(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  return familyEitherWay(view, offset);
}

/** The EtherType of the address family at `at`, in either byte order. */
export function familyEitherWay(view: DataView, at: number): number {
  const family = view.getUint32(at, true);
  return etherTypeOfFamily(family > 0xffff ? view.getUint32(at) : family);
}

/** OpenBSD loopback: the same, always in network byte order (LINKTYPE_LOOP). */
export function loop(packet: Packet): number {
  const { view, offset } = packet;
  if (offset + HEADER_LENGTH > packet.end) return -packet.shortage(offset + HEADER_LENGTH);
  packet.offset = offset + HEADER_LENGTH;
  return etherTypeOfFamily(view.getUint32(offset));
}

/** The EtherType of an address family by its number; a negated skip `Verdict` if it is not IP. */
export function etherTypeOfFamily(family: number): number {
  switch (family) {
    case AF_INET:
      return ETHERTYPE_IPV4;
    case AF_INET6_LINUX:
    case AF_INET6_WINDOWS:
    case AF_INET6_BSD:
    case AF_INET6_SOLARIS:
    case AF_INET6_FREEBSD:
    case AF_INET6_DARWIN:
      return ETHERTYPE_IPV6;
    default:
      return -NOT_IP;
  }
}
