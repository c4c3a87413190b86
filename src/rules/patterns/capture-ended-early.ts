import { type Connection, type Endpoint, type Milestone, peerOf } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import type { State } from '../../tcp/states.js';
import { cite } from '../citations.js';
import { closeWaitStuck } from '../close-wait-stuck.js';
import { optionValues, type RuleSettings } from '../evaluation/settings.js';
import { entered, lastMilestone, milestone } from '../evidence/evidence.js';
import { finWait2Stuck } from '../fin-wait-2-stuck.js';
import { halfCloseStalled } from '../half-close-stalled.js';
import type { OptionValues, RuleDescription } from '../rule.js';
import { synAckUnanswered } from '../syn-ack-unanswered.js';
import { synUnanswered } from '../syn-unanswered.js';
import { STUCK_SECONDS } from '../thresholds.js';
import { count, duration, inCase, round } from '../wording/wording.js';
import { zeroWindowStall } from '../zero-window-stall.js';
import { MAX_GROUPS, Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

interface Waiting {
  readonly id: number;
  /** Null: behind a closed window, in a state in which it may rest. */
  readonly state: State | null;
  readonly since: Timestamp;
  readonly limit: Limit;
  /** The last segment, and for how many seconds none need follow it while the endpoint still waits. */
  readonly last: Timestamp;
  readonly patience: number;
}

/** From when on a rule speaks. */
interface Limit {
  readonly seconds: number;
  /** The setting of the other rule that it comes from; null for this rule's own. */
  readonly setting: string | null;
}

/** The limits of the rules that judge a state: if one is set higher, the verdict needs as long. */
const LIMITS: Readonly<Partial<Record<State, readonly (readonly [RuleDescription, string])[]>>> = {
  'CLOSE-WAIT': [
    [closeWaitStuck, 'stuckSeconds'],
    [halfCloseStalled, 'stalledSeconds'],
  ],
  'FIN-WAIT-2': [
    [finWait2Stuck, 'stuckSeconds'],
    [halfCloseStalled, 'stalledSeconds'],
  ],
  'SYN-SENT': [[synUnanswered, 'waitSeconds']],
  'SYN-RECEIVED': [[synAckUnanswered, 'waitSeconds']],
};

/** A SYN is repeated after a second (RFC 6298), or three in older stacks; one more for slow timers. */
const FIRST_REPETITION = 4;

const STOPPED = 'The capture was stopped while connections were in use.';
const FILTERED =
  'The capture went on, but its filter let nothing more through, and a pcap file ends with its last frame.';
const TO_LAST_FRAME =
  ' The file does not say when the capture was stopped: only the time up to its last frame counts.';
const LONGER = 'Capture for at least {needed} beyond the moment of interest';

/** The capture ended before it could show whether a connection is stuck. */
export const captureEndedEarly: PatternRule = {
  id: 'capture-ended-early',
  family: 'capture',
  isOfOneCapture: true,
  severity: 'info',
  summary: 'The capture ends while connections are closing or opening: too early to call any of them stuck.',
  options: {
    verdictSeconds: {
      ...STUCK_SECONDS,
      description:
        'How long a state must last before a rule calls it stuck; connections below that are listed. If the limit of the rule that judges the state is set higher, that one counts; for a closed window it is always zero-window-stall.stallSeconds.',
    },
  },
  citations: [cite.stateMeanings, cite.backoff],
  related: ['close-wait-stuck', 'fin-wait-2-stuck', 'last-ack-stuck', 'syn-unanswered', 'zero-window-stall'],
  documentation: {
    meaning:
      'A connection that waits for a FIN, an acknowledgment or an open window when the capture ends may be stuck or may go on a moment later. Only a longer capture can show which; without one, no rule reports it.',
    proof: [
      'A last state that waits for something, entered less than verdictSeconds before the capture’s end.',
      'Or a closed window that the other side wants to use, for less time than zero-window-stall requires.',
    ],
    notThis: [
      'ESTABLISHED and TIME-WAIT, in which a connection may rest.',
      'Connections of which the capture lacks a direction: capture-one-way.',
      'A SYN that is not repeated when it should be: its sender has given up, or the repetition was not captured.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [STOPPED, inCase('If the capture does not say when it was stopped', FILTERED)],
    nextSteps: [`${LONGER}, as pcapng, such as dumpcap writes: it says when the capture was stopped.`],
    example: { fixture: 'capture-ended-early', capture: 'server' },
  },
  begin: (options, _heard, settings) => {
    const waiting: Waiting[] = [];
    const limitOf = limitsOf(options, settings);
    const { stallSeconds } = optionValues(zeroWindowStall, settings);
    const windowLimit = { seconds: stallSeconds, setting: `${zeroWindowStall.id}.stallSeconds` };
    return {
      add(connection, findings) {
        // What a rule has judged needs no longer capture.
        if (findings.some(({ severity }) => severity !== 'info')) return;
        if (waiting.length >= MAX_GROUPS) return;
        // Where the other direction is missing, its FIN may be among what is.
        if (connection.quality.unseenSent) return;
        const { id, client, server } = connection;
        const endpoint = mayRest(client) ? server : client;
        if (mayRest(endpoint)) {
          const closed = closedWindow(connection);
          if (closed === null) return;
          const { time: since, lastTime: last } = closed;
          waiting.push({
            id,
            state: null,
            since,
            limit: windowLimit,
            last,
            patience: Number.POSITIVE_INFINITY,
          });
          return;
        }
        const state = endpoint.finalState;
        const since = entered(endpoint, state)?.time;
        if (since === undefined) return;
        const last = endpoint.lastSegment?.time ?? since;
        waiting.push({
          id,
          state,
          since,
          limit: limitOf(state),
          last,
          patience: patienceOf(endpoint, since, last),
        });
      },
      finish(captureEnd, _captures, isEndStated) {
        const early = waiting.filter(
          ({ since, limit, last, patience }) =>
            secondsBetween(since, captureEnd) < limit.seconds &&
            secondsBetween(since, captureEnd) >= 0 &&
            secondsBetween(last, captureEnd) <= patience,
        );
        if (early.length === 0) return [];
        const members = new Members(early[0].since);
        let highest = early[0].limit;
        for (const { id, since, limit } of early) {
          members.add(id, since);
          if (limit.seconds > highest.seconds) highest = limit;
        }
        const latest = secondsBetween(members.to, captureEnd);
        const states = [...new Set(early.flatMap(({ state }) => state ?? []))].sort().join(', ');
        const closedWindows = early.filter(({ state }) => state === null).length;
        const where = [
          ...(states === '' ? [] : [`in ${states}`]),
          ...(closedWindows === 0 ? [] : ['behind a closed window']),
        ].join(' or ');
        const differ = early.some(({ limit }) => limit.seconds !== highest.seconds);
        const verdict = differ ? 'verdicts need up to {needed}' : 'a verdict needs {needed}';
        const setting = highest.setting === null ? '' : ` (${highest.setting})`;
        const end = isEndStated ? 'the end that the capture states' : 'the end';
        const since = latest < SHORTEST_TOLD ? 'the last frame' : `{latest} before ${end}`;
        const own = early.some(({ limit }) => limit.setting === null);
        return [
          reportPattern(captureEndedEarly, {
            confidence: 'observed',
            title: 'The capture ends too early to judge {connections}',
            explanation: `${
              members.count === 1
                ? `It has been waiting ${where} since ${since}`
                : `They have been waiting ${where}, the last since ${since}`
            }; ${verdict}${setting}.${isEndStated ? '' : TO_LAST_FRAME}`,
            likelyCauses: isEndStated ? [STOPPED] : [STOPPED, FILTERED],
            ...(isEndStated && { nextSteps: [`${LONGER}.`] }),
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: captureEnd,
            facts: {
              connections: members.count,
              endStated: isEndStated,
              ...(states !== '' && { states }),
              ...(closedWindows > 0 && { closedWindows }),
              shortestSeconds: round(latest),
              neededSeconds: highest.seconds,
            },
            limits: own ? options : {},
            words: {
              connections: count(members.count, 'connection'),
              latest: duration(latest),
              needed: duration(highest.seconds),
            },
          }),
        ];
      },
    };
  },
};

/** What is shorter is shown as 0 (seconds). */
const SHORTEST_TOLD = 5e-7;

/** By state: this rule's own limit, or that of a rule that judges the state if somebody has set it higher. */
function limitsOf(options: OptionValues, settings: RuleSettings): (state: State) => Limit {
  const own: Limit = { seconds: options.verdictSeconds, setting: null };
  return (state) => {
    let limit = own;
    for (const [{ id }, name] of LIMITS[state] ?? []) {
      const seconds = settings.options?.[id]?.[name] ?? 0;
      if (seconds > limit.seconds) limit = { seconds, setting: `${id}.${name}` };
    }
    return limit;
  };
}

/** The window that is closed at the end although the other side has something to send. */
function closedWindow(connection: Connection): Milestone | null {
  const { client, server } = connection;
  if (client.finalState === 'CLOSED' || server.finalState === 'CLOSED') return null;
  const receiver = client.windowClosed ? client : server;
  if (!receiver.windowClosed) return null;
  const sender = peerOf(connection, receiver);
  if (milestone(sender, 'window-probe') === null && sender.unacknowledgedBytes === 0) return null;
  return lastMilestone(receiver, 'zero-window');
}

/** The states in which a connection may stay: open, or over. In any other an endpoint waits for something. */
function mayRest({ finalState }: Endpoint): boolean {
  return finalState === 'CLOSED' || finalState === 'TIME-WAIT' || finalState === 'ESTABLISHED';
}

/** A SYN's repetitions come after 1, 2, 4 … s: each as long after the last as that came after the first, and one more. */
function patienceOf({ finalState }: Endpoint, first: Timestamp, last: Timestamp): number {
  return finalState === 'SYN-SENT'
    ? secondsBetween(first, last) + FIRST_REPETITION
    : Number.POSITIVE_INFINITY;
}
