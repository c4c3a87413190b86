/** Display filters of connections that are told apart by their networks: in words, and asked of tshark. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joined } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import { type NetworkPath, SEPARATIONS, type Separation } from '../../src/decode/domains.js';
import { displayFilterFor } from '../../src/report/display-filter.js';
import { otherTerms, ownTerms } from '../../src/report/network-filter.js';
import { enhancedPacket, interfaceDescription, join, sectionHeader } from '../support/capture-builder.js';
import { captureOf } from '../support/fixtures.js';
import {
  concat,
  ethernet,
  extensionHeader,
  ipv4,
  ipv6,
  u16,
  u32,
  udp,
  vlanTag,
} from '../support/packet-builder.js';
import { hasTshark } from '../support/wireshark.js';
import { wrappedCapture, wrapping } from '../support/wrapped.js';

const IPV4_STORY = captureOf('rst-on-write-after-close', 'server');
const IPV6_STORY = captureOf('ipv6-close', 'client');
const folder = mkdtempSync(joined(tmpdir(), 'finwait-network-filter-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Build = (packet: Uint8Array) => Uint8Array;

const PLAIN: Build = (packet) => ethernet(packet);
const tagged =
  (...tags: readonly (readonly [type: number, id: number])[]): Build =>
  (packet) => {
    let type = 0x0800;
    let inner: Uint8Array = packet;
    for (const [outerType, id] of [...tags].reverse()) {
      inner = vlanTag(inner, type, id);
      type = outerType;
    }
    return ethernet(inner, type);
  };
const Q = 0x8100;
const AD = 0x88a8;

const NEAR = '203.0.113.1';
const FAR = '203.0.113.2';
const OTHER = '203.0.113.3';
const overIp =
  (protocol: number, header: Build, destination = FAR): Build =>
  (packet) =>
    ethernet(ipv4(header(packet), { protocol, source: NEAR, destination }));
const overUdp = (port: number, header: Build): Build =>
  overIp(17, (packet) => udp(header(packet), port, port));
const vxlan = (vni: number, inner: Build = PLAIN) =>
  overUdp(4789, (packet) => concat([8, 0, 0, 0], u32(vni << 8), inner(packet)));
const geneve = (vni: number) => overUdp(6081, (packet) => concat([0, 0, 8, 0], u32(vni << 8), packet));
const gre = (destination?: string) => overIp(47, (packet) => concat([0, 0, 8, 0], packet), destination);
const greKey = (key: number) => overIp(47, (packet) => concat([0x20, 0, 8, 0], u32(key), packet));
const erspan = (id: number) =>
  overIp(47, (packet) =>
    concat([0x10, 0, 0x88, 0xbe], u32(1), u16(0x1000 | id), [0, 1], u32(0), ethernet(packet)),
  );
const pptp = overIp(
  47,
  (packet) => concat([0x30, 1, 0x88, 0x0b], u16(packet.length + 2), u16(77), u32(1), u16(0x21), packet),
  '203.0.113.4',
);
const gtp = overUdp(2152, (packet) => concat([0x30, 255], u16(packet.length), u32(1), packet));
const below =
  (id: number, build: Build): Build =>
  (packet) =>
    ethernet(vlanTag(build(packet).subarray(14), 0x0800, id), Q);

/** Frames of each connection, of its own segments. */
function framesIn(
  bytes: Uint8Array,
  separate: readonly Separation[],
): readonly { readonly connection: Connection; readonly frames: readonly number[] }[] {
  const frames = new Map<number, number[]>();
  const connections: Connection[] = [];
  const analyzer = new Analyzer({
    separate,
    onConnection: (connection) => connections.push(connection),
    onSegment: (id, _from, { frame }) => frames.set(id, [...(frames.get(id) ?? []), frame]),
  });
  const reader = new CaptureReader(analyzer.onFrame);
  reader.push(bytes);
  reader.end();
  analyzer.finish();
  return connections
    .sort((a, b) => a.id - b.id)
    .map((connection) => ({ connection, frames: frames.get(connection.id) ?? [] }));
}

