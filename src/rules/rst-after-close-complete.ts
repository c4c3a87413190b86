import { cite } from './citations.js';
import { eachEndpoint, entered, findReset, finFrame, gradedBy, milestone } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { nameOf } from './wording.js';

const TO_AVOID_TIME_WAIT = 'The program aborts instead of closing, to avoid TIME-WAIT (possible).';
const LATE_DUPLICATE = 'A late duplicate met a host that had forgotten the connection (possible).';

/** A reset when everything was said already. */
export const rstAfterCloseComplete: Rule = {
  id: 'rst-after-close-complete',
  family: 'reset',
  severity: 'info',
  summary: 'A reset came after the connection had been closed in order; nothing was lost.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: [],
  related: ['rst-in-time-wait', 'rst-active-abort'],
  citations: [cite.resetAtAnyTime, cite.resetWhileClosing],
  documentation: {
    meaning:
      'Both sides had closed, or the resetting side had received the peer’s FIN with nothing outstanding. Browsers and load balancers end connections like this to save a TIME-WAIT, and late duplicates that meet a closed socket draw resets too. Nothing is lost.',
    proof: [
      'The peer’s FIN, acknowledged, and no octet of either side unacknowledged.',
      'A reset after that.',
    ],
    notThis: [
      'Unacknowledged data: undelivered-data-at-abort.',
      'A reset in answer to a late FIN: fin-wait-2-timeout-late-fin.',
    ],
    applicationSees:
      'Nothing where both had closed. {peer}, if it only half-closed with shutdown() and waits for the end: its read fails with ECONNRESET instead of giving 0.',
    likelyCauses: [TO_AVOID_TIME_WAIT, LATE_DUPLICATE],
    nextSteps: ['Nothing, unless the same ports are reused at once: see time-wait-port-reuse.'],
    example: { fixture: 'client-abort-after-response', capture: 'client' },
  },
  check: eachEndpoint((resetter, peer, connection) => {
    if (resetter.resetsSent === 0 || !peer.finSent) return null;
    if (resetter.unacknowledgedBytes > 0 || peer.unacknowledgedBytes > 0) return null;
    // The reset itself may be the first segment to acknowledge the FIN.
    const known = milestone(peer, 'fin-covered')?.frame ?? entered(resetter, 'CLOSE-WAIT')?.frame ?? null;
    if (known === null) return null;
    const ownFin = milestone(resetter, 'fin-covered');
    if (resetter.finSent && ownFin === null && milestone(resetter, 'fin-repeated') !== null) return null;
    const reset = findReset(resetter, ({ trigger }, seen) => seen.frame > known && trigger?.kind !== 'data');
    if (reset === null) return null;
    const acknowledged = milestone(peer, 'fin-covered') !== null || reset.reset.hasAck;
    return reportFinding(rstAfterCloseComplete, connection, {
      endpoint: resetter.role,
      confidence: gradedBy(connection, 'observed'),
      title: resetter.finSent
        ? '{resetter} sent RST after both sides had closed'
        : '{resetter} answered the peer’s close with RST; nothing was outstanding',
      explanation: `The FIN of {peer} is in frame {fin}. Every octet of both sides was acknowledged${acknowledged ? ', that FIN too' : ''}; the reset in frame {rst} changes nothing on the wire. Whether the programs had read it all is not visible.`,
      likelyCauses: resetter.finSent
        ? [LATE_DUPLICATE, TO_AVOID_TIME_WAIT]
        : [TO_AVOID_TIME_WAIT, LATE_DUPLICATE],
      frames: [finFrame(resetter), finFrame(peer), reset.frame],
      from: reset.time,
      to: reset.time,
      facts: { bothClosed: resetter.finSent },
      words: { resetter: nameOf(resetter), peer: nameOf(peer), fin: finFrame(peer) ?? '?', rst: reset.frame },
    });
  }),
};
