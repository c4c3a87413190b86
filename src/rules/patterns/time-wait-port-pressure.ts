import { formatEndpoint } from '../../core/addresses.js';
import type { Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered } from '../evidence/evidence.js';
import type { Finding, Pattern } from '../finding.js';
import { count, inNetwork, round, times } from '../wording/wording.js';
import { Groups, Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

interface Group {
  readonly client: string;
  readonly server: string;
  readonly network: string;
  /** Connections that entered TIME-WAIT, by second. */
  readonly bySecond: Map<number, number>;
  readonly members: Members;
  /** Ports used again while the service held them in TIME-WAIT. */
  readonly reuses: Reuses;
  /** Null as long as the client has had no more connections than make a range, by those sampled. */
  range: Range | null;
}

/** The client's ports to the service that went through TIME-WAIT at the client. */
interface Range {
  /** When each entered TIME-WAIT last, in seconds since 1970; null once there were too many. */
  waiting: Map<number, number> | null;
  /** Connections whose port was taken again as soon as TIME-WAIT may have let it, and others whose port was. */
  readonly atOnce: Members;
  later: number;
}

interface Reuses {
  all: number;
  accepted: number;
  /** Those that were not accepted at once. */
  failed: Members | null;
  /** Their only port; null once there were several. */
  port: number | null;
}

/** Seconds that one group may tell apart; a longer capture is not judged beyond them. */
const MAX_SECONDS = 100_000;

/** TIME-WAIT by RFC 9293 §3.4.2 and §3.6.1. */
const TWO_MSL_SECONDS = 240;

interface UsedUp extends Range {
  readonly waiting: Map<number, number>;
}

/** Ports that are watched, of all clients together: what is kept must not grow with the capture. */
const MAX_PORTS = 65_536;
/** Ranges below this are no range of ephemeral ports. */
const LEAST_PORTS = 100;
/** From this share of the ports between the lowest and the highest on, a client uses all of them. */
const WHOLE_RANGE = 0.98;
/** So many ports taken again within this time of their TIME-WAIT (seconds) are no chance: no other was free. */
const LEAST_AT_ONCE = 10;
const AT_ONCE_SECONDS = 15;

/** How many sampled connections make the threshold: enough for a few percent. */
const SAMPLES = 2000;

const CITATIONS = [
  cite.timeWaitDuty,
  cite.portCollision,
  cite.traditionalRange,
  cite.portRange,
  cite.reopenFromTimeWait,
  cite.localPortRange,
  cite.timeWaitReuse,
];

/** A client closes so many connections first that its ports to one service run out. */
export const timeWaitPortPressure: PatternRule = {
  id: 'time-wait-port-pressure',
  family: 'pattern',
  severity: 'warning',
  summary:
    'A client holds most of its ephemeral ports to one service in TIME-WAIT, or reuses ports that the service does not accept at once.',
  options: {
    timeWaitSeconds: {
      unit: 'seconds',
      default: 60,
      minimum: 1,
      maximum: 3600,
      description: 'How long TIME-WAIT holds a port: 60 s on Linux, 240 s by RFC 9293.',
    },
    ephemeralPorts: {
      unit: 'count',
      default: 28_232,
      minimum: 1,
      maximum: 65_535,
      description: 'How many ports the client may choose from: 32768 to 60999 on Linux.',
    },
    warningShare: {
      unit: 'ratio',
      default: 0.5,
      minimum: 0.01,
      maximum: 1,
      description: 'What share of the ports in TIME-WAIT at once is a warning.',
    },
    errorShare: {
      unit: 'ratio',
      default: 0.9,
      minimum: 0.01,
      maximum: 1,
      description: 'What share of the ports in TIME-WAIT at once is an error.',
    },
    failedReuses: {
      unit: 'count',
      default: 3,
      minimum: 1,
      maximum: 1_000_000,
      description:
        'How many ports that were used again, and not accepted at once, are a warning whatever the share: for fewer, time-wait-port-reuse says all there is.',
    },
  },
  ordered: ['warningShare', 'errorShare'],
  citations: [...CITATIONS, cite.noFreePort],
  related: ['time-wait-port-reuse'],
  documentation: {
    meaning:
      'The side that closes first keeps its port in TIME-WAIT. A client that opens and closes many connections to one service uses up its ephemeral ports to it; then connect fails, without a packet, unless tcp_tw_reuse lets Linux take over a port.',
    proof: [
      'The client’s TIME-WAITs in the capture, each counted for timeWaitSeconds: the number at once is computed, not observed.',
      'Or at least 100 ports, nearly all of a range without gaps, of which ten or more were taken again within 15 s of the end of TIME-WAIT.',
      'Or failedReuses connections of the client on which time-wait-port-reuse is a warning.',
    ],
    notThis: [
      'TIME-WAIT at the server: it costs the client no port, unless the client uses one again too early.',
      'A port that the client takes over from its own TIME-WAIT: on the wire that looks the same as when TIME-WAIT was over.',
      'Many clients behind one NAT: the range is then unknown.',
    ],
    applicationSees: 'connect at {client} fails with EADDRNOTAVAIL.',
    likelyCauses: ['A new connection for every request, closed by the client (likely).'],
    nextSteps: [
      'Reuse connections (keep-alive, a pool), or let the client close first: the wait is on the side that does.',
      'On {client}: ss -Htan state time-wait | wc -l; sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse net.ipv4.tcp_max_tw_buckets',
    ],
    example: { fixture: 'time-wait-port-pressure', capture: 'client', options: { ephemeralPorts: 40 } },
  },
  begin: (options, heard) => {
    // Thousands must wait at once before this reports anything: a sample of them shows as much as all.
    const step = Math.max(1, Math.floor((options.warningShare * options.ephemeralPorts) / SAMPLES));
    /** By client and number of the service. */
    const groups = new Groups<Group>();
    let seen = 0;
    let watched = 0;
    /** Clients with a range: of others, what is not sampled need not be looked at. */
    const busy = new Set<string>();
    /** Notes a port that the client holds in TIME-WAIT since `waiting`, and whether it had just come free. */
    const watch = (range: Range, id: number, port: number, start: Timestamp, waiting: Timestamp): void => {
      if (range.waiting === null) return;
      const before = range.waiting.get(port);
      if (before === undefined && ++watched > MAX_PORTS) {
        range.waiting = null;
        return;
      }
      range.waiting.set(port, waiting.seconds >>> 0);
      if (before === undefined) return;
      const free = (start.seconds >>> 0) - before - options.timeWaitSeconds;
      if (free >= -1 && free <= AT_ONCE_SECONDS) range.atOnce.add(id, start);
      else range.later++;
    };
    return {
      add({ id, network, client, server, start }, findings) {
        seen++;
        const reuse = findings.length === 0 ? undefined : findings.find(isReuse);
        const isSampled = step === 1 || scattered(id) % step === 0;
        if (reuse === undefined && !isSampled && (busy.size === 0 || !busy.has(client.address))) return;
        const waiting = entered(client, 'TIME-WAIT');
        const since = waiting?.time ?? reuse?.from;
        if (since === undefined) return;
        const { service } = heard;
        if (service === null) return;
        const host = inNetwork(client.address, network);
        const make = (): Group => ({
          client: client.address,
          server: formatEndpoint(server.address, server.port),
          network,
          bySecond: new Map(),
          members: new Members(since),
          reuses: { all: 0, accepted: 0, failed: null, port: client.port },
          range: null,
        });
        const isNeeded = isSampled || reuse !== undefined;
        const group = isNeeded ? groups.of(host, service, make) : groups.find(host, service);
        if (group === null) return;
        if (waiting !== null && group.range !== null) {
          watch(group.range, id, client.port, start, waiting.time);
        } else if (isSampled && group.members.count * step >= LEAST_PORTS) {
          group.range = { waiting: new Map(), atOnce: new Members(start), later: 0 };
          busy.add(client.address);
        }
        if (reuse !== undefined) countReuse(group.reuses, id, client.port, reuse);
        if (waiting === null || !isSampled) return;
        const second = waiting.time.seconds >>> 0;
        const known = group.bySecond.get(second);
        if (known === undefined && group.bySecond.size >= MAX_SECONDS) return;
        group.bySecond.set(second, (known ?? 0) + 1);
        group.members.add(id, waiting.time);
      },
      finish() {
        return groups.all.flatMap((group) => {
          const { client, server, network, bySecond, members, reuses } = group;
          const peak =
            members.count * step < options.warningShare * options.ephemeralPorts
              ? null
              : peakOf(bySecond, options.timeWaitSeconds);
          const share = peak === null ? 0 : peak.count / options.ephemeralPorts;
          if (peak === null || share < options.warningShare) {
            if (isUsedUp(group.range)) return [ofRange(group, group.range, options.timeWaitSeconds)];
            return (reuses.failed?.count ?? 0) < options.failedReuses
              ? []
              : [ofReuses(group, reuses.failed!)];
          }
          const twoMsl = peakOf(bySecond, TWO_MSL_SECONDS);
          const twoMslShare = twoMsl.count / options.ephemeralPorts;
          return [
            reportPattern(timeWaitPortPressure, {
              severity: share >= options.errorShare ? 'error' : 'warning',
              confidence: 'inferred',
              title: `{client} holds ${step > 1 ? 'about' : 'up to'} ${peak.count} ${peak.count === 1 ? 'port' : 'ports'} to {server} in TIME-WAIT, ${Math.round(100 * share)} % of its ephemeral ports`,
              explanation: `This counts ${options.timeWaitSeconds} s for each TIME-WAIT, and ${options.ephemeralPorts} ports; with the ${TWO_MSL_SECONDS} s of RFC 9293 there would be ${twoMsl.count}, ${Math.round(100 * twoMslShare)} %. When all ports are used up, connect fails without a packet.${reusesText(reuses)}`,
              connections: members.ids,
              count: Math.min(members.count * step, seen),
              from: members.from,
              to: peak.at,
              facts: {
                client,
                server,
                ...(network !== '' && { network }),
                peakPorts: peak.count,
                shareOfPorts: round(share, 4),
                peakPortsOfTwoMsl: twoMsl.count,
                ...reusesFacts(reuses),
              },
              words: { client: inNetwork(client, network), server },
            }),
          ];
        });

        /** Of those sampled, for all; no more than there are connections. */
        function peakOf(bySecond: Group['bySecond'], seconds: number): { count: number; at: Timestamp } {
          const sampled = peakWithin(bySecond, seconds);
          return { count: Math.min(sampled.count * step, seen), at: sampled.at };
        }
      },
    };
  },
};

/** Whether a client used every port of a range, and each again as soon as it could. */
function isUsedUp(range: Range | null): range is UsedUp {
  if (range === null) return false;
  const { waiting, atOnce, later } = range;
  if (waiting === null || waiting.size < LEAST_PORTS || atOnce.count < LEAST_AT_ONCE) return false;
  const { first, last } = boundsOf(waiting);
  return atOnce.count > later && waiting.size >= WHOLE_RANGE * (last - first + 1);
}

function boundsOf(ports: ReadonlyMap<number, number>): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const port of ports.keys()) {
    first = Math.min(first, port);
    last = Math.max(last, port);
  }
  return { first, last };
}

