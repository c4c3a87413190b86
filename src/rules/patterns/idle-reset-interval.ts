import type { Connection, Endpoint } from '../../connections/connection.js';
import { formatEndpoint } from '../../core/addresses.js';
import { grouped } from '../../core/numbers.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { isElsewhere } from '../evidence/distance.js';
import { entered, findReset, lastMilestone, latest, type SeenReset } from '../evidence/evidence.js';
import type { Citation, Finding, Pattern } from '../finding.js';
import type { OptionValues } from '../rule.js';
import { count, duration, inNetwork, round } from '../wording/wording.js';
import { alikeIn, spreadOption } from './alike.js';
import { Groups, Members, MINIMUM_MEMBERS } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/**
 * How a silence ended. At its first use: with a reset of a host that knew no such connection (`unknown`), or
 * without any answer (`dropped`). By itself: with a reset of a device (`device`), of the server (`server`), or of
 * either in the server's name (`named`).
 */
type Ending = 'unknown' | 'dropped' | 'device' | 'server' | 'named';

const ENDINGS: readonly Ending[] = ['unknown', 'dropped', 'device', 'server', 'named'];

/** A connection that ended after a silence. */
interface Ended {
  readonly id: number;
  readonly ending: Ending;
  readonly client: string;
  /** Seconds. */
  readonly idle: number;
  readonly from: Timestamp;
  readonly to: Timestamp;
}

/** The connections of a service. */
interface Group {
  readonly address: string;
  readonly port: number;
  readonly network: string;
  readonly ended: Ended[];
  /** In the current capture, those that nobody answered, until it is known whether their host was heard later. */
  readonly unheard: Ended[];
  /** Seconds of silence that connections survived, and in parallel the addresses of their clients. */
  readonly survived: number[];
  readonly survivors: string[];
}

/** Silences kept, of all services together: what is kept must not grow with the capture. */
const MAX_KEPT = 100_000;

/** REQ-5 of RFC 5382: what a NAT owes an established connection. */
const NAT_SECONDS = 7440;

/** Devices may look for what has expired only every few seconds. */
const DEVICE_SLACK = 2;

/** What was still on its way when the first unanswered segment was sent. */
const IN_FLIGHT_SECONDS = 0.5;

/** An idle timeout that many devices have, and whose it is. */
interface UsualLimit {
  readonly seconds: number;
  /** What follows `{seconds} s is what `. */
  readonly whose: string;
  readonly citation: Citation;
}

const USUAL_LIMITS: readonly UsualLimit[] = [
  {
    seconds: 60,
    whose: 'AWS Application Load Balancers wait by default',
    citation: cite.applicationBalancerIdle,
  },
  { seconds: 240, whose: 'Azure Load Balancers wait by default', citation: cite.azureBalancerIdle },
  {
    seconds: 300,
    whose: 'F5 BIG-IP waits by default in its Fast L4 profile before it resets',
    citation: cite.fastL4Idle,
  },
  {
    seconds: 350,
    whose: 'AWS Network Load Balancers wait by default',
    citation: cite.networkBalancerIdle,
  },
  {
    seconds: NAT_SECONDS,
    whose: 'NATs that follow RFC 5382 wait at least, 2 h 4 min',
    citation: cite.natEstablished,
  },
  {
    seconds: 432_000,
    whose: 'Linux’s connection tracking waits by default, 5 days',
    citation: cite.conntrackTimeouts,
  },
];

const OF_DEVICE = [cite.natEstablished, cite.firewallIdle, cite.conntrackTimeouts, cite.loadBalancerReset];
const OF_RESETTING_DEVICE = [...OF_DEVICE, cite.natReset];
/** By what may have ended them. */
const CITATIONS: Readonly<Record<Ending, readonly Citation[]>> = {
  unknown: [...OF_RESETTING_DEVICE, cite.natAnswersUnknown],
  dropped: OF_DEVICE,
  device: OF_RESETTING_DEVICE,
  server: [cite.resetAtAnyTime, cite.lingerOption, cite.lingerCounter, cite.loadBalancerReset],
  named: [cite.abortFlushes, ...OF_RESETTING_DEVICE],
};

