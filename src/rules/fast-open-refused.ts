import type { Connection, Endpoint, Milestone, Transition } from '../connections/connection.js';
import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, gradedBy, milestone } from './evidence/evidence.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { count, duration, inCase, nameOf, round, times } from './wording/wording.js';

const OFF =
  'Fast Open is switched off on the host of {listener}, or its program does not ask for it (possible).';
/** Linux sends no cookie then: to clients it looks as if Fast Open was off. */
const QUEUE_FULL =
  'The listening socket’s queue for Fast Open connections is full (possible): on Linux its length is what the program set with TCP_FASTOPEN, at most net.core.somaxconn, and TcpExtTCPFastOpenListenOverflow counts it.';
const OLD_COOKIE =
  'The cookie is one that {listener} no longer knows: a new key, another host behind a load balancer, or a client whose address has changed (possible).';
const CALLER_COUNTERS =
  'On the host of {caller}, run nstat -az TcpExtTCPFastOpenActiveFail; and TcpExtTCPFastOpenBlackhole, which counts only if net.ipv4.tcp_fastopen_blackhole_timeout_sec is above 0';

/** The data on the SYN was of no use: it had to be sent again after the handshake. */
export const fastOpenRefused: Rule = {
  id: 'fast-open-refused',
  family: 'handshake',
  severity: 'info',
  summary: 'The data that came with a SYN was not accepted: Fast Open saved no round trip.',
  options: {},
  signs: ['syn-data'],
  needs: 'both',
  explains: ['handshake-delayed'],
  related: ['syn-unanswered', 'connection-refused'],
  citations: [cite.fastOpenFallback, cite.synAckCovers, cite.fastOpenSwitch],
  documentation: {
    meaning:
      'With TCP Fast Open a client sends its first data with the SYN, and saves a round trip if the server accepts it. Here it was not accepted: the SYN-ACK acknowledges the SYN alone, or nothing came back until the SYN was repeated without it. The client sends it again after the handshake, as on any connection.',
    proof: [
      'A SYN from {caller} with data and the Fast Open option.',
      'A SYN-ACK from {listener} that acknowledges the SYN alone, and the data sent again before any acknowledgment of it; or a SYN-ACK that came only after a repeated SYN without data.',
    ],
    notThis: [
      'A SYN-ACK that covers the data: Fast Open at work.',
      'Data that the SYN-ACK does not cover and that is acknowledged all the same, without being sent again: the host kept it until the handshake was over, as TCP specifies.',
      'Data on a SYN without the option: nothing asks the other side to take it early.',
      'A SYN that asks for a cookie and has no data: there was nothing to save yet.',
    ],
    applicationSees: 'Nothing, except that the first data of {caller} takes a round trip longer.',
    likelyCauses: [
      OFF,
      inCase('If the SYN-ACK brings no other cookie', QUEUE_FULL),
      OLD_COOKIE,
      'A device on the path drops SYNs with data or with the option (possible), if the SYN went unanswered.',
    ],
    nextSteps: [
      'On the host of {listener}, run sysctl net.ipv4.tcp_fastopen; nstat -az | grep FastOpen',
      CALLER_COUNTERS,
    ],
    example: { fixture: 'fast-open-refused', capture: 'client' },
  },
  check: eachEndpoint((caller, listener, connection) => {
    const sent = milestone(caller, 'syn-data');
    if (sent === null || milestone(listener, 'fast-open-accepted') !== null) return null;
    const refused = milestone(listener, 'fast-open-refused');
    // Without a copy, it may have kept the data until the handshake was over (RFC 9293 §3.10.7.2).
    if (refused !== null && refused.count === 1) return null;
    if (refused !== null) return notTaken(connection, caller, listener, sent, refused);
    const repeated = milestone(caller, 'syn-repeated');
    const answered = entered(listener, 'SYN-RECEIVED');
    if (repeated === null || answered === null || answered.frame === null) return null;
    if (repeated.lastFrame <= sent.lastFrame || answered.frame < repeated.lastFrame) return null;
    // A SYN-ACK for octets that only the first SYN had is a late answer to that one, and opens nothing on the second.
    if (entered(caller, 'ESTABLISHED')?.cause !== 'received SYN-ACK') return null;
    return notAnswered(connection, caller, listener, sent, repeated, answered);
  }),
};

