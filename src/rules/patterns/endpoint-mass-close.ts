import type { Connection } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { secondsBetween, type Timestamp, timeAfter } from '../../core/time.js';
import { cite } from '../citations.js';
import { milestone, opened } from '../evidence/evidence.js';
import type { Pattern } from '../finding.js';
import { count, duration, inCase, inNetwork, round, times } from '../wording/wording.js';
import { membersOf, type Span, type Sweep, type SweepLimits, spanOf, sweepsOf } from './bursts.js';
import { MINIMUM_MEMBERS } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';
import { Services } from './services.js';

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
  /** When connections were refused, and not answered, in seconds after the origin: the last of them. */
  readonly refused: LastTries;
  readonly unanswered: LastTries;
}

/** A sweep, the services whose connections it ended, and the times on whose scale it lies. */
interface MassClose {
  readonly sweep: Sweep;
  readonly services: readonly Service[];
  /** Where its seconds count from. */
  readonly origin: Timestamp;
  /** When the next sweep of these services begins, in seconds after the origin; infinite if there is none. */
  readonly until: number;
  /** How many sweeps of these services there are. */
  readonly occasions: number;
}

/** What became of the connections that were tried after the service had ended the others, until it did so again. */
interface Aftermath {
  readonly accepted: Tries;
  readonly refused: Tries;
  readonly unanswered: Tries;
}

interface Tries {
  readonly count: number;
  /** Seconds from the last burst to the first; infinite if there was none. */
  readonly first: number;
  /** The same to the last; 0 if there was none. */
  readonly last: number;
  /** If false, there were more than were kept, and `first` is not the first. */
  readonly isAll: boolean;
}

const NO_TRIES: Tries = { count: 0, first: Number.POSITIVE_INFINITY, last: 0, isAll: false };
/** Tries of one kind were forgotten: what the others suggest alone may be wrong. */
const UNKNOWN: Aftermath = { accepted: NO_TRIES, refused: NO_TRIES, unanswered: NO_TRIES };

/** What services begin with; never added to. */
const NONE: never[] = [];

/** A service with more connections than this is too busy for the question. */
const MAX_SPANS = 4096;
/** So is a capture whose services have more than this together: what is kept must not grow with it. */
const MAX_KEPT = 100_000;

/** Tries kept of each service that were refused, and that were not answered. */
const MAX_TRIES = 512;

/** A listener is gone this long after the first connections of its process, at the latest (seconds). */
const DYING_SECONDS = 1;

/** Sweeps told of a service that has more: some end their connections every few minutes. */
const MAX_TOLD = 5;

const PROCESS_ENDED =
  'The process of {endpoint} exited or was restarted (likely): new connections are refused at first, then accepted.';
const PROCESS_GONE =
  'The process of {endpoint} exited (likely): nothing listens there any more, while its host answers.';
const PROCESS_RESTARTED =
  'The process of {endpoint} was restarted (likely): at first nothing listened, then something did again.';
const PROCESS_REPLACED =
  'One process of {endpoint} ended while others went on, or was replaced (likely): the first new connections were accepted.';
const HOST_GONE =
  'The host of {endpoint} was shutting down or restarting (likely): it ended its connections, and then did not answer new ones.';
const PATH_CUT =
  'Only its process ended, and a firewall or a failed path kept later connections away (possible): then the host answers elsewhere.';
const PROGRAM_GONE =
  'One program, or one container, ran all these services and ended (likely): the host still answered, with refusals.';
const PROCESS_KILLED =
  'It was killed, by an operator or for lack of memory (possible): check the kernel’s and the service manager’s log.';
const HOST_STOPPING =
  'The host of {endpoint} was shutting down or restarting (possible): its other services end within seconds as well.';
const HOST_STOPPED = 'Its host was shutting down';
const HOST_STOPPED_SHOWS = ': its other services end within seconds as well, and then nothing answers.';

const OF_RESETS = [cite.twoWaysToEnd, cite.resetOnPendingData];
const OF_FINS = [cite.twoWaysToEnd];
const SEEN_OF_FIN = 'On every client: read returns 0, and a write draws a reset.';
const SEEN_OF_RESET = 'On every client: ECONNRESET.';

const LOGS =
  'On the host of {endpoint}: check the service manager’s log, and journalctl -k | grep -i oom, for that time.';
