import type { Connection, Endpoint } from '../connections/connection.js';
import { cite } from './citations.js';
import { eachEndpoint, findReset, gradedBy, milestone, type SeenReset } from './evidence.js';
import type { Severity } from './finding.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { nameOf } from './wording.js';

/** A reset that its receiver must not act on. */
export const rstNotAccepted: Rule = {
  id: 'rst-not-accepted',
  family: 'reset',
  severity: 'warning',
  summary: 'A reset was not acceptable to its receiver, which keeps the connection.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: [],
  related: ['rst-origin-suspect', 'rst-in-time-wait'],
  citations: [
    cite.resetValidity,
    cite.resetInSequence,
    cite.challengeReset,
    cite.resetOnFinNumber,
    cite.blindReset,
    cite.middleboxAdvances,
    cite.middleboxDropsChallenge,
  ],
  documentation: {
    meaning:
      'A reset counts only at exactly the next octet that its receiver expects. Elsewhere in the window it draws a challenge ACK, outside of it nothing. The sender believes that the connection is gone while the receiver holds it open; or the sender was never the peer.',
    proof: ['A reset whose number the receiver cannot accept, or a receiver that goes on after it.'],
    notThis: [
      'A second, exact reset in answer to the challenge: the connection ends there, and this stays info.',
      'After the peer’s FIN, a reset with the number of that FIN: Linux accepts it, and closed sockets send it.',
      'A stale reset for a connection that had been closed anyway: it stays info.',
      'A receiver that was not seen to go on: the capture may lack what came before the reset, and this stays info.',
    ],
    applicationSees:
      '{receiver}: nothing. The program that caused the reset believes that the connection is closed.',
    likelyCauses: [
      'The reset was overtaken by data, or data before it was lost (possible).',
      'A device on the path resets with a stale number (possible).',
      'Somebody tries to reset the connection blindly (possible).',
    ],
    nextSteps: [
      'On the host of {receiver}: nstat -az TcpExtTCPChallengeACK.',
      'Capture on the other side: did {sender} send it?',
    ],
    example: { fixture: 'blind-reset-in-window', capture: 'server' },
  },
  check: eachEndpoint((sender, receiver, connection) => {
    const reset = findReset(
      sender,
      ({ verdict }) => verdict === 'challenged' || verdict === 'out-of-window' || verdict === 'ignored',
    );
    if (reset === null) return null;
    const challenge = milestone(receiver, 'challenge-ack');
    const wentOn = receiver.lastSegment !== null && receiver.lastSegment.frame > reset.frame;
    // Window scales stand in the SYNs: without them only the receiver's own behaviour proves anything.
    if (connection.quality.midstream && !wentOn) return null;
    const { verdict } = reset.reset;
    const place =
      verdict === 'challenged' ? 'in the window but not exact' : 'outside what the receiver accepts';
    const reaction =
      challenge !== null && challenge.frame > reset.frame
        ? `{receiver} answered with a challenge ACK in frame ${challenge.frame}.`
        : wentOn
          ? '{receiver} went on.'
          : '{receiver} sent nothing more.';
    return reportFinding(rstNotAccepted, connection, {
      endpoint: receiver.role,
      // Without a sign of life the capture may just lack what came before the reset.
      severity: wentOn ? severityOf(connection, sender, receiver, reset) : 'info',
      confidence: wentOn ? gradedBy(connection, 'observed') : gradedBy(connection, 'inferred'),
      title: wentOn
        ? '{receiver} did not accept a reset from {sender}'
        : 'A reset from {sender} does not fit what {receiver} was seen to expect',
      explanation: `The reset in frame {rst} is ${place}. ${reaction}`,
      frames: [reset.frame, challenge?.frame ?? null],
      from: reset.time,
      to: challenge?.time ?? reset.time,
      facts: { verdict, receiverWentOn: wentOn, resets: sender.resetsSent },
      words: { receiver: nameOf(receiver), sender: nameOf(sender), rst: reset.frame },
    });
  }),
};

function severityOf(
  connection: Connection,
  sender: Endpoint,
  receiver: Endpoint,
  reset: SeenReset,
): Severity {
  const resolved = findReset(sender, ({ verdict }) => verdict === 'accepted') !== null;
  const closedInOrder = connection.client.finSent && connection.server.finSent;
  const over = receiver.finalState === 'CLOSED' || receiver.finalState === 'TIME-WAIT';
  return resolved || reset.reset.verdict === 'ignored' || (closedInOrder && over) ? 'info' : 'warning';
}