/** For a client that has run out of ports, whatever its range is. */
function ofRange(
  { client, server, network, reuses }: Group,
  { waiting, atOnce }: UsedUp,
  timeWaitSeconds: number,
): Pattern {
  const { first, last } = boundsOf(waiting);
  return reportPattern(timeWaitPortPressure, {
    severity: 'warning',
    confidence: 'inferred',
    title: `{client} has run out of ports to {server}: it used all from ${first} to ${last}`,
    explanation: `{client} closed these connections first, so that each kept its port in TIME-WAIT. ${count(atOnce.count, 'time')} it took a port again within ${AT_ONCE_SECONDS} s of the ${timeWaitSeconds} s that Linux keeps it: hardly any other can have been free. While none is, connect fails without a packet.${reusesText(reuses)}`,
    connections: atOnce.ids,
    count: atOnce.count,
    from: atOnce.from,
    to: atOnce.to,
    facts: {
      client,
      server,
      ...(network !== '' && { network }),
      ports: waiting.size,
      firstPort: first,
      lastPort: last,
      reusedAtOnce: atOnce.count,
      ...reusesFacts(reuses),
    },
    words: { client: inNetwork(client, network), server },
  });
}

/** A client's port that its service held in TIME-WAIT was used again. */
function isReuse({ rule, endpoint }: Finding): boolean {
  return rule === 'time-wait-port-reuse' && endpoint === 'client';
}