const NEXT_HEARTBEATS = 'Send keep-alives or heartbeats more often than every {often}.';
const NEXT_TIMEOUTS = 'Compare with the idle timeouts configured on the path.';
const CAUSE_ON_USE =
  'An idle timeout of {limit} in a NAT, firewall or load balancer on the way to {server} (likely).';

/** Connections die after the same time of silence: something counts. */
export const idleResetInterval: PatternRule = {
  id: 'idle-reset-interval',
  family: 'pattern',
  severity: 'warning',
  summary:
    'Connections died after the same time of silence: a device on the path, or the server, expires idle ones.',
  options: {
    minimumMembers: MINIMUM_MEMBERS,
    minimumIdleSeconds: {
      unit: 'seconds',
      default: 30,
      minimum: 1,
      maximum: 604_800,
      description: 'Shorter silences are not counted as idle.',
    },
    spreadRatio: spreadOption(DEVICE_SLACK),
  },
  citations: [
    ...new Set([
      ...OF_RESETTING_DEVICE,
      cite.natAnswersUnknown,
      cite.natTransitory,
      cite.abortFlushes,
      cite.resetAtAnyTime,
      cite.lingerOption,
      cite.lingerCounter,
      ...USUAL_LIMITS.map(({ citation }) => citation),
    ]),
  ],
  related: [
    'rst-half-open-discovered',
    'rst-origin-suspect',
    'peer-unresponsive',
    'rst-active-abort',
    'idle-no-liveness-check',
  ],
  documentation: {
    meaning:
      'Several connections to one service ended after nearly the same silence. Hosts do not crash by the clock. A NAT, firewall or load balancer forgets idle connections after a fixed time, and then drops or resets what comes, or resets both ends at once; or the server itself ends them with a reset, which is one of its settings and stays info. If a connection is found dead only when it is used, its timeout can be no longer than the silence.',
    proof: [
      'At least minimumMembers connections to one service that ended in the same way: their next segment after a silence was answered with a reset from a host that did not know them, or not at all although the host was still heard elsewhere; or a reset came by itself, from a device or from the server.',
      'At least half of these silences differ by no more than spreadRatio from their median; those are counted.',
      'No connection of the same client hosts to that service survived a longer silence.',
    ],
    notThis: [
      'A server that closes idle connections itself with a FIN.',
      'One host that restarted or died: the silences differ, the moment is the same. If all clients use their connections at one interval, the silences are the same as well: host-restarted.',
      'A reset after keep-alives that nobody answered.',
    ],
    applicationSees:
      'Unless the program had closed its side: ECONNRESET on the first use after the pause, or on the pending read if the reset came by itself; with a device that drops silently, a hang and then ETIMEDOUT.',
    likelyCauses: [
      CAUSE_ON_USE,
      'One of the usual limits, if just one of them fits: 60, 240, 300, 350, 7,440 or 432,000 s (possible).',
    ],
    nextSteps: [NEXT_HEARTBEATS, NEXT_TIMEOUTS],
    example: { fixture: 'idle-reset-interval', capture: 'client' },
  },
  begin: (options, heard) => {
    const groups = new Groups<Group>();
    let kept = 0;
    const groupOf = ({ server: { address, port }, network }: Connection): Group | null => {
      if (kept >= MAX_KEPT) return null;
      const group = groups.of(inNetwork(address, network), port, () => ({
        address,
        port,
        network,
        unheard: [],
        ended: [],
        survived: [],
        survivors: [],
      }));
      if (group !== null) kept++;
      return group;
    };
    return {
      add(connection, findings) {
        const { client, quality, survivedSilenceSeconds } = connection;
        if (survivedSilenceSeconds >= options.minimumIdleSeconds && quality.clockSetBack === null) {
          const group = groupOf(connection);
          group?.survived.push(survivedSilenceSeconds);
          group?.survivors.push(client.address);
        }
        const ended = endedSilence(connection, findings);
        if (ended === null || ended.idle < options.minimumIdleSeconds) return;
        const group = groupOf(connection);
        if (group !== null) (ended.ending === 'dropped' ? group.unheard : group.ended).push(ended);
      },
      endCapture() {
        for (const { address, network, unheard, ended } of groups.all) {
          if (unheard.length === 0) continue;
          const last = heard.of(address, network);
          for (const one of unheard.splice(0)) {
            // A host that was not heard again may be gone.
            if (last !== null && secondsBetween(one.from, last) > IN_FLIGHT_SECONDS) ended.push(one);
          }
        }
      },
      finish() {
        return groups.all.flatMap((group) =>
          ENDINGS.flatMap((ending) => {
            const same = group.ended.filter((one) => one.ending === ending);
            return patternOf(group, ending, same, options) ?? [];
          }),
        );
      },
    };
  },
};

