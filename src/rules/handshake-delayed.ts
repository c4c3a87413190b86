import type { Endpoint } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import {
  eachEndpoint,
  entered,
  findReset,
  gradedBy,
  isProven,
  lasted,
  milestone,
  wasInTimeWait,
} from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round, times } from './wording/wording.js';

const QUEUE_FULL =
  'The accept queue of {listener} was full, and its host silently dropped the SYN, as Linux does (possible): then nstat there counts TcpExtListenOverflows.';
const PATH =
  'The path lost SYNs or their answers, by chance or under load (possible): then data of this connection and of others over it is sent again as well.';
const NAT_COLLISION =
  'A device that translates addresses, such as a container’s host, gave two calls at one moment the same port, and dropped one, as Linux does (possible): conntrack -S there counts insert_failed.';
const LIMIT =
  'A firewall on the way that limits connections, or their rate, dropped the SYN (possible): then it did not arrive at {listener}.';
const NOT_READY =
  'Something on the way was not ready yet, such as a route, a tunnel, the answer to an ARP request, or a virtual machine or container that was starting (possible): then only the first calls after a pause are late.';

/** SYN-ACKs had been captured before the caller's last SYN. */
const LOST_ANSWER =
  'The path between the capture point and {caller} lost the SYN-ACK (possible): then it loses data from {listener} as well.';
const NOT_TAKEN_IN =
  'The host of {caller} did not accept the SYN-ACK, as a firewall there dropped it or the host was stalled (possible): a capture at its host shows it.';

const LONG_ROUND_TRIP =
  'The round trip is longer than the timeout of {caller} for a first SYN, a second on most systems (possible): then every handshake over this path is late, and the copies are needless.';

/** Only one answer came, and it was accepted. */
const CAUSES_OF_LATE_ANSWER: readonly string[] = [
  LONG_ROUND_TRIP,
  'The host of {listener}, or a device that answers for it, was busy (possible): then the answers to its data come sooner.',
];

const AT_LISTENER = 'Capture at {listener}: does each SYN arrive, and is each answered?';
const QUEUE_STEP =
  "On the host of {listener}, run nstat -az TcpExtListenOverflows TcpExtListenDrops; ss -ltn 'sport = :{port}', and compare Recv-Q with Send-Q.";
const CALLER_STEP =
  'On the host of {caller}, run nstat -az TcpExtTCPSynRetrans; check how long its program waits in connect.';
const ANSWERED_CITATIONS = [cite.synLikeData, cite.firstTimeout, cite.backoff, cite.synRetries];
/** No SYN-ACK came before the last SYN. */
const UNANSWERED = {
  likelyCauses: [PATH, QUEUE_FULL, NAT_COLLISION, NOT_READY],
  nextSteps: [AT_LISTENER, QUEUE_STEP, CALLER_STEP],
};
/** The same if several SYNs in a row went unanswered: that is no chance. */
const UNANSWERED_OFTEN = { ...UNANSWERED, likelyCauses: [QUEUE_FULL, LIMIT, NOT_READY, PATH] };
const OFTEN = 3;
/** The same near the listener: the SYNs arrived. */
const UNANSWERED_THERE = {
  likelyCauses: [QUEUE_FULL, PATH, NOT_READY],
  nextSteps: [QUEUE_STEP, CALLER_STEP],
};
/** A SYN-ACK had been captured, and the caller did not accept it. */
const MISSED = {
  likelyCauses: [LOST_ANSWER, NOT_TAKEN_IN, LONG_ROUND_TRIP],
  nextSteps: ['Capture at {caller}: does the first SYN-ACK arrive?', CALLER_STEP],
  citations: ANSWERED_CITATIONS,
};
const MISSED_HERE = {
  likelyCauses: [NOT_TAKEN_IN, LOST_ANSWER],
  nextSteps: ['On the host of {caller}, check whether its firewall drops the first SYN-ACK.', CALLER_STEP],
  citations: ANSWERED_CITATIONS,
};
const LATE = {
  likelyCauses: CAUSES_OF_LATE_ANSWER,
  nextSteps: ['Compare with the round trips of later data: are they as long?', CALLER_STEP],
  citations: ANSWERED_CITATIONS,
};

