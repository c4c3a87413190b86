import type { Connection, Endpoint } from '../../connections/connection.js';
import { secondsBetween, type Timestamp, timeAfter, toIsoString } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered, firstSent, hasData, milestone, opened } from '../evidence/evidence.js';
import type { Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { count, duration, inNetwork, round } from '../wording/wording.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** A segment that had to be sent again. */
interface Loss {
  readonly id: number;
  /** When it was sent first, in seconds after the origin. */
  readonly at: number;
  readonly client: string;
  readonly server: string;
  readonly network: string;
  /** It carried data: no listener drops that, as it may a SYN. */
  readonly isData: boolean;
}

/** Losses close together, in the order of time. */
type Burst = readonly Loss[];

/** Losses kept: what is kept must not grow with the capture. */
const MAX_KEPT = 30_000;
/** Losses further apart than this belong to different bursts (seconds). */
const GAP_SECONDS = 0.5;
/** What lasts longer is no burst (seconds). */
const LONGEST_SECONDS = 5;
/** Nearly all losses fall into the bursts, and these take up little of the time. */
const LEAST_SHARE = 0.8;
const MOST_TIME = 0.25;
/** Bursts whose times are told. */
const MOST_TOLD = 8;

/** Many connections lose segments, but only at a few moments. */
export const lossBursts: PatternRule = {
  id: 'loss-bursts',
  family: 'pattern',
  isOfOneCapture: true,
  severity: 'warning',
  summary:
    'Connections lost segments at the same few moments and hardly in between: the path, or a host, failed for a short time.',
  options: {
    minimumMembers: {
      unit: 'count',
      default: 5,
      minimum: 2,
      maximum: 1_000_000,
      description: 'How many connections must lose something at one moment to make it a burst.',
    },
  },
  citations: [cite.retransmission, cite.firstTimeout, cite.backoff],
  related: ['delivery-stall', 'retransmission-storm', 'handshake-delayed', 'peer-host-lost'],
  documentation: {
    meaning:
      'Segments that are lost by chance are lost all the time, now on one connection and now on another. If many connections lose some at the same moments, and hardly anything is lost in between, something fails for these moments: a line, a radio link, a switch that recomputes its paths, a device that is overloaded or restarts; or one of the hosts stands still. Each connection only shows a delay, of a retransmission timeout or more, and of a second for a SYN.',
    proof: [
      'At least minimumMembers connections of which segments had to be sent again, in the end with success, and whose originals were sent within 5 s, no two more than 0.5 s apart.',
      'At least 80 % of all such segments of the capture fall into such bursts, which take up at most a quarter of its time.',
      'It is a warning from two bursts on.',
    ],
    notThis: [
      'Loss that goes on: retransmission-storm.',
      'Hosts that are not heard again: peer-host-lost, peer-unresponsive.',
      'SYNs alone that had to be sent again: a full accept queue or a firewall does that as well.',
    ],
    applicationSees:
      'Both sides: answers, or connect, take longer by a fraction of a second up to some seconds.',
    likelyCauses: [
      'The path fails for these moments: a line, a radio link, a route or a device on the way (likely): its counters and its log show it.',
      'One of the hosts, or its virtual machine, takes nothing in for these moments (possible): then all connections that lost segments are its own.',
      'A burst of traffic overflows a queue on the way (possible): then a large transfer begins at each of these moments.',
    ],
    nextSteps: [
      'Compare these times with the logs and the error counters of the devices between the hosts.',
      'Capture at the other end as well: that shows what was lost between the two points, and in which direction.',
    ],
    example: { fixture: 'loss-bursts', capture: 'client' },
  },
  begin: (options) => {
    /** Null once there were too many: then it says nothing. */
    let losses: Loss[] | null = [];
    let origin: Timestamp | null = null;
    return {
      add(connection) {
        origin ??= connection.start;
        if (losses === null || connection.quality.clockBackwards) return;
        for (const loss of lossesOf(connection, origin)) losses.push(loss);
        if (losses.length > MAX_KEPT) losses = null;
      },
      finish(captureEnd) {
        if (losses === null || origin === null) return [];
        const pattern = patternOf(losses, origin, captureEnd, options);
        return pattern === null ? [] : [pattern];
      },
    };
  },
};

const NONE: readonly Loss[] = [];

function lossesOf(connection: Connection, origin: Timestamp): readonly Loss[] {
  const { id, client, server, network } = connection;
  if (client.milestones.length === 0 && server.milestones.length === 0) return NONE;
  const found: Loss[] = [];
  const add = (sent: Timestamp, isData: boolean): void => {
    const at = secondsBetween(origin, sent);
    found.push({ id, at, client: client.address, server: server.address, network, isData });
  };
  noteRuns(client, add);
  noteRuns(server, add);
  const syn = milestone(client, 'syn-repeated') === null ? null : entered(client, 'SYN-SENT');
  if (syn !== null && opened(server)) add(syn.time, false);
  return found;
}

/** Runs of data that was acknowledged in the end. */
function noteRuns(
  { milestones, unacknowledgedBytes }: Endpoint,
  add: (sent: Timestamp, isData: boolean) => void,
): void {
  if (unacknowledgedBytes > 0) return;
  for (const run of milestones)
    if (run.kind === 'retransmission-run' && hasData(run)) add(firstSent(run), true);
}

function patternOf(
  losses: readonly Loss[],
  origin: Timestamp,
  captureEnd: Timestamp,
  { minimumMembers }: OptionValues,
): Pattern | null {
  const sorted = losses.toSorted((a, b) => a.at - b.at);
  const bursts = burstsOf(sorted).filter(
    (burst) => spanOf(burst) <= LONGEST_SECONDS && connectionsOf(burst).length >= minimumMembers,
  );
  const within = bursts.flat();
  const ids = connectionsOf(within.filter(({ isData }) => isData));
  if (ids.length < minimumMembers || within.length < LEAST_SHARE * losses.length) return null;
  const taken = bursts.reduce((sum, burst) => sum + spanOf(burst) + GAP_SECONDS, 0);
  if (taken > MOST_TIME * secondsBetween(origin, captureEnd)) return null;
  const members = connectionsOf(within);
  const longest = bursts.reduce((most, burst) => Math.max(most, spanOf(burst)), 0);
  const client = only(within.map((loss) => loss.client));
  const server = only(within.map((loss) => loss.server));
  const network = only(within.map((loss) => loss.network)) ?? '';
  const told = bursts.slice(0, MOST_TOLD).map((burst) => clock(timeAfter(origin, burst[0].at)));
  const times = `${told.join(', ')}${bursts.length > MOST_TOLD ? ' and so on' : ''}`;
  const outside = losses.length - within.length;
  return reportPattern(lossBursts, {
    // Once is what happens to anybody who loads a page over a radio link.
    ...(bursts.length === 1 && { severity: 'info' }),
    confidence: 'inferred',
    title: `Segments of {connections}${client === null ? '' : ' of {client}'}${server === null ? '' : ' to {server}'} were lost in ${bursts.length === 1 ? 'one burst' : `${bursts.length} bursts`} of up to {longest}`,
    explanation: `${count(within.length, 'segment')} had to be sent again, all of them sent first at ${times} UTC. ${outside === 0 ? 'None was' : `${count(outside, 'other')} ${outside === 1 ? 'was' : 'were'}`} lost in between.`,
    connections: members,
    count: members.length,
    from: timeAfter(origin, within[0].at),
    to: timeAfter(origin, within[within.length - 1].at),
    facts: {
      ...(client !== null && { client }),
      ...(server !== null && { server }),
      ...(network !== '' && { network }),
      bursts: bursts.length,
      longestSeconds: round(longest, 3),
      segments: within.length,
      segmentsOutside: outside,
    },
    words: {
      connections: count(members.length, 'connection'),
      client: inNetwork(client ?? '', network),
      server: inNetwork(server ?? '', network),
      longest: duration(Math.max(longest, GAP_SECONDS)),
    },
  });
}

function burstsOf(sorted: readonly Loss[]): readonly Burst[] {
  const bursts: Loss[][] = [];
  for (const loss of sorted) {
    const last = bursts.at(-1);
    if (last === undefined || loss.at - last[last.length - 1].at > GAP_SECONDS) bursts.push([loss]);
    else last.push(loss);
  }
  return bursts;
}

function spanOf(burst: Burst): number {
  return burst[burst.length - 1].at - burst[0].at;
}

function connectionsOf(losses: readonly Loss[]): readonly number[] {
  return [...new Set(losses.map(({ id }) => id))].sort((a, b) => a - b);
}

/** The value that all have; null if there are several. */
function only(values: readonly string[]): string | null {
  return values.every((value) => value === values[0]) ? values[0] : null;
}

/** `19:21:51.1` */
function clock(time: Timestamp): string {
  return toIsoString(time).slice(11, 21);
}
