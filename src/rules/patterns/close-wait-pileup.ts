import type { Connection, Endpoint } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { closeWaitStuck, hasEnded } from '../close-wait-stuck.js';
import { entered, latest, leftBy } from '../evidence/evidence.js';
import type { Finding } from '../finding.js';
import { count, duration, inCase, inNetwork, round } from '../wording/wording.js';
import { Groups, Members, MINIMUM_MEMBERS } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

interface Group {
  readonly server: boolean;
  readonly holder: string;
  readonly network: string;
  readonly port: number;
  /** Connections on which this side got a FIN. */
  reached: number;
  members: Members | null;
  newest: Timestamp | null;
  /** For how long its members had been held when their captures ended: those may lie days apart. */
  longestSeconds: number;
  shortestSeconds: number;
  /** When this side last ended a connection that its peer had closed. */
  lastClosed: Timestamp | null;
}

/** A rate is given for piles that grew for at least this long: a burst has none. */
const GROWTH_SECONDS = 60;

const LEAK = 'A descriptor leak in the program at {holder} (likely).';
const POOL = 'A connection pool that never checks its connections (possible).';
/** If it still closes others. */
const WORKERS =
  'Individual workers hang, each with its connection (possible): a stack dump shows several of them in the same call.';
/** If it has closed none since. */
const HANGS =
  'All of its workers are blocked, by a deadlock or a call that does not return, or the process is stopped (possible): then it answers nothing new either.';
const COUNT =
  "On the host of {holder}: ss -Htan state close-wait | awk '{print $N}' | sort | uniq -c counts them";
const OWNER = 'Check the descriptor limit of the process, and take a stack dump of it.';
/** By the side that holds them: a pool keeps what its program has opened. */
const OF_SIDE = {
  server: {
    causes: [],
    nextSteps: [`${COUNT.replace('N', '3')} by local address.`, OWNER],
  },
  client: {
    causes: [POOL],
    nextSteps: [`${COUNT.replace('N', '4')} by the service that was called.`, OWNER],
  },
};

