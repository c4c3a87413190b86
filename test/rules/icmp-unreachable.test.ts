import type { IcmpError } from '../../src/connections/connection.js';
import { icmpUnreachable } from '../../src/rules/icmp-unreachable.js';
import { connection, enters, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const UNREACHABLE = { version: 4, type: 3, code: 1, reporter: '10.0.0.254', sequence: 1 } as const;

function reported(icmp: Partial<IcmpError>, heard: number) {
  const error = { ...UNREACHABLE, ...icmp };
  return connection({
    client: {
      milestones: [happens('icmp-error', 10, 10, { count: 3, until: 13, lastFrame: 14, icmp: error })],
    },
    server: { lastSegment: moment(heard, heard) },
  });
}

testRule(icmpUnreachable, {
  fires: [
    {
      name: 'as an error when the peer is not heard again',
      connection: reported({}, 9),
      end: 60,
      severity: 'error',
      endpoint: 'client',
      title: '10.0.0.254 reported “host unreachable” for 10.0.0.2:8080',
      frames: [10, 14],
      facts: { type: 3, code: 1, errors: 3, handshake: false },
    },
    {
      name: 'as a warning when the connection outlives it',
      connection: reported({}, 20),
      end: 60,
      severity: 'warning',
    },
    {
      name: 'on a parameter problem',
      connection: reported({ type: 12, code: 0 }, 20),
      end: 60,
      title: '10.0.0.254 reported “parameter problem” for 10.0.0.2:8080',
    },
    {
      name: 'on the error before a message of another kind',
      connection: connection({
        client: {
          milestones: [
            happens('icmp-error', 10, 10, { icmp: UNREACHABLE }),
            happens('icmp-error', 11, 11, { icmp: { ...UNREACHABLE, code: 4 } }),
            happens('icmp-error', 12, 12, { icmp: { ...UNREACHABLE, type: 5 } }),
          ],
        },
        server: { lastSegment: moment(20, 20) },
      }),
      end: 60,
      frames: [10],
      title: '10.0.0.254 reported “host unreachable” for 10.0.0.2:8080',
    },
    {
      name: 'on a handshake',
      connection: connection({
        client: {
          timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })],
          milestones: [
            happens('icmp-error', 0.1, 2, {
              icmp: { version: 6, type: 1, code: 3, reporter: 'fe80::1', sequence: 1 },
            }),
          ],
        },
        server: { timeline: [], segments: 0, lastSegment: null },
      }),
      end: 60,
      severity: 'error',
      title: 'fe80::1 reported “address unreachable” for 10.0.0.2:8080',
      facts: { handshake: true },
    },
  ],
  silent: [
    { name: 'on path MTU discovery', connection: reported({ code: 4 }, 20), end: 60 },
    {
      name: 'on path MTU discovery in IPv6',
      connection: reported({ version: 6, type: 2, code: 0 }, 20),
      end: 60,
    },
    { name: 'on a source quench, which TCP ignores', connection: reported({ type: 4, code: 0 }, 9), end: 60 },
    { name: 'on a redirect, which loses nothing', connection: reported({ type: 5 }, 9), end: 60 },
    { name: 'without ICMP', connection: connection(), end: 60 },
  ],
});