function countReuse(reuses: Reuses, id: number, port: number, { severity, from, to, facts }: Finding): void {
  reuses.all++;
  if (facts.outcome === 'accepted') reuses.accepted++;
  if (severity === 'info') return;
  if (reuses.failed === null) {
    reuses.failed = new Members(from, to);
    reuses.port = port;
  } else if (reuses.port !== port) {
    reuses.port = null;
  }
  reuses.failed.add(id, from, to);
}

/** For a client that comes back to some ports too early, without enough known to wait for a share. */
function ofReuses({ client, server, network, reuses }: Group, failed: Members): Pattern {
  return reportPattern(timeWaitPortPressure, {
    standsFor: ['time-wait-port-reuse'],
    severity: 'warning',
    confidence: 'inferred',
    title: `{client} reused ${reuses.port === null ? 'ports' : `port ${reuses.port}`} to {server} too early: TIME-WAIT did not accept the SYN at once ${times(failed.count)}`,
    explanation: `{server} held these pairs of ports in TIME-WAIT when the new SYNs came.${reusesText(reuses)}`,
    applicationSees: '{client}: connect takes longer, or fails with ETIMEDOUT. {server}: nothing.',
    likelyCauses: reuses.port === null ? REUSE_CAUSES : [FIXED_PORT, ...REUSE_CAUSES],
    nextSteps: [...timeWaitPortPressure.documentation.nextSteps, NAT_STEP],
    citations: CITATIONS,
    connections: failed.ids,
    count: failed.count,
    from: failed.from,
    to: failed.to,
    facts: { client, server, ...(network !== '' && { network }), ...reusesFacts(reuses) },
    words: { client: inNetwork(client, network), server },
  });
}

