import { expect, it } from 'vitest';
import type { IcmpError } from '../../src/connections/connection.js';
import { pmtuReduced } from '../../src/rules/pmtu-reduced.js';
import { at, connection, type EndpointDraft, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const TOO_BIG: IcmpError = {
  version: 4,
  type: 3,
  code: 4,
  reporter: '10.0.0.254',
  sequence: 1,
  mtu: 1400,
};

/** Two errors at 1 s about the client's data; the server is heard again in the given frame. */
function asked(
  icmp: Partial<IcmpError> = {},
  { heard = 9, ...client }: EndpointDraft & { heard?: number } = {},
) {
  const run = happens('icmp-error', 1, 5, {
    count: 2,
    until: 1.01,
    lastFrame: 6,
    icmp: { ...TOO_BIG, ...icmp },
  });
  return connection({
    client: { milestones: [run], ...client },
    server: { lastSegment: moment(heard / 5, heard) },
  });
}

const repeated = happens('retransmission-run', 1.02, 7, {
  retransmitted: {
    payloadBytes: 1360,
    optionBytes: 0,
    acknowledgedBytes: 200,
    offloaded: false,
    dontFragment: true,
    shrunk: false,
  },
});

testRule(pmtuReduced, {
  fires: [
    {
      name: 'on the peer’s own address, behind which the narrow link must be',
      connection: asked({ reporter: '10.0.0.2' }),
      end: 3,
      likelyCauses: /^The link with a smaller MTU lies behind the address of 10\.0\.0\.2:8080/,
      nextSteps: /^At 10\.0\.0\.2:8080: check the MTU of the tunnel/,
    },
    {
      name: 'on a router that says how large packets may be',
      connection: asked({}, { milestones: [...asked().client.milestones, repeated] }),
      end: 10,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.254 asked 10.0.0.1:40000 for packets of at most 1,400 bytes to 10.0.0.2:8080',
      explanation:
        /^2 ICMP errors .* Frame 7 sends data again, with 1,360 bytes\. All that 10\.0\.0\.1:40000 sent was acknowledged in the end\.$/,
      frames: [5, 6, 7],
      facts: { mtuBytes: 1400, errors: 2, payloadBytes: 1360, unacknowledgedBytes: 0, local: false },
    },
    {
      name: 'on one that does not say it',
      applicationSees: /^[^.]*(\.[^.]+)*: nothing, except for the time of a repetition\.$/,
      connection: asked({ mtu: 0 }),
      end: 10,
      title: '10.0.0.254 asked 10.0.0.1:40000 for smaller packets to 10.0.0.2:8080',
    },
    {
      name: 'on the smallest of several',
      connection: asked(
        {},
        {
          milestones: [1400, 1280, 1350].map((mtu, i) =>
            happens('icmp-error', i + 1, i + 5, { icmp: { ...TOO_BIG, mtu } }),
          ),
        },
      ),
      end: 10,
      frames: [5, 7],
      facts: { mtuBytes: 1280, errors: 3 },
    },
    {
      name: 'on an IPv6 router',
      connection: asked({ version: 6, type: 2, code: 0, mtu: 1280, reporter: 'fe80::1' }),
      end: 10,
      explanation: /ICMPv6 type 2 code 0/,
    },
    {
      name: 'on a sender whose own host says so',
      connection: asked({ reporter: '10.0.0.1' }),
      end: 10,
      title: 'The host of 10.0.0.1:40000 itself asked for packets of at most 1,400 bytes to 10.0.0.2:8080',
      likelyCauses: /^A tunnel or VPN on the host of 10\.0\.0\.1:40000 itself[^\n]*$/,
      nextSteps: /^On the host of 10\.0\.0\.1:40000: ip route get 10\.0\.0\.2 [^\n]*$/,
    },
    {
      name: 'and says if nothing gets through all the same',
      connection: asked({}, { unacknowledgedBytes: 100, heard: 4 }),
      end: 10,
      explanation:
        /100 bytes of 10\.0\.0\.1:40000 are not acknowledged, and nothing from 10\.0\.0\.2:8080 was captured/,
    },
    {
      name: 'as an error on a sender that sends no less, and is not heard',
      connection: connection({
        client: {
          unacknowledgedBytes: 1460,
          milestones: [
            happens('icmp-error', 1, 5, { icmp: TOO_BIG }),
            {
              ...repeated,
              retransmitted: { ...repeated.retransmitted!, payloadBytes: 1361 },
            },
          ],
        },
        server: { lastSegment: moment(0.9, 4) },
      }),
      end: 10,
      severity: 'error',
      confidence: 'inferred',
      explanation: /with 1,361 bytes\. That is more than the next link takes: .* did not get the error/,
      applicationSees: /until ETIMEDOUT/,
      likelyCauses: /^A firewall in front of 10\.0\.0\.1:40000, or on its host, drops the error \(likely\)/,
      nextSteps: /^On the host of 10\.0\.0\.1:40000: ip route get 10\.0\.0\.2 shows whether/,
    },
    {
      name: 'as info where one repetition was small enough, if not the first',
      connection: connection({
        client: {
          unacknowledgedBytes: 1460,
          milestones: [
            happens('icmp-error', 1, 5, { icmp: TOO_BIG }),
            { ...repeated, retransmitted: { ...repeated.retransmitted!, payloadBytes: 1460 } },
            { ...repeated, frame: 9, retransmitted: { ...repeated.retransmitted!, payloadBytes: 1360 } },
          ],
        },
        server: { lastSegment: moment(0.9, 4) },
      }),
      end: 10,
    },
    {
      name: 'and if only some does',
      connection: asked({}, { unacknowledgedBytes: 100 }),
      end: 10,
      explanation: /are not acknowledged, though 10\.0\.0\.2:8080 was heard afterwards\.$/,
    },
  ],
  silent: [
    { name: 'on an unreachable host', connection: asked({ code: 1 }), end: 10 },
    {
      name: 'on an error that quotes what was never sent',
      connection: asked({ quotesUnsent: true }),
      end: 10,
    },
    { name: 'without ICMP', connection: connection(), end: 10 },
  ],
});

it.each([
  [4, 3, 4, 575, /wrong MTU at 10\.0\.0\.254, or a forged error/],
  [4, 3, 4, 576, /^A link with a smaller MTU/],
  [6, 2, 0, 1279, /forged/],
  [6, 2, 0, 1280, /^A link/],
] as const)(
  'doubts sizes that no link has: IPv%d, type %d, code %d, MTU %d',
  (version, type, code, mtu, cause) => {
    const [{ likelyCauses }] = pmtuReduced.check(asked({ version, type, code, mtu }), {
      captureStart: at(0),
      captureEnd: at(10),
      options: {},
    });
    expect(likelyCauses[0]).toMatch(cause);
  },
);