/** One program leaves many connections in CLOSE-WAIT. */
export const closeWaitPileup: PatternRule = {
  id: 'close-wait-pileup',
  family: 'pattern',
  severity: 'error',
  summary:
    'Many connections of one service are stuck in CLOSE-WAIT: its program does not close after its peers do.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    minimumShare: {
      unit: 'ratio',
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: 'What share of the connections closed by the peer must be stuck.',
    },
  },
  citations: closeWaitStuck.citations,
  related: ['close-wait-stuck', 'accept-queue-overflow'],
  documentation: {
    meaning:
      'Stuck connections pile up at one service, or at one client of a service. The likely cause is one place in one program, and one fix clears them all. Until then each holds a descriptor; when descriptors run out, new connections fail with EMFILE or are never accepted.',
    proof: [
      'At least minimumMembers connections with close-wait-stuck, still held, on the same side.',
      'They are at least minimumShare of those that the peers closed.',
    ],
    notThis: [
      'Single connections: close-wait-stuck reports each.',
      'A capture that began after the closes: it shows no FIN.',
    ],
    applicationSees:
      'Further accept or open calls of the process at {holder} fail with EMFILE once its descriptors are used up.',
    likelyCauses: [
      LEAK,
      inCase('If a client holds them', POOL),
      inCase('If it still closes others', WORKERS),
      inCase('If it has closed none since the oldest of them', HANGS),
    ],
    nextSteps: [
      `${COUNT.replace('N', '3')} by local address; with $4 instead, by the service that a client called.`,
      OWNER,
    ],
    example: { fixture: 'close-wait-pileup', capture: 'server' },
  },
  grades: ['close-wait-stuck'],
  begin: (options) => {
    const ofServers = new Groups<Group>();
    const ofClients = new Groups<Group>();
    const groupFor = ({ client, server, network }: Connection, holder: Endpoint): Group | null => {
      const isServer = holder.role === 'server';
      const make = (): Group => ({
        server: isServer,
        holder: isServer ? formatEndpoint(server.address, server.port) : client.address,
        network,
        port: server.port,
        reached: 0,
        members: null,
        newest: null,
        longestSeconds: 0,
        shortestSeconds: Number.POSITIVE_INFINITY,
        lastClosed: null,
      });
      // A client's pool usually talks to one service: its port is enough.
      return isServer
        ? ofServers.of(inNetwork(server.address, network), server.port, make)
        : ofClients.of(inNetwork(client.address, network), server.port, make);
    };
    const add = (connection: Connection, holder: Endpoint, findings: readonly Finding[]): void => {
      const reached = entered(holder, 'CLOSE-WAIT');
      if (reached === null) return;
      const group = groupFor(connection, holder);
      if (group === null) return;
      group.reached++;
      const left = leftBy(holder, reached);
      if (left !== null && hasEnded(left))
        group.lastClosed = latest(left.time, group.lastClosed ?? undefined);
      const stuck = findings.find(
        ({ rule, endpoint, facts }) =>
          rule === 'close-wait-stuck' &&
          endpoint === holder.role &&
          facts.stillHeld === true &&
          facts.kind !== 'unacknowledged-data' &&
          facts.kind !== 'unseen-start',
      );
      if (stuck === undefined) return;
      group.members ??= new Members(stuck.from, stuck.to);
      group.members.add(connection.id, stuck.from, stuck.to);
      const heldSeconds = secondsBetween(stuck.from, stuck.to);
      group.longestSeconds = Math.max(group.longestSeconds, heldSeconds);
      group.shortestSeconds = Math.min(group.shortestSeconds, heldSeconds);
      if (group.newest === null || secondsBetween(group.newest, stuck.from) > 0) group.newest = stuck.from;
    };
    const isPileup = ({ members, reached }: Group): boolean =>
      members !== null &&
      members.count >= options.minimumMembers &&
      members.count >= options.minimumShare * reached;
    return {
      severityOf(connection, { rule, severity, endpoint, facts }) {
        if (rule !== 'close-wait-stuck' || endpoint === null || facts.stillHeld !== true) return null;
        if (severity === 'info') return null;
        const group = groupFor(connection, connection[endpoint]);
        return group !== null && isPileup(group) ? 'error' : null;
      },
      add(connection, findings) {
        // Another subflow may still be open, and no program is said to have closed this one.
        if (connection.quality.multipath) return;
        add(connection, connection.client, findings);
        add(connection, connection.server, findings);
      },
      finish() {
        return [...ofServers.all, ...ofClients.all].flatMap((group) => {
          const { members, newest, holder, network } = group;
          if (members === null || newest === null || !isPileup(group)) return [];
          const { longestSeconds: oldest, shortestSeconds: youngest } = group;
          const { causes, nextSteps } = OF_SIDE[group.server ? 'server' : 'client'];
          const closing = closingOf(group, members.from);
          const perMinute = growthPerMinute(members.count, secondsBetween(members.from, newest));
          return [
            reportPattern(closeWaitPileup, {
              standsFor: ['close-wait-stuck'],
              confidence: 'inferred',
              title: `${members.count} of the ${count(group.reached, 'connection')} ${group.server ? 'to' : 'of'} {holder} that entered CLOSE-WAIT are stuck in it`,
              explanation: `The oldest has been held for {oldest}, the newest for {youngest}${perMinute === null ? '' : `; in between, their number grew by ${inWords(perMinute)} on average`}.${CLOSING[closing]} ${group.server ? 'The server’s program does not close after its clients do.' : `The client’s program does not close after the servers on port ${group.port} do: probably a connection pool.`} One fix there clears all of them.`,
              likelyCauses: causesOf(closing, causes),
              nextSteps,
              connections: members.ids,
              count: members.count,
              from: members.from,
              to: members.to,
              facts: {
                holder,
                ...(network !== '' && { network }),
                side: group.server ? 'server' : 'client',
                stuck: members.count,
                closedByPeers: group.reached,
                oldestSeconds: round(oldest),
                newestSeconds: round(youngest),
                closesOthers: closing === 'others',
                ...(perMinute !== null && { growthPerMinute: round(perMinute, 3) }),
              },
              words: {
                holder: inNetwork(holder, network),
                oldest: duration(oldest),
                youngest: duration(youngest),
              },
            }),
          ];
        });
      },
    };
  },
};

/** How many connections a minute were added between the first and the last of `count`; null for a burst. */
function growthPerMinute(count: number, seconds: number): number | null {
  return seconds < GROWTH_SECONDS ? null : (60 * (count - 1)) / seconds;
}

function inWords(perMinute: number): string {
  if (perMinute >= 1) return `${round(perMinute, 1)} a minute`;
  if (60 * perMinute >= 1) return `${round(60 * perMinute, 1)} an hour`;
  return `${round(1440 * perMinute, 1)} a day`;
}

/** What it did with other connections that its peers had closed, since the oldest of these was held. */
type Closing = 'others' | 'no-more' | 'none';

function closingOf({ lastClosed }: Group, oldest: Timestamp): Closing {
  if (lastClosed === null) return 'none';
  return secondsBetween(oldest, lastClosed) > 0 ? 'others' : 'no-more';
}

const CLOSING: Readonly<Record<Closing, string>> = {
  others: ' Meanwhile {holder} closed others.',
  'no-more': ' {holder} closed others before the oldest of them, and none since.',
  none: '',
};

function causesOf(closing: Closing, ofSide: readonly string[]): readonly string[] {
  if (closing === 'others') return [LEAK, ...ofSide, WORKERS];
  // It knows how to close: what changed is that it no longer does.
  if (closing === 'no-more') return [HANGS, LEAK.replace('(likely)', '(possible)'), ...ofSide];
  return [LEAK, ...ofSide, HANGS];
}
