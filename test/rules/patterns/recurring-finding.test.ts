import { describe, expect, it } from 'vitest';
import type { Connection, Endpoint } from '../../../src/connections/connection.js';
import type { Finding } from '../../../src/rules/finding.js';
import { endpointMassClose } from '../../../src/rules/patterns/endpoint-mass-close.js';
import { preparePatterns } from '../../../src/rules/patterns/prepare.js';
import { recurringFinding } from '../../../src/rules/patterns/recurring-finding.js';
import { serviceAnswersOthers } from '../../../src/rules/patterns/service-answers-others.js';
import { at, connection, enters, happens } from '../../support/connection-builder.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

type Judged = readonly [Connection, readonly Finding[]];

interface Draft {
  readonly rule?: string | null;
  readonly client?: string;
  readonly server?: string;
  readonly port?: number;
  readonly gap?: number;
  readonly network?: string;
  /** The time to live of what the server sends. */
  readonly ttl?: number | null;
  readonly more?: Partial<Finding>;
}

/** Connections of one client to one port, each with a finding of `rule` unless that is null. */
function several(count: number, draft: Draft = {}, first = 0): Judged[] {
  const { rule = 'connection-refused', client = '10.0.0.1', server = '10.0.0.2', port = 80, gap = 1 } = draft;
  return Array.from({ length: count }, (_, place): Judged => {
    const id = first + place;
    const time = at(id * gap);
    return [
      connection({
        id,
        network: draft.network ?? '',
        client: { address: client },
        server: { address: server, port, ...(draft.ttl !== undefined && { ttl: draft.ttl }) },
      }),
      rule === null ? [] : [finding(rule, { severity: 'warning', from: time, to: time, ...draft.more })],
    ];
  });
}

/** The same to `count` ports or hosts, one connection each. */
function each(count: number, draft: (place: number) => Draft, first = 0): Judged[] {
  return Array.from({ length: count }, (_, place) => several(1, draft(place), first + place)).flat();
}

/** SYNs that were sent once and not answered, of which no finding speaks: to a port each unless `port` is given. */
function alone(
  count: number,
  draft: {
    readonly gap?: number;
    readonly first?: number;
    readonly port?: number;
    readonly client?: (place: number) => string;
    readonly more?: Partial<Endpoint>;
  } = {},
): Judged[] {
  const { gap = 1, first = 0, port, client = () => '10.0.0.1', more = {} } = draft;
  return Array.from({ length: count }, (_, place): Judged => {
    const seconds = first + place * gap;
    return [
      connection({
        id: place,
        start: at(seconds),
        end: at(seconds),
        client: {
          address: client(place),
          segments: 1,
          timeline: [enters('SYN-SENT', seconds, place + 1)],
          ...more,
        },
        server: { address: '10.0.0.2', port: port ?? 1000 + place, segments: 0 },
      }),
      [],
    ];
  });
}

const told = (judged: readonly Judged[], options = {}) => patternsOf(recurringFinding, judged, 1000, options);

