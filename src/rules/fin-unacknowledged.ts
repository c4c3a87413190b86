import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  clockDoubt,
  eachEndpoint,
  entered,
  gradedBy,
  lasted,
  latest,
  milestone,
  silentSince,
} from './evidence.js';
import { causesOfSilence } from './host-fate.js';
import { LOST_NEIGHBOUR_CITATIONS, lostNeighbour, withLostNeighbour } from './neighbours.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { MINIMUM_RETRANSMISSIONS } from './thresholds.js';
import { duration, nameOf, round, ssFilter } from './wording.js';

/** A FIN is sent again and again, and nobody acknowledges it. */
export const finUnacknowledged: Rule = {
  id: 'fin-unacknowledged',
  family: 'teardown',
  severity: 'error',
  summary: 'A FIN was retransmitted and never acknowledged: stuck in FIN-WAIT-1.',
  options: { minimumRetransmissions: MINIMUM_RETRANSMISSIONS },
  signs: ['fin-repeated'],
  needs: 'both',
  explains: [],
  related: ['last-ack-stuck', 'peer-unresponsive', 'zero-window-stall'],
  citations: [
    cite.finRetransmitted,
    cite.retransmissionLimits,
    cite.backoff,
    cite.timeouts,
    cite.orphanRetries,
    ...LOST_NEIGHBOUR_CITATIONS,
  ],
  documentation: {
    meaning:
      'A FIN has to be acknowledged like data. It was sent several times, and no acknowledgment covers it: the other host, or the path to it, has stopped answering. The closer stays in FIN-WAIT-1 until its kernel gives up, silently. If it stops earlier than that, its host may no longer find the next one on its link.',
    proof: [
      'The FIN of {closer} and at least minimumRetransmissions repetitions of it, over at least a second.',
      'No segment of {peer} whose acknowledgment covers it.',
    ],
    notThis: [
      'One or two quick repetitions: a tail loss probe, or a delayed acknowledgment.',
      'The second FIN of a connection: last-ack-stuck.',
      'A closed window of {peer} that keeps the FIN back: zero-window-stall.',
      'Data before the FIN that is unanswered as well: peer-unresponsive.',
    ],
    applicationSees:
      '{closer}: close() returned at once and reports nothing. {peer}: probably nothing, its host may be gone.',
    likelyCauses: [
      ...causesOfSilence('peer'),
      'A firewall lets no FIN through (possible): then it arrives on no connection.',
    ],
    nextSteps: [
      "On the host of {closer}: ss -tanpo state fin-wait-1 '( {filter} )'.",
      'sysctl net.ipv4.tcp_orphan_retries net.ipv4.tcp_max_orphans',
      'Capture at the host of {peer} to see whether the FIN arrives.',
    ],
    example: { fixture: 'fin-unacknowledged', capture: 'client' },
  },
  check: eachEndpoint((closer, peer, connection, { captureEnd, options }) => {
    if (closer.finalState !== 'FIN-WAIT-1' && closer.finalState !== 'CLOSING') return null;
    const repeated = milestone(closer, 'fin-repeated');
    const sent = entered(closer, 'FIN-WAIT-1');
    if (repeated === null || sent === null || repeated.count < options.minimumRetransmissions) return null;
    if (milestone(closer, 'fin-covered') !== null || peer.windowClosed) return null;
    const seconds = secondsBetween(sent.time, repeated.lastTime);
    if (!lasted(connection, sent.frame, seconds, 1)) return null;
    // Gaps that double: the last one is about half of it all, and twice that without a FIN is the end.
    const isTimed = clockDoubt(connection, sent.frame) === 0;
    const asked = lostNeighbour(closer, peer);
    const lastTry =
      asked?.isOwnHost === true ? latest(repeated.lastTime, asked.run.lastTime) : repeated.lastTime;
    const tried = secondsBetween(sent.time, lastTry);
    const stopped = isTimed && secondsBetween(lastTry, captureEnd) > 1.1 * tried;
    const silent = silentSince(peer, repeated);
    return reportFinding(
      finUnacknowledged,
      connection,
      withLostNeighbour(finUnacknowledged, closer, peer, 'peer', {
        endpoint: closer.role,
        confidence: gradedBy(connection, 'observed'),
        title: '{closer} sent its FIN {count} times over {time} without an acknowledgment',
        explanation: `The FIN of {closer} in frame {fin} was sent again until frame {last}, and no segment of {peer} covers it. ${silent ? '{peer} was silent in that time.' : '{peer} still sent segments, but none that acknowledges the FIN.'}${stopped ? ` Then {closer} stopped, and no packet says why: it gave up${silent && asked === null ? ', or its host no longer finds the next one on its link and sends ARP or neighbour discovery requests only, which this capture does not hold' : ''}.` : ''}`,
        frames: [sent.frame, repeated.frame, repeated.lastFrame],
        from: sent.time,
        to: repeated.lastTime,
        facts: { transmissions: repeated.count + 1, seconds: round(seconds), stopped, peerSilent: silent },
        words: {
          closer: nameOf(closer),
          peer: nameOf(peer),
          count: repeated.count + 1,
          time: duration(seconds),
          fin: sent.frame ?? '?',
          last: repeated.lastFrame,
          filter: ssFilter(closer, peer),
        },
      }),
    );
  }),
};
