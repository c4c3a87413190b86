import type { Connection, Endpoint } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { isLater, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered, findReset, milestone } from '../evidence/evidence.js';
import { mayHaveTurnedAway } from '../evidence/turned-away.js';
import type { Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { stepOfTurnedAway } from '../wording/host-fate.js';
import { count, inNetwork } from '../wording/wording.js';
import { Members, MINIMUM_MEMBERS } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';
import { largestOf, Services } from './services.js';

/** The connections of a service. */
interface Service {
  readonly server: string;
  readonly network: string;
  /** Those on which both sides spoke: in all, and begun since it turned the first one away. */
  served: number;
  servedSince: number;
  /** When the last of them began. */
  lastServed: Timestamp | null;
  /** Null while there are none. */
  away: Away | null;
  /** Those that it aborted at once with unread words of its client, by how many octets it had sent before. */
  aborted: Map<number, Members> | null;
}

/** Connections that a service turned away. */
interface Away {
  readonly members: Members;
  /** How many of them it told something, and how many octets: 0 if not all the same. */
  told: number;
  octets: number;
  /** Their clients, and whether it served them since; null once there were too many. */
  clients: Map<string, boolean> | null;
}

/** Clients that are told apart at one service. */
const MOST_CLIENTS = 256;
/** Lengths of what services say that are told apart. */
const MOST_LENGTHS = 8;
/** Clients that are named. */
const MOST_NAMED = 3;
/** A client that has sent more than this was not at its first words. */
const FIRST_WORDS = 1024;

const LIMIT =
  '{server} was at its limit of connections, by its configuration or its licence (likely): other clients, or the same at other times, were served.';
const LOCKED_OUT =
  '{server} no longer admits these clients (likely): some servers lock a host out that failed too often, or an access rule changed.';
const NOT_ADMITTED = '{server} does not admit these clients: an access rule of its own (possible).';
const HELD =
  'Connections that are open and unused hold the places (possible): on the host of {server}, ss -tn shows whose they are.';

/** A service accepts connections only to end them at once, while it serves others. */
export const turnedAway: PatternRule = {
  id: 'turned-away',
  family: 'pattern',
  severity: 'warning',
  summary: 'A service ended connections as soon as it had accepted them, while it served others.',
  options: { minimumMembers: MINIMUM_MEMBERS },
  citations: [cite.twoWaysToEnd, cite.resetOnPendingData],
  related: ['rst-on-write-after-close', 'rst-active-abort', 'connection-refused', 'closed-unanswered'],
  documentation: {
    meaning:
      'The kernel completes the handshake before the program sees a connection. A program that does not want it can only close it again, often after a line that says why: too many connections, host blocked, not allowed. What the client makes of that depends on who was faster: it reads the line and end of file, or its own first words draw a reset, and it sees ECONNRESET without the line. The network delivers all of this as it should.',
    proof: [
      'At least minimumMembers connections to one service that it ended with a FIN or a reset within a second of the handshake, after 1,024 bytes or fewer, and without having answered anything.',
      'On them the client had sent nothing, or nothing that arrived before the server closed; or it was reset with words of its own unread, after as many octets as the others got.',
      'At least one other connection of the service on which both sides spoke.',
    ],
    notThis: [
      'A request that is answered, however shortly, before the server closes.',
      'A service that ends all its connections so: that may be what it is for, as with daytime (RFC 867).',
      'A refused SYN: connection-refused.',
    ],
    applicationSees:
      'The clients: read returns what the server said, if anything, and then 0; where their own words came too late, ECONNRESET or EPIPE. {server}: its own action.',
    likelyCauses: [LIMIT, NOT_ADMITTED, LOCKED_OUT, HELD],
    nextSteps: [
      'Read what {server} says on them before it closes: Wireshark, Follow TCP Stream, on any of these connections.',
      stepOfTurnedAway('server'),
    ],
    example: { fixture: 'server-at-limit', capture: 'client' },
  },
  begin: (options, heard) => {
    const services = new Services<Service>(heard);
    return {
      add(connection) {
        const { client, server, network, quality } = connection;
        if (server.segments === 0 || quality.unseen !== null || quality.multipath) return;
        const ended = endedAtOnce(connection);
        if (ended === null && !isServed(client, server)) return;
        const service = services.of(() => ({
          server: formatEndpoint(server.address, server.port),
          network,
          served: 0,
          servedSince: 0,
          lastServed: null,
          away: null,
          aborted: null,
        }));
        if (service === null) return;
        if (ended === null) countServed(service, connection);
        else if (ended.wasTold) countAborted(service, connection, ended.time);
        else countAway(service, connection, ended.time);
      },
      finish() {
        return largestOf(services.all.flatMap((service) => patternOf(service, options) ?? []));
      },
    };
  },
};

function isServed(client: Endpoint, server: Endpoint): boolean {
  return client.payloadBytes > 0 && server.payloadBytes > 0 && client.unacknowledgedBytes === 0;
}

interface Ended {
  readonly time: Timestamp;
  /** Its client had spoken before it did: it may have answered that. */
  readonly wasTold: boolean;
}

/** When the server ended the connection, if it did so at once and took nothing of what its client sent; else null. */
function endedAtOnce(connection: Connection): Ended | null {
  const { client, server } = connection;
  if ((!server.finSent && server.resetsSent === 0) || client.payloadBytes > FIRST_WORDS) return null;
  const closing =
    entered(server, 'FIN-WAIT-1') ??
    findReset(server, ({ hasAck, verdict }) => hasAck && verdict === 'accepted');
  if (closing === null || closing.frame === null) return null;
  const closed = entered(client, 'FIN-WAIT-1');
  if (closed !== null && (closed.frame === null || closed.frame < closing.frame)) return null;
  if (!mayHaveTurnedAway(connection, server, closing.time)) return null;
  const words = client.lastNewData;
  if (words === null) return { time: closing.time, wasTold: false };
  // Without a word of its own, it may as well have failed over what it was asked: closed-unanswered, or an abort.
  if (server.lastNewData === null) return null;
  const late = milestone(client, 'data-after-peer-fin');
  const cameLate =
    client.unacknowledgedBytes === client.payloadBytes ||
    (late !== null && (late.dataBefore ?? 0) === 0 && late.value === client.payloadBytes);
  if (cameLate) return { time: closing.time, wasTold: false };
  // Aborted with something unread: what it had said before may have been an answer.
  return entered(server, 'FIN-WAIT-1') === null ? { time: closing.time, wasTold: true } : null;
}

function countServed(service: Service, { client: { address }, start }: Connection): void {
  service.served++;
  if (service.lastServed === null || isLater(start, service.lastServed)) service.lastServed = start;
  if (service.away === null || !isLater(start, service.away.members.from)) return;
  service.servedSince++;
  if (service.away.clients?.has(address) === true) service.away.clients.set(address, true);
}

function countAborted(service: Service, { id, server, start }: Connection, ended: Timestamp): void {
  service.aborted ??= new Map();
  const { aborted } = service;
  let members = aborted.get(server.payloadBytes);
  if (members === undefined) {
    if (aborted.size === MOST_LENGTHS) return;
    members = new Members(start, ended);
    aborted.set(server.payloadBytes, members);
  }
  members.add(id, start, ended);
}

function countAway(service: Service, { id, client, server, start }: Connection, ended: Timestamp): void {
  service.away ??= { members: new Members(start, ended), told: 0, octets: 0, clients: new Map() };
  const { away } = service;
  away.members.add(id, start, ended);
  if (server.payloadBytes > 0) {
    if (away.told === 0) away.octets = server.payloadBytes;
    else if (away.octets !== server.payloadBytes) away.octets = 0;
    away.told++;
  }
  if (away.clients === null || away.clients.has(client.address)) return;
  if (away.clients.size === MOST_CLIENTS) away.clients = null;
  else away.clients.set(client.address, false);
}

function patternOf(service: Service, options: OptionValues): Pattern | null {
  const { server, network, served, servedSince, away, aborted } = service;
  if (away === null || served === 0) return null;
  const { members, octets, clients } = away;
  let { told } = away;
  // It says the same to those whose words had come before.
  const others = told === members.count ? aborted?.get(octets) : undefined;
  if (others !== undefined) {
    members.addAll(others);
    told += others.count;
  }
  if (members.count < options.minimumMembers) return null;
  const hasServedSince = service.lastServed !== null && isLater(service.lastServed, members.from);
  const both = [...(clients?.values() ?? [])].filter((isServed) => isServed).length;
  return reportPattern(turnedAway, {
    standsFor: ['rst-on-write-after-close', 'rst-active-abort', 'rst-on-close-race'],
    confidence: 'inferred',
    title: `{server} turned away ${members.count} of ${members.count + served} connections, right after it had accepted them`,
    explanation: [
      told === 0
        ? 'It closed them without a word.'
        : `${told === members.count ? 'On each of them' : `On ${told} of them`} it first sent {octets}, which probably say why.`,
      ` ${count(served, 'other connection')} ${served === 1 ? 'was' : 'were'} served.`,
      clients === null ? '' : whomText([...clients.keys()], both, network),
      hasServedSince ? '' : ' After the first that it turned away it served none.',
    ].join(''),
    likelyCauses:
      clients !== null && both === 0 && hasServedSince
        ? [LOCKED_OUT, NOT_ADMITTED, LIMIT.replace('(likely)', '(possible)')]
        : [LIMIT, HELD, NOT_ADMITTED],
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      server,
      ...(network !== '' && { network }),
      served,
      servedSince,
      told,
      ...(octets > 0 && { octets }),
      ...(clients !== null && { clients: clients.size, clientsServedSince: both }),
    },
    words: {
      server: inNetwork(server, network),
      octets: octets > 0 ? count(octets, 'byte') : 'some bytes',
    },
  });
}

/** Which clients it turned away, and how many of them it served since. */
function whomText(names: readonly string[], both: number, network: string): string {
  const named = names.slice(0, MOST_NAMED).map((name) => inNetwork(name, network));
  if (names.length === 1)
    return ` All that it turned away came from ${named[0]}, which it ${both === 1 ? 'also served since' : 'has not served since'}.`;
  const further = names.length - named.length;
  const list = further > 0 ? `${named.join(', ')} and ${further} more` : named.join(', ');
  return ` It turned away ${names.length} clients (${list}), and served ${both === 0 ? 'none' : both} of them since.`;
}
