import type { Connection } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp, timeAfter } from '../../core/time.js';
import { cite } from '../citations.js';
import { entered, milestone } from '../evidence.js';
import type { PatternRule } from '../rule.js';
import { duration, round } from '../wording.js';
import { Groups, MINIMUM_MEMBERS } from './members.js';
import { reportPattern } from './report-pattern.js';

interface Span {
  readonly id: number;
  /** Seconds after the group's first connection. */
  readonly start: number;
  readonly end: number;
  /** When the server ended it, before the client did; null if it did not. */
  readonly closed: number | null;
  readonly reset: boolean;
}

interface Group {
  readonly endpoint: string;
  readonly port: number;
  readonly origin: Timestamp;
  readonly spans: Span[];
}

/** A service with more connections than this is too busy for the question. */
const MAX_SPANS = 4096;
/** A connection shorter than this ends by its own business, not because its process does. */
const SETTLED_SECONDS = 2;

/** A server ends nearly all of its connections in one moment. */
export const endpointMassClose: PatternRule = {
  id: 'endpoint-mass-close',
  family: 'pattern',
  severity: 'info',
  summary: 'A service ended nearly all its open connections at once: its process ended or was told to stop.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    clusterSeconds: {
      unit: 'seconds',
      default: 0.2,
      minimum: 0.001,
      maximum: 600,
      description:
        'Within which time they end: a process that exits closes all its descriptors in one sweep. A longer time takes the everyday ends of a busy service for it.',
    },
    minimumShare: {
      unit: 'ratio',
      default: 0.8,
      minimum: 0.1,
      maximum: 1,
      description: 'Which share of the connections open at that moment must end.',
    },
  },
  citations: [cite.twoWaysToEnd, cite.resetOnPendingData],
  related: ['rst-on-write-after-close', 'rst-active-abort', 'peer-host-lost', 'host-restarted'],
  documentation: {
    meaning:
      'When a process ends, its kernel closes every connection it had: with a FIN where nothing was unread, with a reset where data was. Many ends in one moment are the trace of that. Whether the program exited by itself, was killed or the host was shutting down is not visible; two bursts some seconds apart look like a service manager that first asks and then kills.',
    proof: [
      'At least minimumMembers connections of one service that it ended first, within clusterSeconds.',
      'They are at least minimumShare of those open at that moment.',
    ],
    notThis: [
      'Connections that each end with their last response.',
      'Idle timeouts that strike one connection after the other.',
    ],
    applicationSees:
      'On every client: read gives 0 after a FIN, ECONNRESET after a reset; a write after the FIN draws a reset.',
    likelyCauses: [
      'The process of {endpoint} exited or was restarted (likely): new connections are refused at first, then accepted.',
      'It was killed, by an operator or for lack of memory (possible): the kernel’s or the service manager’s log tells.',
      'Its host was shutting down (possible): its other services end within seconds as well, and then nothing answers.',
    ],
    nextSteps: [
      'On the host of {endpoint}: the service manager’s log, and journalctl -k | grep -i oom, at that time.',
      'Are later connections refused (no listener), accepted (restarted) or unanswered (host down)?',
    ],
    example: { fixture: 'endpoint-mass-close', capture: 'client' },
  },
  begin: (options) => {
    const groups = new Groups<Group>();
    return {
      add(connection) {
        // A connection shorter than this was neither open before the burst nor ended by it.
        if (secondsBetween(connection.start, connection.end) < SETTLED_SECONDS) return;
        const { address, port } = connection.server;
        const group = groups.of(address, port, () => ({
          endpoint: formatEndpoint(address, port),
          port,
          origin: connection.start,
          spans: [],
        }));
        if (group !== null && group.spans.length <= MAX_SPANS)
          group.spans.push(spanOf(connection, group.origin));
      },
      finish() {
        return groups.all.flatMap(({ endpoint, port, origin, spans }) => {
          if (spans.length > MAX_SPANS) return [];
          const burst = burstOf(spans, options.clusterSeconds);
          if (burst.length < options.minimumMembers) return [];
          const at = burst[0].closed ?? 0;
          const open = spans.filter(({ start, end }) => start < at - SETTLED_SECONDS && end >= at).length;
          if (burst.length < options.minimumShare * open) return [];
          const spread = (burst.at(-1)?.closed ?? at) - at;
          const resets = burst.filter(({ reset }) => reset).length;
          return [
            reportPattern(endpointMassClose, {
              confidence: 'inferred',
              title: `{endpoint} ended ${burst.length} connections within {spread} (${burst.length - resets} FIN, ${resets} RST)`,
              explanation: `That is ${Math.round((100 * burst.length) / Math.max(open, burst.length))} % of its connections open at that moment, which is consistent with its process ending; how it ended is not visible.`,
              connections: burst.map(({ id }) => id),
              count: burst.length,
              from: timeAfter(origin, at),
              to: timeAfter(origin, at + spread),
              facts: {
                endpoint,
                fins: burst.length - resets,
                resets,
                openThen: open,
                spreadSeconds: round(spread),
              },
              words: { endpoint, port, spread: duration(spread) },
            }),
          ];
        });
      },
    };
  },
};

function spanOf(connection: Connection, origin: Timestamp): Span {
  const { client, server } = connection;
  const start = secondsBetween(origin, connection.start);
  const end = secondsBetween(origin, connection.end);
  if (!server.finSent && server.resetsSent === 0) {
    return { id: connection.id, start, end, closed: null, reset: false };
  }
  const fin = entered(server, 'FIN-WAIT-1');
  const reset = entered(client, 'FIN-WAIT-1') === null && fin === null ? milestone(server, 'reset') : null;
  const ending = fin ?? (reset?.reset?.hasAck === true && reset.reset.verdict === 'accepted' ? reset : null);
  const closed = ending === null ? null : secondsBetween(origin, ending.time);
  return {
    id: connection.id,
    start,
    end,
    closed: closed !== null && closed - start >= SETTLED_SECONDS ? closed : null,
    reset: fin === null,
  };
}

/** The largest set of ends within `seconds`, in the order of time. */
function burstOf(spans: readonly Span[], seconds: number): readonly Span[] {
  const ended = spans.filter(({ closed }) => closed !== null).sort((a, b) => a.closed! - b.closed!);
  let from = 0;
  let best: readonly Span[] = [];
  for (let i = 0; i < ended.length; i++) {
    while (ended[i].closed! - ended[from].closed! > seconds) from++;
    if (i - from + 1 > best.length) best = ended.slice(from, i + 1);
  }
  return best;
}
