import type { Milestone } from '../connections/connection.js';
import { SYN_IS_BEHIND, SYN_IS_BEHIND_WITH_TIMESTAMP, SYN_IS_BEYOND } from '../connections/milestones.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  answerTo,
  eachEndpoint,
  endedWithin,
  entered,
  findReset,
  gradedBy,
  isProven,
  lastMilestone,
  milestone,
  type SeenReset,
} from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, nameOf, round } from './wording/wording.js';

const REUSE = [
  'A client that connects often and uses up its ephemeral ports (possible).',
  'A fixed source port in the client (possible).',
  'A NAT that reassigns ports too early, to another host, whose numbers and timestamps lie elsewhere (possible).',
];
const OTHER_REASON = 'loss, or a device on the path that holds the old connection (possible).';
/** Why the SYN was not accepted at once, by what its number predicts: that explains it, or there is another reason. */
const causesBehind = (own: readonly string[]) => ({
  refused: [...own, ...REUSE],
  unknown: [...own, `If the timestamp of the SYN is newer than the old ones: ${OTHER_REASON}`, ...REUSE],
  accepted: [...own, `As the number of the SYN is beyond the old ones: ${OTHER_REASON}`, ...REUSE],
});
/** By whether a reset ended TIME-WAIT and, if not, whether old numbers came in answer. */
const CAUSES = {
  ended: causesBehind([]),
  answered: causesBehind([
    'A firewall on the path drops the answer, whose numbers do not fit the new SYN, or the reset that it draws (possible).',
  ]),
  unanswered: causesBehind([
    '{holder} ignores the SYN, as RFC 6191 specifies, or a firewall on the path drops its answer, whose numbers do not fit (possible).',
  ]),
};
const SLOW = '{opener}: connect is slow, or fails with ETIMEDOUT. {holder}: nothing.';
const SEEN_LATE = '{opener}: connect took {delay} longer. {holder}: nothing.';
const SEEN: Readonly<Record<Outcome, string>> = {
  accepted: '{opener}: connect works as usual. {holder}: nothing.',
  refused: SLOW,
  late: SLOW,
  unanswered: SLOW,
  reset: '{opener}: connect fails, with ECONNREFUSED if {holder} sent the reset. {holder}: nothing.',
};

/** A pair of ports was used again while the other side was in TIME-WAIT. */
export const timeWaitPortReuse: Rule = {
  id: 'time-wait-port-reuse',
  family: 'time-wait',
  severity: 'info',
  summary: 'A SYN reused a pair of ports whose last connection was still in TIME-WAIT.',
  options: {
    timeWaitSeconds: {
      unit: 'seconds',
      default: 240,
      minimum: 1,
      maximum: 3600,
      description:
        'How long TIME-WAIT may last: twice the MSL of two minutes in RFC 9293 §3.4.2. Linux uses 60 s.',
    },
  },
  signs: ['syn-on-open-connection'],
  needs: 'both',
  explains: ['rst-after-close-complete'],
  related: ['rst-in-time-wait', 'syn-unanswered', 'half-open-syn-challenge', 'time-wait-port-pressure'],
  citations: [
    cite.timeWaitReopen,
    cite.timeWaitDuty,
    cite.timeWaitWithTimestamps,
    cite.timeWaitSyn,
    cite.reopenFromTimeWait,
    cite.timeWaitByTimestamp,
    cite.portCollision,
    cite.timeWaitReuse,
  ],
  documentation: {
    meaning:
      'TIME-WAIT keeps a pair of addresses and ports for a while. A new SYN on it may be accepted, if its sequence number or timestamp is beyond the old ones; then nothing is lost. Otherwise Linux answers with an acknowledgment of the old numbers, which the opener resets; a host that follows RFC 6191 drops the SYN. Either way connecting takes longer or fails.',
    proof: [
      '{holder} in TIME-WAIT, and a SYN from {opener} on the same 4-tuple within timeWaitSeconds.',
      'For a warning: an answer with the old numbers, or SYNs that went unanswered before one was answered, unless their number is beyond the old ones: then something else delayed them.',
    ],
    notThis: [
      'A host in another state: half-open-syn-challenge.',
      'A SYN after TIME-WAIT is over.',
      'SYNs that were never answered: the next connection on these ports has syn-unanswered, and this is an info.',
    ],
    applicationSees:
      '{opener}: connect works as usual if the SYN was accepted, else it is slow or fails with ETIMEDOUT. {holder}: nothing.',
    likelyCauses: [...REUSE, `If refused or ignored with a number beyond the old ones: ${OTHER_REASON}`],
    nextSteps: [
      'On the host of {opener}, run sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse, and ss -Htan state time-wait | wc -l.',
    ],
    example: { fixture: 'port-reuse-refused', capture: 'client' },
  },
  check: eachEndpoint((opener, holder, connection, { options }) => {
    const syn = lastMilestone(opener, 'syn-on-open-connection');
    const waiting = entered(holder, 'TIME-WAIT');
    if (syn === null || waiting === null) return null;
    const ageSeconds = secondsBetween(waiting.time, syn.time);
    if (waiting.frame !== null && waiting.frame > syn.frame) return null;
    const refusal = findReset(opener, (_, seen) => seen.frame > syn.frame);
    const answer = refusal?.reset.trigger?.frame ?? answerTo(syn, holder);
    const isRefused = refusal !== null || answer !== null;
    // Old numbers show that it still waits, however long that takes there.
    if (!isRefused && !endedWithin(connection, waiting.frame, ageSeconds, options.timeWaitSeconds))
      return null;
    const next = milestone(opener, 'opened-anew');
    const outcome = isRefused ? 'refused' : outcomeOf(syn, next);
    const predicted = PREDICTED[syn.value];
    const cameLate = next !== null && next.value === 0 && outcome !== 'accepted';
    const delaySeconds = cameLate ? secondsBetween(syn.time, next.time) : null;
    // TIME-WAIT accepts such a SYN: loss, a full queue or a firewall delays a new connection as well.
    const hasOtherReason = outcome === 'late' && predicted === 'accepted';
    return reportFinding(timeWaitPortReuse, connection, {
      endpoint: opener.role,
      severity: isRefused || (outcome === 'late' && !hasOtherReason) ? 'warning' : 'info',
      confidence: gradedBy(connection, isProven(waiting) ? 'observed' : 'inferred'),
      title: `{opener} used its port again {age} after {holder} entered TIME-WAIT${TITLE[outcome]}`,
      explanation: [
        '{holder} entered TIME-WAIT with frame {entry}; the SYN in frame {syn} opens the same 4-tuple again.',
        outcome === 'refused' ? refusedText(refusal, answer) : EXPLANATION[outcome],
        cameLate && 'The connection was opened with frame {next}, {delay} after the first SYN.',
        predicted !== undefined && predictionText(predicted, outcome),
        syn.value === SYN_IS_BEHIND_WITH_TIMESTAMP && MAY_BE_NEWER,
      ]
        .filter((part) => typeof part === 'string')
        .join(' '),
      applicationSees: cameLate ? SEEN_LATE : SEEN[outcome],
      likelyCauses:
        outcome === 'accepted' || outcome === 'reset'
          ? REUSE
          : CAUSES[refusal !== null ? 'ended' : isRefused ? 'answered' : 'unanswered'][
              predicted ?? 'unknown'
            ],
      frames: [waiting.frame, syn.frame, answer, refusal?.frame ?? null, next?.frame ?? null],
      from: waiting.time,
      to: next?.time ?? refusal?.time ?? syn.lastTime,
      facts: {
        ageSeconds: round(ageSeconds),
        outcome,
        syns: syn.count,
        ...(predicted !== undefined && { predicted }),
        ...(delaySeconds !== null && { delaySeconds: round(delaySeconds) }),
      },
      words: {
        opener: nameOf(opener),
        holder: nameOf(holder),
        age: duration(ageSeconds),
        entry: waiting.frame ?? '?',
        syn: syn.frame,
        last: syn.lastFrame,
        unanswered: syn.count === 2 ? 'one SYN was' : `${syn.count - 1} SYNs were`,
        syns: count(syn.count, 'SYN'),
        next: next?.frame ?? '?',
        delay: duration(delaySeconds ?? Number.NaN),
      },
    });
  }),
};

