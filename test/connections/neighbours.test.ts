/** Requests for link addresses that nobody answered, as milestones of connections. */
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection, Milestone, Role } from '../../src/connections/connection.js';
import { ACK, FIN, RST, SYN } from '../../src/decode/segment.js';
import { pcap } from '../support/capture-builder.js';
import {
  arp,
  ethernet,
  ipv4,
  ipv6,
  neighbourDiscovery,
  type TcpFields,
  tcp,
  vlanTag,
} from '../support/packet-builder.js';

const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';
const ROUTER = '10.0.0.254';

type Timed = readonly [seconds: number, frame: Uint8Array];

function segment(from: Role, fields: TcpFields): Uint8Array {
  const [source, destination] = from === 'client' ? [CLIENT, SERVER] : [SERVER, CLIENT];
  const [sourcePort, destinationPort] = from === 'client' ? [40_000, 80] : [80, 40_000];
  return ipv4(tcp({ sourcePort, destinationPort, ...fields }), { source, destination });
}

const asks = (sender: string, target: string): Uint8Array => ethernet(arp('request', sender, target), 0x0806);
const answers = (sender: string, target: string): Uint8Array =>
  ethernet(arp('reply', sender, target), 0x0806);

const OPENED: readonly Timed[] = [
  [0, ethernet(segment('client', { sequence: 100, flags: SYN }))],
  [0.1, ethernet(segment('server', { sequence: 500, acknowledgment: 101, flags: SYN | ACK }))],
  [0.2, ethernet(segment('client', { sequence: 101, acknowledgment: 501, flags: ACK }))],
];
const thrice = (seconds: number, frame: Uint8Array): readonly Timed[] =>
  [0, 1, 2].map((later): Timed => [seconds + later, frame]);

function connectionOf(...frames: readonly Timed[]): Connection {
  const connections: Connection[] = [];
  const analyzer = new Analyzer({ onConnection: (connection) => connections.push(connection) });
  const reader = new CaptureReader(analyzer.onFrame);
  reader.push(pcap(frames.map(([seconds, data]) => ({ data, time: BigInt(Math.round(seconds * 1e9)) }))));
  reader.end();
  analyzer.finish();
  return connections[0];
}

function toldOf({ client, server }: Connection): Record<Role, readonly Milestone[]> {
  const of = (milestones: readonly Milestone[]) =>
    milestones.filter(({ kind }) => kind === 'neighbour-unanswered');
  return { client: of(client.milestones), server: of(server.milestones) };
}

const tell = (...frames: readonly Timed[]) => toldOf(connectionOf(...frames));

