import { expect, it } from 'vitest';
import type { Retransmitted } from '../../src/connections/connection.js';
import { pmtuBlackHole } from '../../src/rules/pmtu-black-hole.js';
import { at, connection, happens, moment } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

/** The client sends new data until 10 s; a segment of it is repeated from 10.2 s on, six times. */
function repeats(
  retransmitted: Partial<Retransmitted>,
  heardFromServer = 8,
  icmp?: [4 | 6, number, number],
  unacknowledgedBytes = 4000,
) {
  const error = icmp && { version: icmp[0], type: icmp[1], code: icmp[2], reporter: '10.0.0.9', sequence: 1 };
  return connection({
    vantage: { roundTripSeconds: 0.04 },
    client: {
      payloadBytes: 12_000,
      unacknowledgedBytes,
      lastNewData: moment(10, 8),
      lastSegment: moment(22.6, 15),
      milestones: [
        ...(error ? [happens('icmp-error', 10.1, 9, { icmp: error })] : []),
        happens('retransmission-run', 10.2, 10, {
          count: 6,
          until: 22.6,
          lastFrame: 15,
          value: 200,
          retransmitted: {
            payloadBytes: 1448,
            optionBytes: 12,
            acknowledgedBytes: 200,
            offloaded: false,
            dontFragment: true,
            shrunk: false,
            ...retransmitted,
          },
        }),
      ],
    },
    server: { payloadBytes: 1000, lastSegment: moment(heardFromServer, 9) },
  });
}

it.each([
  [12, 1472],
  [0, 1460],
])('suggests a ping as large as the segment, with %d octets of options', (optionBytes, size) => {
  const context = {
    captureStart: at(0),
    captureEnd: at(25),
    options: { minimumRetransmissions: 3, minimumBytes: 536 },
  };
  const [{ nextSteps }] = pmtuBlackHole.check(repeats({ optionBytes }), context);
  expect(nextSteps[0]).toContain(`ping -M do -s ${size} 10.0.0.2, as large a packet as the segment was`);
});

it.each([
  { name: 'fires on a segment larger than any that arrived', arrived: 200, lost: 1448, mss: 1460, count: 1 },
  { name: 'fires on one of 64 KB', arrived: 200, lost: 65_483, mss: 65_495, count: 1 },
  { name: 'is silent if one of 40 KB had arrived', arrived: 40_000, lost: 40_000, mss: 65_495, count: 0 },
  {
    name: 'is silent on one that the network card was to cut',
    arrived: 200,
    lost: 40_000,
    mss: 1460,
    count: 0,
  },
])('$name, from the segments on', ({ arrived, lost, mss, count }) => {
  const again = [0.4, 0.8, 1.6, 3.2, 6.4].map((time) => `${time} C PA ${1 + arrived} 1 +${lost}`);
  const repeated = connectionOf(`
    0    C S  0 mss=${mss}
    0.01 S SA 0 1 mss=${mss}
    0.02 C A  1 1
    0.1  C PA 1 1 +${arrived}
    0.11 S A  1 ${1 + arrived}
    0.2  C PA ${1 + arrived} 1 +${lost}
    ${again.join('\n')}
  `);
  const context = {
    captureStart: repeated.start,
    captureEnd: { seconds: repeated.end.seconds + 20, nanoseconds: 0 },
    options: { minimumRetransmissions: 3, minimumBytes: 536 },
  };
  expect(pmtuBlackHole.check(repeated, context)).toHaveLength(count);
});

/** All that the client has sent is `octets` long and not acknowledged; the server is still heard at 25 s. */
function inVain(octets: number, more: { readonly sent?: number; readonly acknowledged?: number } = {}) {
  const { client, server, ...rest } = repeats(
    { acknowledgedBytes: more.acknowledged ?? 0 },
    25,
    undefined,
    octets,
  );
  return {
    ...rest,
    client: { ...client, initialSequence: 0, nextSequence: (1 + (more.sent ?? octets)) | 0 },
    server: { ...server, lastSegment: moment(25, 20) },
  };
}

