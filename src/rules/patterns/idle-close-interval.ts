import type { Connection, Endpoint, Role } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp, timeAfter } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered, milestone, missedSince } from '../evidence/evidence.js';
import type { Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { count, duration, inNetwork, round } from '../wording/wording.js';
import { alikeIn, spreadOption, TIMER_SLACK } from './alike.js';
import { MAX_LISTED, MINIMUM_MEMBERS } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { idleBeforeRace } from './races.js';
import { reportPattern } from './report-pattern.js';
import { largestOf, Services } from './services.js';

/** A connection that one side closed when nothing had been sent for some time. */
interface Closed {
  readonly id: number;
  readonly client: string;
  readonly idle: number;
  /** The next request crossed its FIN, and was reset. */
  readonly wasRaced: boolean;
  /** Since when it had been idle, in seconds after an origin. */
  readonly since: number;
}

/** The connections to a service, by the side that closed them. */
interface Service {
  readonly server: string;
  readonly network: string;
  readonly origin: Timestamp;
  readonly closed: Readonly<Record<Role, Closed[]>>;
  /** The longest silence, in seconds, after which a connection went on. */
  survived: number;
}

/** Closes kept, of all services together: what is kept must not grow with the capture. */
const MAX_KEPT = 30_000;
/** A process that ends, or a pool that is emptied, closes all within this time (seconds). */
const ONE_MOMENT = 1;

const OF_SERVER = [
  'The idle or keep-alive timeout of the program at {closer} (likely), or of the proxy that clients know by this address.',
];
const STEPS_OF_RACES = [
  'Let the clients give up idle connections before {interval} have passed, or let {closer} keep them for longer than the clients do.',
  'Requests that may be repeated: let the client or the proxy send them again on a new connection.',
];
const OF_CLIENT = ['The idle timeout of a connection pool at {closer}, or of a proxy there (likely).'];

/** One side ends connections with a FIN after the same time without use: a timer of its own. */
export const idleCloseInterval: PatternRule = {
  id: 'idle-close-interval',
  family: 'pattern',
  severity: 'info',
  summary: 'A server or a client closed connections after the same time of silence: its idle timeout.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    minimumIdleSeconds: {
      unit: 'seconds',
      default: 2,
      minimum: 0.1,
      maximum: 604_800,
      description: 'Shorter silences are not counted as idle.',
    },
    spreadRatio: spreadOption(TIMER_SLACK),
  },
  citations: [cite.twoWaysToEnd, cite.httpIdleCloseRace, cite.httpWatchForClose],
  related: ['idle-reset-interval', 'rst-on-close-race', 'rst-on-write-after-close', 'closed-unanswered'],
  documentation: {
    meaning:
      'Programs close connections that nobody has used for some time. That is their right, and nothing is lost by it; but a connection that should have stayed, such as a WebSocket, is gone, and a peer that uses the connection at that very moment, or later without looking, gets a reset. Whoever closes, and after how long, is what has to be compared with the other side’s settings. It is a warning if a request met such a close: rst-on-close-race.',
    proof: [
      'At least minimumMembers connections to one service that the same side, the service or its clients, closed first with a FIN, minimumIdleSeconds or more after the last data, which was the service’s, but for a request that the service had not received.',
      'At least half of these silences differ by no more than spreadRatio from their median; those are counted.',
      'No connection of the service went on after a longer silence.',
    ],
    notThis: [
      'Closes right behind an answer, or at one moment: endpoint-mass-close.',
      'Resets after the same silence: idle-reset-interval.',
      'Closes when the last word was the client’s: answer-timeout, or closed-unanswered if the server closes.',
      'A goodbye right before the close, as TLS and some databases send it: it hides the silence.',
    ],
    applicationSees: 'On the other side: read returns 0; a write after that succeeds once and draws a reset.',
    likelyCauses: [...OF_SERVER, ...OF_CLIENT],
    nextSteps: [
      'At {closer}: compare its idle timeout with {interval}.',
      'Where connections should stay: send heartbeats more often than that. Where the other side keeps them for use: let it give them up some seconds sooner.',
    ],
    example: { fixture: 'idle-close-interval', capture: 'client' },
  },
  begin: (options, heard) => {
    const services = new Services<Service>(heard);
    let kept = 0;
    return {
      add(connection, findings) {
        const { server, network, start, survivedSilenceSeconds, quality } = connection;
        if (quality.clockBackwards || quality.unseen !== null || quality.multipath) return;
        const closer = closerOf(connection);
        const raced = idleBeforeRace(findings);
        const idle = closer === null ? 0 : (raced ?? idleBefore(connection, closer));
        const isIdle = idle >= options.minimumIdleSeconds && kept < MAX_KEPT;
        if (!isIdle && survivedSilenceSeconds < options.minimumIdleSeconds) return;
        const service = services.of(() => ({
          server: formatEndpoint(server.address, server.port),
          network,
          origin: start,
          closed: { client: [], server: [] },
          survived: 0,
        }));
        if (service === null) return;
        service.survived = Math.max(service.survived, survivedSilenceSeconds);
        if (!isIdle) return;
        service.closed[closer!.role].push({
          id: connection.id,
          client: connection.client.address,
          idle,
          wasRaced: raced !== null,
          since: secondsBetween(service.origin, server.lastNewData!.time),
        });
        kept++;
      },
      finish() {
        return largestOf(
          services.all.flatMap((service) => SIDES.flatMap((side) => patternOf(service, side, options) ?? [])),
        );
      },
    };
  },
};

