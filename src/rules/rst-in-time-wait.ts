import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, findReset, leftBy } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { duration, nameOf, round } from './wording.js';

/** A reset may have ended a TIME-WAIT early. */
export const rstInTimeWait: Rule = {
  id: 'rst-in-time-wait',
  family: 'reset',
  severity: 'warning',
  summary: 'An acceptable reset hit an endpoint in TIME-WAIT and may have ended its quarantine early.',
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
  ],
  documentation: {
    meaning:
      'TIME-WAIT keeps old segments out of the next connection with the same ports. A reset that it accepts ends it early: an old duplicate arrives, TIME-WAIT answers it with an ACK, and the other host, which knows nothing any more, resets. RFC 1337 calls it assassination.',
    proof: ['{waiter} in TIME-WAIT, and an acceptable reset of {peer} after that.'],
    notThis: [
      'A reset with an old number: TIME-WAIT ignores it.',
      'Stacks that ignore all resets in TIME-WAIT: the capture cannot tell, so this is only possible.',
    ],
    applicationSees:
      'Nothing now. The risk is with a new connection on the same ports that meets old segments.',
    likelyCauses: [
      'An old duplicate drew an acknowledgment, and that drew the reset (possible).',
      '{peer} aborted instead of closing (possible).',
    ],
    nextSteps: ['On the host of {waiter}: sysctl net.ipv4.tcp_rfc1337.'],
    example: { fixture: 'time-wait-assassination', capture: 'client' },
  },
  check: eachEndpoint((waiter, peer, connection) => {
    if (peer.resetsSent === 0) return null;
    const waiting = entered(waiter, 'TIME-WAIT');
    if (waiting === null || leftBy(waiter, waiting)?.cause !== 'received RST') return null;
    const reset = findReset(
      peer,
      ({ verdict }, seen) =>
        verdict === 'accepted' && (waiting.frame === null || waiting.frame <= seen.frame),
    );
    if (reset === null) return null;
    const answered = reset.reset.trigger;
    const ageSeconds = secondsBetween(waiting.time, reset.time);
    return reportFinding(rstInTimeWait, connection, {
      endpoint: waiter.role,
      // Only an answer to TIME-WAIT's own acknowledgment shows the hazard; else it is one more way to close.
      severity: answered === null ? 'info' : 'warning',
      confidence: 'possible',
      title: 'A reset hit {waiter} in TIME-WAIT after {age}',
      explanation: `{waiter} entered TIME-WAIT with frame {entry}. The reset of {peer} in frame {rst}${answered === null ? '' : `, in answer to frame ${answered.frame},`} is acceptable, so a stack that follows RFC 9293 to the letter ends TIME-WAIT with it.`,
      frames: [waiting.frame, answered?.frame ?? null, reset.frame],
      from: waiting.time,
      to: reset.time,
      facts: { ageSeconds: round(ageSeconds), answersAcknowledgment: answered !== null },
      words: {
        waiter: nameOf(waiter),
        peer: nameOf(peer),
        age: duration(ageSeconds),
        entry: waiting.frame ?? '?',
        rst: reset.frame,
      },
    });
  }),
};