testRule(pmtuBlackHole, {
  fires: [
    {
      name: 'as a warning where nothing was ever acknowledged, and the peer is still heard',
      connection: inVain(4000),
      end: 30,
      endpoint: 'client',
      severity: 'warning',
      confidence: 'possible',
      title:
        'Segments of 1,448 bytes from 10.0.0.1:40000 are never acknowledged, though 10.0.0.2:8080 is still there',
      explanation:
        /was heard after that, in frame 20, and has acknowledged the handshake and none of the payload/,
      frames: [10, 15, 20],
    },
    {
      name: 'on a large segment that never arrives while later ones do',
      connection: repeats({}, 10.041),
      end: 25,
      severity: 'error',
      confidence: 'inferred',
      endpoint: 'client',
      title: 'Segments of 1,448 bytes from 10.0.0.1:40000 are never acknowledged, smaller ones were',
      frames: [9, 10, 15],
      facts: { payloadBytes: 1448, acknowledgedBytes: 200, transmissions: 7, smallerArrivedSince: true },
    },
    {
      name: 'with less certainty when nothing was heard since',
      connection: repeats({}),
      end: 25,
      severity: 'warning',
      confidence: 'possible',
      facts: { smallerArrivedSince: false },
    },
    {
      name: 'with less certainty when the last answer may be to something earlier',
      connection: repeats({}, 10.01),
      end: 25,
      confidence: 'possible',
    },
    {
      name: 'on a host that is unreachable besides, as that is no request for smaller packets',
      connection: repeats({}, 10.041, [4, 3, 1]),
      end: 25,
      severity: 'error',
    },
  ],
  silent: [
    {
      name: 'where some of it was acknowledged, over 2 GiB as well',
      connection: inVain(1400, { sent: 2_400_000_000, acknowledged: 1448 }),
      end: 30,
    },
    { name: 'where some was', connection: inVain(4000, { sent: 9000 }), end: 30 },
    {
      name: 'where the handshake was not seen',
      connection: { ...inVain(4000), quality: { ...inVain(4000).quality, midstream: true } },
      end: 30,
    },
    {
      name: 'where the peer only repeats its SYN-ACK',
      connection: (() => {
        const { server, ...rest } = inVain(4000);
        const again = happens('syn-ack-repeated', 7, 12, { until: 25, lastFrame: 20 });
        return { ...rest, server: { ...server, milestones: [again] } };
      })(),
      end: 30,
    },
    {
      name: 'near the peer, where it has arrived',
      connection: { ...inVain(4000), vantage: { ...inVain(4000).vantage, near: 'server' as const } },
      end: 30,
    },
    { name: 'when larger segments had arrived', connection: repeats({ acknowledgedBytes: 1448 }), end: 25 },
    {
      name: 'when it had been acknowledged, and only its sender does not know',
      connection: repeats({}, 8, undefined, 0),
      end: 25,
    },
    { name: 'when none had ever arrived', connection: repeats({ acknowledgedBytes: 0 }), end: 25 },
    {
      name: 'on segments that the network card was still to cut',
      connection: repeats({ payloadBytes: 40_000, offloaded: true }),
      end: 25,
    },
    { name: 'when routers may fragment', connection: repeats({ dontFragment: false }), end: 25 },
    { name: 'on segments that fit any path', connection: repeats({ payloadBytes: 536 }), end: 25 },
    { name: 'when a router asks for smaller packets', connection: repeats({}, 8, [4, 3, 4]), end: 25 },
    { name: 'when an IPv6 router asks for smaller packets', connection: repeats({}, 8, [6, 2, 0]), end: 25 },
    {
      name: 'on fewer retransmissions than asked for',
      connection: repeats({}),
      end: 25,
      options: { minimumRetransmissions: 7 },
    },
  ],
});