const NEW_COOKIE = {
  likelyCauses: [OLD_COOKIE],
  nextSteps: [
    'Check that all hosts that answer as {listener} have the same key. On Linux: sysctl net.ipv4.tcp_fastopen_key',
    'On the host of {caller}, run nstat -az TcpExtTCPFastOpenActiveFail',
  ],
  citations: [cite.fastOpenFallback, cite.synAckCovers],
};
const NOT_TAKEN = {
  likelyCauses: [OFF, QUEUE_FULL, OLD_COOKIE],
  nextSteps: [
    'On the host of {listener}, run sysctl net.ipv4.tcp_fastopen net.core.somaxconn; nstat -az | grep FastOpen',
    'On the host of {caller}, run nstat -az TcpExtTCPFastOpenActiveFail',
  ],
  citations: [cite.fastOpenFallback, cite.synAckCovers, cite.fastOpenSwitch],
};

/** The SYN-ACK acknowledges the SYN alone. */
function notTaken(
  connection: Connection,
  caller: Endpoint,
  listener: Endpoint,
  sent: Milestone,
  refused: Milestone,
): Finding {
  const bytes = Math.round(sent.value / sent.count);
  const renewed = refused.value > 0;
  return reportFinding(fastOpenRefused, connection, {
    endpoint: listener.role,
    confidence: gradedBy(connection, 'observed'),
    title: '{listener} did not accept the {bytes} that {caller} sent with its SYN',
    explanation: `The SYN in frame {syn} carried {bytes}; the SYN-ACK in frame {answer} acknowledges the SYN alone${renewed ? ' and brings another cookie' : ''}. {caller} sent its data again after the handshake, ${refused.count === 2 ? 'in' : 'until'} frame {again}: it lost the round trip that Fast Open would have saved, and nothing else.`,
    // A host that makes cookies takes part in Fast Open.
    ...(renewed ? NEW_COOKIE : NOT_TAKEN),
    frames: [sent.frame, refused.frame, refused.lastFrame],
    from: sent.time,
    to: refused.lastTime,
    facts: { bytes, answered: true, newCookie: renewed },
    words: {
      caller: nameOf(caller),
      listener: nameOf(listener),
      bytes: count(bytes, 'byte'),
      syn: sent.lastFrame,
      answer: refused.frame,
      again: refused.lastFrame,
    },
  });
}

/** Only a SYN without the data was answered. */
function notAnswered(
  connection: Connection,
  caller: Endpoint,
  listener: Endpoint,
  sent: Milestone,
  repeated: Milestone,
  answered: Transition,
): Finding {
  const bytes = Math.round(sent.value / sent.count);
  const seconds = secondsBetween(sent.time, repeated.lastTime);
  return reportFinding(fastOpenRefused, connection, {
    endpoint: null,
    confidence: 'possible',
    title: '{listener} answered the SYN of {caller} only when it was repeated without its {bytes}',
    explanation:
      'The SYN in frame {syn} carried {bytes}, was sent {count} and not answered. Repeated without data in frame {plain}, {time} after the first, it was answered in frame {answer}. Either what was sent first was lost, as any packet may be, or something on the path drops SYNs with data or with the Fast Open option.',
    applicationSees: '{caller}: its first data arrives {time} and a round trip later. {listener}: nothing.',
    likelyCauses: [
      'The SYN with data was lost (possible): then other such SYNs on this path are answered.',
      'A device on the path drops SYNs with data or with the option (possible): then all of them go unanswered.',
    ],
    nextSteps: ['Capture at {listener}: does the SYN with data arrive?', CALLER_COUNTERS],
    citations: [cite.fastOpenFallback],
    frames: [sent.frame, sent.lastFrame, repeated.lastFrame, answered.frame],
    from: sent.time,
    to: answered.time,
    facts: { bytes, answered: false, seconds: round(seconds) },
    words: {
      caller: nameOf(caller),
      listener: nameOf(listener),
      bytes: count(bytes, 'byte'),
      count: times(sent.count),
      syn: sent.frame,
      plain: repeated.lastFrame,
      answer: answered.frame ?? '?',
      time: duration(seconds),
    },
  });
}
