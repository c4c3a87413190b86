import type { Endpoint, Milestone } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, firstSent, gradedBy, hasData, silentSince } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round, times } from './wording/wording.js';

const CAUSES = [
  'The path lost all it carried for that time, as with a roaming client, a route that changed or a full queue (possible): other connections over it stall at the same moments.',
  'The host of {receiver} processed nothing for that time, like a suspended or migrated virtual machine (possible): then all of its connections stall, and it sends nothing either.',
  'The acknowledgments were lost on the way back (possible): then {receiver} reports the copies as already received (DSACK).',
];
const TOO_LARGE =
  'The copies were too large for the path, and a smaller one got through (possible): MTU probing makes them shrink.';

/** The same octets had to be sent again and again before they were acknowledged: meanwhile nothing moved. */
export const deliveryStall: Rule = {
  id: 'delivery-stall',
  family: 'delivery',
  severity: 'warning',
  summary:
    'Data was acknowledged only after it had been sent several times: the connection stalled meanwhile.',
  options: {
    minimumRetransmissions: MINIMUM_RETRANSMISSIONS,
    warningSeconds: {
      unit: 'seconds',
      default: 5,
      minimum: 0.2,
      maximum: 3600,
      description:
        'From this length on it is a warning, by judgement: many programs wait no longer for an answer. Below, it is info.',
    },
  },
  signs: ['retransmission-run'],
  needs: 'both',
  explains: [],
  related: ['retransmission-storm', 'peer-unresponsive', 'pmtu-black-hole', 'zero-window-stall'],
  citations: [cite.retransmission, cite.firstLimit, cite.backoff],
  documentation: {
    meaning:
      'One lost segment costs a round trip or a retransmission timeout. If its copies are lost as well, the timer doubles each time, and the sender may send nothing else: a path that was gone for three seconds holds up the connection for six. From a first limit on (R1), which should be at least three copies, RFC 9293 has TCP report to the network layer that delivery is in trouble. In the end the data came through, so the programs saw nothing but the delay.',
    proof: [
      'At least minimumRetransmissions copies of the same octets of {sender}, one after the other, without a segment from {receiver} between them.',
      'The octets were acknowledged in the end.',
      'A warning if the last copy was sent warningSeconds or more after the original.',
    ],
    notThis: [
      'Copies that stay unacknowledged to the end: peer-unresponsive.',
      'A FIN alone that is repeated: last-ack-stuck, fin-unacknowledged.',
      'Probes of a closed window: zero-window-stall.',
      'Copies that only the capture has: capture-duplicates.',
    ],
    applicationSees:
      '{sender}: write returns until the send buffer is full, and the answer comes that much later. {receiver}: its read blocks for as long. Neither side sees an error, unless the program has a timeout of its own.',
    likelyCauses: [
      inCase('If a copy larger than all that had been acknowledged was followed by a smaller one', TOO_LARGE),
      ...CAUSES,
    ],
    nextSteps: [
      'Check what other connections over the same path did between frames {first} and {last}.',
      'Capture at the other end as well: that shows on which side of this capture point the copies were lost.',
      'On the host of {sender}, run nstat -az TcpExtTCPTimeouts TcpRetransSegs; ss -tino shows rto and backoff while it lasts.',
    ],
    example: { fixture: 'delivery-stall', capture: 'client' },
  },
  check: eachEndpoint((sender, receiver, connection, { options }) => {
    const stalls = sender.milestones.filter(
      (run) =>
        run.kind === 'retransmission-run' &&
        run.count >= options.minimumRetransmissions &&
        hasData(run) &&
        isAcknowledged(run, sender, receiver),
    );
    if (stalls.length === 0) return null;
    const longest = stalls.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a));
    const seconds = lengthOf(longest);
    return reportFinding(deliveryStall, connection, {
      endpoint: sender.role,
      severity: seconds >= options.warningSeconds ? 'warning' : 'info',
      confidence: gradedBy(connection, 'observed'),
      title: '{sender} had to send the same data {count} over {time} before it was acknowledged',
      explanation: `{sender} sent the same octets again ${times(longest.count)}, in frames {first} to {last}, the last copy {time} after the original. {receiver} sent nothing in between. Then the connection went on.${stalls.length > 1 ? ` This happened ${times(stalls.length)} on this connection; this stall was the longest.` : ''}`,
      likelyCauses: mayHaveBeenTooLarge(longest) ? [TOO_LARGE, ...CAUSES] : CAUSES,
      frames: [longest.frame, longest.lastFrame],
      from: firstSent(longest),
      to: longest.lastTime,
      facts: { transmissions: longest.count + 1, seconds: round(seconds), stalls: stalls.length },
      words: {
        sender: nameOf(sender),
        receiver: nameOf(receiver),
        count: times(longest.count + 1),
        time: duration(seconds),
        first: longest.frame,
        last: longest.lastFrame,
      },
    });
  }),
};

/** From the original to its last copy, in seconds. */
function lengthOf(run: Milestone): number {
  return secondsBetween(firstSent(run), run.lastTime);
}

/** The path may have been too narrow for its copies, up to the smaller one that followed. */
function mayHaveBeenTooLarge({ retransmitted }: Milestone): boolean {
  return retransmitted?.shrunk === true && retransmitted.dontFragment;
}

/** What the run repeats was acknowledged in the end, as far as the capture shows: all was, or the sender went on. */
function isAcknowledged(run: Milestone, sender: Endpoint, receiver: Endpoint): boolean {
  if (silentSince(receiver, { frame: run.lastFrame, time: run.lastTime })) return false;
  return (
    sender.unacknowledgedBytes === 0 ||
    (sender.lastNewData !== null && sender.lastNewData.frame > run.lastFrame)
  );
}