describe('requests of an endpoint for its peer', () => {
  it('count from the third one without an answer', () => {
    const two = thrice(5, asks(CLIENT, SERVER)).slice(1);
    expect(tell(...OPENED, ...two)).toEqual({ client: [], server: [] });
    const { client, server } = tell(...OPENED, ...thrice(5, asks(CLIENT, SERVER)));
    expect(server).toEqual([]);
    expect(client).toMatchObject([
      {
        frame: 4,
        lastFrame: 6,
        count: 3,
        time: { seconds: 5 },
        lastTime: { seconds: 7 },
        neighbour: { protocol: 'ARP', asker: CLIENT, target: SERVER },
      },
    ]);
  });

  it.each([
    ['answers', answers(SERVER, CLIENT)],
    ['asks somebody itself', asks(SERVER, ROUTER)],
    ['makes itself known', asks(SERVER, SERVER)],
    ['sends a segment', ethernet(segment('server', { sequence: 501, acknowledgment: 101, flags: ACK }))],
  ])('count for nothing once the peer %s', (_, sign) => {
    expect(tell(...OPENED, ...thrice(5, asks(CLIENT, SERVER)), [8, sign]).client).toEqual([]);
  });

  it('start anew after an answer, and after a long time', () => {
    const before = thrice(5, asks(CLIENT, SERVER));
    const after = thrice(20, asks(CLIENT, SERVER));
    const answered = tell(...OPENED, ...before, [8, answers(SERVER, CLIENT)], ...after);
    expect(answered.client).toMatchObject([{ count: 3, frame: 8 }]);
    const late = thrice(500, asks(CLIENT, SERVER));
    expect(tell(...OPENED, ...before, ...late).client).toMatchObject([{ count: 3, frame: 7 }]);
    expect(tell(...OPENED, ...before, ...after).client).toMatchObject([{ count: 6, frame: 4 }]);
  });

  it.each([
    ['reset', [8, ethernet(segment('client', { sequence: 101, flags: RST }))]],
    [
      'a FIN of each',
      [0.3, ethernet(segment('client', { sequence: 101, acknowledgment: 501, flags: FIN | ACK }))],
    ],
  ] as const)('are nothing to a connection that is over: %s', (name, last) => {
    const closing: readonly Timed[] =
      name === 'reset'
        ? []
        : [
            last,
            [0.4, ethernet(segment('server', { sequence: 501, acknowledgment: 102, flags: FIN | ACK }))],
            [0.5, ethernet(segment('client', { sequence: 102, acknowledgment: 502, flags: ACK }))],
          ];
    const frames = [...OPENED, ...closing, ...thrice(5, asks(CLIENT, SERVER))];
    expect(tell(...frames, ...(name === 'reset' ? [last] : []))).toEqual({ client: [], server: [] });
  });

  it('are those of IPv6 as well', () => {
    const ends = { source: '2001:db8::1', destination: '2001:db8::2' };
    const syn = ethernet(ipv6(tcp({ flags: SYN }), ends), 0x86dd);
    const solicitation = neighbourDiscovery('solicitation', '2001:db8::2', { source: '2001:db8::1' });
    const { client } = tell([0, syn], ...thrice(1, ethernet(solicitation, 0x86dd)));
    expect(client).toMatchObject([
      { count: 3, neighbour: { protocol: 'ND', asker: '2001:db8::1', target: '2001:db8::2' } },
    ]);
  });
});

describe('requests of a router for the peer', () => {
  const inVain = thrice(5, asks(ROUTER, SERVER));

  it('count only if it was answered before: else the answers may pass the tap by', () => {
    expect(tell(...OPENED, ...inVain).client).toEqual([]);
    const known: readonly Timed[] = [
      [0.3, asks(ROUTER, SERVER)],
      [0.4, answers(SERVER, ROUTER)],
    ];
    const { client } = tell(...OPENED, ...known, ...inVain);
    expect(client).toMatchObject([{ count: 3, frame: 6, neighbour: { asker: ROUTER, target: SERVER } }]);
  });

  describe('that was never heard', () => {
    const data = (sequence: number, acknowledgment = 501) =>
      ethernet(segment('client', { sequence, acknowledgment, flags: ACK, payload: new Uint8Array(10) }));
    const unheard: readonly Timed[] = [
      [0, data(101)],
      [1, data(101)],
    ];

    it('count if they follow within seconds, and say that nothing of it is missing', () => {
      const gone = connectionOf(...unheard, ...inVain);
      expect(toldOf(gone).client).toMatchObject([{ count: 3, neighbour: { asker: ROUTER } }]);
      expect(gone.quality).toMatchObject({ midstream: true, unseen: null });
    });

    it.each<[string, readonly Timed[]]>([
      ['each long after the other, as with an answer', [5, 25, 45].map((at) => [at, asks(ROUTER, SERVER)])],
      ['by the host itself', thrice(5, asks(SERVER, ROUTER))],
      ['before an answer', [...inVain, [8, answers(SERVER, ROUTER)]]],
    ])('count for nothing %s', (_, requests) => {
      const unseen = connectionOf(...unheard, ...requests);
      expect(toldOf(unseen).client).toEqual([]);
      expect(unseen.quality.unseen).toBe('server');
    });

    it('leave it missing where what it sent was acknowledged', () => {
      const { quality } = connectionOf(...unheard, [2, data(111, 601)], ...inVain);
      expect(quality).toMatchObject({ unseen: 'server', unseenSent: true });
    });
  });
});