/** The silence after which the connection ended, by what was found on it; null if it ended otherwise. */
function endedSilence(connection: Connection, findings: readonly Finding[]): Ended | null {
  if (findings.length === 0) return null;
  const ended = (ending: Ending, idle: unknown, { from, to }: Finding): Ended | null =>
    typeof idle === 'number'
      ? { id: connection.id, ending, client: connection.client.address, idle, from, to }
      : null;
  let found: Ended | null = null;
  for (const finding of findings) {
    const { rule, facts, endpoint } = finding;
    if (rule === 'rst-half-open-discovered') return ended('unknown', facts.idleSeconds, finding);
    if (rule === 'peer-unresponsive' && endpoint === 'server')
      found ??= ended('dropped', facts.idleBeforeSeconds, finding);
    if (rule === 'rst-origin-suspect' && endpoint !== null && found?.ending !== 'device')
      found = ended('device', idleBeforeReset(connection, connection[endpoint], finding), finding) ?? found;
    if (rule === 'rst-active-abort' && endpoint === 'server' && facts.afterOwnFin !== true)
      found ??= ended(
        enderOf(connection.server, finding),
        idleBeforeReset(connection, connection.server, finding),
        finding,
      );
  }
  return found;
}

/** Who sent the reset that the finding takes for the server's abort. */
function enderOf(server: Endpoint, finding: Finding): Ending {
  const reset = resetOf(server, finding);
  // One such TTL alone may be chance, but not that of several after the same silence.
  if (reset !== null && server.ttl !== null && isElsewhere(reset.reset.ttl, server.ttl)) return 'device';
  return finding.facts.kind === 'sender-unknown' ? 'named' : 'server';
}

function resetOf(sender: Endpoint, { from }: Finding): SeenReset | null {
  return findReset(sender, (_, seen) => secondsBetween(seen.time, from) === 0);
}

/** How long nothing had been sent when the reset of this finding came by itself; null if it answers something. */
function idleBeforeReset(connection: Connection, sender: Endpoint, finding: Finding): number | null {
  const reset = resetOf(sender, finding);
  if (reset === null || reset.reset.trigger !== null) return null;
  let last = connection.start;
  for (const endpoint of [connection.client, connection.server]) {
    last = latest(last, endpoint.lastNewData?.time);
    last = latest(last, entered(endpoint, 'ESTABLISHED')?.time);
    last = latest(last, lastMilestone(endpoint, 'keep-alive')?.lastTime);
    last = latest(last, lastMilestone(endpoint, 'retransmission-run')?.lastTime);
  }
  return secondsBetween(last, finding.from);
}

