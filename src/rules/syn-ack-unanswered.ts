import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, lasted, milestone, opened } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round, times } from './wording/wording.js';

const WAY_BACK =
  'The way back to the caller loses packets, or a firewall there drops the SYN-ACK (possible).';
const FORGED =
  'The SYN had a forged address, as in a SYN flood (possible): then nothing else comes from that address.';
const SCAN =
  'The caller scans ports and wants no connection (possible): then it sends SYNs to many ports, and answers no SYN-ACK.';

const CITATIONS = [cite.synReceivedAck, cite.synLimit, cite.synAckRetries];
const CALLER_IS_THERE = {
  applicationSees:
    '{listener}: accept never returns this connection. {caller}: connect times out, if it misses the SYN-ACK.',
  likelyCauses: [WAY_BACK, SCAN],
  citations: CITATIONS,
};

/** The causes left if other calls of the caller show that it scans the host. */
export const CAUSES_OF_SCANNED: readonly string[] = [SCAN.replace('possible', 'likely'), WAY_BACK];

/** The listener answered, and the handshake never ended. */
export const synAckUnanswered: Rule = {
  id: 'syn-ack-unanswered',
  family: 'handshake',
  severity: 'warning',
  summary: 'A SYN-ACK was repeated and never acknowledged: the handshake was not completed.',
  options: {
    waitSeconds: {
      unit: 'seconds',
      default: 3,
      minimum: 0,
      maximum: 600,
      description:
        'How long the silence after the first SYN-ACK must last: time for one lost SYN-ACK and its repetition.',
    },
  },
  signs: ['syn-ack-repeated'],
  needs: 'both',
  explains: [],
  related: ['syn-unanswered', 'handshake-delayed', 'accept-queue-overflow', 'handshake-aborted'],
  citations: [...CITATIONS, cite.synFlood],
  documentation: {
    meaning:
      'The listener answered the SYN and repeated its answer, but the caller’s acknowledgment never came. Either the SYN-ACK does not reach the caller, or the caller does not exist: its address was forged, or it went away.',
    proof: [
      'A SYN-ACK from {listener} and at least one repetition.',
      'No acceptable acknowledgment from {caller}.',
    ],
    notThis: [
      'A captured acknowledgment, although the SYN-ACK is repeated: accept-queue-overflow.',
      'A reset from the caller: handshake-aborted.',
    ],
    applicationSees:
      '{listener}: accept never returns this connection. {caller}, if it exists: connect times out if the SYN-ACK does not arrive.',
    likelyCauses: [
      WAY_BACK,
      FORGED,
      SCAN,
      'The caller’s host vanished (possible): then nothing more is heard from it, on any connection.',
    ],
    nextSteps: [
      'Capture at {caller}: does the SYN-ACK arrive?',
      'On the host of {listener}, run ss -Htan state syn-recv | wc -l.',
    ],
    example: { fixture: 'syn-ack-unanswered', capture: 'server' },
  },
  check: eachEndpoint((listener, caller, connection, { captureEnd, options }) => {
    const repeated = milestone(listener, 'syn-ack-repeated');
    const answered = entered(listener, 'SYN-RECEIVED');
    if (repeated === null || answered === null || opened(listener)) return null;
    if (caller.resetsSent > 0 || caller.payloadBytes > 0) return null;
    const waitedSeconds = secondsBetween(answered.time, captureEnd);
    if (!lasted(connection, answered.frame, waitedSeconds, options.waitSeconds)) return null;
    const seconds = secondsBetween(answered.time, repeated.lastTime);
    const heardSince = caller.lastSegment !== null && caller.lastSegment.frame > (answered.frame ?? 0);
    return reportFinding(synAckUnanswered, connection, {
      endpoint: listener.role,
      confidence: 'observed',
      title: '{listener} repeated its SYN-ACK to {caller} {count}; the handshake was never completed',
      explanation:
        'The SYN-ACK in frame {first} was repeated {count}, the last time in frame {last}, over {time}; no acknowledgment from {caller} came.',
      // A caller that repeats its SYN is there, and misses the answer.
      ...(heardSince && CALLER_IS_THERE),
      frames: [answered.frame, repeated.frame, repeated.lastFrame],
      from: answered.time,
      to: repeated.lastTime,
      facts: { repetitions: repeated.count, seconds: round(seconds) },
      words: {
        listener: nameOf(listener),
        caller: nameOf(caller),
        count: times(repeated.count),
        time: duration(seconds),
        first: answered.frame ?? '?',
        last: repeated.lastFrame,
      },
    });
  }),
};
