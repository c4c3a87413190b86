import { formatEndpoint } from '../../core/addresses.js';
import type { Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered } from '../evidence.js';
import type { PatternRule } from '../rule.js';
import { inNetwork, round } from '../wording.js';
import { Groups, Members } from './members.js';
import { reportPattern } from './report-pattern.js';

interface Group {
  readonly client: string;
  readonly server: string;
  readonly network: string;
  /** Connections that entered TIME-WAIT, by second. */
  readonly bySecond: Map<number, number>;
  readonly members: Members;
}

/** Seconds that one group may tell apart; a longer capture is not judged beyond them. */
const MAX_SECONDS = 100_000;

/** How many sampled connections make the threshold: enough for a few percent. */
const SAMPLES = 2000;

/** A client closes so many connections first that its ports to one service run out. */
export const timeWaitPortPressure: PatternRule = {
  id: 'time-wait-port-pressure',
  family: 'pattern',
  severity: 'warning',
  summary: 'A client holds most of its ephemeral ports towards one service in TIME-WAIT.',
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
      description: 'Which share of the ports in TIME-WAIT at once is a warning.',
    },
    errorShare: {
      unit: 'ratio',
      default: 0.9,
      minimum: 0.01,
      maximum: 1,
      description: 'Which share of the ports in TIME-WAIT at once is an error.',
    },
  },
  ordered: ['warningShare', 'errorShare'],
  citations: [
    cite.timeWaitDuty,
    cite.portCollision,
    cite.traditionalRange,
    cite.portRange,
    cite.reopenFromTimeWait,
    cite.localPortRange,
    cite.timeWaitReuse,
    cite.noFreePort,
  ],
  related: ['time-wait-port-reuse'],
  documentation: {
    meaning:
      'The side that closes first keeps its port in TIME-WAIT. A client that opens and closes many connections to one service uses up its ephemeral ports towards it; then connect fails, without a packet, unless tcp_tw_reuse lets Linux take a port over.',
    proof: [
      'The client’s TIME-WAITs in the capture, each counted for timeWaitSeconds: the number at once is computed, not observed.',
    ],
    notThis: [
      'TIME-WAIT at the server: it costs no port of the client.',
      'Many clients behind one NAT: the range is then unknown.',
    ],
    applicationSees: 'connect at {client} fails with EADDRNOTAVAIL.',
    likelyCauses: ['A new connection for every request, closed by the client (likely).'],
    nextSteps: [
      'Reuse connections (keep-alive, a pool), or let the server close first.',
      'On {client}: ss -Htan state time-wait | wc -l; sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse net.ipv4.tcp_max_tw_buckets',
    ],
    example: { fixture: 'time-wait-port-pressure', capture: 'client', options: { ephemeralPorts: 40 } },
  },
  begin: (options) => {
    // Thousands must wait at once before this speaks: one in so many tells as much as all.
    const step = Math.max(1, Math.floor((options.warningShare * options.ephemeralPorts) / SAMPLES));
    /** Services by number. */
    const services = new Groups<number>();
    /** By client and number of the service. */
    const groups = new Groups<Group>();
    let seen = 0;
    return {
      add({ id, network, client, server }) {
        seen++;
        if (step > 1 && scattered(id) % step !== 0) return;
        const waiting = entered(client, 'TIME-WAIT');
        if (waiting === null) return;
        const service = services.of(server.address, server.port, () => services.all.length);
        if (service === null) return;
        const group = groups.of(inNetwork(client.address, network), service, () => ({
          client: client.address,
          server: formatEndpoint(server.address, server.port),
          network,
          bySecond: new Map(),
          members: new Members(waiting.time),
        }));
        if (group === null) return;
        const second = waiting.time.seconds >>> 0;
        const known = group.bySecond.get(second);
        if (known === undefined && group.bySecond.size >= MAX_SECONDS) return;
        group.bySecond.set(second, (known ?? 0) + 1);
        group.members.add(id, waiting.time);
      },
      finish() {
        return groups.all.flatMap(({ client, server, network, bySecond, members }) => {
          if (members.count * step < options.warningShare * options.ephemeralPorts) return [];
          const sampled = peakWithin(bySecond, options.timeWaitSeconds);
          const peak = { count: Math.min(sampled.count * step, seen), at: sampled.at };
          const share = peak.count / options.ephemeralPorts;
          if (share < options.warningShare) return [];
          return [
            reportPattern(timeWaitPortPressure, {
              severity: share >= options.errorShare ? 'error' : 'warning',
              confidence: 'inferred',
              title: `{client} holds ${step > 1 ? 'about' : 'up to'} ${peak.count} ${peak.count === 1 ? 'port' : 'ports'} to {server} in TIME-WAIT, ${Math.round(100 * share)} % of its ephemeral ports`,
              explanation: `Counting ${options.timeWaitSeconds} s for each TIME-WAIT and ${options.ephemeralPorts} ports. When they are used up, connect fails without a packet.`,
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
              },
              words: { client: inNetwork(client, network), server },
            }),
          ];
        });
      },
    };
  },
};

/** A number whose remainders tell nothing of the order of ids: clients may call several services in turn. */
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
