import type { Endpoint } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import type { State } from '../../tcp/states.js';
import { cite } from '../citations.js';
import { entered } from '../evidence.js';
import type { PatternRule } from '../rule.js';
import { STUCK_SECONDS } from '../thresholds.js';
import { count, duration, round } from '../wording.js';
import { MAX_GROUPS, Members } from './members.js';
import { reportPattern } from './report-pattern.js';

interface Waiting {
  readonly id: number;
  readonly state: State;
  readonly since: Timestamp;
  /** The last segment, and for how many seconds none need follow it while the endpoint still waits. */
  readonly last: Timestamp;
  readonly patience: number;
}

/** A SYN is repeated after a second (RFC 6298), or three in older stacks; one more for slow timers. */
const FIRST_REPETITION = 4;

/** The capture ended before it could show whether a connection is stuck. */
export const captureEndedEarly: PatternRule = {
  id: 'capture-ended-early',
  family: 'capture',
  severity: 'info',
  summary: 'The capture ends while connections are closing or opening: too early to call any of them stuck.',
  options: {
    verdictSeconds: {
      ...STUCK_SECONDS,
      description:
        'How long a state must last before a rule calls it stuck; connections below that are listed.',
    },
  },
  citations: [cite.stateMeanings, cite.backoff],
  related: ['close-wait-stuck', 'fin-wait-2-stuck', 'last-ack-stuck', 'syn-unanswered'],
  documentation: {
    meaning:
      'A connection that waits for a FIN or an acknowledgment when the capture ends may be stuck or may go on a moment later. Only a longer capture tells; until then no rule speaks.',
    proof: [
      'A last state that waits for something, entered less than verdictSeconds before the capture’s end.',
    ],
    notThis: [
      'ESTABLISHED and TIME-WAIT, in which a connection may rest.',
      'A SYN that is not repeated when it should be: its sender has given up, or the repetition was not captured.',
    ],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: [
      'The capture was stopped while connections were in use.',
      'It went on, but its filter let nothing more through, and a pcap file ends with its last frame.',
    ],
    nextSteps: [
      'Capture for at least {needed} longer than the moment of interest; as pcapng, such as dumpcap writes, which says when it was stopped.',
    ],
    example: { fixture: 'capture-ended-early', capture: 'server' },
  },
  begin: (options) => {
    const waiting: Waiting[] = [];
    return {
      add(connection, findings) {
        // What a rule has judged needs no longer capture.
        if (findings.some(({ severity }) => severity !== 'info')) return;
        const { client, server } = connection;
        const endpoint = mayRest(client) ? server : client;
        if (mayRest(endpoint)) return;
        const since = entered(endpoint, endpoint.finalState)?.time;
        if (since === undefined || waiting.length >= MAX_GROUPS) return;
        const last = endpoint.lastSegment?.time ?? since;
        waiting.push({
          id: connection.id,
          state: endpoint.finalState,
          since,
          last,
          patience: patienceOf(endpoint, since, last),
        });
      },
      finish(captureEnd) {
        const early = waiting.filter(
          ({ since, last, patience }) =>
            secondsBetween(since, captureEnd) < options.verdictSeconds &&
            secondsBetween(since, captureEnd) >= 0 &&
            secondsBetween(last, captureEnd) <= patience,
        );
        if (early.length === 0) return [];
        const members = new Members(early[0].since);
        for (const { id, since } of early) members.add(id, since);
        const latest = secondsBetween(members.to, captureEnd);
        const states = [...new Set(early.map(({ state }) => state))].sort().join(', ');
        return [
          reportPattern(captureEndedEarly, {
            confidence: 'observed',
            title: 'The capture ends too early to judge {connections}',
            explanation:
              members.count === 1
                ? `It waits in ${states} since {latest} before the end; a verdict needs {needed}.`
                : `They wait in ${states}, the last since {latest} before the end; a verdict needs {needed}.`,
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: captureEnd,
            facts: {
              connections: members.count,
              states,
              shortestSeconds: round(latest),
              neededSeconds: options.verdictSeconds,
            },
            words: {
              connections: count(members.count, 'connection'),
              latest: duration(latest),
              needed: duration(options.verdictSeconds),
            },
          }),
        ];
      },
    };
  },
};

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
