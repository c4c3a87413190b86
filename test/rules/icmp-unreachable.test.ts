import { describe, expect, it } from 'vitest';
import type { Connection, IcmpError, Milestone, Transition } from '../../src/connections/connection.js';
import { prepareRules } from '../../src/rules/evaluation/evaluate.js';
import { icmpUnreachable } from '../../src/rules/icmp-unreachable.js';
import { at, connection, enters, happens, moment, resets } from '../support/connection-builder.js';
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
      facts: { type: 3, code: 1, errors: 3, handshake: false, local: false },
    },
    {
      name: 'as a warning when the capture ends too soon to tell whether the peer is heard again',
      connection: reported({}, 9),
      end: 12,
      severity: 'warning',
    },
    {
      name: 'as a warning when the connection outlives it',
      connection: reported({}, 20),
      end: 60,
      severity: 'warning',
    },
    {
      name: 'as info on an error that quotes what was never sent, even if the peer is silent',
      connection: reported({ quotesUnsent: true, sequence: 999 }, 9),
      end: 60,
      severity: 'info',
      confidence: 'inferred',
      title:
        '10.0.0.254 reported “host unreachable” for 10.0.0.2:8080, quoting a number that 10.0.0.1:40000 was not seen to send',
      facts: { quotedSequence: 999 },
    },
    {
      name: 'on a true error before such a one',
      connection: connection({
        client: {
          milestones: [
            happens('icmp-error', 10, 10, { icmp: UNREACHABLE }),
            happens('icmp-error', 11, 11, { icmp: { ...UNREACHABLE, quotesUnsent: true } }),
          ],
        },
        server: { lastSegment: moment(20, 20) },
      }),
      end: 60,
      frames: [10],
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
      name: 'and tells what a host says to itself from what a router says',
      connection: reported({ reporter: '10.0.0.1' }, 9),
      end: 60,
      severity: 'error',
      title: 'The host of 10.0.0.1:40000 itself reported “host unreachable” for 10.0.0.2:8080',
      explanation: /: its own host reports this, not a router\. 10\.0\.0\.2:8080 was not heard again\.$/,
      facts: { reporter: '10.0.0.1', local: true },
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

describe('its words follow type and code', () => {
  const connecting = (icmp: Partial<IcmpError>) =>
    connection({
      client: {
        timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })],
        milestones: [happens('icmp-error', 0.1, 2, { icmp: { ...UNREACHABLE, ...icmp } })],
      },
      server: { timeline: [], segments: 0, lastSegment: null },
    });
  const findingOn = (subject: Connection) => prepareRules([icmpUnreachable])(subject, at(60))[0];

  it.each([
    [{ code: 0 }, 'ENETUNREACH', /has no route to 10\.0\.0\.2/],
    [{ code: 1 }, 'EHOSTUNREACH', /host of 10\.0\.0\.2:8080 is down/],
    [{ code: 2 }, 'ENOPROTOOPT', /firewall rejects/],
    [{ code: 3 }, 'ECONNREFUSED', /REJECT/],
    [{ code: 13 }, 'EHOSTUNREACH', /forbids the traffic/],
    [{ type: 11, code: 0 }, 'EHOSTUNREACH', /loop/],
    [{ type: 11, code: 1 }, 'EHOSTUNREACH', /fragment/],
    [{ version: 6, type: 1, code: 1 }, 'EACCES', /forbids the traffic/],
    [{ version: 6, type: 1, code: 4 }, 'ECONNREFUSED', /REJECT/],
    [{ version: 6, type: 1, code: 9 }, 'EPROTO', /could not deliver/],
  ] as const)('%j', (icmp, errno, cause) => {
    const { applicationSees, likelyCauses } = findingOn(connecting(icmp));
    expect(applicationSees).toBe(`10.0.0.1:40000: (on Linux) connect fails at once with ${errno}.`);
    expect(likelyCauses[0]).toMatch(cause);
  });

  it.each([
    [
      { code: 0 },
      /has no route to 10\.0\.0\.2 any more/,
      /^On the host of 10\.0\.0\.1:40000, run ip route get/,
    ],
    [{ code: 1 }, /nobody answers ARP/, /^On the host of 10\.0\.0\.1:40000, ip route get/],
    [
      { version: 6, type: 1, code: 3 },
      /nobody answers ARP/,
      /^On the host of 10\.0\.0\.1:40000, ip route get/,
    ],
    [{ code: 3 }, /firewall of the host of 10\.0\.0\.1:40000 itself/, /iptables -S OUTPUT/],
    [{ code: 13 }, /firewall of the host of 10\.0\.0\.1:40000 itself/, /iptables -S OUTPUT/],
    [{ type: 11, code: 0 }, /loop/, /traceroute/],
  ] as const)('%j from the sender’s own host', (icmp, cause, step) => {
    const { likelyCauses, nextSteps } = findingOn(connecting({ ...icmp, reporter: '10.0.0.1' }));
    expect(likelyCauses[0]).toMatch(cause);
    expect(nextSteps[0]).toMatch(step);
    expect(nextSteps.join(' ')).not.toMatch(/Ask 10\.0\.0\.1/);
  });

  it.each([
    [{ code: 1 }, 'RFC 792 Destination Unreachable Message', ['icmp_err_convert']],
    [{ code: 7 }, 'RFC 1122 3.2.2.1', ['icmp_err_convert']],
    [{ code: 13 }, 'RFC 1812 5.2.7.1', ['icmp_err_convert']],
    [{ code: 40 }, 'RFC 792 Destination Unreachable Message', []],
    [{ type: 11, code: 1 }, 'RFC 792 Time Exceeded Message', []],
    [{ type: 12, code: 0 }, 'RFC 792 Parameter Problem Message', []],
    [{ version: 6, type: 1, code: 3 }, 'RFC 4443 3.1', ['icmpv6_err_convert']],
    [{ version: 6, type: 3, code: 0 }, 'RFC 4443 3.3', ['icmpv6_err_convert']],
    [{ version: 6, type: 4, code: 1 }, 'RFC 4443 3.4', ['icmpv6_err_convert']],
  ] as const)(
    '%j: cites what defines the message, and what Linux makes of it',
    (icmp, definition, tables) => {
      const { citations } = findingOn(connecting(icmp));
      const places = citations.map(({ source, section }) => `${source} ${section}`);
      expect(places.filter((place) => /^RFC (792|1122 3|1812|4443) ?/.test(place))).toEqual([definition]);
      expect(
        places.filter((place) => place.endsWith('err_convert')).map((place) => place.split(' ')[2]),
      ).toEqual(tables);
      const handling =
        'version' in icmp ? 'net/ipv6/tcp_ipv6.c tcp_v6_err' : 'net/ipv4/tcp_ipv4.c tcp_v4_err';
      expect(places).toContain(`Linux ${handling}`);
    },
  );

  it('cites for a hard error in a handshake nothing on soft ones', () => {
    const said = (icmp: Partial<IcmpError>) => findingOn(connecting(icmp)).citations.map(({ says }) => says);
    expect(said({ code: 3 }).join('\n')).not.toMatch(/soft error meets/);
    expect(said({ code: 1 }).join('\n')).toMatch(/soft error meets/);
  });

  it('says when the program gets the error', () => {
    expect(findingOn(reported({ code: 3 }, 9)).applicationSees).toContain(
      'ECONNREFUSED instead of ETIMEDOUT',
    );
    expect(findingOn(reported({ code: 3 }, 20)).applicationSees).toMatch(
      /nothing unless it has set IP_RECVERR; had the kernel given up/,
    );
    expect(findingOn(reported({ quotesUnsent: true }, 20)).applicationSees).toMatch(/Linux ignores/);
    expect(findingOn(reported({ code: 40 }, 20)).applicationSees).toMatch(/code that it does not know/);
  });

  it('names the option of the version that tells the program sooner', () => {
    const said = (icmp: Partial<IcmpError>) => findingOn(reported(icmp, 9)).applicationSees;
    expect(said({ code: 3 })).toMatch(/sooner if it asks for SO_ERROR or has set IP_RECVERR\.$/);
    expect(said({ version: 6, type: 1, code: 3 })).toMatch(/or has set IPV6_RECVERR\.$/);
  });

  it('says of a caller that goes on that its connect did not fail at once', () => {
    const trying = (seconds: number) => {
      const { client, ...rest } = connecting({});
      const again = happens('syn-repeated', seconds, 3);
      return findingOn({ ...rest, client: { ...client, milestones: [...client.milestones, again] } });
    };
    expect(trying(3)).toMatchObject({
      explanation: expect.stringMatching(/10\.0\.0\.1:40000 went on all the same, until frame 3\.$/),
      applicationSees: expect.stringMatching(
        /its connect went on, although on Linux it mostly fails at once with EHOSTUNREACH/,
      ),
    });
    expect(trying(0.2).applicationSees).toMatch(/connect fails at once/);
  });

  describe('where an answer to the SYN follows', () => {
    const SYN_SENT = enters('SYN-SENT', 0, 1, { evidence: 'observed' });
    const answered = (after: Partial<Transition>, milestones: readonly Milestone[] = []) =>
      findingOn(
        connection({
          client: {
            timeline: [SYN_SENT, { ...enters('ESTABLISHED', 0.2, 3, { evidence: 'assumed' }), ...after }],
            milestones: [happens('icmp-error', 0.1, 2, { icmp: UNREACHABLE }), ...milestones],
          },
        }),
      );

    it('says that connect succeeded, if the caller is seen to have gone on', () => {
      expect(answered({ evidence: 'confirmed', confirmedBy: 4 })).toMatchObject({
        explanation: expect.stringMatching(/ not yet open\. It opened all the same, with frame 3\.$/),
        applicationSees: expect.stringMatching(
          /: its connect went on, although on Linux it mostly fails at once .*, and succeeded;/,
        ),
        frames: [2, 3],
        facts: { handshake: true },
      });
    });

    it('says that it fails at once on Linux, if not', () => {
      expect(answered({})).toMatchObject({
        explanation: expect.stringMatching(/ 10\.0\.0\.2:8080 answered in frame 3\.$/),
        applicationSees: expect.stringMatching(
          /: \(on Linux\) connect fails at once with EHOSTUNREACH, and the answer to its SYN finds no socket/,
        ),
      });
      expect(answered({}, [happens('syn-repeated', 1, 3)]).applicationSees).toMatch(
        /its connect went on, .* it succeeds if frame 3 reaches it, and fails at the next such error, or later/,
      );
    });

    it('says that it had failed, if the caller resets that', () => {
      const reset = resets(0.3, 4, { trigger: { frame: 3, kind: 'syn-ack' } });
      expect(answered({ retractedBy: 4 }, [reset])).toMatchObject({
        explanation: expect.stringMatching(
          /answered in frame 3, and 10\.0\.0\.1:40000 reset that in frame 4\.$/,
        ),
        applicationSees: expect.stringMatching(
          /: its connect had failed, or been given up, when the answer came/,
        ),
        frames: [2, 3, 4],
      });
    });

    it('says that accept tells nothing of it', () => {
      const finding = findingOn(
        connection({
          server: {
            timeline: [
              enters('SYN-RECEIVED', 0.1, 2, { evidence: 'observed' }),
              enters('ESTABLISHED', 0.3, 4, { evidence: 'confirmed' }),
            ],
            milestones: [happens('icmp-error', 0.2, 3, { icmp: UNREACHABLE })],
          },
        }),
      );
      expect(finding.applicationSees).toMatch(/nothing of the error; accept returns the connection if/);
    });
  });

  it('says that Linux ignores an error about a keep-alive', () => {
    const about = (heard: number) => findingOn(reported({ quotesAcknowledged: true }, heard));
    expect(about(9)).toMatchObject({
      explanation: expect.stringMatching(/They quote what had been acknowledged, as a keep-alive does\./),
      applicationSees: expect.stringMatching(/Linux ignores .* fails with ETIMEDOUT\.$/),
      facts: { quotesAcknowledged: true },
    });
    expect(about(20).applicationSees).not.toMatch(/ETIMEDOUT/);
  });

  it('prefers an error about what is in flight to one about a keep-alive', () => {
    const errors = [{ quotesAcknowledged: true } as const, {}, { quotesAcknowledged: true } as const].map(
      (more, i) => happens('icmp-error', 10 + i, 10 + i, { icmp: { ...UNREACHABLE, ...more } }),
    );
    const { frames } = findingOn(connection({ client: { milestones: errors } }));
    expect(frames).toEqual([11]);
  });

  it('tells what the caller sees only of a caller', () => {
    const { client, ...rest } = connecting({});
    const answering = {
      ...rest,
      client: { ...rest.server, role: 'client' },
      server: { ...client, role: 'server' },
    };
    expect(findingOn(answering as Connection).applicationSees).toMatch(/accept does not return/);
  });
});
