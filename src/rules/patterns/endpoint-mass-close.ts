import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp, timeAfter } from '../../core/time.js';
import { cite } from '../citations.js';
import { opened } from '../evidence.js';
import type { Pattern } from '../finding.js';
import type { PatternRule } from '../rule.js';
import { duration, inNetwork, round } from '../wording.js';
import { membersOf, type Span, type Sweep, type SweepLimits, spanOf, sweepsOf } from './bursts.js';
import { Groups, MINIMUM_MEMBERS } from './members.js';
import { reportPattern } from './report-pattern.js';

/** The connections of a service. */
interface Service {
  readonly address: string;
  readonly network: string;
  readonly port: number;
  readonly origin: Timestamp;
  /** Null once there were too many. */
  spans: Span[] | null;
  /** When connections were opened, in seconds after the origin; null once there were too many. */
  begun: number[] | null;
}

/** What services begin with; never added to. */
const NONE: never[] = [];

/** A service with more connections than this is too busy for the question. */
const MAX_SPANS = 4096;
/** So is a capture whose services have more than this together: what is kept must not grow with it. */
const MAX_KEPT = 100_000;

const PROCESS_ENDED =
  'The process of {endpoint} exited or was restarted (likely): new connections are refused at first, then accepted.';
const PROCESS_KILLED =
  'It was killed, by an operator or for lack of memory (possible): the kernel’s or the service manager’s log tells.';
const HOST_STOPPED = 'Its host was shutting down';
const HOST_STOPPED_SHOWS = ': its other services end within seconds as well, and then nothing answers.';

/** A server ends nearly all of its connections in one moment. */
export const endpointMassClose: PatternRule = {
  id: 'endpoint-mass-close',
  family: 'pattern',
  severity: 'info',
  summary:
    'A service or a host ended nearly all its open connections at once, or in two bursts: processes ended or were told to stop.',
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
      'When a process ends, its kernel closes every connection it had: with a FIN where nothing was unread, with a reset where data was. Many ends in one moment are the trace of that. Whether the program exited by itself, was killed or the host was shutting down is not visible. Two bursts some seconds apart are what a service manager leaves that first asks (SIGTERM) and then kills (SIGKILL) whatever is still there.',
    proof: [
      'At least minimumMembers connections of one service, or of several services of one host, that it ended first, within clusterSeconds.',
      'They are at least minimumShare of those open at that moment.',
      'Or they are that together with a second burst, 1 to 95 s before or after, with no other end between the two and no new connection to a service that had ended.',
    ],
    notThis: [
      'Connections that each end with their last response.',
      'Idle timeouts: each connection ends after the same silence, more nearly than all of them at once.',
      'Workers that are replaced one after another: there are more than two bursts, or new connections meanwhile.',
    ],
    applicationSees:
      'On every client: read gives 0 after a FIN, ECONNRESET after a reset; a write after the FIN draws a reset.',
    likelyCauses: [PROCESS_ENDED, PROCESS_KILLED, `${HOST_STOPPED} (possible)${HOST_STOPPED_SHOWS}`],
    nextSteps: [
      'On the host of {endpoint}: the service manager’s log, and journalctl -k | grep -i oom, at that time.',
      'Are later connections refused (no listener), accepted (restarted) or unanswered (host down)?',
    ],
    example: { fixture: 'endpoint-mass-close', capture: 'client' },
  },
  begin: (options) => {
    const services = new Groups<Service>();
    const limits: SweepLimits = {
      minimumMembers: options.minimumMembers,
      clusterSeconds: options.clusterSeconds,
      minimumShare: options.minimumShare,
    };
    let kept = 0;
    /** `list` with one more, or null instead of too long a list. */
    const extended = <Item>(list: Item[], item: Item): Item[] | null => {
      if (list.length === MAX_SPANS) {
        kept -= list.length;
        return null;
      }
      kept++;
      // Many services have one: a list that is to grow would take room for more.
      if (list.length === 0) return [item];
      list.push(item);
      return list;
    };
    return {
      add(connection) {
        if (kept >= MAX_KEPT) return;
        const { network } = connection;
        const { address, port } = connection.server;
        const service = services.of(inNetwork(address, network), port, () => ({
          address,
          network,
          port,
          origin: connection.start,
          spans: NONE,
          begun: NONE,
        }));
        if (service === null) return;
        if (service.begun !== null && opened(connection.server))
          service.begun = extended(service.begun, secondsBetween(service.origin, connection.start));
        if (service.spans === null) return;
        const span = spanOf(connection, service.origin);
        if (span !== null) service.spans = extended(service.spans, span);
      },
      finish() {
        if (kept >= MAX_KEPT) return [];
        return byHost(services.all).flatMap((host) => {
          const whole = host.length > 1 ? patternOf(host, limits) : null;
          if (whole !== null) return [whole];
          return host.flatMap((service) => patternOf([service], limits) ?? []);
        });
      },
    };
  },
};

