import { cite } from './citations.js';
import { eachEndpoint, finFrame, finFrameName, gradedBy, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, nameOf } from './wording/wording.js';

const OF_DATA = [cite.finMeansNoMoreData, cite.noSendAfterClose, cite.textAfterFin];
const SECOND_FIN = {
  applicationSees: 'Nothing of the second FIN: it brought no data, and the first had marked the end already.',
  citations: [cite.finMeansNoMoreData, cite.noSecondFin],
};

/** An endpoint sent what the protocol rules out: data beyond its own FIN, or a second FIN elsewhere. */
export const dataAfterOwnFin: Rule = {
  id: 'data-after-own-fin',
  family: 'teardown',
  severity: 'error',
  summary: 'An endpoint sent new data beyond its own FIN, or a second FIN at a different number.',
  options: {},
  signs: ['data-beyond-own-fin'],
  needs: 'either',
  explains: [],
  related: ['rst-origin-suspect'],
  citations: [...OF_DATA, cite.noSecondFin],
  documentation: {
    meaning:
      'A FIN says that no more data follows, so octets beyond it, or another FIN elsewhere, break the protocol. The stacks of operating systems do not do this; something between the ends that rewrites sequence numbers, or a proxy or VPN with a small stack of its own, may. Octets beyond a FIN that the other side has accepted are lost; a second FIN alone loses nothing.',
    proof: [
      'The FIN of {sender}, and a later segment from it with new octets beyond that, or with a FIN at a different number.',
    ],
    notThis: [
      'A retransmission of data from before the FIN.',
      'A keep-alive that repeats the number of the FIN.',
      'A new connection on the same 4-tuple.',
      'A stray segment so far away that the receiver’s window cannot hold it.',
    ],
    applicationSees:
      'The receiver ignores such data; the sender may see a stall or a reset. A second FIN alone is visible to neither.',
    likelyCauses: [
      'A device on the path that rewrites sequence numbers incorrectly (possible).',
      'A broken TCP stack, such as that of a user-space proxy or VPN (possible).',
      'Two connections on the same 4-tuple that the capture does not separate (possible).',
    ],
    nextSteps: ['Capture on the other side of the suspected device and compare the sequence numbers.'],
    example: { fixture: 'data-after-own-fin', capture: 'server' },
  },
  check: eachEndpoint((sender, _peer, connection) => {
    const beyond = milestone(sender, 'data-beyond-own-fin');
    if (beyond === null) return null;
    const bytes = beyond.value;
    // Only the peer can confirm that the FIN was real: it would not acknowledge a damaged or injected one.
    const finTaken = milestone(sender, 'fin-covered') !== null;
    return reportFinding(dataAfterOwnFin, connection, {
      endpoint: sender.role,
      ...(bytes === 0 || !finTaken ? { severity: 'warning' } : {}),
      // Segments put together or cut by the capturing host can have wrong lengths.
      confidence: connection.quality.offloaded || !finTaken ? 'possible' : gradedBy(connection, 'observed'),
      title: bytes === 0 ? '{sender} sent a second FIN' : '{sender} sent {bytes} beyond its own FIN',
      explanation: `The FIN of {sender} is in frame {fin}; ${bytes === 0 ? 'frame {frame} has another one at a different number' : 'frame {frame} goes beyond it'}.${finTaken ? '' : ' The peer was not seen to acknowledge that FIN, which may be damaged or not from {sender}.'}`,
      ...(bytes === 0 ? SECOND_FIN : { citations: OF_DATA }),
      frames: [finFrame(sender), beyond.frame, beyond.lastFrame],
      from: beyond.time,
      to: beyond.lastTime,
      facts: { bytesBeyondFin: bytes, segments: beyond.count },
      words: {
        sender: nameOf(sender),
        bytes: count(bytes, 'byte'),
        fin: finFrameName(sender),
        frame: beyond.frame,
      },
    });
  }),
};
