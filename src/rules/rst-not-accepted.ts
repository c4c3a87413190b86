import type { Connection, Endpoint, Reset } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  challengedBefore,
  eachEndpoint,
  entered,
  findReset,
  finFrame,
  finFrameName,
  gradedBy,
  isReset,
  lasted,
  lastMilestone,
  milestone,
  opened,
  type SeenReset,
} from './evidence/evidence.js';
import type { Severity } from './finding.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, inCase, nameOf } from './wording/wording.js';

const BY_CLOSED_SOCKET =
  '{sender} had closed, and its host answered what {receiver} still had on the way like a host without the connection (likely): such a reset takes its number from the acknowledgment in what it answers, which was sent before the FIN came.';
const BY_DEVICE = 'A device on the path resets with a stale number (possible).';
const OVERTAKEN = 'The reset was overtaken by data, or data before it was lost (possible).';
const BLIND = 'Somebody tries to reset the connection blindly (possible).';
const ANY_CITATIONS = [cite.resetValidity, cite.resetInSequence];
/** The receiver waits for an answer to its SYN: nothing was sent before the reset. */
const SYN_SENT = {
  applicationSees:
    '{receiver}: nothing; its connect goes on waiting. {sender}: no connection on its side is known.',
  likelyCauses: [
    'A device on the path, or an incomplete stack, refuses the SYN without acknowledging it (possible): then connect fails only at its timeout.',
    'The reset answers an older segment on this port pair (possible): from an earlier connection, or an old copy of a SYN.',
    BLIND,
  ],
  citations: [cite.resetValidity, cite.synSentReset],
};
const COUNTER = 'On the host of {receiver}, run nstat -az TcpExtTCPChallengeACK.';
const ON_OTHER_SIDE = 'Capture on the other side: did {sender} send it?';
/** Steps and citations, by whether its number lay in the window. */
const CHALLENGED = {
  nextSteps: [COUNTER, ON_OTHER_SIDE],
  // It draws a challenge, which has to get through.
  citations: [
    ...ANY_CITATIONS,
    cite.challengeReset,
    cite.noPawsForReset,
    cite.blindReset,
    cite.challengesLimited,
    cite.middleboxResends,
    cite.middleboxAdvances,
    cite.middleboxDropsChallenge,
  ],
};
const OUTSIDE = {
  nextSteps: [ON_OTHER_SIDE],
  citations: [...ANY_CITATIONS, cite.noPawsForReset, cite.blindReset],
};
/** The exact reset that followed came from a host that considered the connection closed. */
const RESOLVED = {
  applicationSees:
    '{receiver}: nothing from this reset; the exact one that followed ended the connection. {sender}: it considered the connection closed, unless a device on the path answered for it.',
  likelyCauses: [OVERTAKEN.replace('(possible)', '(likely)')],
};
const UNKNOWN_CAUSES = [OVERTAKEN, BY_DEVICE, BLIND];
/** It has the form of a closed socket's answer: its number lies before the window. */
const CLOSED_CAUSES = [BY_CLOSED_SOCKET, OVERTAKEN, BY_DEVICE];
const CLOSED_CITATIONS = [
  ...ANY_CITATIONS,
  cite.closedAnswersReset,
  cite.resetOnFinNumber,
  cite.noPawsForReset,
];
const WHY = 'Check its timeouts, and its log at the time of frame {fin}.';
const STEPS_OF_CLOSED = [`At {sender}: why did it close? ${WHY}`, ON_OTHER_SIDE];
const STEPS_OF_SENDING = [
  `At {sender}: why did it close while {receiver} was sending? ${WHY}`,
  ON_OTHER_SIDE,
];
/** It was not the sender's own. */
const FORGED = {
  applicationSees: 'Nothing on either side: the connection goes on.',
  likelyCauses: [BLIND, BY_DEVICE],
  nextSteps: [
    'Capture nearer to {sender}, hop by hop: where does the reset appear, and with which TTL and MAC address?',
    'Check the logs of the firewalls and load balancers on the path.',
  ],
};
const FORGED_IN_WINDOW = { ...FORGED, nextSteps: [...FORGED.nextSteps, COUNTER] };
/** What was sent before a reset and overtaken by it arrives within this (seconds). */
const STRAGGLING_SECONDS = 0.2;

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
    ...CHALLENGED.citations,
    cite.closedAnswersReset,
    cite.resetOnFinNumber,
    cite.resetBehindGap,
    cite.synSentReset,
  ],
  documentation: {
    meaning:
      'Under RFC 5961, a reset counts only at exactly the next octet that its receiver expects. Elsewhere in the window it draws a challenge ACK, outside the window nothing. The sender believes that the connection is gone while the receiver holds it open; or the sender was never the peer.',
    proof: ['A reset whose number the receiver cannot accept, or a receiver that goes on after it.'],
    notThis: [
      'A second, exact reset in answer to the challenge: the connection ends there, and this stays info.',
      'After the peer’s FIN, a reset with the number of that FIN: Linux accepts it, and closed sockets send it.',
      'A reset right behind octets that came beyond a gap, if selective acknowledgments are agreed on: Linux accepts it.',
      'A stale reset for a connection that had been closed anyway: it stays info.',
      'A reset that a caller in SYN-SENT ignored, if the caller was connected later: it stays info.',
      'A receiver that was not seen to go on: the capture may lack what came before the reset, and this stays info.',
    ],
    applicationSees:
      '{receiver}: nothing. {sender}: if the reset was its own, it considers the connection closed; if not, nothing either.',
    likelyCauses: [
      OVERTAKEN,
      'If {sender} had closed: its host answered what was still on the way (likely).',
      BY_DEVICE,
      BLIND,
      inCase('If the receiver is in SYN-SENT', SYN_SENT.likelyCauses[0]),
      inCase('If the receiver is in SYN-SENT', SYN_SENT.likelyCauses[1]),
    ],
    nextSteps: CHALLENGED.nextSteps,
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
    // Window scales are in the SYNs: without them only the receiver's own behaviour proves anything.
    if (connection.quality.midstream && !wentOn) return null;
    const { verdict, missedBy } = reset.reset;
    // Where the window ends is known only with its scale.
    const isMeasured =
      missedBy < 0 || (missedBy > 0 && !(connection.quality.midstream && verdict !== 'challenged'));
    const sentOn = sentOnAfter(connection, sender, reset);
    const fin = sentOn === null ? closedBefore(sender, reset) : null;
    const exact = exactAfterChallenge(sender, receiver, reset);
    const place = placeOf(verdict, isMeasured ? missedBy : 0);
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
      explanation: `The reset in frame {rst} is ${place}. ${reaction}${exact === null ? '' : ` {sender} answered that with an exact one in frame ${exact.frame}, which ended the connection: a host that sends that considers the connection gone.`}${sentOn === null ? '' : ` {sender} went on sending until frame ${sentOn}: the reset was not its own, but forged or made on the path.`}${fin === null ? '' : ' It has the form of a closed socket’s answer, and {sender} had sent its FIN in frame {fin}.'}`,
      likelyCauses: fin === null ? UNKNOWN_CAUSES : CLOSED_CAUSES,
      ...(verdict === 'challenged' ? CHALLENGED : OUTSIDE),
      ...(verdict === 'ignored' && SYN_SENT),
      ...(exact !== null && RESOLVED),
      ...(fin !== null && {
        nextSteps: receiver.unacknowledgedBytes > 0 ? STEPS_OF_SENDING : STEPS_OF_CLOSED,
        citations: CLOSED_CITATIONS,
      }),
      ...(sentOn !== null && (verdict === 'challenged' ? FORGED_IN_WINDOW : FORGED)),
      frames: [fin, reset.frame, challenge?.frame ?? null, exact?.frame ?? null, sentOn],
      from: reset.time,
      to: challenge?.time ?? reset.time,
      facts: {
        verdict,
        ...(isMeasured && { [missOf(verdict, missedBy)]: Math.abs(missedBy) }),
        receiverWentOn: wentOn,
        senderWentOn: sentOn !== null,
        resets: sender.resetsSent,
      },
      words: {
        receiver: nameOf(receiver),
        sender: nameOf(sender),
        rst: reset.frame,
        fin: finFrameName(sender),
      },
    });
  }),
};