function patternOf(
  group: Group,
  ending: Ending,
  same: readonly Ended[],
  options: OptionValues,
): Pattern | null {
  const alike = alikeIn(same, ({ idle }) => idle, DEVICE_SLACK, options);
  if (alike === null) return null;
  const { near, middle, spread, tolerance } = alike;
  const shortest = near.reduce((least, { idle }) => Math.min(least, idle), Number.POSITIVE_INFINITY);
  // Other clients may come by other paths.
  const clients = new Set(near.map(({ client }) => client));
  const survived = group.survived.filter((_, i) => clients.has(group.survivors[i]));
  if (survived.some((seconds) => seconds > middle + tolerance)) return null;
  const shorter = survived.filter((seconds) => seconds < shortest);
  const longestSurvived = shorter.reduce((most, seconds) => Math.max(most, seconds), 0);
  const others = same.filter((one) => !near.includes(one)).map(({ idle }) => idle);
  const members = new Members(near[0].from, near[0].to);
  for (const { id, from, to } of near) members.add(id, from, to);
  // Such a silence was longer than the limit; only a silence that was survived shows by how much at most.
  const onUse = ending === 'unknown' || ending === 'dropped';
  const isBounded = longestSurvived > 0;
  const usual = usualLimit(onUse, middle, tolerance, shortest, longestSurvived);
  const interval = duration(Math.round(middle));
  const texts = onUse && !isBounded ? UNBOUNDED : TEXTS[ending];
  const { address, port, network } = group;
  const server = formatEndpoint(address, port);
  return reportPattern(idleResetInterval, {
    ...(ending === 'server' && { severity: 'info' }),
    confidence: 'possible',
    title: TITLES[ending],
    explanation: [
      `These silences lie within ${duration(spread)} of {interval}.`,
      ...(others.length > 0 ? [othersIn(others)] : []),
      ...(isBounded ? [survivorsIn(shorter.length, onUse)] : onUse ? [FOUND_ON_USE] : []),
      MEANINGS[ending],
      ...(ending !== 'server' && middle < NAT_SECONDS ? [SHORT_FOR_NAT] : []),
    ].join(' '),
    ...texts,
    likelyCauses: usual === null ? texts.likelyCauses : [...texts.likelyCauses, inWords(usual)],
    citations: usual === null ? CITATIONS[ending] : [...new Set([...CITATIONS[ending], usual.citation])],
    connections: members.ids,
    count: members.count,
    from: members.from,
    to: members.to,
    facts: {
      server,
      ...(network !== '' && { network }),
      ending,
      medianIdleSeconds: round(middle, 3),
      spreadSeconds: round(spread, 3),
      otherSilences: others.length,
      ...(usual !== null && { usualLimitSeconds: usual.seconds }),
      ...(isBounded && { survivedSeconds: longestSurvived, survivors: shorter.length }),
    },
    words: {
      server: inNetwork(server, network),
      count: near.length,
      interval,
      survived: duration(longestSurvived),
      limit: isBounded ? `between ${duration(longestSurvived)} and ${interval}` : `at most ${interval}`,
      often: duration(isBounded && onUse ? longestSurvived : Math.round(middle / 2)),
    },
  });
}

/** The one usual limit that explains silences within `tolerance` of `middle`; null for none, or more than one. */
function usualLimit(
  onUse: boolean,
  middle: number,
  tolerance: number,
  shortest: number,
  survived: number,
): UsualLimit | null {
  const fitting = USUAL_LIMITS.filter(({ seconds }) => {
    // A connection found dead on use had been so since the limit, and a silence that was survived had not reached it.
    if (onUse && (seconds > shortest || seconds <= survived)) return false;
    return (onUse && survived > 0) || Math.abs(seconds - middle) <= tolerance;
  });
  return fitting.length === 1 ? fitting[0] : null;
}

function inWords({ seconds, whose }: UsualLimit): string {
  return `${grouped(seconds)} s is what ${whose} (possible).`;
}

type Texts = Pick<Pattern, 'likelyCauses' | 'nextSteps'>;

/** For when nothing is known of shorter silences. */
const UNBOUNDED: Texts = {
  likelyCauses: [
    'An idle timeout of at most {interval} in a NAT, firewall or load balancer on the way to {server} (possible): then connections that are used more often live on.',
    'The connections were lost between two uses in another way, such as a restart (possible): then the moment is the same for all, and the silence only shows how often clients use them.',
  ],
  nextSteps: [
    'Send keep-alives or heartbeats more often than every {often}, or even more often: the capture does not show how long the limit really is.',
    NEXT_TIMEOUTS,
  ],
};

