/**
 * Terms of Wireshark's display filters that tell a network from others: what its frames have, and what frames of other
 * networks have that its frames lack. Fields and their values are those of Wireshark 4.0.
 */
import type { NetworkKind, NetworkPath, NetworkStep } from '../decode/domains.js';

const MAX_VLAN = 4095;

/** Tunnels by kinds that exclude each other on one path, and the filter that shows any of them. */
const TUNNELS: readonly { readonly kinds: readonly NetworkKind[]; readonly shown: string }[] = [
  { kinds: ['vxlan'], shown: 'vxlan' },
  { kinds: ['geneve'], shown: 'geneve' },
  // ERSPAN's types are left out: what a mirror adds is no tunnel.
  { kinds: ['gre-key', 'gre'], shown: 'gre.proto in {0..0x22ea, 0x22ec..0x88bd, 0x88bf..0xffff}' },
  {
    kinds: ['ip-in-ip'],
    // Linux puts a destination option before what it tunnels over IPv6 (RFC 2473 §5.1).
    shown: 'ip.proto in {4, 41} or ipv6.nxt in {4, 41} or ipv6.dstopts.nxt in {4, 41}',
  },
  { kinds: ['ether-ip'], shown: 'etherip' },
  { kinds: ['gtp-u'], shown: 'gtp' },
  { kinds: ['teredo'], shown: 'teredo' },
  { kinds: ['l2tp'], shown: 'l2tp' },
];

/** Terms for what frames of the network have. */
export function ownTerms({ steps }: NetworkPath): string[] {
  return steps.flatMap((step, place) => stepTerms(step, pairedAs(steps, place)));
}

/** A term, or none, that leaves out frames which have that as well but belong to a network around it or within it. */
export function otherTerms({ separations, steps }: NetworkPath): string[] {
  const others = [
    ...(separations.includes('interface') ? otherInterfaces(steps) : []),
    ...(separations.includes('vlan') ? otherVlans(steps) : []),
    ...(separations.includes('tunnel') ? otherTunnels(steps) : []),
  ];
  return others.length === 0 ? [] : [`!(${others.join(' or ')})`];
}

export function hasAddress(address: string): string {
  return `${address.includes(':') ? 'ipv6' : 'ip'}.addr eq ${address}`;
}

function stepTerms({ kinds, id, ends }: NetworkStep, serviceField: string): string[] {
  if (ends !== null) return [...tunnelTerms(kinds[0]), ...ends.map(hasAddress)];
  switch (kinds[0]) {
    case 'interface':
      // Frames of a classic pcap have no such field.
      return id === 0 ? [] : [`frame.interface_id eq ${id}`];
    case 'vxlan':
      return [`vxlan.vni eq ${id}`];
    case 'geneve':
      return [`geneve.vni eq ${id}`];
    case 'gre-key':
      return [`gre.key eq ${id}`];
    default: {
      const tags = [
        ...(kinds.includes('vlan') ? [`vlan.id eq ${id}`] : []),
        ...(kinds.includes('service-vlan') ? [`${serviceField} eq ${id}`] : []),
        ...(kinds.includes('mirrored-vlan') ? [`erspan.vlan eq ${id}`] : []),
      ];
      return [anyOf(tags)];
    }
  }
}

function tunnelTerms(kind: NetworkKind): string[] {
  return TUNNELS.filter(({ kinds }) => kinds.includes(kind)).map(({ shown }) => anyOf([shown]));
}

/** Wireshark treats every two 802.1ad tags in a row as a pair, and names them differently from a single one. */
function pairedAs(steps: readonly NetworkStep[], place: number): string {
  const isService = (at: number) => steps[at]?.kinds.includes('service-vlan') === true;
  let first = place;
  while (isService(first - 1)) first--;
  const isSecond = (place - first) % 2 === 1;
  if (isSecond) return 'ieee8021ad.cvid';
  return isService(place + 1) ? 'ieee8021ad.svid' : 'ieee8021ad.id';
}

function otherInterfaces(steps: readonly NetworkStep[]): string[] {
  const isFirst = steps.some(({ kinds, id }) => kinds[0] === 'interface' && id === 0);
  return isFirst ? ['frame.interface_id gt 0'] : [];
}

function otherVlans(steps: readonly NetworkStep[]): string[] {
  const of = (kind: NetworkKind) => steps.filter(({ kinds }) => kinds.includes(kind));
  const ids = of('vlan').map(({ id }) => id);
  const services = of('service-vlan').length;
  return [
    // Tag 0 only gives a priority.
    ids.length === 0 ? 'vlan.id gt 0' : `vlan.id in {${rangesWithout(ids)}}`,
    ...(services === 0 ? ['ieee8021ad.id gt 0'] : []),
    ...(services < 2 ? ['ieee8021ad.svid'] : []),
    ...(of('mirrored-vlan').length === 0 ? ['erspan.vlan gt 0'] : []),
  ];
}

function otherTunnels(steps: readonly NetworkStep[]): string[] {
  const used = new Set(steps.flatMap(({ kinds }) => kinds));
  return [
    ...TUNNELS.filter(({ kinds }) => !kinds.some((kind) => used.has(kind))).map(({ shown }) => shown),
    ...(used.has('gre') && !used.has('gre-key') ? ['gre.key'] : []),
  ];
}

/** `1..4, 6..4095`: all VLANs but some. */
function rangesWithout(ids: readonly number[]): string {
  const ranges: string[] = [];
  let from = 1;
  for (const id of [...new Set(ids), MAX_VLAN + 1].sort((a, b) => a - b)) {
    if (from < id) ranges.push(`${from}..${id - 1}`);
    from = id + 1;
  }
  return ranges.join(', ');
}

function anyOf(terms: readonly string[]): string {
  const all = terms.join(' or ');
  return all.includes(' or ') ? `(${all})` : all;
}