async function shownBy(filter: string, capture: string): Promise<readonly number[]> {
  const args = ['-n', '-r', capture, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  const { stdout } = await promisify(execFile)('tshark', args);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

describe('the filter of a network', () => {
  const path = (separations: readonly Separation[], ...steps: NetworkPath['steps']): NetworkPath => ({
    separations,
    steps,
  });
  const vlan = { kinds: ['vlan'], id: 5, ends: null } as const;
  const service = { kinds: ['service-vlan'], id: 9, ends: null } as const;
  const overlay = { kinds: ['vxlan'], id: 42, ends: null } as const;
  const ip = 'ip.proto in {4, 41} or ipv6.nxt in {4, 41} or ipv6.dstopts.nxt in {4, 41}';
  const greTypes = 'gre.proto in {0..0x22ea, 0x22ec..0x88bd, 0x88bf..0xffff}';

  it.each([
    ['nothing that was told apart throughout', path([]), ''],
    [
      'no tag',
      path(['vlan']),
      '!(vlan.id gt 0 or ieee8021ad.id gt 0 or ieee8021ad.svid or erspan.vlan gt 0)',
    ],
    [
      'a tag',
      path(['vlan'], vlan),
      'vlan.id eq 5 and !(vlan.id in {1..4, 6..4095} or ieee8021ad.id gt 0 or ieee8021ad.svid or erspan.vlan gt 0)',
    ],
    [
      'a tag in a service tag',
      path(['vlan'], service, vlan),
      'ieee8021ad.id eq 9 and vlan.id eq 5 and !(vlan.id in {1..4, 6..4095} or ieee8021ad.svid or erspan.vlan gt 0)',
    ],
    [
      'the first and last VLAN',
      path(['vlan'], { ...vlan, id: 1 }, { ...vlan, id: 4095 }),
      'vlan.id eq 1 and vlan.id eq 4095 and !(vlan.id in {2..4094} or ieee8021ad.id gt 0 or ieee8021ad.svid or erspan.vlan gt 0)',
    ],
    [
      'a VLAN whose frames are tagged in several ways',
      path([], { kinds: ['vlan', 'service-vlan', 'mirrored-vlan'], id: 5, ends: null }),
      '(vlan.id eq 5 or ieee8021ad.id eq 5 or erspan.vlan eq 5)',
    ],
    [
      'an overlay',
      path(['tunnel'], overlay),
      `vxlan.vni eq 42 and !(geneve or ${greTypes} or ${ip} or etherip or gtp or teredo or l2tp)`,
    ],
    [
      'the ends of a tunnel',
      path([], { kinds: ['teredo'], id: 1, ends: [NEAR, '2001:db8::1'] }),
      `teredo and ip.addr eq ${NEAR} and ipv6.addr eq 2001:db8::1`,
    ],
    [
      'the first interface, which classic pcap does not name',
      path(['interface'], { kinds: ['interface'], id: 0, ends: null }),
      '!(frame.interface_id gt 0)',
    ],
    [
      'another interface',
      path(['interface'], { kinds: ['interface'], id: 7, ends: null }),
      'frame.interface_id eq 7',
    ],
  ])('names %s', (_name, networkPath, expected) => {
    expect([...ownTerms(networkPath), ...otherTerms(networkPath)].join(' and ')).toBe(expected);
  });
});

if (!hasTshark) console.warn('skipped: filters of networks, because tshark is not installed');

describe.skipIf(!hasTshark)('Wireshark shows exactly the frames of each connection', () => {
  const IPV4_NETWORKS: Readonly<Record<string, Build>> = {
    '': PLAIN,
    'VLAN 5': tagged([Q, 5]),
    'VLAN 6': tagged([Q, 6]),
    'VLAN 1': tagged([AD, 1]),
    'VLAN 9, VLAN 5': tagged([AD, 9], [Q, 5]),
    'VLAN 8, VLAN 5': tagged([Q, 8], [Q, 5]),
    'VLAN 9, VLAN 7': tagged([AD, 9], [AD, 7]),
    'VLAN 4095': erspan(4095),
    'VXLAN 42': vxlan(42),
    'VXLAN 43': vxlan(43),
    'VLAN 5, VXLAN 42': below(5, vxlan(42)),
    'VXLAN 42, VLAN 11': vxlan(42, tagged([Q, 11])),
    'Geneve 42': geneve(42),
    'GRE key 0': greKey(0),
    'GRE key 4294967295': greKey(0xffffffff),
    'GRE tunnel 1': gre(),
    'GRE tunnel 2': gre(OTHER),
    'GRE tunnel 3': pptp,
    'IP tunnel 1': overIp(4, (packet) => packet),
    'IP tunnel 2': overIp(4, (packet) => packet, OTHER),
    'EtherIP tunnel 1': overIp(97, (packet) => concat([0x30, 0], ethernet(packet))),
    'GTP-U tunnel 1': gtp,
    'L2TP tunnel 1': overUdp(1701, (packet) => concat([0, 2, 0, 7, 0, 9, 0x21], packet)),
  };
  const overIpv6 =
    (nextHeader: number, header: Build, destination: string): Build =>
    (packet) =>
      ethernet(ipv6(header(packet), { source: '2001:db8:ffff::1', destination, nextHeader }), 0x86dd);
  const IPV6_NETWORKS: Readonly<Record<string, Build>> = {
    '': (packet) => ethernet(packet, 0x86dd),
    'VLAN 5': (packet) => ethernet(vlanTag(packet, 0x86dd, 5), Q),
    'IP tunnel 1': overIp(41, (packet) => packet),
    'IP tunnel 2': overIpv6(41, (packet) => packet, '2001:db8:ffff::2'),
    'IP tunnel 3': overIpv6(60, (packet) => extensionHeader(packet, 41), '2001:db8:ffff::3'),
    'Teredo tunnel 1': overUdp(3544, (packet) => packet),
  };

  async function prove(name: string, bytes: Uint8Array, networks: readonly string[]): Promise<void> {
    const capture = joined(folder, name);
    writeFileSync(capture, bytes);
    const found = framesIn(bytes, SEPARATIONS);
    expect(found.map(({ connection }) => connection.network)).toEqual(networks);
    for (const { connection, frames } of found) {
      expect(frames.length, connection.network).toBeGreaterThan(2);
      const filter = displayFilterFor(connection);
      expect(await shownBy(filter, capture), `${connection.network}: ${filter}`).toEqual(frames);
    }
    const [{ connection, frames }] = found.slice(-1);
    const some = [frames[0], frames[2]];
    expect(await shownBy(displayFilterFor(connection, some), capture)).toEqual(some);
  }

  const onInterface = (id: number) => (name: string) => `interface ${id}${name === '' ? '' : `, ${name}`}`;

  it.each([
    ['IPv4', IPV4_STORY, IPV4_NETWORKS],
    ['IPv6', IPV6_STORY, IPV6_NETWORKS],
  ])('in networks of every kind, over %s', async (version, story, networks) => {
    const bytes = wrappedCapture(story, ...Object.values(networks).map(wrapping));
    await prove(`${version}.pcap`, bytes, Object.keys(networks).map(onInterface(0)));
  });

  it('in VLANs whose frames are tagged in several ways, or for their priority alone', async () => {
    const fabric: Build = (packet) =>
      ethernet(vlanTag(concat([0, 0x60], tagged([Q, 5])(packet)), 0x8903, 7), Q);
    const builds = [
      ...[tagged([Q, 5]), erspan(5), tagged([AD, 5]), fabric],
      ...[tagged([Q, 0]), PLAIN, tagged([Q, 6])],
    ];
    const bytes = wrappedCapture(IPV4_STORY, ...builds.map(wrapping));
    await prove('ways.pcap', bytes, ['VLAN 5', '', 'VLAN 6'].map(onInterface(0)));
  });

  it('on several interfaces', async () => {
    const frames: Uint8Array[] = [];
    let units = 1_700_000_000_000_000n;
    const reader = new CaptureReader(({ bytes, offset, capturedLength }) => {
      const data = bytes.slice(offset, offset + capturedLength);
      for (const id of [0, 1]) frames.push(enhancedPacket(data, units++, id));
    });
    reader.push(wrappedCapture(IPV4_STORY, wrapping(PLAIN), wrapping(tagged([Q, 5]))));
    reader.end();
    const bytes = join(sectionHeader(), interfaceDescription(), interfaceDescription(), ...frames);
    await prove(
      'interfaces.pcapng',
      bytes,
      ['', 'VLAN 5'].flatMap((name) => [0, 1].map((id) => onInterface(id)(name))),
    );
  });
});
