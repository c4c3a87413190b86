import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/connections/connection.js';
import { analyze } from '../../../src/node/index.js';
import type { Pattern } from '../../../src/rules/finding.js';
import { Heard } from '../../../src/rules/patterns/heard.js';
import { natMappingChanged } from '../../../src/rules/patterns/nat-mapping-changed.js';
import { at, connection } from '../../support/connection-builder.js';
import { conversation } from '../../support/conversation.js';
import { captureOf } from '../../support/fixtures.js';
import { finding, patternsOf, textsOf, UNFILLED } from '../../support/pattern-tester.js';

const REQUEST = `
  0.00 C S  0
  0.01 S SA 0 1
  0.02 C A  1 1
  0.03 C PA 1 1 +10
  0.04 S PA 1 11 +5
  0.05 C A  11 6`;
/** The client goes on under another port, as a NAT in front of it gives it one; the server resets that. */
const CLIENT_MOVED = `
  60.0 C PA 11 6 +20 port=50000
  60.1 S R  6 port=50000`;

/** What the pattern says of all connections of a script. */
function told(script: string, change: (connection: Connection) => Connection = (same) => same) {
  const connections = conversation(script).map((connection) => [change(connection), []] as const);
  return patternsOf(natMappingChanged, connections, 100);
}

function only(patterns: readonly Pattern[]): Pattern {
  expect(patterns).toHaveLength(1);
  expect(textsOf(patterns[0])).not.toMatch(UNFILLED);
  return patterns[0];
}

/** The connection with the client's port 50000 is to another port of the server instead. */
function serverMoved(connection: Connection): Connection {
  const { client, server } = connection;
  if (client.port !== 50_000) return connection;
  return { ...connection, client: { ...client, port: 40_000 }, server: { ...server, port: 8081 } };
}

const SERVER_MOVED = `
  60.0 S PA 6 11 +20 port=50000
  60.1 C R  11 port=50000`;

