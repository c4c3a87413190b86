import { secondsBetween, type Timestamp } from '../../core/time.js';
import { cite } from '../citations.js';
import { latest } from '../evidence/evidence.js';
import { causesOfLostNeighbour } from '../evidence/neighbours.js';
import type { Finding } from '../finding.js';
import {
  causesOfOneSilence,
  causesOfSilence,
  IDLE_SECONDS,
  STEP_OF_ONE_SILENCE,
  stepsOfSilence,
} from '../wording/host-fate.js';
import { duration, fillAll, inCase, inNetwork, nameOf, round } from '../wording/wording.js';
import { Groups, Members } from './members.js';
import type { Contrast, PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';
import { OF_SILENCE, silentEndpoint } from './silences.js';

interface Group {
  readonly host: string;
  readonly network: string;
  readonly members: Members;
  /** When the first segment that it never answered was sent. */
  asked: Timestamp;
  /** The shortest time, in seconds, for which one of them had been idle before its first such segment. */
  idle: number;
  /** Hosts that wait for it, as `inNetwork` names them. */
  readonly waiting: Set<string>;
  /** Nobody answers requests for its link address either. */
  offLink: boolean;
  /** They include more than SYNs: those alone may as well mean a full accept queue or a filter. */
  lostOpen: boolean;
  /** How far the capture was read when the last of them was over. */
  until: Timestamp;
}

/** Rules whose findings say that a host is silent. */
const SILENCE = new Set([
  'peer-unresponsive',
  'keepalive-unanswered',
  'zero-window-probe-unanswered',
  'syn-unanswered',
]);

/** What was still on its way when the first unanswered segment was sent. */
const IN_FLIGHT_SECONDS = 0.5;

const OFF_LINK =
  'Nobody answered requests for its link address either: it is no longer there on its link, and the path to that link is not the cause.';

const HOST_LOST =
  '{host} lost power, crashed or froze (possible): then other hosts behind the same router still answer, and on its own link not even ARP is answered (ip neigh: FAILED).';
const PATH_LOST =
  'A link, route or firewall on the way to it failed (possible): then other hosts behind it are silent too, and {host} answers on its own link.';
const FORGOTTEN =
  'A firewall or NAT on the way silently forgot the idle connections (possible): then new connections to {host} are accepted, and others that were in use go on.';
const LOOK_AT_IDLE =
  'Check the idle timeout of every NAT, firewall or load balancer on the path against {idle}, and whether new connections to {host} are accepted.';
const LOOK_AT_HOST = 'Check ip neigh, the console of {host}, its switch port or hypervisor.';
const ASK_FOR_OTHERS =
  'Do other hosts behind the same router still answer? If so, {host} failed; if not, the path.';
const LOOK_AT_OTHERS =
  'Still heard after {host} fell silent: {others}. If one of them is behind the same router as {host}, it is {host} that failed; otherwise it may be the path as well.';
/** Connections idle for less than this, in seconds, are in use. */
const SHORTEST_IDLE = 1;
const IDLE_BEFORE =
  ' Each of these connections had been idle for {idle} or longer before its first segment without an answer: nothing shows that the host or the path failed before that.';
/** How many of the others are named. */
const NAMED_OTHERS = 3;

/** Clients kept in all: whoever made the capture must not choose how much memory it takes. */
const MAX_WAITERS = 100_000;

/** Several connections to one host lost their answers at the same time. */
export const peerHostLost: PatternRule = {
  id: 'peer-host-lost',
  family: 'pattern',
  isOfOneCapture: true,
  severity: 'error',
  summary:
    'All connections to one host stopped being answered at the same time: the host or the path to it failed.',
  options: {
    minimumMembers: {
      unit: 'count',
      default: 2,
      minimum: 2,
      maximum: 1_000_000,
      description: 'How many silent connections to one host make the pattern.',
    },
    clusterSeconds: {
      unit: 'seconds',
      default: 5,
      minimum: 0.1,
      maximum: 3600,
      description: 'The time within which they must have fallen silent; when they last sent blurs it.',
    },
  },
  grades: OF_SILENCE,
  citations: [cite.retransmissionLimits, cite.backoff],
  related: ['peer-unresponsive', 'keepalive-unanswered', 'endpoint-mass-close', 'host-restarted'],
  documentation: {
    meaning:
      'One silent connection may be one broken flow. When several connections to the same host are answered until the same moment and not after it, the host or the path to it failed: power, crash, cable, route or firewall. A dead host sends nothing, so the capture cannot tell these apart.',
    proof: [
      'At least minimumMembers connections to one host that are silent, all last heard within clusterSeconds, and the host not heard elsewhere after that.',
    ],
    notThis: [
      'Silence that begins at different times.',
      'A capture that stopped: then nothing follows on any connection.',
      'SYNs alone that nobody answers: syn-unanswered. A full accept queue or a filter causes that as well.',
    ],
    applicationSees:
      'On every connection that its program had not closed: a blocked read, and ETIMEDOUT, EHOSTUNREACH or ENETUNREACH in the end.',
    likelyCauses: [HOST_LOST, PATH_LOST, inCase('If all of them had been idle', FORGOTTEN)],
    nextSteps: [ASK_FOR_OTHERS, LOOK_AT_HOST],
    example: { fixture: 'peer-host-lost', capture: 'client' },
  },
  begin: (options, heard) => {
    const groups = new Groups<Group>();
    let waiters = 0;
    return {
      add(connection, findings, captureEnd) {
        const { network } = connection;
        for (const finding of findings) {
          if (!SILENCE.has(finding.rule)) continue;
          // A client's host is seldom heard on other connections, so its silence has no contrast.
          if (silentEndpoint(finding) !== 'server') continue;
          const silent = connection.server;
          const since = silent.lastSegment?.time ?? finding.from;
          // The first probes may have been answered.
          const asked = latest(finding.from, since);
          const group = groups.of(inNetwork(silent.address, network), 0, () => ({
            host: silent.address,
            network,
            members: new Members(since),
            asked,
            idle: Number.POSITIVE_INFINITY,
            waiting: new Set<string>(),
            offLink: false,
            lostOpen: false,
            until: captureEnd,
          }));
          if (group === null) return;
          if (finding.rule !== 'syn-unanswered') group.lostOpen = true;
          group.until = captureEnd;
          group.idle = Math.min(group.idle, secondsBetween(since, finding.from));
          if (finding.facts.neighbour === silent.address) group.offLink = true;
          if (secondsBetween(group.asked, asked) < 0) group.asked = asked;
          group.members.add(connection.id, since);
          const waiter = inNetwork(connection.client.address, network);
          if (waiters < MAX_WAITERS && !group.waiting.has(waiter)) {
            group.waiting.add(waiter);
            waiters++;
          }
          return;
        }
      },
      contrastOf({ client, server, network }, finding) {
        // A client's host is seldom heard on other connections.
        if (!OF_SILENCE.includes(finding.rule) || silentEndpoint(finding) !== 'server') return null;
        // Its link says more about it, and at a later time.
        if (finding.facts.peerSilent === false || finding.facts.neighbour === server.address) return null;
        // The first probes may have been answered: its own last segment is not one of another connection.
        const silentFrom = latest(finding.from, server.lastSegment?.time ?? finding.from);
        const last = heard.of(server.address, network);
        const seconds = last === null ? 0 : secondsBetween(silentFrom, last);
        return seconds <= IN_FLIGHT_SECONDS
          ? null
          : contrastWith(seconds, nameOf(server), nameOf(client), finding);
      },
      finish() {
        return groups.all.flatMap((group) => {
          const { host, network, members, asked, idle, waiting, offLink, lostOpen, until } = group;
          if (!lostOpen) return [];
          const spread = secondsBetween(members.from, members.to);
          if (members.count < options.minimumMembers || spread > options.clusterSeconds) return [];
          // A host that was never heard was not lost, and one that is heard elsewhere is not either.
          const name = inNetwork(host, network);
          const last = heard.of(host, network);
          if (last === null || secondsBetween(asked, last) > IN_FLIGHT_SECONDS) return [];
          const silentSeconds = secondsBetween(members.to, until);
          // By a clock that ran back there was no silence.
          if (silentSeconds < 0) return [];
          const others = [...heard.others(name)]
            .filter(
              (other) =>
                !waiting.has(other.name) &&
                secondsBetween(members.to, other.time) > options.clusterSeconds &&
                secondsBetween(other.time, until) >= 0,
            )
            .map((other) => other.name);
          const othersAnswer = others.length > 0;
          const wereIdle = !offLink && idle >= SHORTEST_IDLE;
          return [
            reportPattern(peerHostLost, {
              confidence: 'inferred',
              title: `All ${members.count} connections that wait for {host} were last answered within the same {spread}`,
              explanation: `Nothing was heard from {host} in the {since} that followed. ${offLink ? OFF_LINK : othersAnswer ? 'Other hosts were still heard in that time, so it is more likely the host, or the last part of the path to it.' : wereIdle ? 'The host or the path to it failed, or a device on the path forgot idle connections; the capture does not show which.' : 'The host or the path to it failed; the capture does not show which.'}${wereIdle ? IDLE_BEFORE : ''}`,
              connections: members.ids,
              count: members.count,
              from: members.from,
              to: until,
              facts: {
                host,
                ...(network !== '' && { network }),
                spreadSeconds: round(spread),
                silentSeconds: round(silentSeconds),
                othersAnswer,
                ...(offLink && { offLink }),
                ...(wereIdle && { idleSeconds: round(idle) }),
              },
              ...(offLink
                ? { likelyCauses: causesOfLostNeighbour('host'), nextSteps: [LOOK_AT_HOST] }
                : adviceFor(wereIdle ? idle : 0, othersAnswer)),
              words: {
                host: name,
                others: listed(others),
                spread: duration(spread),
                since: duration(silentSeconds),
                idle: duration(idle),
              },
            }),
          ];
        });
      },
    };
  },
};

/** What may have happened, and what to check, if all connections had been idle for so many seconds. */
function adviceFor(idle: number, othersAnswer: boolean) {
  const causes = [HOST_LOST, PATH_LOST];
  const steps = [othersAnswer ? LOOK_AT_OTHERS : ASK_FOR_OTHERS, LOOK_AT_HOST];
  if (idle === 0) return { likelyCauses: causes, nextSteps: steps };
  return idle >= IDLE_SECONDS
    ? { likelyCauses: [FORGOTTEN, ...causes], nextSteps: [LOOK_AT_IDLE, ...steps] }
    : { likelyCauses: [...causes, FORGOTTEN], nextSteps: [...steps, LOOK_AT_IDLE] };
}

/** What is said of a silent peer whose host was heard elsewhere for so many seconds more. */
function contrastWith(seconds: number, peer: string, sender: string, finding: Finding): Contrast {
  const { likelyCauses, nextSteps } = finding;
  const steps = fillAll(stepsOfSilence('peer'), { peer });
  const inPlace = (texts: readonly string[], of: readonly string[], instead: readonly string[]) =>
    replaced(texts, fillAll(of, { peer, sender }), fillAll(instead, { peer, sender }));
  return {
    sentence: `Its host was heard on other connections up to ${duration(seconds)} after that: it has not gone.`,
    likelyCauses: inPlace(likelyCauses, causesOfSilence('peer'), causesOfOneSilence('peer', 'sender')),
    nextSteps: nextSteps.some((step) => steps.includes(step))
      ? inPlace(nextSteps, stepsOfSilence('peer'), [STEP_OF_ONE_SILENCE])
      : nextSteps,
  };
}

/** The first of them by name, and how many there are besides. */
function listed(names: readonly string[]): string {
  const further = names.length - NAMED_OTHERS;
  const named = names.slice(0, NAMED_OTHERS).join(', ');
  return further > 0 ? `${named} and ${further} more` : named;
}

/** The texts, with those of `of` replaced by `instead`, which come first if there are none. */
function replaced(
  texts: readonly string[],
  of: readonly string[],
  instead: readonly string[],
): readonly string[] {
  const place = Math.max(
    0,
    texts.findIndex((text) => of.includes(text)),
  );
  const after = texts.slice(place).filter((text) => !of.includes(text));
  return [...texts.slice(0, place), ...instead, ...after];
}
