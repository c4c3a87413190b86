/** The same addresses and ports in several networks: one connection, unless they are to be told apart. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joined } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import {
  Domains,
  GENEVE,
  GRE,
  SERVICE_VLAN,
  type Separation,
  VLAN,
  VXLAN,
} from '../../src/decode/domains.js';
import { analyze } from '../../src/index.js';
import {
  enhancedPacket,
  interfaceDescription,
  join,
  pcap,
  sectionHeader,
} from '../support/capture-builder.js';
import { captureOf } from '../support/fixtures.js';
import { finwait } from '../support/io.js';
import {
  addressWords,
  concat,
  ethernet,
  icmp,
  ipv4,
  tcp,
  u16,
  u32,
  udp,
  vlanTag,
} from '../support/packet-builder.js';
import { inVlan, type Wrapping, wrappedCapture, wrapping } from '../support/wrapped.js';

const FIXTURE = captureOf('rst-on-write-after-close', 'server');
const folder = mkdtempSync(joined(tmpdir(), 'finwait-separation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const storyOf = ({ client, server }: Connection) =>
  [client, server].map(({ timeline, segments, retransmissions }) => ({
    states: timeline.map(({ state, cause }) => `${state} ${cause}`),
    segments,
    retransmissions,
  }));

const inVlans = (outer: number, id: number) =>
  wrapping((packet) => ethernet(vlanTag(vlanTag(packet, 0x0800, id), 0x8100, outer), 0x88a8));
const over = (
  protocol: number,
  ends: readonly [string, string],
  header: (packet: Uint8Array) => Uint8Array,
) =>
  wrapping((packet) => ethernet(ipv4(header(packet), { protocol, source: ends[0], destination: ends[1] })));
const ENDS = ['203.0.113.1', '203.0.113.2'] as const;
const OTHER_ENDS = ['203.0.113.1', '203.0.113.3'] as const;
const vxlan = (vni: number, flags = 8) =>
  over(17, ENDS, (packet) => udp(concat([flags, 0, 0, 0], u32(vni << 8), ethernet(packet)), 50000, 4789));
const geneve = (vni: number) =>
  over(17, ENDS, (packet) => udp(concat([0, 0, 8, 0], u32(vni << 8), packet), 50000, 6081));
const gre = (key: number) => over(47, ENDS, (packet) => concat([0x20, 0, 8, 0], u32(key), packet));
const greBetween = (ends: readonly [string, string]) =>
  over(47, ends, (packet) => concat([0, 0, 8, 0], packet));
const gtp = (ends: readonly [string, string], teid: number) =>
  over(17, ends, (packet) => udp(concat([0x30, 255], u16(packet.length), u32(teid), packet), 2152, 2152));
const ipInIp = (ends: readonly [string, string]) => over(4, ends, (packet) => packet);
const erspan = (vlan: number) =>
  over(47, ENDS, (packet) =>
    concat([0x10, 0, 0x88, 0xbe], u32(1), u16(0x1000 | vlan), [0, 1], u32(0), ethernet(packet)),
  );
const plain = wrapping((packet) => ethernet(packet));

const CASES: readonly {
  readonly name: string;
  readonly separate: readonly Separation[];
  readonly wrappings: readonly Wrapping[];
  readonly networks: readonly string[];
}[] = [
  { name: 'VLANs', separate: ['vlan'], wrappings: [inVlan(5), inVlan(6)], networks: ['VLAN 5', 'VLAN 6'] },
  {
    name: 'VLANs in one VLAN',
    separate: ['vlan'],
    wrappings: [inVlans(9, 5), inVlans(9, 6)],
    networks: ['VLAN 9, VLAN 5', 'VLAN 9, VLAN 6'],
  },
  { name: 'a VLAN and none', separate: ['vlan'], wrappings: [plain, inVlan(5)], networks: ['', 'VLAN 5'] },
  {
    name: 'VXLAN',
    separate: ['tunnel'],
    wrappings: [vxlan(42), vxlan(43)],
    networks: ['VXLAN 42', 'VXLAN 43'],
  },
  {
    name: 'VXLAN without the flag that its network counts',
    separate: ['tunnel'],
    wrappings: [vxlan(42, 0), vxlan(43, 0)],
    networks: ['VXLAN 42', 'VXLAN 43'],
  },
  {
    name: 'Geneve',
    separate: ['tunnel'],
    wrappings: [geneve(1), geneve(0xffffff)],
    networks: ['Geneve 1', 'Geneve 16777215'],
  },
  {
    name: 'keys of GRE',
    separate: ['tunnel'],
    wrappings: [gre(0), gre(0xffffffff)],
    networks: ['GRE key 0', 'GRE key 4294967295'],
  },
  {
    name: 'ends of GRE',
    separate: ['tunnel'],
    wrappings: [greBetween(ENDS), greBetween(OTHER_ENDS)],
    networks: ['GRE tunnel 1', 'GRE tunnel 2'],
  },
  {
    name: 'ends of GTP-U',
    separate: ['tunnel'],
    wrappings: [gtp(ENDS, 1), gtp(OTHER_ENDS, 1)],
    networks: ['GTP-U tunnel 1', 'GTP-U tunnel 2'],
  },
  {
    name: 'ends of IP in IP',
    separate: ['tunnel'],
    wrappings: [ipInIp(ENDS), ipInIp(OTHER_ENDS)],
    networks: ['IP tunnel 1', 'IP tunnel 2'],
  },
  {
    name: 'VLANs that a switch mirrors',
    separate: ['vlan', 'tunnel'],
    wrappings: [erspan(5), erspan(6)],
    networks: ['VLAN 5', 'VLAN 6'],
  },
];

describe.each(CASES)('$name', ({ separate, wrappings, networks }) => {
  const bytes = wrappedCapture(FIXTURE, ...wrappings);

  it('are told apart where that is wished', async () => {
    const alone = await analyze(readFileSync(FIXTURE));
    const { connections, findings } = await analyze(bytes, { separate });
    expect(connections.map(({ id, network }) => [id, network])).toEqual(
      networks.map((name, id) => [id, name]),
    );
    for (const connection of connections) expect(storyOf(connection)).toEqual(storyOf(alone.connections[0]));
    expect(findings).toHaveLength(networks.length * alone.findings.length);
  });

  it('are one without, and where something else is told apart', async () => {
    expect((await analyze(bytes)).connections).toHaveLength(1);
    expect((await analyze(bytes, { separate: ['interface'] })).connections).toHaveLength(1);
  });
});

describe('what does not tell connections apart', () => {
  it.each([
    ['a tag that only gives a priority', [plain, inVlan(0x6000)]],
    ['endpoint identifiers of GTP-U, which differ by direction', [gtp(ENDS, 1), gtp(ENDS, 2)]],
    ['which end of a tunnel sends', [greBetween(ENDS), greBetween([ENDS[1], ENDS[0]])]],
    ['how a mirrored frame travels', [erspan(0), plain]],
  ])('%s', async (_name, wrappings) => {
    const { connections } = await analyze(wrappedCapture(FIXTURE, ...wrappings), {
      separate: ['vlan', 'tunnel', 'interface'],
    });
    expect(connections).toHaveLength(1);
  });
});

describe('interfaces of a capture', () => {
  const frames: Uint8Array[] = [];
  let units = 1_700_000_000_000_000n;
  const reader = new CaptureReader(({ bytes, offset, capturedLength }) => {
    const data = bytes.slice(offset, offset + capturedLength);
    for (const id of [0, 1]) frames.push(enhancedPacket(data, units++, id));
  });
  reader.push(readFileSync(FIXTURE));
  reader.end();
  const bytes = join(sectionHeader(), interfaceDescription(), interfaceDescription(), ...frames);

  it('are told apart where that is wished', async () => {
    const { connections } = await analyze(bytes, { separate: ['interface'] });
    expect(connections.map(({ network }) => network)).toEqual(['interface 0', 'interface 1']);
    expect(storyOf(connections[0])).toEqual(storyOf(connections[1]));
    expect((await analyze(bytes)).connections).toHaveLength(1);
  });
});

it('an ICMP error belongs to the connection in its own network', async () => {
  const syn = (id: number) => ethernet(vlanTag(ipv4(tcp({ flags: 2 })), 0x0800, id), 0x8100);
  const error = ipv4(icmp(3, 1, ipv4(tcp({ flags: 2 }))), { protocol: 1, source: '10.0.0.9' });
  const frames = [syn(5), syn(6), ethernet(vlanTag(error, 0x0800, 6), 0x8100)];
  const { connections } = await analyze(pcap(frames.map((data, i) => ({ data, time: BigInt(i) }))), {
    separate: ['vlan'],
  });
  expect(
    connections.map(({ client }) => client.milestones.filter(({ kind }) => kind === 'icmp-error').length),
  ).toEqual([0, 1]);
});

describe('numbers of networks', () => {
  const words = (source: string, destination: string) => {
    const [source0, source1, source2, source3] = addressWords(source);
    const [destination0, destination1, destination2, destination3] = addressWords(destination);
    return { source0, source1, source2, source3, destination0, destination1, destination2, destination3 };
  };

  it('are the same for the same way, and others for any other', () => {
    const domains = new Domains(['vlan', 'tunnel', 'interface']);
    const ways = () => [
      domains.ofInterface(0),
      domains.ofInterface(1),
      domains.ofNumber(domains.ofInterface(0), VLAN, 5),
      domains.ofNumber(domains.ofInterface(0), VXLAN, 5),
      domains.ofNumber(domains.ofInterface(0), GENEVE, 5),
      domains.ofNumber(domains.ofNumber(domains.ofInterface(0), VLAN, 5), VXLAN, 5),
      domains.ofEnds(domains.ofInterface(0), GRE, words('10.0.0.1', '10.0.0.2')),
      domains.ofEnds(domains.ofInterface(0), GRE, words('2001:db8::1', '2001:db8::2')),
      domains.ofEnds(domains.ofInterface(0), GRE, words('2001:db8::1', '2001:db8:1::2')),
    ];
    const first = ways();
    expect(new Set(first).size).toBe(first.length);
    expect(ways()).toEqual(first);
  });

  it('do not depend on the direction', () => {
    const domains = new Domains(['tunnel']);
    for (const [a, b] of [
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.0.1', '200.0.0.2'],
      ['2001:db8:1::1', '2001:db8:2::1'],
      ['fe80::1', '10.0.0.1'],
    ])
      expect(domains.ofEnds(0, GRE, words(a, b))).toBe(domains.ofEnds(0, GRE, words(b, a)));
  });

  it('do not run out of memory: beyond a bound, networks are that around them', () => {
    const domains = new Domains(['tunnel', 'vlan']);
    for (let vni = 0; vni < 300_000; vni++) domains.ofNumber(0, VXLAN, vni);
    expect(domains.nameOf(domains.ofNumber(0, VXLAN, 7))).toBe('VXLAN 7');
    expect(domains.ofNumber(0, VXLAN, 299_999)).toBe(0);
    expect(domains.ofNumber(0, VLAN, 5)).toBe(0);
    expect(domains.ofEnds(0, GRE, words('10.0.0.1', '10.0.0.2'))).toBe(0);
    // What is in none of them may be in one that got no number.
    expect(domains.pathOf(0)).toEqual({ separations: [], steps: [] });
  });

  it('tell the whole way, from the outside in', () => {
    const domains = new Domains(['tunnel', 'vlan']);
    const vlan = domains.ofNumber(0, VLAN, 5);
    const tunnel = domains.ofEnds(vlan, GRE, words('10.0.0.1', '10.0.0.2'));
    expect(domains.ofNumber(0, SERVICE_VLAN, 5)).toBe(vlan);
    expect(domains.ofInterface(3)).toBe(0);
    expect(domains.nameOf(tunnel)).toBe('VLAN 5, GRE tunnel 1');
    expect(domains.pathOf(tunnel)).toEqual({
      separations: ['tunnel', 'vlan'],
      steps: [
        { kinds: ['vlan', 'service-vlan'], id: 5, ends: null },
        { kinds: ['gre'], id: 1, ends: ['10.0.0.1', '10.0.0.2'] },
      ],
    });
  });
});

describe('--separate', () => {
  const path = joined(folder, 'two.pcap');
  writeFileSync(path, wrappedCapture(FIXTURE, inVlan(5), inVlan(6)));

  it('says in each report which network a connection is in', async () => {
    const { stdout, code } = await finwait([path, '--separate', 'vlan'], { columns: 100 });
    expect(code).toBe(0);
    expect(stdout).toContain('2 connections');
    expect(stdout).toMatch(/connection \d \(VLAN [56]\)/);
    expect(stdout).toMatch(/finwait timeline --separate vlan \S+two\.pcap --connection \d/);
    expect(stdout).not.toContain('tcp.stream');
    for (const format of ['html', 'markdown', 'sarif', 'junit', 'github', 'slack']) {
      const report = (await finwait([path, '--separate', 'vlan', '-f', format])).stdout;
      expect(report, format).toContain('VLAN 5');
      expect(report, format).not.toContain('tcp.stream');
    }
  });

  it('stands in lists of connections, in a column that is there only then', async () => {
    const lines = async (format: string, ...argv: string[]) =>
      (await finwait([path, '-f', format, ...argv], { columns: 100 })).stdout.split(/\r?\n/);
    const has = (text: string[], pattern: RegExp) => text.some((line) => pattern.test(line));
    for (const [format, head, row] of [
      ['table', /^│ # │ network │ client/, /^│ 1 │ VLAN 6 {2}│ /],
      ['markdown', /^\| connection \| network \| client/, /^\| 1 \| VLAN 6 \| /],
      ['jira', /^\|\|connection\|\|network\|\|client/, /^\|1\|VLAN 6\|/],
      ['html', />network<\/th>/, />1<\/a><\/td><td>VLAN 6<\/td>/],
    ] as const) {
      const separated = await lines(format, '--separate', 'vlan');
      expect([has(separated, head), has(separated, row)], format).toEqual([true, true]);
      expect(has(await lines(format), head), format).toBe(false);
    }
  });

  it('is a column of CSV, empty if networks are taken for one', async () => {
    const column = async (...argv: string[]) => {
      const [head, ...rows] = (await finwait([path, '-f', 'csv', ...argv])).stdout
        .trimEnd()
        .split('\r\n')
        .map((line) => line.split(','));
      const place = head.indexOf('network');
      return rows.map((row) => row[place]);
    };
    expect(await column('--separate', 'vlan')).toEqual(['VLAN 5', 'VLAN 6']);
    expect(await column()).toEqual(['']);
  });

  it('stands in JSON, with a filter that Wireshark understands', async () => {
    const json = JSON.parse((await finwait([path, '--separate', 'vlan,tunnel', '-f', 'json'])).stdout);
    const schema = JSON.parse(readFileSync('schema/report-1.schema.json', 'utf8'));
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    expect(json.connections.map(({ network }: { network: string }) => network)).toEqual(['VLAN 5', 'VLAN 6']);
    expect(json.captures[0].separatedBy).toEqual(['vlan', 'tunnel']);
    expect(json.connections[0].displayFilter).toMatch(
      /^ip\.addr eq [\d.]+ and ip\.addr eq [\d.]+ and tcp\.port eq \d+ and tcp\.port eq \d+ and vlan\.id eq 5 and !\(/,
    );
    const one = JSON.parse((await finwait([path, '-f', 'json'])).stdout);
    expect(one.connections).toHaveLength(1);
    expect(one.connections[0]).not.toHaveProperty('network');
    expect(one.captures[0]).not.toHaveProperty('separatedBy');
  });

  it('gives no number of Wireshark’s to a connection without tags either', async () => {
    const mixed = joined(folder, 'mixed.pcap');
    writeFileSync(mixed, wrappedCapture(FIXTURE, plain, inVlan(5)));
    for (const format of ['table', 'json', 'html', 'markdown', 'sarif', 'junit', 'github', 'slack', 'jira']) {
      const { stdout } = await finwait([mixed, '--separate', 'vlan', '-f', format], { columns: 1000 });
      expect(stdout, format).not.toContain('tcp.stream');
    }
    const { stdout } = await finwait([mixed, '--separate', 'vlan', '-f', 'json']);
    const { connections, findings } = JSON.parse(stdout);
    const [untagged] = connections;
    expect(untagged).not.toHaveProperty('network');
    expect(untagged.displayFilter).toMatch(/ and !\(vlan\.id gt 0 or /);
    expect(findings[0].displayFilter).toMatch(/^frame\.number in \{[\d, ]+\}$/);
  });

  it('names no real end of a tunnel where addresses are mapped', async () => {
    const tunnel = joined(folder, 'tunnel.pcap');
    writeFileSync(tunnel, wrappedCapture(FIXTURE, greBetween(ENDS)));
    const argv = [tunnel, '--separate', 'tunnel', '-f', 'json'];
    expect((await finwait(argv)).stdout).toContain(`ip.addr eq ${ENDS[0]} and ip.addr eq ${ENDS[1]}`);
    const { stdout } = await finwait([...argv, '--anonymize']);
    expect(stdout).toContain('"network":"GRE tunnel 1"');
    for (const end of ENDS) expect(stdout).not.toContain(end);
  });

  it('draws one of them, and extracts one of them', async () => {
    const drawn = await finwait(['timeline', path, '--separate', 'vlan', '-c', '1'], { columns: 100 });
    expect(drawn.stdout).toContain('connection 1 (VLAN 6)');
    const output = joined(folder, 'one.pcapng');
    const { stderr } = await finwait(['extract', path, '--separate', 'vlan', '-c', '1', '-o', output]);
    const { connections } = await analyze(readFileSync(output), { separate: ['vlan'] });
    expect(connections.map(({ network }) => network)).toEqual(['VLAN 6']);
    expect(stderr).toContain(`wrote ${connections[0].frames} frames`);
  });

  it('names what there is', async () => {
    const { code, stderr } = await finwait([path, '--separate', 'vlan,mpls']);
    expect(code).toBe(2);
    expect(stderr).toContain('vlan, tunnel, interface');
  });
});