/** What became of the new connection; `refused`: {holder} answered with the numbers of the old one. */
type Outcome = 'accepted' | 'refused' | 'late' | 'unanswered' | 'reset';

/** If no old numbers came. */
function outcomeOf(syn: Milestone, next: Milestone | null): Outcome {
  if (next === null) return 'unanswered';
  if (next.value === 1) return 'reset';
  return syn.count > 1 ? 'late' : 'accepted';
}

const TITLE: Readonly<Record<Outcome, string>> = {
  accepted: ': accepted',
  refused: ': answered with old numbers',
  late: ': {unanswered} not answered',
  unanswered: ': not answered',
  reset: ': reset',
};

const EXPLANATION: Readonly<Record<Exclude<Outcome, 'refused'>, string>> = {
  accepted: 'It was accepted at once.',
  late: 'It was repeated until frame {last} before an answer came: TIME-WAIT ignored it, or it or the answers were lost.',
  unanswered: 'Nothing in this capture answers {syns}: TIME-WAIT ignored them, or SYNs or answers were lost.',
  reset: 'The next segment of the new connection, in frame {next}, is a reset.',
};

function refusedText(refusal: SeenReset | null, answer: number | null): string {
  const old =
    answer === null
      ? 'Its answer is not in this capture'
      : `{holder} answered with the numbers of the old connection, in frame ${answer}`;
  return refusal === null
    ? `${old} for the last time, and no reset from {opener} followed; it sent {syns} in all.`
    : `${old}, and {opener}, which does not know them, sent a reset in frame ${refusal.frame}.`;
}

/** By the SYN's number alone (RFC 6191 §2), for each `value` of the milestone that shows it. */
const PREDICTED: Readonly<Record<number, 'accepted' | 'refused'>> = {
  [SYN_IS_BEYOND]: 'accepted',
  [SYN_IS_BEHIND]: 'refused',
};

const MAY_BE_NEWER =
  'The number of the SYN is not beyond those of the old connection; this report does not check whether its timestamp is newer, which would do as well (RFC 6191 §2).';

function predictionText(predicted: 'accepted' | 'refused', outcome: Outcome): string {
  if (predicted === 'accepted') {
    const beyond = 'The number of the SYN is beyond those of the old connection, which TIME-WAIT may accept';
    if (outcome === 'accepted') return `${beyond}.`;
    return `${beyond}: another reason kept it from being accepted at first.`;
  }
  const behind =
    'The number of the SYN is not beyond those of the old connection, and it has no timestamp: TIME-WAIT should not accept it (RFC 6191 §2)';
  return outcome === 'accepted' ? `${behind}, but it did, or it was over.` : `${behind}.`;
}