const FIXED_PORT = 'A fixed source port in the program of {client} (likely).';
const REUSE_CAUSES = [
  '{client} is a NAT with few ports for many hosts, or one that hands them out again too early (possible).',
  'A new connection for every request, from few ephemeral ports (possible).',
];
const NAT_STEP =
  'If {client} is a NAT: check how many ports it has for {server}, and how long it keeps one after the close.';

function reusesText({ all, accepted }: Reuses): string {
  if (all === 0) return '';
  const taken = accepted === 0 ? 'none was' : accepted === 1 ? 'one was' : `${accepted} were`;
  return ` Of ${count(all, 'time')} that a port was used again while {server} held it in TIME-WAIT, ${taken} accepted at once.`;
}

function reusesFacts({ all, accepted, failed }: Reuses): Pattern['facts'] {
  return all === 0 ? {} : { reuses: all, reusesAccepted: accepted, reusesFailed: failed?.count ?? 0 };
}

/** A number whose remainders do not follow the order of ids: clients may call several services in turn. */
function scattered(id: number): number {
  let bits = Math.imul(id ^ (id >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The most that fell into any window of `seconds`, and the window's end. */
function peakWithin(
  bySecond: ReadonlyMap<number, number>,
  seconds: number,
): { count: number; at: Timestamp } {
  const entries = [...bySecond].sort(([a], [b]) => a - b);
  let count = 0;
  let from = 0;
  let peak = { count: 0, second: 0 };
  for (const [second, added] of entries) {
    count += added;
    for (; entries[from][0] <= second - seconds; from++) count -= entries[from][1];
    if (count > peak.count) peak = { count, second };
  }
  return { count: peak.count, at: { seconds: peak.second | 0, nanoseconds: 0 } };
}
