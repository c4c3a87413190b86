import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { answerTo, eachEndpoint, entered, findReset, gradedBy, lastMilestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { inGeneral, type ProgramView, READS_END, seenAt } from './wording/program-view.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round } from './wording/wording.js';

/** What is said where the opener has not reset the old connection: it lives on. */
const UNDISTURBED = {
  applicationSees:
    '{holder}: nothing, its old connection stays open. {opener}: its connect goes on waiting, and in the end fails with ETIMEDOUT if nothing changes.',
  nextSteps: [
    'Capture at {opener}: does the answer to the SYN arrive, and is it reset there?',
    'On the host of {opener}: uptime, and which program binds the port.',
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
  ended: `the program that held the old connection learns of it by writing only, which fails with EPIPE and SIGPIPE; ${READS_END}`,
};
/** It held the old connection no more when it took the new one. */
const UNKNOWN_END = '{holder}: how its old connection ended the capture does not tell.';
const OTHER_END = '{holder}: nothing of the SYN; its old connection ended later, for another reason.';
const OF_OPENER = '{opener}: its connect takes longer by a retransmission of the SYN.';

/** A host opens a connection anew that its peer still holds: it has lost the old one. */
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
      'One side opened a new connection with addresses and ports that the other still holds open. The holder answers the SYN with an acknowledgment of the old numbers; the opener, which knows nothing of them, resets the old connection and tries again. It had lost its state, as after a crash and a restart. Where no reset follows, the old connection lives on, and the new one does not come about.',
    proof: [
      'A SYN of {opener} with a new number while {holder} was in a synchronized state other than TIME-WAIT.',
    ],
    notThis: [
      '{holder} in TIME-WAIT: time-wait-port-reuse.',
      'A repetition of the old SYN.',
      'A SYN that {holder} takes for a new connection at once: it held the old one no more, whatever the capture missed.',
    ],
    applicationSees: `${inGeneral(HOLDER)} ${OF_OPENER}`,
    likelyCauses: [
      'The host of {opener} crashed and restarted (possible): then uptime there is shorter than the old connection, and others of its connections are unknown to it as well.',
      'A NAT gave the port to another host while {holder} still held the old connection (possible): then TTL or TCP options of the two SYNs differ.',
    ],
    nextSteps: [
      'On the host of {opener}: uptime, last -x reboot.',
      'The port allocation and idle timeout of a NAT on the path.',
    ],
    example: { fixture: 'half-open-syn', capture: 'server' },
  },
  check: eachEndpoint((opener, holder, connection) => {
    const syn = lastMilestone(opener, 'syn-on-open-connection');
    if (syn === null) return null;
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
      title: '{opener} opened a connection anew that {holder} still held',
      explanation: `The SYN of {opener} in frame {syn} came {age} after this connection began, while {holder} still held it.${syn.count > 1 ? ` It sent ${syn.count} in all.` : ''} ${reset === null ? withoutReset(answer, livesOn, wasReplaced) : `{holder} answered with its old numbers, and {opener} reset the old connection in frame ${reset.frame}: it no longer knew it.`}`,
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
  if (answer === null) return 'Nothing answered it in this capture.';
  const after = livesOn
    ? ': the old connection stays open'
    : wasReplaced
      ? ', but later {holder} took the new connection: the old one was gone by then'
      : '';
  return `{holder} answered with its old numbers, the last time in frame ${answer}, and no reset of {opener} answered that in this capture${after}.`;
}

function likelyCauses(answered: boolean): readonly string[] {
  const onPath = answered
    ? 'A firewall or NAT on the path drops the answer, whose numbers do not fit the new SYN, or the reset that it draws (possible).'
    : 'The SYN or its answer was lost, or a firewall on the path dropped it (possible).';
  return [onPath, ...halfOpenSynChallenge.documentation.likelyCauses];
}