describe('recurring-finding', () => {
  it('names the causes that are left by who shows it and who does not', () => {
    const causesOf = (judged: readonly Judged[]) => told(judged)[0].likelyCauses.join('\n');
    const fromTo = (client: string, count: number, first: number, rule?: null) =>
      several(count, { client, ...(rule === null && { rule }) }, first);
    // Nothing to compare with.
    expect(causesOf(several(6))).toMatch(/^The program of 10\.0\.0\.2:80, .*The program of 10\.0\.0\.1, /s);
    const two = [...fromTo('10.0.0.1', 3, 0), ...fromTo('10.0.0.3', 3, 3)];
    expect(causesOf(two)).toMatch(
      /^The program of 10\.0\.0\.2:80, .*\nWhat these clients have in common[^\n]*$/s,
    );
    const andOthers = [...two, ...fromTo('10.0.0.4', 1, 6, null)];
    expect(causesOf(andOthers)).toMatch(/^What these clients have in common/);
    for (const causes of [causesOf(several(6)), causesOf(two), causesOf(andOthers)]) {
      expect(causes).not.toMatch(/has all of them|Every client has them|\{/);
    }
  });

  it('gives the causes that all findings name first, last where other clients have no trouble', () => {
    const causesOf = (judged: readonly Judged[]) => told(judged)[0].likelyCauses;
    const given = ['First.', 'Second.', 'Third.', 'Fourth.'];
    const all = several(6, { more: { likelyCauses: given } });
    expect(causesOf(all).slice(0, 4)).toEqual([
      'First.',
      'Second.',
      'Third.',
      expect.stringMatching(/^The program/),
    ]);
    const less = several(1, { more: { likelyCauses: ['First.', 'Third.'] } }, 6);
    expect(causesOf([...all, ...less]).slice(0, 2)).toEqual([
      'First.',
      expect.stringMatching(/^The program/),
    ]);
    const other = several(1, { more: { likelyCauses: ['Another.', ...given] } }, 6);
    expect(causesOf([...all, ...other])[0]).toMatch(/^The program/);
    const well = several(6, { client: '10.0.0.3', rule: null }, 6);
    const ofOne = causesOf([...all, ...well]);
    expect(ofOne[0]).toMatch(/^The program of 10\.0\.0\.1/);
    expect(ofOne.slice(-3)).toEqual(given.slice(0, 3));
  });

  it('names the network that those have in common, if nearly all of its clients show it', () => {
    const inNetwork = (network: number, clients: number, first: number, rule?: null) =>
      each(
        clients,
        (place) => ({ client: `10.1.${network}.${place + 1}`, ...(rule === null && { rule }) }),
        first,
      );
    const elsewhere = inNetwork(8, 10, 50, null);
    const [pattern] = told([...inNetwork(7, 6, 0), ...elsewhere]);
    expect(pattern.explanation).toContain('They are all in 10.1.7.0/24, where 6 of 6 clients show it.');
    expect(pattern.facts).toMatchObject({ clientsIn: '10.1.7.0/24' });
    expect(pattern.likelyCauses[0]).toMatch(/^The path to 10\.1\.7\.0\/24/);
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    const halves = [...inNetwork(7, 6, 0), ...inNetwork(9, 6, 10), ...elsewhere];
    const few = [
      ...inNetwork(7, 6, 0),
      ...each(4, (place) => ({ client: `10.1.7.${place + 100}`, rule: null }), 20),
      ...elsewhere,
    ];
    for (const judged of [halves, few]) expect(told(judged)[0].facts).not.toHaveProperty('clientsIn');
  });

  it('puts down to chance that clients with few calls have no such finding', () => {
    const calls = (client: string, count: number, first: number, bad: number) => [
      ...several(bad, { client }, first),
      ...several(count - bad, { client, rule: null }, first + bad),
    ];
    // A tenth of all calls: of four clients with ten each, one or two are spared by chance.
    const spread = [
      ...calls('10.0.0.1', 10, 0, 2),
      ...calls('10.0.0.3', 10, 10, 1),
      ...calls('10.0.0.4', 10, 20, 2),
      ...calls('10.0.0.5', 10, 30, 0),
    ];
    const [chance] = told(spread);
    expect(chance.explanation).toContain(
      '3 of the 4 clients that used this port show it; that the others do not may be chance.',
    );
    expect(chance.likelyCauses[0]).toMatch(/^The program of 10\.0\.0\.2:80/);
    const [apart] = told([...spread, ...calls('10.0.0.6', 2000, 40, 0)]);
    expect(apart.explanation).toContain('3 of the 5 clients that used this port show it: 10.0.0.1, 10.0.0.3');
    expect(apart.likelyCauses[0]).toMatch(/^What these clients have in common/);
  });

  it('puts what all findings give as likely before whom it concerns', () => {
    const likelyCauses = ['One (possible).', 'Two (likely).'];
    const bad = several(6, { more: { likelyCauses } });
    const well = several(6, { client: '10.0.0.3', rule: null }, 6);
    const [{ likelyCauses: causes }] = told([...bad, ...well]);
    expect(causes[0]).toBe('Two (likely).');
    expect(causes[1]).toMatch(/^The program of 10\.0\.0\.1/);
    expect(causes.at(-1)).toBe('One (possible).');
  });

  describe('of a silence', () => {
    const silent = (endpoint: 'client' | 'server') =>
      several(6, { rule: 'peer-unresponsive', more: { endpoint, likelyCauses: ['Host (possible).'] } });
    const openedAt = (seconds: number): Judged => {
      const [[one]] = several(1, { rule: null }, 20);
      return [{ ...one, start: at(seconds) }, []];
    };

    it('says that a server still accepted others, whose host had not gone', () => {
      const [pattern] = told([...silent('server'), openedAt(30)]);
      expect(pattern.explanation).toContain(
        ' 10.0.0.2:80 still accepted new connections up to 30 s after the first of them fell silent: its host had not gone.',
      );
      expect(pattern.likelyCauses[0]).toMatch(/^A firewall or NAT on the way silently dropped its state/);
      expect(pattern.nextSteps[0]).toMatch(/^Capture at 10\.0\.0\.2:80/);
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
      const [gone] = told(silent('server'));
      expect(gone.explanation).not.toContain('still accepted');
      expect(gone.likelyCauses[0]).toBe('Host (possible).');
    });

    it('does not look at the server for the silence of a client', () => {
      const [pattern] = told([...silent('client'), openedAt(30)]);
      expect(pattern.explanation).not.toContain('still accepted');
      expect(pattern.likelyCauses).toContainEqual(
        expect.stringMatching(/^The path from 10\.0\.0\.2:80 to these/),
      );
      expect(pattern.likelyCauses.join()).not.toContain('The program of 10.0.0.2');
    });
  });

  it('says nothing of SYNs whose answers the capture misses', () => {
    const unanswered = several(6, { rule: 'syn-unanswered' });
    const missed: Judged = [
      connection({
        id: 6,
        server: { segments: 0, lastSegment: null },
        quality: { unseen: 'server', unseenSent: true },
      }),
      [],
    ];
    const unheard = unanswered.map(
      ([one, findings]): Judged => [
        { ...one, server: { ...one.server, segments: 0, lastSegment: null } },
        findings,
      ],
    );
    expect(told(unheard)).toHaveLength(1);
    expect(told([...unheard, missed])).toEqual([]);
    const refused = several(6, {}, 7);
    expect(told([...unheard, missed, ...refused]).map(({ facts }) => facts.rule)).toContain(
      'connection-refused',
    );
  });

  it('counts the same finding at one service', () => {
    const [pattern, ...others] = told([...several(6), ...several(2, { rule: null }, 6)]);
    expect(others).toEqual([]);
    expect(pattern).toMatchObject({
      severity: 'warning',
      standsFor: ['connection-refused'],
      confidence: 'inferred',
      title: '6 of 8 connections to 10.0.0.2:80: connection-refused',
      connections: [0, 1, 2, 3, 4, 5],
      count: 6,
      from: at(0),
      to: at(5),
      facts: {
        rule: 'connection-refused',
        server: '10.0.0.2:80',
        count: 6,
        ofConnections: 8,
        clients: 1,
        clientsInAll: 1,
      },
    });
    expect(pattern.explanation).toContain('Only one client used this port, 10.0.0.1.');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  it.each([
    ['fewer', several(4)],
    ['what is no trouble', several(9, { more: { severity: 'info' } })],
    ['what another finding explains', several(9, { more: { explainedBy: 'host-lost' } })],
    ['several rules', [...several(4), ...several(4, { rule: 'syn-unanswered' }, 4)]],
    ['several ports', [...several(4), ...several(4, { port: 81 }, 4)]],
  ] as const)('is silent on %s', (_, judged) => {
    expect(told(judged)).toEqual([]);
  });

  it('counts a connection once, of which a rule speaks twice', () => {
    const both = several(4).map(([one, findings]): Judged => [one, [...findings, ...findings]]);
    expect(told(both)).toEqual([]);
  });

  it('tells networks apart', () => {
    const apart = [...several(4, { network: 'VLAN 5' }), ...several(5, { network: 'VLAN 6' }, 4)];
    const [pattern, ...others] = told(apart);
    expect(others).toEqual([]);
    expect(pattern.title).toBe('5 of 5 connections to 10.0.0.2:80 (VLAN 6): connection-refused');
    expect(pattern.facts.network).toBe('VLAN 6');
  });

  it('is only possible if a member is', () => {
    const [pattern] = told([...several(5), ...several(1, { more: { confidence: 'possible' } }, 5)]);
    expect(pattern.confidence).toBe('possible');
  });

  describe('says where it concentrates', () => {
    it('at one client', () => {
      const [pattern] = told([...several(5), ...several(5, { rule: null, client: '10.0.0.9' }, 5)]);
      expect(pattern.facts).toMatchObject({ clients: 1, clientsInAll: 2, pointsTo: 'client' });
      expect(pattern.explanation).toContain(
        'All of them are from one client, 10.0.0.1; 5 connections of 1 other client to the same port had no trouble: look at this client, or at its path.',
      );
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('at one client, but not if the others are few or have other trouble', () => {
      const few = several(1, { rule: null, client: '10.0.0.9' }, 5);
      const other = several(4, { rule: 'syn-unanswered', client: '10.0.0.9' }, 6);
      const [pattern] = told([...several(5), ...few, ...other]);
      expect(pattern.facts.pointsTo).toBeUndefined();
      expect(pattern.explanation).toContain(
        '1 connection of 1 other client to the same port had no trouble.',
      );
    });

    it('at the server', () => {
      const [pattern] = told([
        ...several(5),
        ...several(5, { client: '10.0.0.9' }, 5),
        ...several(6, { rule: null, server: '10.0.0.3' }, 10),
      ]);
      expect(pattern.facts).toMatchObject({ clients: 2, clientsInAll: 2, pointsTo: 'server' });
      expect(pattern.explanation).toContain(
        'Each of the 2 clients that used this port shows it; 6 connections of these clients to other ports or hosts had no trouble: look at the server',
      );
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    describe('at the server', () => {
      const well = (servers: readonly string[], ttls: readonly (number | null)[], first = 5): Judged[] =>
        each(
          6,
          (place) => ({
            rule: null,
            server: servers[place % servers.length],
            ttl: ttls[place % ttls.length],
          }),
          first,
        );
      const ELSEWHERE = ['198.51.100.7', '203.0.113.7'];

      it('but not where one device may answer for all hosts', () => {
        const [pattern] = told([
          ...several(5, { server: '192.0.2.7', ttl: 16 }),
          // What a site has of its own may be at any distance, and who was not heard is at none.
          ...well([...ELSEWHERE, '10.9.9.9'], [16, 16, 64]),
          ...each(1, () => ({ rule: null, server: '8.8.8.8', ttl: null }), 20),
        ]);
        expect(pattern.facts).toMatchObject({ clients: 1, onlyTtl: 16 });
        expect(pattern.facts.pointsTo).toBeUndefined();
        expect(pattern.explanation).toContain(
          'But everything from 3 networks of the internet had the same time to live, 16: one device may answer',
        );
        expect(pattern.likelyCauses[0]).toMatch(/^One device answers for 192\.0\.2\.7:80 .* of 10\.0\.0\.1 /);
        expect(textsOf(pattern)).not.toMatch(UNFILLED);
      });

      it.each([
        ['lie at several distances', ELSEWHERE, [16, 17]],
        ['are in two networks only', ['192.0.2.8', '203.0.113.7'], [16]],
        ['are neighbours', ['198.51.100.7', '198.52.100.7', '198.53.100.7'], [16]],
        ['are those of a site', ['10.1.0.1', '10.2.0.1', '172.16.0.1', '192.168.0.1'], [16]],
      ])('where the others %s', (_, servers, ttls) => {
        const [pattern] = told([...several(5, { server: '192.0.2.7', ttl: 16 }), ...well(servers, ttls)]);
        expect(pattern.facts.pointsTo).toBe('server');
      });

      it('where its own answers had several times to live', () => {
        const [pattern] = told([
          ...several(4, { server: '192.0.2.7', ttl: 16 }),
          ...several(1, { server: '192.0.2.7', ttl: 50 }, 4),
          ...well(ELSEWHERE, [16]),
        ]);
        expect(pattern.facts.pointsTo).toBe('server');
      });

      it('where only other clients had what one device may have answered', () => {
        const [pattern] = told([
          ...several(5, { server: '192.0.2.7', ttl: 16 }),
          ...each(6, () => ({ rule: null, server: '192.0.2.8', ttl: 16 }), 5),
          ...each(
            4,
            (place) => ({ rule: null, client: '10.0.0.9', server: ELSEWHERE[place % 2], ttl: 16 }),
            11,
          ),
        ]);
        expect(pattern.facts.pointsTo).toBe('server');
      });
    });

    it('at the server, but not if its clients have the same trouble elsewhere', () => {
      const [pattern] = told([
        ...several(5),
        ...several(1, { server: '10.0.0.3' }, 5),
        ...several(6, { rule: null, server: '10.0.0.3' }, 6),
      ]);
      expect(pattern.facts.pointsTo).toBeUndefined();
    });

    it('nowhere', () => {
      const [pattern] = told([
        ...several(5),
        ...several(5, { client: '10.0.0.8' }, 5),
        ...several(5, { rule: null, client: '10.0.0.9' }, 10),
      ]);
      expect(pattern.facts).toMatchObject({ clients: 2, clientsInAll: 3 });
      expect(pattern.explanation).toContain(
        '2 of the 3 clients that used this port show it: 10.0.0.1, 10.0.0.8.',
      );
    });
  });

  describe('of one client at many services', () => {
    const spread = each(6, (place) => ({ rule: 'rst-active-abort', server: `10.0.1.${place}` }));

    it('is one pattern', () => {
      const [pattern, ...others] = told([
        ...spread,
        ...several(7, { rule: null, client: '10.0.0.8' }, 6),
        ...several(1, { rule: null, client: '10.0.0.9' }, 13),
      ]);
      expect(others).toEqual([]);
      expect(pattern.title).toBe('6 of 6 connections of 10.0.0.1, to 6 services: rst-active-abort');
      expect(pattern.explanation).toContain(
        'No other client shows it; 8 connections of 2 other clients had no trouble: look at this client',
      );
      expect(pattern.likelyCauses.join('\n')).not.toContain('these services');
      expect(pattern.facts).toMatchObject({ client: '10.0.0.1', services: 6, pointsTo: 'client' });
      expect(pattern).toMatchObject({ count: 6, from: at(0), to: at(5) });
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('says if there is no other client', () => {
      const [pattern] = told(spread);
      expect(pattern.explanation).toContain('no other client to compare with');
      expect(pattern.likelyCauses.join('\n')).toMatch(
        /^The program of 10\.0\.0\.1.*What these services have/s,
      );
      expect(pattern.facts.pointsTo).toBeUndefined();
    });

    it('is of a service if that has most of it', () => {
      const patterns = told([...several(7, { rule: 'rst-active-abort' }, 6), ...spread]);
      expect(patterns.map(({ title }) => title)).toEqual([
        '7 of 7 connections to 10.0.0.2:80: rst-active-abort',
      ]);
    });

    it('is none if others show it too', () => {
      const other = several(1, { rule: 'rst-active-abort', client: '10.0.0.9' }, 6);
      expect(told([...spread, ...other])).toEqual([]);
    });
  });

  describe('of a port scan', () => {
    const scan = (count: number, gap: number, rule = 'connection-refused') =>
      each(count, (place) => ({ rule, port: 1000 + place, gap }));

    it('names it', () => {
      const [pattern, ...others] = told([
        ...scan(12, 0.5),
        ...several(1, { port: 2000, rule: 'syn-unanswered' }, 12),
      ]);
      expect(others).toEqual([]);
      expect(pattern.title).toBe(
        '10.0.0.1 tried 13 ports of 10.0.0.2 in vain within 12 s: looks like a port scan (possible)',
      );
      expect(pattern.explanation).toContain('12 connections were refused, 1 SYN was not answered.');
      expect(pattern.confidence).toBe('possible');
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('of so many ports that no client uses them all, however often', () => {
      const judged = Array.from({ length: 3 }, () => scan(100, 0.01)).flat();
      expect(told(judged).map(({ title }) => title)).toEqual([
        expect.stringMatching(/^10\.0\.0\.1 tried 100 ports of 10\.0\.0\.2 in vain/),
      ]);
    });

    it.each([
      ['slow', scan(12, 2)],
      ['of few ports', scan(9, 0.1)],
      ['of something else', scan(12, 0.1, 'rst-active-abort')],
      ['of open ports as well', [...scan(12, 0.1), ...several(3, { port: 22, rule: null }, 12)]],
      ['of ports tried again and again', Array.from({ length: 4 }, () => scan(12, 0.1)).flat()],
    ])('but not if %s', (_, judged) => {
      for (const { title } of told(judged)) expect(title).not.toContain('scan');
    });

    it('tells a SYN-ACK that the scanner does not take what it is', () => {
      const patterns = preparePatterns([recurringFinding]);
      const [[open, found]] = several(1, { port: 22, rule: 'syn-ack-unanswered' }, 40);
      const tell = () => patterns.graded(open, found)[0];
      patterns.add(open, found, at(100));
      expect(tell().explanation).toBe('');
      for (const [one, findings] of scan(12, 0.1)) patterns.add(one, findings, at(100));
      expect(tell().explanation).toMatch(/looks like a scan\.$/);
      expect(tell().likelyCauses[0]).toMatch(/^The caller scans ports and wants no connection \(likely\)/);
      expect(tell().likelyCauses.join()).not.toMatch(/vanished|forged/);
    });

    it('names it where nothing was answered at all', () => {
      const [pattern, ...others] = told(alone(12, { gap: 0.4 }));
      expect(others).toEqual([]);
      expect(pattern.title).toBe(
        '10.0.0.1 tried 12 ports of 10.0.0.2 in vain within 4.4 s: looks like a port scan (possible)',
      );
    });

    it('counts SYNs that were sent once', () => {
      const [pattern, ...others] = told([...alone(11, { gap: 0.4 }), ...several(2, { port: 9000 }, 11)]);
      expect(others).toEqual([]);
      expect(pattern.explanation).toContain('2 connections were refused, 11 SYNs were not answered.');
      expect(pattern.facts).toMatchObject({ rule: 'syn-unanswered', refused: 2, unanswered: 11, count: 13 });
      expect(pattern.connections).toHaveLength(13);
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });
  });

  describe('of SYNs that were sent once', () => {
    it('counts those that a service did not answer', () => {
      const [pattern, ...others] = told([...alone(6, { port: 80 }), ...several(2, { rule: null }, 6)]);
      expect(others).toEqual([]);
      expect(pattern).toMatchObject({
        severity: 'warning',
        title: '6 of 8 connections to 10.0.0.2:80: one SYN each, not answered',
        count: 6,
        facts: { rule: 'syn-unanswered', clients: 1 },
      });
      expect(pattern).not.toHaveProperty('standsFor');
      expect(pattern.explanation).toContain(
        'For example: 10.0.0.1:40000 sent one SYN to 10.0.0.2:80, and nothing came back.',
      );
      expect(textsOf(pattern)).not.toMatch(UNFILLED);
    });

    it('names what may be a flood', () => {
      const [pattern] = told(alone(20, { port: 80, client: (place) => `198.51.100.${place}` }));
      expect(pattern.title).toBe(
        '20 clients did not finish 20 handshakes with 10.0.0.2:80 within 19 s: looks like a SYN flood (possible)',
      );
      expect(pattern.explanation).toMatch(/^20 SYNs got no answer at all\. /);
      expect(pattern).not.toHaveProperty('standsFor');
    });

    it.each([
      ['came shortly before the end', alone(12, { gap: 0.2, first: 997.5 })],
      ['were repeated', alone(12, { more: { segments: 2 } })],
      ['ICMP errors answered', alone(12, { more: { milestones: [happens('icmp-error', 0, 1)] } })],
      ['are fewer than make a pattern', alone(4, { port: 80 })],
    ])('but none that %s', (_, judged) => {
      expect(told(judged)).toEqual([]);
    });

    it('takes none of them for one that went well', () => {
      const [pattern] = told([
        ...several(5),
        ...alone(2, { port: 80, client: () => '10.0.0.9' }),
        ...several(1, { rule: null, client: '10.0.0.9' }, 20),
      ]);
      expect(pattern.explanation).toContain('1 connection of 1 other client to the same port had no trouble');
    });
  });

  it('names what may be a SYN flood', () => {
    const rule = 'syn-ack-unanswered';
    const [pattern] = told(each(20, (place) => ({ rule, client: `198.51.100.${place}` })));
    expect(pattern.title).toContain('looks like a SYN flood (possible)');
    expect(pattern).toMatchObject({ confidence: 'possible', severity: 'warning', standsFor: [rule] });
    expect(pattern.facts).toMatchObject({ kind: 'syn-flood', clients: 20, unfinished: 20, unanswered: 0 });
    const [other] = told(each(19, (place) => ({ rule, client: `198.51.100.${place}` })));
    expect(textsOf(other)).not.toContain('flood');
  });

  it('makes one pattern of all that a SYN flood leaves, and names it where others were late', () => {
    const unfinished = each(20, (place) => ({
      rule: 'syn-ack-unanswered',
      client: `198.51.100.${place}`,
    }));
    const unanswered = alone(30, { gap: 0.1, first: 100, port: 80, client: (place) => `203.0.113.${place}` });
    const late = several(6, { rule: 'handshake-delayed' }, 60);
    const [flood, delayed, ...others] = told([...unfinished, ...unanswered, ...late]);
    expect(others).toEqual([]);
    expect(flood.title).toContain('50 clients did not finish 50 handshakes with 10.0.0.2:80');
    expect(flood.explanation).toMatch(
      /^20 did not take the SYN-ACK, 30 SYNs got no answer at all\..* 6 other connections to 10\.0\.0\.2:80 were opened late\.$/,
    );
    expect(flood.connections).toHaveLength(50);
    expect(delayed.likelyCauses[0]).toMatch(/^The SYN flood on 10\.0\.0\.2:80 fills its queue/);
    for (const pattern of [flood, delayed]) expect(textsOf(pattern)).not.toMatch(UNFILLED);
  });

  describe('grades', () => {
    /** The severities in the end of what was found on these connections. */
    const severities = (judged: readonly Judged[]): readonly (readonly string[])[] => {
      const patterns = preparePatterns([recurringFinding]);
      for (const [connection, findings] of judged) patterns.add(connection, findings, at(1000));
      return judged.map(([connection, findings]) =>
        patterns.graded(connection, findings).map(({ severity }) => severity),
      );
    };

    it('what a scan leaves as info, as the pattern is the warning', () => {
      const scan = each(12, (place) => ({ port: 1000 + place, gap: 0.5 }));
      const [pattern] = told(scan);
      expect(pattern).toMatchObject({
        severity: 'warning',
        standsFor: ['connection-refused', 'syn-unanswered'],
      });
      expect(severities(scan)).toEqual(scan.map(() => ['info']));
    });

    it('no scan where not all calls of its client are counted', () => {
      const calls = several(200, { rule: null }, 20_000);
      const refused = each(12, (place) => ({ port: 1000 + place, gap: 0.5 }), 30_000);
      const others = each(10_001, (place) => ({ rule: null, server: `10.1.${place >> 8}.${place & 255}` }));
      for (const judged of [
        [...calls, ...refused],
        [...others, ...calls, ...refused],
      ]) {
        expect(severities(judged).slice(-12)).toEqual(refused.map(() => ['warning']));
        expect(
          told(judged)
            .map(({ title }) => title)
            .join(),
        ).not.toContain('port scan');
      }
    });

    it('nothing of what others meet at the same host', () => {
      const scan = each(12, (place) => ({ port: 1000 + place, gap: 0.5 }));
      const other = several(1, { client: '10.0.0.9' }, 12);
      expect(severities([...scan, ...other]).at(-1)).toEqual(['warning']);
    });

    it('a handshake of a flood as info', () => {
      const flood = each(20, (place) => ({ rule: 'syn-ack-unanswered', client: `198.51.100.${place}` }));
      expect(severities(flood)).toEqual(flood.map(() => ['info']));
      expect(severities(flood.slice(1))).toEqual(flood.slice(1).map(() => ['warning']));
    });
  });

  it('tells the ten services with most of it, and counts the rest', () => {
    const services = Array.from({ length: 12 }, (_, place) =>
      several(5 + place, { port: 80 + place, gap: 100 }, 100 * place),
    ).flat();
    const patterns = told([...services, ...several(1, { client: '10.0.0.9' }, 5000)]);
    expect(patterns).toHaveLength(10);
    expect(patterns[0].facts.count).toBe(16);
    expect(patterns[9].explanation).toMatch(/ 2 more services with fewer such findings are not listed\.$/);
  });

  it('keeps no more than so many clients', () => {
    const [pattern] = told(
      each(10_001, (place) => ({ client: `10.1.${place >> 8}.${place & 255}`, rule: 'rst-active-abort' })),
    );
    expect(pattern.count).toBe(10_001);
    expect(pattern.facts.clients).toBeUndefined();
    expect(pattern.explanation).toContain('There are too many clients to tell');
  });

  const CHECK = { severity: 'info', endpoint: 'client' } as const;
  const checks = (count: number, draft: Draft = {}, first = 0) =>
    several(count, { rule: 'handshake-aborted', gap: 5, more: CHECK, ...draft }, first);

  it('tells health checks from single calls that were reset', () => {
    const others = [...checks(1, { client: '10.0.0.9' }, 7), ...several(6, { rule: null }, 20)];
    const [pattern, ...more] = told([...checks(6), ...others, ...checks(5, { port: 81 }, 30)]);
    expect(pattern).toMatchObject({
      severity: 'info',
      confidence: 'possible',
      standsFor: ['handshake-aborted'],
      title:
        '10.0.0.1 resets a connection to 10.0.0.2:80 every 5 s, before any data: looks like a health check',
      connections: [0, 1, 2, 3, 4, 5],
      facts: {
        kind: 'health-check',
        client: '10.0.0.1',
        server: '10.0.0.2:80',
        count: 6,
        intervalSeconds: 5,
      },
    });
    expect(pattern.explanation).toContain('It did so 6 times, 5 s apart.');
    expect(textsOf(pattern)).not.toMatch(UNFILLED);
    expect(more.map(({ facts }) => facts.server)).toEqual(['10.0.0.2:81']);
    // Beside patterns of what is trouble.
    expect(told([...checks(6), ...several(6, { port: 82 }, 40)])).toHaveLength(2);
  });

  it.each([
    ['too few', checks(4)],
    ['a burst', checks(9, { gap: 0.1 })],
    ['irregular ones', [...checks(4), ...checks(4, {}, 6)]],
    ['resets of the server', checks(9, { more: { ...CHECK, endpoint: 'server' } })],
    ['other findings', checks(9, { rule: 'rst-after-close-complete' })],
  ] as const)('takes for no health check %s', (_, judged) => {
    expect(told(judged)).toEqual([]);
  });

  it('gives way to one of nearly the same connections only if that is about its rule', () => {
    const collector = preparePatterns([recurringFinding, serviceAnswersOthers, endpointMassClose]);
    for (let id = 0; id < 10; id++) {
      const isRefused = id < 9;
      const judged = connection({
        id,
        start: at(id),
        server: { port: 80, segments: 1, resetsSent: 1, ...(isRefused ? {} : { segments: 0 }) },
      });
      // The last of them met TIME-WAIT, which service-answers-others leaves out.
      const facts = isRefused ? {} : { metTimeWait: true };
      collector.add(judged, [finding('connection-refused', { from: at(id), to: at(id), facts })], at(100));
    }
    collector.add(connection({ id: 10, start: at(20), server: { port: 80 } }), [], at(100));
    expect(collector.finish(at(100), []).map(({ rule }) => rule)).toEqual(['service-answers-others']);
    const others = preparePatterns([recurringFinding, endpointMassClose]);
    for (let id = 0; id < 10; id++) {
      const closing = id < 9 ? { finSent: true, after: [enters('FIN-WAIT-1', 60, 7)] } : {};
      const judged = connection({ id, end: at(60), server: closing });
      others.add(judged, [finding('handshake-delayed', { from: at(60), to: at(60) })], at(100));
    }
    expect(
      others
        .finish(at(100), [])
        .map(({ rule }) => rule)
        .sort(),
    ).toEqual(['endpoint-mass-close', 'recurring-finding']);
  });

  it('gives way to another pattern of the same connections', () => {
    const collector = preparePatterns([recurringFinding, endpointMassClose]);
    for (let id = 0; id < 6; id++) {
      const judged = connection({
        id,
        end: at(60),
        server: { finSent: true, after: [enters('FIN-WAIT-1', 60, 7)] },
      });
      collector.add(judged, [finding('rst-on-write-after-close', { from: at(60), to: at(60) })], at(100));
    }
    expect(collector.finish(at(100), []).map(({ rule }) => rule)).toEqual(['endpoint-mass-close']);
  });
});