/** The ones that ended after other silences. */
function othersIn(idle: readonly number[]): string {
  const shortest = idle.reduce((least, seconds) => Math.min(least, seconds));
  const longest = idle.reduce((most, seconds) => Math.max(most, seconds));
  const span =
    idle.length === 1
      ? `another silence, ${duration(longest)}`
      : `other silences, ${duration(shortest)} to ${duration(longest)}`;
  return `${count(idle.length, 'more connection')} to {server} ended like that after ${span}.`;
}

/** Those that were silent for less, and bound the limit from below. */
function survivorsIn(survivors: number, onUse: boolean): string {
  const limit = onUse ? ', so the limit lies between that and {interval}' : '';
  return `${count(survivors, 'connection')} of the same clients ${survivors === 1 ? 'was' : 'were'} silent for up to {survived} and lived on${limit}.`;
}

const FOUND_ON_USE =
  'They were found dead only when they were used again, after times so alike that they may be the clients’ own interval: the capture shows only that the limit lies below.';
const SHORT_FOR_NAT = 'If it is a NAT, it does so sooner than the 2 h 4 min that RFC 5382 demands.';

const TITLES: Readonly<Record<Ending, string>> = {
  unknown: '{count} connections to {server} were reset on their first use after {interval} of silence',
  dropped: '{count} connections to {server} were not answered on their first use after {interval} of silence',
  device: '{count} connections to {server} were probably reset by a device after {interval} of silence',
  server: '{server} reset {count} connections after {interval} of silence',
  named: '{count} connections to {server} were reset in its name after {interval} of silence',
};

const MEANINGS: Readonly<Record<Ending, string>> = {
  unknown: 'A device on the path that forgets idle connections explains that.',
  dropped:
    '{server} was still heard on other connections, so its host was not gone: a device on the path that forgets idle connections, and drops what comes for them, explains that.',
  device:
    'Nothing from either end had drawn the resets: a device on the path that ends idle connections explains that.',
  server:
    'Nothing had drawn the resets, and they look like any other segment of {server}: an idle timeout of its own explains that.',
  named:
    'Nothing had drawn the resets. They have no ACK bit, which Linux sets when a program aborts: an idle timeout of a device on the path explains that, or one of {server} on another system.',
};

const ON_USE: Texts = { likelyCauses: [CAUSE_ON_USE], nextSteps: [NEXT_HEARTBEATS, NEXT_TIMEOUTS] };

/** How it ended shows who may have done it. */
const TEXTS: Readonly<Record<Ending, Texts>> = {
  unknown: ON_USE,
  dropped: ON_USE,
  device: {
    likelyCauses: [
      'An idle timeout of {interval} in a load balancer, firewall or NAT on the way to {server}, which then sends a reset (likely).',
    ],
    nextSteps: [NEXT_HEARTBEATS, NEXT_TIMEOUTS],
  },
  server: {
    likelyCauses: [
      'An idle timeout of {interval} in the program at {server}, or in the proxy that clients know by this address, which ends connections with a reset (likely): SO_LINGER with a time of 0 makes a close a reset.',
      'A device on the path that resets in its name (possible): then a capture at {server} does not show these resets leaving.',
    ],
    nextSteps: [
      'At {server}: check its idle or keep-alive timeout, and SO_LINGER in the code.',
      'Let clients give up connections that were idle for {often}, or send heartbeats more often than that.',
    ],
  },
  named: {
    likelyCauses: [
      'An idle timeout of {interval} in a load balancer, firewall or NAT on the way to {server} (possible): then a capture at {server} does not show these resets leaving.',
      'An idle timeout of {interval} in the program at {server}, on a system that sets no ACK bit when it aborts (possible).',
    ],
    nextSteps: [NEXT_HEARTBEATS, NEXT_TIMEOUTS],
  },
};
