import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, endedWithin, entered, findReset, leftBy, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round } from './wording/wording.js';

/** Acknowledgments closer together than this are of one segment, or of one that came twice: nothing old is behind. */
const AT_ONCE_SECONDS = 0.01;
const DOUBLED = 'A segment of {peer} that the network had delayed or duplicated (possible).';
const CAUSES = [DOUBLED, 'A segment that somebody forged (possible).'];
const TWICE =
  'The stack of {waiter} acknowledges the FIN, and what comes with it, twice (likely): then most of its connections show it.';

/** A reset may have ended a TIME-WAIT early. */
export const rstInTimeWait: Rule = {
  id: 'rst-in-time-wait',
  family: 'reset',
  severity: 'warning',
  summary:
    'An old segment drew an acknowledgment from TIME-WAIT, which drew a reset that may have ended it early.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: ['rst-after-close-complete'],
  related: ['time-wait-port-reuse', 'rst-after-close-complete'],
  citations: [
    cite.assassination,
    cite.ignoreResetInTimeWait,
    cite.resetWhileClosing,
    cite.timeWaitDuty,
    cite.linuxRfc1337,
    cite.linuxRfc1337Switch,
    cite.timeWaitKilled,
  ],
  documentation: {
    meaning:
      'TIME-WAIT keeps old segments out of the next connection with the same ports. A reset that it accepts ends it early: an old duplicate arrives, TIME-WAIT answers it with an ACK, and the other host, which no longer knows the connection, resets. RFC 1337 calls this assassination.',
    proof: [
      '{waiter} in TIME-WAIT, and an acknowledgment from {waiter} after the one that covered the FIN of {peer}.',
      'An acceptable reset from {peer} that answers this acknowledgment.',
    ],
    notThis: [
      'A reset with an old number: TIME-WAIT ignores it.',
      'A reset in answer to the old numbers that a new SYN of {peer} drew: time-wait-port-reuse.',
      'A host that resets instead of waiting in LAST-ACK, or answers a late segment when both had closed: rst-after-close-complete.',
      'Stacks that ignore all resets in TIME-WAIT: the capture cannot show that, so the finding is only possible.',
    ],
    applicationSees:
      'Nothing now. The risk is that a new connection on the same ports receives old segments.',
    likelyCauses: [...CAUSES, inCase('If the two acknowledgments follow one another at once', TWICE)],
    nextSteps: ['On the host of {waiter}, run sysctl net.ipv4.tcp_rfc1337.'],
    example: { fixture: 'time-wait-assassination', capture: 'client' },
  },
  check: eachEndpoint((waiter, peer, connection) => {
    if (peer.resetsSent === 0) return null;
    const waiting = entered(waiter, 'TIME-WAIT');
    if (waiting === null || leftBy(waiter, waiting)?.cause !== 'received RST') return null;
    // The acknowledgment of the FIN is part of the close; a later one shows that something old came in.
    const covered = milestone(peer, 'fin-covered');
    const closed = covered?.frame ?? waiting.frame ?? 0;
    const reopened = milestone(peer, 'syn-on-open-connection')?.frame ?? Number.POSITIVE_INFINITY;
    const reset = findReset(
      peer,
      ({ verdict, trigger }, seen) =>
        verdict === 'accepted' &&
        trigger?.kind === 'ack' &&
        trigger.frame > closed &&
        seen.frame < reopened &&
        (waiting.frame === null || waiting.frame <= seen.frame),
    );
    if (reset === null) return null;
    const ageSeconds = secondsBetween(waiting.time, reset.time);
    const { frame: answered, reactionSeconds } = reset.reset.trigger!;
    const apart = covered === null ? ageSeconds : secondsBetween(covered.time, reset.time) - reactionSeconds;
    const isTwice = endedWithin(connection, closed, apart, AT_ONCE_SECONDS);
    return reportFinding(rstInTimeWait, connection, {
      endpoint: waiter.role,
      ...(isTwice && { severity: 'info' }),
      likelyCauses: isTwice ? [TWICE, DOUBLED] : CAUSES,
      confidence: 'possible',
      title: 'A reset hit {waiter} in TIME-WAIT after {age}',
      explanation: `{waiter} entered TIME-WAIT with frame {entry}. The reset of {peer} in frame {rst}, in answer to ${isTwice ? 'the second of two acknowledgments, frame {ack},' : 'frame {ack},'} is acceptable, so a stack that follows RFC 9293 to the letter ends TIME-WAIT with it.`,
      frames: [waiting.frame, answered, reset.frame],
      from: waiting.time,
      to: reset.time,
      facts: { ageSeconds: round(ageSeconds) },
      words: {
        waiter: nameOf(waiter),
        peer: nameOf(peer),
        age: duration(ageSeconds),
        entry: waiting.frame ?? '?',
        ack: answered,
        rst: reset.frame,
      },
    });
  }),
};
