import type { Connection, Endpoint, Transition } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, lasted, milestone } from './evidence.js';
import type { Finding } from './finding.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { duration, nameOf, round } from './wording.js';

const SINGLE_CAUSES = [
  'A program that gave up, or was ended, within a second (possible): another of its attempts, to another address, may have been answered first.',
  'A scanner, which makes its own SYNs and sends each once (possible): then there are many, to many ports or hosts.',
  'The host of {caller} lost its network right after (possible).',
  'Whatever else keeps an answer from coming: a firewall that drops, a host that is down, a full queue (possible).',
];

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
        'How long nothing must have come since the first SYN: time for one lost SYN and its repetition.',
    },
  },
  signs: ['syn-repeated', 'unfinished'],
  needs: 'both',
  explains: [],
  related: [
    'connection-refused',
    'service-answers-others',
    'syn-ack-unanswered',
    'icmp-unreachable',
    'accept-queue-overflow',
  ],
  citations: [
    cite.synLimit,
    cite.synLikeData,
    cite.firstTimeout,
    cite.backoff,
    cite.connectTimedOut,
    cite.synRetries,
    cite.synDropped,
  ],
  documentation: {
    meaning:
      'The SYN was sent several times, and neither a SYN-ACK nor a reset came back. Somewhere the packets disappear: a firewall that drops, a host that is down, a missing route back, or a listener whose queue is full, as Linux then drops SYNs in silence.',
    proof: [
      'At least two SYNs of {caller}, and no segment of {listener} at all.',
      'One SYN alone is told as info: its sender gave up before it had to repeat it, or never meant to.',
    ],
    notThis: [
      'A reset: connection-refused.',
      'A capture that holds one direction only.',
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
      'There: nstat -az TcpExtListenOverflows TcpExtListenDrops.',
      'On the link of {listener}: an ARP or neighbour request that nobody answers means that the host is off it (ip neigh), an answer that something drops the SYN. This report does not look at ARP.',
      'What others met at the same port, before and after: service-answers-others tells, where the capture holds them.',
    ],
    example: { fixture: 'syn-unanswered', capture: 'client' },
  },
  check: eachEndpoint((caller, listener, connection, { captureEnd, options }) => {
    if (listener.segments > 0) return null;
    const repeated = milestone(caller, 'syn-repeated');
    const syn = entered(caller, 'SYN-SENT');
    if (syn === null) return null;
    const waitedSeconds = secondsBetween(syn.time, captureEnd);
    if (!lasted(connection, syn.frame, waitedSeconds, options.waitSeconds)) return null;
    if (repeated === null) return single(caller, listener, connection, syn, waitedSeconds);
    const seconds = secondsBetween(syn.time, repeated.lastTime);
    return reportFinding(synUnanswered, connection, {
      endpoint: caller.role,
      confidence: 'observed',
      title: '{caller} sent {count} SYNs to {listener} over {time} without any answer',
      explanation:
        'The SYN in frame {first} was repeated until frame {last}; nothing came back, no SYN-ACK and no reset.',
      frames: [syn.frame, repeated.frame, repeated.lastFrame],
      from: syn.time,
      to: repeated.lastTime,
      facts: { transmissions: repeated.count + 1, seconds: round(seconds) },
      words: {
        caller: nameOf(caller),
        listener: nameOf(listener),
        count: repeated.count + 1,
        time: duration(seconds),
        first: syn.frame ?? '?',
        last: repeated.lastFrame,
      },
    });
  }),
};

/** A SYN that nobody answered, and that its sender had time to repeat. */
function single(
  caller: Endpoint,
  listener: Endpoint,
  connection: Connection,
  syn: Transition,
  waitedSeconds: number,
): Finding | null {
  // An ICMP error is an answer: icmp-unreachable tells of it.
  if (caller.finalState !== 'SYN-SENT' || milestone(caller, 'icmp-error') !== null) return null;
  return reportFinding(synUnanswered, connection, {
    endpoint: caller.role,
    severity: 'info',
    confidence: 'observed',
    title: '{caller} sent one SYN to {listener} without any answer',
    explanation:
      'The SYN in frame {first} was neither answered nor repeated in the {waited} to the end of the capture. A kernel repeats it after a second (RFC 6298 §2): whoever sent it had given up before, or sends each SYN once.',
    applicationSees:
      '{caller}: connect had not returned when its program gave up, if it was a program that called connect. {listener}: nothing.',
    likelyCauses: SINGLE_CAUSES,
    frames: [syn.frame],
    from: syn.time,
    to: syn.time,
    facts: { transmissions: 1, waitedSeconds: round(waitedSeconds) },
    words: {
      caller: nameOf(caller),
      listener: nameOf(listener),
      waited: duration(waitedSeconds),
      first: syn.frame ?? '?',
    },
  });
}