describe('requests of an endpoint for somebody else', () => {
  it('are told beside those for the peer', () => {
    const { client, server } = tell(...OPENED, ...thrice(5, asks(CLIENT, ROUTER)));
    expect(client).toMatchObject([{ count: 3, neighbour: { asker: CLIENT, target: ROUTER } }]);
    expect(server).toEqual([]);
    const both = tell(...OPENED, ...thrice(5, asks(CLIENT, SERVER)), ...thrice(9, asks(CLIENT, ROUTER)));
    expect(both.client.map(({ neighbour }) => neighbour?.target)).toEqual([SERVER, ROUTER]);
  });
});

it('keeps networks apart where connections are', () => {
  const connections: Connection[] = [];
  const analyzer = new Analyzer({
    onConnection: (connection) => connections.push(connection),
    separate: ['vlan'],
  });
  const frames: Uint8Array[] = [7, 8].map((id) =>
    ethernet(vlanTag(segment('client', { sequence: 100, flags: SYN }), 0x0800, id), 0x8100),
  );
  for (const [, request] of thrice(5, arp('request', CLIENT, SERVER)))
    frames.push(ethernet(vlanTag(request, 0x0806, 8), 0x8100));
  const reader = new CaptureReader(analyzer.onFrame);
  reader.push(pcap(frames.map((data, place) => ({ data, time: BigInt(place) * 1_000_000_000n }))));
  reader.end();
  analyzer.finish();
  expect(connections.map((one) => [one.network, toldOf(one).client.length])).toEqual([
    ['VLAN 7', 0],
    ['VLAN 8', 1],
  ]);
});

it('forgets whom nobody asked for in a long time, not what was answered', () => {
  const others = Array.from(
    { length: 5000 },
    (_, place): Timed => [8, asks(ROUTER, `10.1.${place >> 8}.${place & 255}`)],
  );
  const inVain = thrice(5, asks(CLIENT, SERVER));
  expect(tell(...OPENED, ...inVain, ...others).client).toEqual([]);
  expect(tell(...OPENED, ...inVain, ...others.slice(0, 4000)).client).toHaveLength(1);
});

describe('what a host makes known unasked', () => {
  const announcedOf = (connection: Connection) =>
    [connection.client, connection.server].map(({ milestones }) =>
      milestones.filter(({ kind }) => kind === 'address-announced').map(({ frame }) => frame),
    );
  const spoke: Timed = [9, ethernet(segment('server', { sequence: 501, acknowledgment: 101, flags: ACK }))];

  it.each([
    ['a request for its own address', asks(SERVER, SERVER)],
    ['an answer to itself', answers(SERVER, SERVER)],
  ])('is told while the connection lasts: %s', (_, frame) => {
    expect(announcedOf(connectionOf(...OPENED, [5, frame], [6, frame], spoke))).toEqual([[], [5]]);
    expect(
      announcedOf(connectionOf([0, frame], ...OPENED.map(([at, each]): Timed => [at + 1, each]))),
    ).toEqual([[], []]);
    expect(announcedOf(connectionOf(...OPENED, [5, frame]))).toEqual([[], []]);
  });

  it('is no request, and no answer to one', () => {
    const frames = [...OPENED, ...thrice(5, asks(SERVER, SERVER)), spoke];
    expect(tell(...frames)).toEqual({ client: [], server: [] });
    expect(announcedOf(connectionOf(...OPENED, [5, answers(SERVER, CLIENT)], spoke))).toEqual([[], []]);
  });

  it('is an advertisement to all with IPv6', () => {
    const ends = { source: '2001:db8::1', destination: '2001:db8::2' };
    const syn = (at: number): Timed => [at, ethernet(ipv6(tcp({ flags: SYN }), ends), 0x86dd)];
    const told = (destination: string) =>
      announcedOf(
        connectionOf(
          syn(0),
          [1, ethernet(neighbourDiscovery('advertisement', '2001:db8::1', { destination }), 0x86dd)],
          syn(2),
        ),
      );
    expect(told('ff02::1')).toEqual([[2], []]);
    expect(told('2001:db8::2')).toEqual([[], []]);
  });
});