const QUESTION =
  'Are later connections refused (no listener), accepted (restarted) or unanswered (host down)?';

const CAUSES = [PROCESS_ENDED, PROCESS_KILLED, `${HOST_STOPPED} (possible)${HOST_STOPPED_SHOWS}`];
const CAUSES_OF_HOST = [
  `The host {endpoint} was shutting down or restarting (likely)${HOST_STOPPED_SHOWS}`,
  'One program, or one container, ran all these services and ended (possible): then other services of {endpoint} go on.',
];
/** Idle timeouts are no shorter, and services look for what is idle no less often than this (seconds). */
const SHORTEST_TIMEOUT = 2;
const TIMER_STEP = 1.1;
/** Others that had been idle for the same time: so many are no chance. */
const LEAST_ALIKE = 2;
/** A process that has ended refuses its callers within this time (seconds), if any come. */
const FAILS_WITHIN = 30;
const IDLE_TIMEOUT =
  'The idle timeout of {endpoint}: these connections had last been used at about the same time (likely), and nothing had ended.';
const HAD_BEEN_IDLE = ' All of them had been idle for {idle} or little more.';

/** A server ends nearly all of its connections in one moment. */
export const endpointMassClose: PatternRule = {
  id: 'endpoint-mass-close',
  family: 'pattern',
  isOfOneCapture: true,
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
        'The time within which they end: a process that exits closes all its descriptors in one sweep. A longer time mistakes the everyday closes of a busy service for that.',
    },
    minimumShare: {
      unit: 'ratio',
      default: 0.8,
      minimum: 0.1,
      maximum: 1,
      description: 'What share of the connections open at that moment must end.',
    },
  },
  citations: OF_RESETS,
  related: [
    'rst-on-write-after-close',
    'rst-active-abort',
    'undelivered-data-at-abort',
    'peer-host-lost',
    'host-restarted',
  ],
  documentation: {
    meaning:
      'When a process ends, its kernel closes every connection it had: on Linux with a FIN if nothing was unread, with a reset if data was; Windows may reset all of them. Many connections that end at one moment are the trace of that. Whether the program exited by itself, was killed or the host was shutting down is not visible. Two bursts some seconds apart are the trace of a service manager that first asks (SIGTERM) and then kills (SIGKILL) whatever is still there. It is a warning if clients had requests under way, or met refusals or silence afterwards. Where it happened several times, each is told, up to the five that ended most.',
    proof: [
      'At least minimumMembers connections of one service, or of several services of one host, that it ended first, within clusterSeconds.',
      'They are at least minimumShare of those open at that moment.',
      'Or they reach that share together with a second burst, 1 to 95 s before or after, with no other end between the two and no new connection to a service that had ended.',
    ],
    notThis: [
      'Connections that each end with their last response.',
      'Idle timeouts: each connection ends after the same silence, more nearly than all of them at once, or others end after that silence at other moments: idle-close-interval.',
      'Workers that are replaced one after another: there are more than two bursts, or new connections in between.',
    ],
    applicationSees:
      'On every client: read returns 0 after a FIN, ECONNRESET after a reset; a write after the FIN draws a reset.',
    likelyCauses: [...CAUSES, inCase('If all of them had been idle for the same time', IDLE_TIMEOUT)],
    nextSteps: [LOGS, QUESTION],
    example: { fixture: 'endpoint-mass-close', capture: 'client' },
  },
  begin: (options, heard) => {
    /** Null once there was too much to keep: then it says nothing. */
    let services: Services<Service> | null = new Services(heard);
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
      // Many services have only one: a list that can grow would take room for more.
      if (list.length === 0) return [item];
      list.push(item);
      return list;
    };
    return {
      add(connection, findings) {
        // The subflows of one connection of Multipath TCP end together.
        if (services === null || connection.quality.multipath) return;
        const { network } = connection;
        const { address, port } = connection.server;
        const service = services.of(() => ({
          address,
          network,
          port,
          origin: connection.start,
          spans: NONE,
          begun: NONE,
          refused: new LastTries(),
          unanswered: new LastTries(),
        }));
        if (service === null) return;
        if (service.begun !== null && opened(connection.server))
          service.begun = extended(service.begun, secondsBetween(service.origin, connection.start));
        triesOf(service, connection)?.add(secondsBetween(service.origin, connection.start));
        if (service.spans === null) return;
        const span = spanOf(connection, findings, service.origin);
        if (span !== null) service.spans = extended(service.spans, span);
        if (kept >= MAX_KEPT) services = null;
      },
      finish() {
        if (services === null) return [];
        return byHost(services.all).flatMap((host) => patternsOf(host, limits));
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

/** What the services of a host show: together where they ended together, each alone otherwise. */
function patternsOf(host: readonly Service[], limits: SweepLimits): readonly Pattern[] {
  const together = host.length > 1 ? sweepsOfServices(host, limits) : [];
  const told = new Set(together.flatMap(({ sweep }) => membersOf(sweep).map(({ id }) => id)));
  const alone = host.flatMap((service) => sweepsOfServices([service], limits));
  const others = alone.filter(({ sweep }) => !membersOf(sweep).some(({ id }) => told.has(id)));
  return [...together, ...others].map(report);
}

/** The sweeps of one service, or those that ended several of them. */
function sweepsOfServices(services: readonly Service[], limits: SweepLimits): readonly MassClose[] {
  const [{ origin }] = services;
  const spans: Span[] = [];
  for (const service of services) {
    if (service.spans === null || spans.length + service.spans.length > MAX_SPANS) return [];
    spans.push(...shifted(service.spans, secondsBetween(origin, service.origin)));
  }
  const sweeps = sweepsOf(spans, limits, (sweep) => {
    if (services.length > 1 && portsOf(sweep).size < 2) return false;
    if (isOfIdleTimer(sweep, spans) && !isFollowedByFailure(services, sweep, origin)) return false;
    return sweep.bursts.length === 1 || isStop(services, sweep, origin);
  });
  const all = sweeps.map((sweep, place) => {
    const ports = portsOf(sweep);
    const until = sweeps[place + 1]?.bursts[0].from ?? Number.POSITIVE_INFINITY;
    const members = services.filter(({ port }) => ports.has(port));
    return { sweep, services: members, origin, until, occasions: sweeps.length };
  });
  const size = ({ sweep }: MassClose): number => membersOf(sweep).length;
  const largest = new Set(all.toSorted((a, b) => size(b) - size(a)).slice(0, MAX_TOLD));
  return all.filter((each) => largest.has(each));
}

function portsOf(sweep: Sweep): ReadonlySet<number> {
  return new Set(membersOf(sweep).map(({ port }) => port));
}

/** For how long all of them had been idle, in seconds, if that was the same for all of them; else null. */
function commonIdle(members: readonly Span[]): number | null {
  const idle = members.map((member) => member.idle ?? 0);
  const [least, most] = [Math.min(...idle), Math.max(...idle)];
  return least >= SHORTEST_TIMEOUT && most - least <= TIMER_STEP ? least : null;
}

/** All had been idle for the same time, and so had most that the service ended at other moments. */
function isOfIdleTimer(sweep: Sweep, spans: readonly Span[]): boolean {
  const members = new Set(membersOf(sweep));
  const common = commonIdle([...members]);
  if (common === null || [...members].some(({ reset }) => reset)) return false;
  const others = spans.filter((span) => span.closed !== null && span.idle !== null && !members.has(span));
  const alike = others.filter(({ idle }) => Math.abs(idle! - common) <= TIMER_STEP).length;
  return alike >= LEAST_ALIKE && 2 * alike >= others.length;
}

/** Connections were refused or not answered soon after it: what ended the others was no timer. */
function isFollowedByFailure(services: readonly Service[], { bursts }: Sweep, origin: Timestamp): boolean {
  const { to } = bursts[bursts.length - 1];
  return services.some((service) => {
    const by = secondsBetween(origin, service.origin) - to;
    const isSoon = (at: number): boolean => at + by > 0 && at + by <= FAILS_WITHIN;
    return service.refused.all.some(isSoon) || service.unanswered.all.some(isSoon);
  });
}

/** The list for a connection that the service did not take; null for others. */
function triesOf(service: Service, { client, server, quality }: Connection): LastTries | null {
  if (quality.midstream || quality.unseen !== null || opened(server)) return null;
  if (server.resetsSent > 0) return service.refused;
  return server.segments === 0 && milestone(client, 'syn-repeated') !== null ? service.unanswered : null;
}

/** The last numbers that it was given. */
class LastTries {
  #numbers = NONE as number[];
  #count = 0;

  add(number: number): void {
    if (this.#count === 0) this.#numbers = [number];
    else this.#numbers[this.#count % MAX_TRIES] = number;
    this.#count++;
  }

  get all(): readonly number[] {
    return this.#numbers;
  }
}

function aftermathOf({ services, sweep: { bursts }, origin, until }: MassClose): Aftermath {
  const { to } = bursts[bursts.length - 1];
  const after = (triesOf: (service: Service) => readonly number[] | null, kept: number): Tries => {
    let count = 0;
    let isAll = true;
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const service of services) {
      const by = secondsBetween(origin, service.origin) - to;
      const tries = triesOf(service)?.map((at) => at + by) ?? null;
      // The last ones are kept: if one of them came before, all that came after are.
      if (tries === null || (tries.length >= kept && Math.min(...tries) > 0)) isAll = false;
      for (const at of tries ?? []) {
        if (at <= 0 || at >= until - to) continue;
        count++;
        first = Math.min(first, at);
        last = Math.max(last, at);
      }
    }
    return { count, first, last, isAll };
  };
  const aftermath = {
    accepted: after(({ begun }) => begun, MAX_SPANS),
    refused: after(({ refused }) => refused.all, MAX_TRIES),
    unanswered: after(({ unanswered }) => unanswered.all, MAX_TRIES),
  };
  const isUnknown = Object.values(aftermath).some(({ count, isAll }) => count === 0 && !isAll);
  return isUnknown ? UNKNOWN : aftermath;
}

/** How often it happened; empty for once. */
function occasionsInWords(occasions: number): string {
  if (occasions === 1) return '';
  const untold = occasions > MAX_TOLD ? `; only the ${MAX_TOLD} that ended most are told` : '';
  return ` This happened ${times(occasions)} in the capture${untold}.`;
}

/** On how many the client had spoken last; empty for none. */
function unansweredInWords(connections: number): string {
  if (connections === 0) return '';
  return ` On ${connections} of them the client had sent the last data: if they were requests, nobody answered them.`;
}

/** What the resets met; empty if nothing. */
function lostInWords(connections: number, bytes: number): string {
  if (connections === 0) return '';
  return ` On ${count(connections, 'connection')} that it reset, ${count(bytes, 'byte')} of the client${connections === 1 ? '' : 's'} had not been acknowledged: they may be lost.`;
}

/** What came after, in the order in which it began; empty if nothing was tried. */
function inWords({ accepted, refused, unanswered }: Aftermath): string {
  const tries: readonly (readonly [Tries, string])[] = [
    [refused, 'refused'],
    [unanswered, 'not answered'],
    [accepted, 'accepted'],
  ];
  const seen = tries.filter(([{ count }]) => count > 0).sort(([a], [b]) => a.first - b.first);
  if (seen.length === 0) return '';
  const parts = seen.map(([tried, what]) => `${what} (${howOften(tried)})`);
  return ` New connections after that were ${parts.join(', then ')}.`;
}

function howOften({ count, first, isAll }: Tries): string {
  if (!isAll) return `at least ${times(count)}`;
  return `${times(count)}, ${count === 1 ? '' : 'first '}${duration(first)} later`;
}

/** The causes in the order in which what came after suggests them; null where nothing came. */
function causesAfter(
  { accepted, refused, unanswered }: Aftermath,
  ofHost: boolean,
): readonly string[] | null {
  if (accepted.count + refused.count + unanswered.count === 0) return null;
  // The first answer decides: a host that refuses is up, whatever it does later.
  if (unanswered.first < Math.min(refused.first, accepted.first)) return [HOST_GONE, PATH_CUT];
  // While a process dies, its listener may still take some.
  const next = Math.min(refused.first, unanswered.first);
  const isReplaced = accepted.first < next && next > DYING_SECONDS;
  if (ofHost) return [isReplaced ? PROCESS_REPLACED : PROGRAM_GONE, HOST_STOPPING];
  if (isReplaced) return [PROCESS_REPLACED, PROCESS_KILLED];
  const stopping = unanswered.count > 0 ? HOST_STOPPING : null;
  const process = accepted.last > refused.first ? PROCESS_RESTARTED : PROCESS_GONE;
  return stopping === null ? [process, PROCESS_KILLED] : [stopping, process, PROCESS_KILLED];
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

function report(massClose: MassClose): Pattern {
  const { sweep, services, origin, occasions } = massClose;
  const { bursts, open } = sweep;
  const [{ address, network, port }] = services;
  const ports = portsOf(sweep);
  const isOfHost = ports.size > 1;
  const endpoint = isOfHost ? address : formatEndpoint(address, port);
  const aftermath = aftermathOf(massClose);
  const members = membersOf(sweep);
  const first = bursts[0];
  const last = bursts[bursts.length - 1];
  const resets = members.filter(({ reset }) => reset).length;
  const cutOff = members.filter(({ lostBytes }) => lostBytes > 0);
  const lost = cutOff.reduce((sum, { lostBytes }) => sum + lostBytes, 0);
  const fins = members.length - resets;
  const spread = Math.max(...bursts.map(({ from, to }) => to - from));
  const gap = last.from - first.to;
  const isDouble = bursts.length > 1;
  const what = `${members.length} connections${isOfHost ? ` of ${ports.size} services` : ''}`;
  const share = `That is ${Math.round((100 * members.length) / open)} % of its connections open at that moment`;
  const unanswered = members.filter(({ isUnanswered }) => isUnanswered).length;
  const after = `${unansweredInWords(unanswered)}${lostInWords(cutOff.length, lost)}${inWords(aftermath)}${occasionsInWords(occasions)}`;
  const causes = causesAfter(aftermath, isOfHost);
  // A service that goes on may only have ended what was idle.
  const goesOn = aftermath.refused.count + aftermath.unanswered.count === 0;
  const idle = goesOn && resets === 0 ? commonIdle(members) : null;
  const likelyCauses = isOfHost ? CAUSES_OF_HOST : (causes ?? CAUSES);
  // Clients met a service that was down, or lost what they had asked for.
  const isHarm = cutOff.length + unanswered + aftermath.refused.count + aftermath.unanswered.count > 0;
  return reportPattern(endpointMassClose, {
    ...(isHarm && { severity: 'warning' }),
    confidence: 'inferred',
    title: `{endpoint} ended ${what} ${isDouble ? 'in two bursts {gap} apart' : 'within {spread}'} (${fins} FIN, ${resets} RST)`,
    explanation: isDouble
      ? `${share}: first ${first.spans.length}, then ${last.spans.length}. A service manager that asks processes to stop and kills the rest some seconds later leaves such bursts; whether the host was shutting down is not visible.${idle === null ? '' : HAD_BEEN_IDLE}${after}`
      : `${share}, which is consistent with its process ending; how it ended is not visible.${idle === null ? '' : HAD_BEEN_IDLE}${after}`,
    connections: members.map(({ id }) => id),
    count: members.length,
    from: timeAfter(origin, first.from),
    to: timeAfter(origin, last.to),
    facts: {
      endpoint,
      ...(network !== '' && { network }),
      fins,
      resets,
      ...(cutOff.length > 0 && {
        resetsWithUnacknowledgedData: cutOff.length,
        unacknowledgedBytesOfClients: lost,
      }),
      openThen: open,
      ...(occasions > 1 && { occasions }),
      ...(unanswered > 0 && { unanswered }),
      spreadSeconds: round(spread),
      ...(isOfHost && { services: ports.size }),
      ...(idle !== null && { idleSeconds: round(idle) }),
      ...(isDouble && { gapSeconds: round(gap) }),
      ...(causes !== null && {
        laterAccepted: aftermath.accepted.count,
        laterRefused: aftermath.refused.count,
        laterUnanswered: aftermath.unanswered.count,
      }),
    },
    citations: resets === 0 ? OF_FINS : OF_RESETS,
    ...(resets === 0 && { applicationSees: SEEN_OF_FIN }),
    ...(fins === 0 && { applicationSees: SEEN_OF_RESET }),
    words: {
      endpoint: inNetwork(endpoint, network),
      spread: duration(spread),
      gap: duration(gap),
      idle: duration(idle ?? 0),
    },
    likelyCauses: idle === null ? likelyCauses : [IDLE_TIMEOUT, ...likelyCauses],
    ...(causes !== null && { nextSteps: [LOGS] }),
  });
}