describe('nat-mapping-changed', () => {
  it('knows a client that got another port', () => {
    const pattern = only(told(`${REQUEST}${CLIENT_MOVED}`));
    expect(pattern).toMatchObject({
      severity: 'warning',
      confidence: 'inferred',
      title: '10.0.0.1:40000 went on as 10.0.0.1:50000: its address translation was lost',
      connections: [0, 1],
      count: 2,
      facts: {
        changed: 'client',
        endpoint: '10.0.0.1:40000',
        continuedAs: '10.0.0.1:50000',
        silentSeconds: 59.96,
      },
    });
    expect(pattern.explanation).toBe(
      'Frame 7 goes from 10.0.0.1:50000 to 10.0.0.2:8080, and its numbers go on from where the connection of 10.0.0.1:40000 and 10.0.0.2:8080 stands: its sender takes it for a segment of that one. 10.0.0.2:8080 knows no such connection and reset it. No data had been seen on the connection for 60 s.',
    );
    expect(pattern.likelyCauses.join()).not.toContain('conntrack');
  });

  it('knows a server that goes on untranslated', () => {
    const pattern = only(told(`${REQUEST}${SERVER_MOVED}`, serverMoved));
    expect(pattern.title).toBe('10.0.0.2:8080 went on as 10.0.0.2:8081: its address translation was lost');
    expect(pattern.facts).toMatchObject({ changed: 'server' });
    expect(pattern.likelyCauses[0]).toMatch(/had been silent for 60 s \(likely\)/);
    expect(pattern.likelyCauses.join()).toContain('conntrack');
  });

  it('also where what goes on was sent before, and where the connection was not seen to begin', () => {
    expect(told(`${REQUEST}${CLIENT_MOVED.replace('11 6 +20', '1 6 +10')}`)).toHaveLength(1);
    expect(told(`${REQUEST.slice(REQUEST.indexOf('0.03'))}${CLIENT_MOVED}`)).toHaveLength(1);
  });

  it('says nothing of silence where there was little', () => {
    const pattern = only(told(`${REQUEST}${CLIENT_MOVED.replaceAll('60.', '3.')}`));
    expect(pattern.explanation).not.toContain('No data');
    expect(pattern.likelyCauses.join()).not.toContain('silent');
  });

  it('counts the connections of one service', () => {
    const again = (script: string): string =>
      script.replace(/^( {2}\S+ [CS] \S+ .*?)( port=50000)?$/gm, (_, line, moved) =>
        [line, moved ? 'port=50001' : 'port=40001', 'isn=90000000'].join(' '),
      );
    const clients = only(told(`${REQUEST}${CLIENT_MOVED}${again(`${REQUEST}${CLIENT_MOVED}`)}`));
    expect(clients.title).toBe(
      'The clients of 2 connections to 10.0.0.2:8080 went on as others: their address translation was lost',
    );
    expect(clients.explanation).toContain(' The same happened on 1 other connection.');
    expect([clients.count, clients.connections]).toEqual([4, [0, 1, 2, 3]]);
    const both = `${REQUEST}${SERVER_MOVED}`;
    const server = only(
      told(`${both}${again(both)}`, (connection) => {
        const { client } = connection;
        if (client.port < 50_000) return connection;
        const moved = serverMoved({ ...connection, client: { ...client, port: 50_000 } });
        return { ...moved, client: { ...client, port: client.port - 10_000 } };
      }),
    );
    expect(server.title).toBe(
      '10.0.0.2:8080 went on as another on 2 connections: its address translation was lost',
    );
  });

  it.each([
    ['goes on elsewhere with other numbers', CLIENT_MOVED.replace('11 6', '30000011 6')],
    ['goes on elsewhere with another acknowledgment', CLIENT_MOVED.replace('11 6', '11 3000006')],
    ['is not reset', CLIENT_MOVED.replace(/\n.*R .*/, '')],
    ['is answered', `${CLIENT_MOVED}\n  60.2 S A 6 31 port=50000`],
    ['goes on as it was', `${CLIENT_MOVED}\n  62.0 C PA 11 6 +20\n  62.1 S A 6 31`],
    [
      'was closed by both',
      `\n  1.00 C FA 11 6\n  1.01 S FA 6 12\n  1.02 C A 12 7${CLIENT_MOVED.replace('11 6', '12 7')}`,
    ],
    ['begins anew', '\n  60.0 C S 10 port=50000\n  60.1 S RA 0 11 port=50000'],
  ])('is silent where a connection %s', (_, more) => {
    expect(told(`${REQUEST}${more}`)).toEqual([]);
  });

  it('is silent where both sides are others, and where the network is', () => {
    const moved = (change: Partial<Connection>) => (connection: Connection) =>
      connection.client.port === 50_000 ? { ...connection, ...change } : connection;
    const [, stray] = conversation(`${REQUEST}${CLIENT_MOVED}`);
    const elsewhere = { ...stray.server, address: '10.0.0.9' };
    expect(told(`${REQUEST}${CLIENT_MOVED}`, moved({ server: elsewhere }))).toEqual([]);
    expect(told(`${REQUEST}${CLIENT_MOVED}`, moved({ network: 'VLAN 5' }))).toEqual([]);
  });

  it('is silent about a capture that shows a connection on both sides of a device', () => {
    const both = (line: string): string => `\n  ${line}\n  ${line} port=50000`;
    const copied = [both('0.0 C PA 1 1 +10'), both('0.1 S A 1 11'), both('9.0 C PA 11 1 +9')].join('');
    expect(told(copied)).toEqual([]);
    expect(told(`${both('0.0 C PA 1 1 +10')}${both('0.1 S R 1')}`)).toEqual([]);
  });

  it('still tells where more was under way on the old address', () => {
    const underWay = '\n  60.05 C PA 31 6 +20';
    expect(told(`${REQUEST}${CLIENT_MOVED}${underWay}`)).toHaveLength(1);
    expect(told(`${REQUEST}${CLIENT_MOVED}${underWay.replace('60.05', '61.5')}`)).toEqual([]);
  });

  it('holds each two connections against one another once, however many there are', () => {
    const stray = connection({ quality: { midstream: true } });
    const known = connection({ client: { payloadBytes: 1, finSent: false } });
    const halfOpen = finding('rst-half-open-discovered');
    const collector = natMappingChanged.begin({}, new Heard(), {});
    for (let id = 0; id < 20_000; id++) {
      collector.add({ ...(id % 2 === 0 ? known : stray), id, firstFrame: id }, [halfOpen], at(100));
      // Those that end in the capture's middle are asked for at once.
      expect(collector.contrastOf?.({ ...known, id }, halfOpen)).toBeNull();
    }
    expect(collector.finish(at(100), [], false)).toEqual([]);
  });

  it('tells why each of both connections was reset', async () => {
    const { findings } = await analyze(captureOf('nat-mapping-changed', 'client'));
    const [known, stray] = findings;
    expect(known.explanation).toContain(
      'Frame 8, from 10.9.2.2:8080, carries the numbers of this connection: nat-mapping-changed.'.replace(
        '10.9.2.2',
        known.title.split(':')[0],
      ),
    );
    expect(stray.explanation).toContain(
      'Its first segment, in frame 8, carries the numbers of connection 0, in which its sender is ',
    );
    for (const { likelyCauses } of [known, stray])
      expect(likelyCauses[0]).toMatch(/^The translating device forgot the connection/);
  });
});