function byHost(services: readonly Service[]): readonly (readonly Service[])[] {
  const hosts = new Map<string, Service[]>();
  for (const service of services) {
    if (service.spans?.length === 0) continue;
    const name = inNetwork(service.address, service.network);
    const host = hosts.get(name);
    if (host === undefined) hosts.set(name, [service]);
    else host.push(service);
  }
  return [...hosts.values()];
}

/** What a service, or all those of a host that have ended, shows. */
function patternOf(services: readonly Service[], limits: SweepLimits): Pattern | null {
  const [{ origin, address, network, port }] = services;
  const spans: Span[] = [];
  for (const service of services) {
    if (service.spans === null || spans.length + service.spans.length > MAX_SPANS) return null;
    spans.push(...shifted(service.spans, secondsBetween(origin, service.origin)));
  }
  const sweep = sweepsOf(spans, limits).find(
    (each) => each.bursts.length === 1 || isStop(services, each, origin),
  );
  if (sweep === undefined) return null;
  const ports = new Set(membersOf(sweep).map((member) => member.port));
  if (services.length > 1 && ports.size < 2) return null;
  const endpoint = services.length > 1 ? address : formatEndpoint(address, port);
  return report(sweep, origin, endpoint, network, [...ports]);
}

function shifted(spans: readonly Span[], by: number): readonly Span[] {
  return by === 0
    ? spans
    : spans.map((span) => ({
        ...span,
        start: span.start + by,
        end: span.end + by,
        closed: span.closed === null ? null : span.closed + by,
      }));
}

/** No service whose connections ended in the first burst took on a new one before the second. */
function isStop(
  services: readonly Service[],
  { bursts: [first, second] }: Sweep,
  origin: Timestamp,
): boolean {
  const stopped = new Set(first.spans.map((member) => member.port));
  return services.every(({ port, begun, origin: own }) => {
    if (!stopped.has(port)) return true;
    const by = secondsBetween(origin, own);
    return begun !== null && !begun.some((at) => at + by > first.to && at + by < second.from);
  });
}

function report(
  sweep: Sweep,
  origin: Timestamp,
  endpoint: string,
  network: string,
  ports: readonly number[],
): Pattern {
  const { bursts, open } = sweep;
  const members = membersOf(sweep);
  const first = bursts[0];
  const last = bursts[bursts.length - 1];
  const resets = members.filter(({ reset }) => reset).length;
  const fins = members.length - resets;
  const spread = Math.max(...bursts.map(({ from, to }) => to - from));
  const gap = last.from - first.to;
  const isDouble = bursts.length > 1;
  const what = `${members.length} connections${ports.length > 1 ? ` of ${ports.length} services` : ''}`;
  const share = `That is ${Math.round((100 * members.length) / open)} % of its connections open at that moment`;
  return reportPattern(endpointMassClose, {
    confidence: 'inferred',
    title: `{endpoint} ended ${what} ${isDouble ? 'in two bursts {gap} apart' : 'within {spread}'} (${fins} FIN, ${resets} RST)`,
    explanation: isDouble
      ? `${share}: first ${first.spans.length}, then ${last.spans.length}. So does a service manager that asks processes to stop and kills the rest some seconds later; whether the host was shutting down is not visible.`
      : `${share}, which is consistent with its process ending; how it ended is not visible.`,
    connections: members.map(({ id }) => id),
    count: members.length,
    from: timeAfter(origin, first.from),
    to: timeAfter(origin, last.to),
    facts: {
      endpoint,
      ...(network !== '' && { network }),
      fins,
      resets,
      openThen: open,
      spreadSeconds: round(spread),
      ...(ports.length > 1 && { services: ports.length }),
      ...(isDouble && { gapSeconds: round(gap) }),
    },
    words: { endpoint: inNetwork(endpoint, network), spread: duration(spread), gap: duration(gap) },
    ...(ports.length > 1 && {
      likelyCauses: [
        `The host {endpoint} was shutting down or restarting (likely)${HOST_STOPPED_SHOWS}`,
        'One program, or one container, had all these services, and ended (possible): other services of {endpoint} go on.',
      ],
    }),
  });
}
