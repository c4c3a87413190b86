import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, findReset, lasted, milestone, wasInTimeWait } from './evidence/evidence.js';
import { lastUndelivered } from './evidence/icmp-errors.js';
import { LOST_NEIGHBOUR_CITATIONS, reportSilence } from './evidence/neighbours.js';
import type { Rule } from './rule.js';
import { duration, nameOf, round } from './wording/wording.js';

const IGNORED_IN_TIME_WAIT =
  '{listener} ignores the SYN in TIME-WAIT, as it is not newer than the old connection, or its answer is dropped on the way (possible): see time-wait-port-reuse on that connection.';

/** Nobody answers the SYN. */
export const synUnanswered: Rule = {
  id: 'syn-unanswered',
  family: 'handshake',
  severity: 'error',
  summary: 'A connection attempt got no answer of any kind.',
  options: {
    waitSeconds: {
      unit: 'seconds',
      default: 3,
      minimum: 0,
      maximum: 600,
      description:
        'How long the silence after the first SYN must last: time for one lost SYN and its repetition.',
    },
  },
  signs: ['syn-repeated'],
  needs: 'both',
  explains: [],
  related: [
    'connection-refused',
    'service-answers-others',
    'syn-ack-unanswered',
    'handshake-delayed',
    'icmp-unreachable',
    'accept-queue-overflow',
    'time-wait-port-reuse',
  ],
  citations: [
    cite.synLimit,
    cite.synLikeData,
    cite.firstTimeout,
    cite.backoff,
    cite.connectTimedOut,
    cite.synRetries,
    cite.synDropped,
    ...LOST_NEIGHBOUR_CITATIONS,
  ],
  documentation: {
    meaning:
      'The SYN was sent several times, and neither a SYN-ACK nor a reset came back. Somewhere the packets disappear: a firewall that drops them, a host that is down, a missing route back, or a listener whose queue is full, as Linux then silently drops SYNs.',
    proof: ['At least two SYNs from {caller}, and no segment from {listener} at all.'],
    notThis: [
      'A single SYN: its sender gave up before it had to repeat it, or is a scanner, which sends each once: recurring-finding reports many of them.',
      'A reset: connection-refused.',
      'A capture that holds one direction only: if other connections show that it misses what {listener} sends, the finding is possible info.',
      'An answer with the numbers of an earlier connection on the same ports: time-wait-port-reuse or half-open-syn-challenge, on that connection.',
      'A capture that ends within waitSeconds of the first SYN.',
    ],
    applicationSees:
      '{caller}: connect blocks and then fails with ETIMEDOUT, on Linux after about 130 s; EHOSTUNREACH if ARP or ICMP reports an error.',
    likelyCauses: [
      'A firewall drops the SYN (possible).',
      'The host is down, or the address is wrong (possible).',
      'The way back is broken (possible).',
      'The listener’s queue is full, if the same port answers others at the same time (possible).',
    ],
    nextSteps: [
      'Capture at the host of {listener}: do the SYNs arrive?',
      'There, run nstat -az TcpExtListenOverflows TcpExtListenDrops.',
      'On the link of {listener}: an unanswered ARP or neighbour request means that the host is off the link (ip neigh), an answer that something drops the SYN.',
      'Check what others met at the same port, before and after: service-answers-others reports it, if the capture holds them.',
    ],
    example: { fixture: 'syn-unanswered', capture: 'client' },
  },
  check: eachEndpoint((caller, listener, connection, { captureEnd, options }) => {
    const repeated = milestone(caller, 'syn-repeated');
    const syn = entered(caller, 'SYN-SENT');
    if (repeated === null || syn === null || listener.segments > 0) return null;
    const held = milestone(listener, 'held-before');
    // The previous connection got the answers, and rules look at them there.
    if (held !== null && held.count > 1) return null;
    const metTimeWait = wasInTimeWait(listener);
    const waitedSeconds = secondsBetween(syn.time, captureEnd);
    if (!lasted(connection, syn.frame, waitedSeconds, options.waitSeconds)) return null;
    const seconds = secondsBetween(syn.time, repeated.lastTime);
    const reported = lastUndelivered(caller) !== null;
    const gaveUp = findReset(caller, (_, { frame }) => frame > repeated.lastFrame);
    return reportSilence(synUnanswered, connection, caller, listener, 'listener', {
      endpoint: caller.role,
      confidence: 'observed',
      title: '{caller} sent {count} SYNs to {listener} over {time} without any answer',
      explanation: `The SYN in frame {first} was repeated until frame {last}; ${reported ? 'neither a SYN-ACK nor a reset came back, only ICMP errors' : 'nothing came back, no SYN-ACK and no reset'}.${gaveUp === null ? '' : ' {caller} gave up with a reset of its own in frame {rst}.'}${metTimeWait ? ` In this capture, {listener} was in TIME-WAIT of connection ${connection.predecessor}, on the same ports, when the SYN came.` : ''}`,
      ...(metTimeWait && {
        likelyCauses: [IGNORED_IN_TIME_WAIT, ...synUnanswered.documentation.likelyCauses],
      }),
      frames: [syn.frame, repeated.frame, repeated.lastFrame, gaveUp?.frame ?? null],
      from: syn.time,
      to: repeated.lastTime,
      facts: {
        transmissions: repeated.count + 1,
        seconds: round(seconds),
        ...(metTimeWait && { metTimeWait }),
      },
      words: {
        caller: nameOf(caller),
        listener: nameOf(listener),
        count: repeated.count + 1,
        time: duration(seconds),
        first: syn.frame ?? '?',
        last: repeated.lastFrame,
        rst: gaveUp?.frame ?? '?',
      },
    });
  }),
};