/** The connection opened, but only after the SYN had been sent again: meanwhile the caller waited in connect. */
export const handshakeDelayed: Rule = {
  id: 'handshake-delayed',
  family: 'handshake',
  severity: 'info',
  summary: 'A connection opened only after its SYN had been sent again: connect took that long.',
  options: {
    minimumSeconds: {
      unit: 'seconds',
      default: 0.5,
      minimum: 0,
      maximum: 3600,
      description:
        'How long connect must have taken: half of the second after which RFC 6298 has a SYN sent again. A copy that comes sooner, and is answered sooner, delays nothing.',
    },
    warningSeconds: {
      unit: 'seconds',
      default: 5,
      minimum: 0.2,
      maximum: 3600,
      description:
        'From this length on it is a warning. Programs that limit connect mostly allow a few seconds, to cover one or two lost SYNs, which cost up to 3 s; proxies such as Envoy give up after 5 s unless configured otherwise. Longer waits fail there, and so many losses in a row are no chance.',
    },
  },
  ordered: ['minimumSeconds', 'warningSeconds'],
  signs: ['syn-repeated'],
  needs: 'both',
  explains: [],
  related: [
    'syn-unanswered',
    'syn-ack-unanswered',
    'ecn-syn-unanswered',
    'accept-queue-overflow',
    'time-wait-port-reuse',
    'delivery-stall',
  ],
  citations: [...ANSWERED_CITATIONS, cite.synDropped],
  documentation: {
    meaning:
      'A SYN has no round trip to go by: its sender waits a second before repeating it, and then as long again, or twice as long each time. So a single lost packet, which an open connection repairs within a round trip, costs a second here, and three in a row cost up to seven. In the end the connection opened, so nobody sees an error, only that it took so long, at the very place where many programs have their shortest timeout.',
    proof: [
      'A SYN from {caller}, and at least one copy of it.',
      'A SYN-ACK from {listener} that {caller} then acknowledged.',
      'At least minimumSeconds from the first SYN to that SYN-ACK; a warning from warningSeconds on.',
    ],
    notThis: [
      'No answer at all: syn-unanswered. An answer that {caller} never accepts: syn-ack-unanswered.',
      'Only a SYN-ACK that comes again: {caller} may have been connected since the first one, and its acknowledgment lost.',
      'SYNs that never reached the capture: near {listener} it does not hold them, and the wait was longer than it shows.',
      'A SYN that the capture holds twice, or that the network duplicated.',
      'A reset in answer to the first SYN: the caller tried again on its own, as Windows does.',
      'A listener that still had the previous connection on the same ports: time-wait-port-reuse and half-open-syn-challenge.',
      'Two programs that call each other: simultaneous-open.',
    ],
    applicationSees:
      '{caller}: connect returns only after {time}, or fails if the program does not wait that long. {listener}: nothing, accept returns the connection that late.',
    likelyCauses: [
      ...UNANSWERED.likelyCauses,
      inCase('If several SYNs in a row went unanswered', LIMIT),
      ...MISSED.likelyCauses.map((cause) => inCase('If a SYN-ACK had come before the last SYN', cause)),
    ],
    nextSteps: UNANSWERED.nextSteps,
    example: { fixture: 'handshake-delayed', capture: 'client' },
  },
  check: eachEndpoint((caller, listener, connection, { options }) => {
    const repeated = milestone(caller, 'syn-repeated');
    const syn = entered(caller, 'SYN-SENT');
    const answered = entered(listener, 'SYN-RECEIVED');
    const opened = entered(caller, 'ESTABLISHED');
    if (repeated === null || syn === null || answered === null || opened === null) return null;
    if (answered.frame === null || opened.frame === null) return null;
    // Without a later segment of its own, nothing shows which SYN-ACK the caller accepted.
    if (!isProven(opened) || opened.frame < answered.frame) return null;
    // Each called the other, or the listener refused the first calls.
    if (entered(listener, 'SYN-SENT') !== null) return null;
    if (findReset(listener, (_, { frame }) => frame < opened.frame!) !== null) return null;
    // It still had the previous connection: other rules report that delay.
    if (wasInTimeWait(listener) || (milestone(listener, 'held-before')?.count ?? 0) > 1) return null;
    const seconds = secondsBetween(syn.time, opened.time);
    if (!lasted(connection, syn.frame, seconds, options.minimumSeconds)) return null;
    const copied = milestone(listener, 'syn-ack-repeated');
    const isEarly = answered.frame < repeated.lastFrame;
    const isLate = isEarly && (copied === null || copied.frame > opened.frame);
    const isNear = ({ role }: Endpoint): boolean => connection.vantage.near === role;
    return reportFinding(handshakeDelayed, connection, {
      endpoint: caller.role,
      severity: lasted(connection, syn.frame, seconds, options.warningSeconds) ? 'warning' : 'info',
      confidence: gradedBy(connection, 'observed'),
      title: '{caller} waited {time} until {listener} was connected: its SYN was sent again {count}',
      explanation: `The SYN in frame {first} was sent again {count}, the last time in frame {last}. ${
        isLate
          ? 'The only SYN-ACK, in frame {answered}, was on its way by then.'
          : isEarly
            ? 'A SYN-ACK had been captured in frame {answered} by then, but {caller} had not acknowledged it.'
            : `No SYN-ACK was captured before that${isNear(listener) ? ', and its times show that the capture was taken near {listener}: the earlier SYNs arrived, and were not answered' : ''}.`
      } Frame {opened} opened the connection, {time} after the first SYN.`,
      ...(isLate
        ? LATE
        : isEarly
          ? isNear(caller)
            ? MISSED_HERE
            : MISSED
          : isNear(listener)
            ? UNANSWERED_THERE
            : repeated.count >= OFTEN
              ? UNANSWERED_OFTEN
              : UNANSWERED),
      frames: [syn.frame, repeated.frame, repeated.lastFrame, answered.frame, opened.frame],
      from: syn.time,
      to: opened.time,
      facts: { seconds: round(seconds), synCopies: repeated.count, synAckCopies: copied?.count ?? 0 },
      words: {
        caller: nameOf(caller),
        listener: nameOf(listener),
        port: listener.port,
        count: times(repeated.count),
        time: duration(seconds),
        first: syn.frame ?? '?',
        last: repeated.lastFrame,
        answered: answered.frame,
        opened: opened.frame,
      },
    });
  }),
};