/**
 * Frame of the sender's FIN, if the reset may be what its closed socket answers to older segments (RFC 9293
 * §3.10.7.1): without ACK, with a number that lies before the FIN. Linux sends it without a window.
 */
function closedBefore(sender: Endpoint, { frame, reset }: SeenReset): number | null {
  const fin = finFrame(sender);
  if (fin === null || fin >= frame) return null;
  return !reset.hasAck && reset.window === 0 && reset.missedBy < 0 ? fin : null;
}

/** Where the reset's number lies; `missedBy` is 0 if it is not known by how much it misses. */
function placeOf(verdict: Reset['verdict'], missedBy: number): string {
  const bytes = count(Math.abs(missedBy), 'byte');
  if (verdict === 'ignored') return 'not one that SYN-SENT accepts: it does not acknowledge the SYN';
  if (verdict === 'challenged')
    return `in the window but not exact${missedBy === 0 ? '' : `: ${bytes} beyond what {receiver} expects next`}`;
  const edge = missedBy === 0 ? '' : `, ${bytes} ${missedBy < 0 ? 'before' : 'beyond'} its window`;
  return `outside what the receiver accepts${edge}`;
}

/** The reset that answered the challenge which `reset` had drawn. */
function exactAfterChallenge(sender: Endpoint, receiver: Endpoint, reset: SeenReset): SeenReset | null {
  return findReset(
    sender,
    ({ verdict }, seen) =>
      verdict === 'accepted' &&
      isReset(seen) &&
      challengedBefore(sender, receiver, seen)?.frame === reset.frame,
  );
}

