import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  acknowledgedAfterPeerFin,
  eachEndpoint,
  finFrame,
  finFrameName,
  gradedBy,
  heldInCloseWait,
  lasted,
  lastMilestone,
  milestone,
  missedSince,
} from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { STUCK_SECONDS } from './thresholds.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, inCase, nameOf, round, ssFilter } from './wording/wording.js';

const CITATIONS = [cite.halfCloseAllowed, cite.closeInCloseWait, cite.finWait2Meaning, cite.finTimeout];
const WINDOW_CLOSED_CITATIONS = [...CITATIONS, cite.windowMayStayClosed];
const CAUSES = [
  'The application of {sender} waits for something else, or forgot the connection (possible).',
  'That application has finished, but does not close its side (possible).',
];
const WINDOW_CLOSED_CAUSES = [
  'The program at {closer} no longer reads, so its receive buffer is full (likely).',
  'The application of {sender} has finished all the same, and does not close its side (possible): its kernel would have probed the window if there were more to send.',
];
const WINDOW_CLOSED_STEPS = [
  'On the host of {closer}, ss -tanpo shows a large Recv-Q for this connection; then take a stack dump of the owner.',
  "On the host of {sender}, run ss -tanpo state close-wait '( {filter} )': Send-Q shows whether there is more to send.",
];

/** A half-closed connection carried data for a while and then neither data nor a close. */
export const halfCloseStalled: Rule = {
  id: 'half-close-stalled',
  family: 'teardown',
  severity: 'warning',
  summary: 'A half-closed connection carried data and then fell silent without being closed.',
  options: {
    stalledSeconds: {
      ...STUCK_SECONDS,
      description:
        'How long the silence after the last data may last before it counts as stalled; the same limit as for a stuck CLOSE-WAIT. Raise it for services that push data rarely.',
    },
  },
  signs: ['data-after-peer-fin'],
  needs: 'both',
  explains: ['close-wait-stuck', 'fin-wait-2-stuck', 'half-close'],
  related: ['half-close', 'close-wait-stuck', 'fin-wait-2-stuck', 'zero-window-stall'],
  citations: WINDOW_CLOSED_CITATIONS,
  documentation: {
    meaning:
      'After one side’s FIN the other used the open direction, as it may, but then stopped: no more data, no FIN, no reset. One side waits in FIN-WAIT-2 for data or the end, the other sits in CLOSE-WAIT. Nothing in TCP ends this.',
    proof: [
      'A half-close in use: data from {sender} after the FIN of {closer}, and its acknowledgment.',
      'All of that data acknowledged. With the window of {closer} open, {sender} is free to go on; if it is closed, and {sender} does not probe it, the finding says so.',
      'Nothing from {sender} for stalledSeconds, neither new nor repeated data, to the end of the capture.',
    ],
    notThis: [
      'Data that still flows: half-close.',
      'A closed window of the closing side that {sender} probes: zero-window-stall.',
      'Last data that was never acknowledged: peer-unresponsive.',
    ],
    applicationSees:
      '{closer}: its read blocks, waiting for more data or the end. {sender}: read returns 0, and write would work.',
    likelyCauses: [...CAUSES, inCase('If the window of {closer} is closed', WINDOW_CLOSED_CAUSES[0])],
    nextSteps: [
      "On the host of {sender}, run ss -tanpo state close-wait '( {filter} )', and take a stack dump of the owner.",
      'Check whether the protocol marks the end of the answer other than by a close.',
    ],
    example: { fixture: 'half-close-stalled', capture: 'server' },
  },
  check: eachEndpoint((sender, closer, connection, { captureEnd, options }) => {
    const data = milestone(sender, 'data-after-peer-fin');
    if (data === null || sender.unacknowledgedBytes > 0 || acknowledgedAfterPeerFin(sender) === 0)
      return null;
    const held = heldInCloseWait(sender);
    if (held === null || closer.resetsSent > 0) return null;
    // A side that probes has something to send: only the closed window is in its way.
    if (closer.windowClosed && milestone(sender, 'window-probe') !== null) return null;
    if (missedSince(sender, data.lastFrame)) return null;
    // What was lost had to be sent again first.
    const repeated = lastMilestone(sender, 'retransmission-run');
    const last = repeated !== null && repeated.lastFrame > data.lastFrame ? repeated : data;
    const stalledSeconds = secondsBetween(last.lastTime, captureEnd);
    if (!lasted(connection, last.lastFrame, stalledSeconds, options.stalledSeconds)) return null;
    return reportFinding(halfCloseStalled, connection, {
      endpoint: sender.role,
      confidence: gradedBy(connection, 'observed'),
      title: `Half-closed connection stalled: {sender} has sent nothing for {stalled}${closer.windowClosed ? ', and the window of {closer} is closed' : ''}`,
      explanation: `{closer} sent its FIN in frame {fin}. {sender} went on to send {bytes}, the last in frame {last}, all acknowledged; then it sent neither data nor FIN nor RST. {closer} is in FIN-WAIT-2, {sender} in CLOSE-WAIT.${closer.windowClosed ? ' The last window of {closer} was zero: its program does not read what it asked for, and {sender} may send neither data nor FIN until it does. No probe from {sender} was captured, so it may have nothing more to send.' : ''}`,
      citations: CITATIONS,
      likelyCauses: CAUSES,
      ...(closer.windowClosed && {
        likelyCauses: WINDOW_CLOSED_CAUSES,
        nextSteps: WINDOW_CLOSED_STEPS,
        citations: WINDOW_CLOSED_CITATIONS,
      }),
      frames: [finFrame(closer), held.frame, data.frame, data.lastFrame, last.lastFrame],
      from: last.lastTime,
      to: captureEnd,
      facts: {
        stalledSeconds: round(stalledSeconds),
        bytesAfterFin: data.value,
        windowClosed: closer.windowClosed,
      },
      words: {
        sender: nameOf(sender),
        closer: nameOf(closer),
        stalled: duration(stalledSeconds),
        bytes: count(data.value, 'byte'),
        fin: finFrameName(closer),
        last: data.lastFrame,
        filter: ssFilter(sender, closer),
      },
    });
  }),
};