const SIDES: readonly Role[] = ['server', 'client'];

/** The side whose FIN came first; null if that is not known, or none did. */
function closerOf({ client, server }: Connection): Endpoint | null {
  const ofClient = entered(client, 'FIN-WAIT-1');
  const ofServer = entered(server, 'FIN-WAIT-1');
  if ((ofClient === null) === (ofServer === null)) return null;
  return ofClient === null ? server : client;
}

/** How long nothing had been sent when `closer` closed; 0 if the server owed an answer, or something is missing. */
function idleBefore(connection: Connection, closer: Endpoint): number {
  const { client, server } = connection;
  const last = server.lastNewData;
  const fin = entered(closer, 'FIN-WAIT-1')!;
  if (last === null || fin.frame === null || last.frame > fin.frame || server.unacknowledgedBytes > 0)
    return 0;
  if (client.lastNewData !== null && client.lastNewData.frame > last.frame) {
    // What the client wrote after the close, it wrote without knowing of it.
    const after = milestone(client, 'data-after-peer-fin');
    if (after === null || after.frame < fin.frame || (after.dataBefore ?? 0) > last.frame) return 0;
  }
  if (missedSince(client, last.frame) || missedSince(server, last.frame)) return 0;
  return secondsBetween(last.time, fin.time);
}

function patternOf(service: Service, side: Role, options: OptionValues): Pattern | null {
  const { server, network, origin, survived } = service;
  const closed = service.closed[side];
  const alike = alikeIn(closed, ({ idle }) => idle, TIMER_SLACK, options);
  if (alike === null) return null;
  const { near, middle: interval, spread, tolerance } = alike;
  if (survived > interval + tolerance) return null;
  let from = Number.POSITIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { since, idle } of near) {
    from = Math.min(from, since);
    first = Math.min(first, since + idle);
    last = Math.max(last, since + idle);
  }
  // What ends at one moment has been idle for the same time if it was last used at one moment.
  if (last - first <= Math.max(ONE_MOMENT, 2 * spread)) return null;
  const clients = new Set(near.map(({ client }) => client));
  const [client] = clients;
  const isServer = side === 'server';
  const closer = isServer ? server : clients.size === 1 ? client : `${clients.size} clients`;
  const others = closed.length - near.length;
  const raced = near.filter(({ wasRaced }) => wasRaced).length;
  return reportPattern(idleCloseInterval, {
    confidence: 'inferred',
    ...(raced > 0 && { severity: 'warning', standsFor: ['rst-on-close-race'] }),
    title: isServer
      ? `{closer} closed {count} after {interval} of silence${raced === 0 ? '' : `, ${raced === near.length ? 'each' : raced} as the next request came`}`
      : '{closer} closed {count} to {server} after {interval} of silence',
    explanation: `The last data, from {server}, came {interval} before the FIN, give or take ${duration(spread)}: a timer did that.${raced === 0 ? '' : ` On ${raced} of them the client had sent its next request before that FIN reached it: the server reset it, and did not answer.`}${others === 0 ? '' : ` ${count(others, 'more connection')} ${others === 1 ? 'was' : 'were'} closed by the same side after other silences.`}`,
    likelyCauses: isServer ? OF_SERVER : OF_CLIENT,
    ...(raced > 0 && { nextSteps: STEPS_OF_RACES }),
    connections: near
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .slice(0, MAX_LISTED),
    count: near.length,
    from: timeAfter(origin, from),
    to: timeAfter(origin, last),
    facts: {
      side,
      server,
      ...(!isServer && clients.size === 1 && { client }),
      ...(network !== '' && { network }),
      clients: clients.size,
      idleSeconds: round(interval, 3),
      spreadSeconds: round(spread, 3),
      otherSilences: others,
      ...(isServer && { raced }),
    },
    words: {
      closer: isServer || clients.size === 1 ? inNetwork(closer, network) : closer,
      server: inNetwork(server, network),
      count: count(near.length, 'connection'),
      interval: duration(interval),
    },
  });
}