/** The fact that says by how much it misses. */
function missOf(verdict: Reset['verdict'], missedBy: number): string {
  if (verdict === 'challenged') return 'bytesBeyondExpected';
  return missedBy < 0 ? 'bytesBeforeWindow' : 'bytesBeyondWindow';
}

/**
 * The last frame of the supposed sender, if it went on sending as no host does after giving up a connection: not before
 * the connection is open, when an old duplicate may draw a reset (§3.5.2), nor what the reset merely overtook.
 */
function sentOnAfter(connection: Connection, sender: Endpoint, reset: SeenReset): number | null {
  const open = entered(sender, 'ESTABLISHED');
  const last = sender.lastSegment;
  const lastReset = lastMilestone(sender, 'reset');
  if (open?.frame == null || open.frame > reset.frame || last === null || lastReset === null) return null;
  if (reset.reset.trigger !== null || last.frame <= lastReset.frame) return null;
  const since = secondsBetween(lastReset.time, last.time);
  return lasted(connection, reset.frame, since, STRAGGLING_SECONDS) ? last.frame : null;
}

function severityOf(
  connection: Connection,
  sender: Endpoint,
  receiver: Endpoint,
  reset: SeenReset,
): Severity {
  const resolved = findReset(sender, ({ verdict }) => verdict === 'accepted') !== null;
  const closedInOrder = connection.client.finSent && connection.server.finSent;
  const over = receiver.finalState === 'CLOSED' || receiver.finalState === 'TIME-WAIT';
  // A caller that got its answer later has lost nothing by it.
  const connected = reset.reset.verdict === 'ignored' && opened(receiver);
  return resolved || connected || (closedInOrder && over) ? 'info' : 'warning';
}
