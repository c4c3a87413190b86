import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  answerTo,
  eachEndpoint,
  entered,
  findReset,
  gradedBy,
  lastMilestone,
  opened,
} from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round } from './wording/wording.js';

/** The texts if the opener has not reset the old connection: it lives on. */
const UNDISTURBED = {
  applicationSees:
    '{holder}: nothing, its old connection stays open. {opener}: its connect keeps waiting, and in the end fails with ETIMEDOUT if nothing changes.',
  nextSteps: [
    'Capture at {opener}: does the answer to the SYN arrive, and is it reset there?',
    'On the host of {opener}, check uptime, and which program binds the port.',
  ],
};

const CITATIONS = [
  cite.halfOpenBySyn,
  cite.challengeSyn,
  cite.challengeUnacceptable,
  cite.timeWaitSyn,
  cite.synSentOldNumbers,
];
const DROPPED_CITATIONS = [...CITATIONS, cite.middleboxDropsChallenge];

const HOLDER: ProgramView = {
  name: 'holder',
  open: 'the program that held the old connection gets ECONNRESET',
  read: 'fails with ECONNRESET',
  ended: `the program that held the old connection learns of its end only by writing, which fails with EPIPE and SIGPIPE; ${READS_END}`,
};
/** It no longer held the old connection when it accepted the new one. */
const UNKNOWN_END = '{holder}: the capture does not show how its old connection ended.';
const OTHER_END = '{holder}: nothing of the SYN; its old connection ended later, for another reason.';
const OF_OPENER = '{opener}: its connect takes longer, by a retransmission of the SYN.';

/** A host opens anew a connection that its peer still holds: it has lost the old one. */
export const halfOpenSynChallenge: Rule = {
  id: 'half-open-syn-challenge',
  family: 'handshake',
  severity: 'warning',
  summary: 'A SYN arrived for a connection that its receiver still held open: the sender had lost its state.',
  options: {},
  signs: ['syn-on-open-connection'],
  needs: 'both',
  explains: ['rst-active-abort', 'rst-half-open-discovered', 'undelivered-data-at-abort'],
  related: ['rst-half-open-discovered', 'host-restarted', 'time-wait-port-reuse'],
  citations: DROPPED_CITATIONS,
  documentation: {
    meaning:
      'One side opened a new connection on addresses and ports that the other still holds open. The holder answers the SYN with an acknowledgment of the old numbers; the opener, which knows nothing of them, resets the old connection and tries again. The opener had lost its state, as after a crash and a restart. If no reset follows, the old connection lives on, and the new one is not established.',
    proof: [
      'A SYN from {opener} with a new number while {holder} was in a synchronized state other than TIME-WAIT.',
    ],
    notThis: [
      '{holder} in TIME-WAIT: time-wait-port-reuse.',
      'A repetition of the old SYN.',
      'A SYN on a connection that {holder} had not opened yet: another attempt, or a port scan.',
      'A SYN that {holder} accepts as a new connection at once: it no longer held the old one, whatever the capture missed.',
    ],
    applicationSees: `${inGeneral(HOLDER)} ${OF_OPENER}`,
    likelyCauses: [
      'The host of {opener} crashed and restarted (possible): then its uptime is shorter than the old connection’s age, and it has lost others of its connections as well.',
      'A NAT gave the port to another host while {holder} still held the old connection (possible): then TTL or TCP options of the two SYNs differ.',
    ],
    nextSteps: [
      'On the host of {opener}, run uptime and last -x reboot.',
      'Check the port allocation and idle timeout of a NAT on the path.',
    ],
    example: { fixture: 'half-open-syn', capture: 'server' },
  },
  check: eachEndpoint((opener, holder, connection) => {
    const syn = lastMilestone(opener, 'syn-on-open-connection');
    // Before it opened, a SYN with another number is only another attempt.
    if (syn === null || !opened(holder)) return null;
    const waiting = entered(holder, 'TIME-WAIT');
    if (waiting !== null && (waiting.frame === null || waiting.frame <= syn.frame)) return null;
    const reset = findReset(opener, ({ trigger }, seen) => seen.frame > syn.frame && trigger?.kind === 'ack');
    const answer = answerTo(syn, holder);
    const end = entered(holder, 'CLOSED');
    const wasReplaced = end?.cause === 'opened the 4-tuple anew';
    const wasReset = reset !== null || end?.cause === 'received RST';
    // Answered like any SYN for a new connection: the old one was no longer held.
    if (reset === null && answer === null && wasReplaced) return null;
    const livesOn = reset === null && holder.finalState !== 'CLOSED';
    const ageSeconds = secondsBetween(connection.start, syn.time);
    return reportFinding(halfOpenSynChallenge, connection, {
      endpoint: opener.role,
      severity: reset === null && !(livesOn && answer !== null && syn.count > 1) ? 'info' : 'warning',
      confidence: reset === null ? 'possible' : gradedBy(connection, 'inferred'),
      title: '{opener} opened anew a connection that {holder} still held',
      explanation: `The SYN of {opener} in frame {syn} came {age} after this connection began, while {holder} still held it.${syn.count > 1 ? ` {opener} sent ${syn.count} in all.` : ''} ${reset === null ? withoutReset(answer, livesOn, wasReplaced) : `{holder} answered with its old numbers, and {opener}, which no longer knew the old connection, reset it in frame ${reset.frame}.`}`,
      applicationSees: `${wasReset ? seenAt(holder, opener, HOLDER, syn.frame) : wasReplaced ? UNKNOWN_END : OTHER_END} ${OF_OPENER}`,
      citations: livesOn && answer !== null ? DROPPED_CITATIONS : CITATIONS,
      ...(livesOn && { ...UNDISTURBED, likelyCauses: likelyCauses(answer !== null) }),
      frames: [
        syn.frame,
        reset === null ? answer : (reset.reset.trigger?.frame ?? null),
        reset?.frame ?? null,
      ],
      from: syn.time,
      to: reset?.time ?? syn.time,
      facts: {
        ageSeconds: round(ageSeconds),
        answered: reset !== null || answer !== null,
        resetByOpener: reset !== null,
      },
      words: { opener: nameOf(opener), holder: nameOf(holder), syn: syn.frame, age: duration(ageSeconds) },
    });
  }),
};

function withoutReset(answer: number | null, livesOn: boolean, wasReplaced: boolean): string {
  if (answer === null) return 'This capture holds no answer.';
  const after = livesOn
    ? ': the old connection stays open'
    : wasReplaced
      ? ', but later {holder} accepted the new connection: the old one was gone by then'
      : '';
  return `{holder} answered with its old numbers, the last time in frame ${answer}, and no reset of {opener} answered that in this capture${after}.`;
}

function likelyCauses(answered: boolean): readonly string[] {
  const onPath = answered
    ? 'A firewall or NAT on the path drops the answer, whose numbers do not fit the new SYN, or the reset that it draws (possible).'
    : 'The SYN or its answer was lost, or a firewall on the path dropped it (possible).';
  return [onPath, ...halfOpenSynChallenge.documentation.likelyCauses];
}
