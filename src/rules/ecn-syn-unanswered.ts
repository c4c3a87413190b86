import { secondsBetween } from '../core/time.js';
import { cite } from './citations.js';
import { eachEndpoint, entered, findReset, gradedBy, milestone } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round } from './wording/wording.js';

const LOST = [
  'The first SYN was lost by chance (possible): then others to the same service, with ECN, are answered.',
  'A firewall or load balancer on the way drops SYNs that ask for ECN (possible): then none of them is answered.',
];
/** The SYN was answered, with a reset. */
const REFUSED = {
  applicationSees: '{caller}: connect takes longer, by the time of the first try. {listener}: nothing.',
  likelyCauses: [
    'A firewall or load balancer on the way resets SYNs that ask for ECN (likely): then it does so each time.',
    'The service started listening in between (possible): then later SYNs with ECN are answered.',
  ],
  citations: [cite.ecnSynDropped, cite.resetForEcn],
};

/** A SYN that asks for ECN was not answered, and one that does not was. */
export const ecnSynUnanswered: Rule = {
  id: 'ecn-syn-unanswered',
  family: 'handshake',
  severity: 'info',
  summary: 'A SYN that asked for ECN got no answer or a reset, and its repetition without ECN got a SYN-ACK.',
  options: {},
  signs: ['syn-repeated'],
  needs: 'both',
  explains: ['handshake-delayed'],
  related: ['syn-unanswered', 'connection-refused', 'fast-open-refused'],
  citations: [cite.ecnSynDropped, cite.resetForEcn, cite.firstTimeout],
  documentation: {
    meaning:
      'Some firewalls and load balancers drop a SYN with the bits ECE and CWR, which ask for Explicit Congestion Notification. Systems therefore repeat it without them. If the repetition is answered, the first SYN may have been dropped for its bits, or just lost: one connection cannot tell, but several to the same service can. Each loses a second at its start.',
    proof: [
      'A SYN from {caller} with ECE and CWR, and a later one without them.',
      'A SYN-ACK from {listener} after the later SYN; before that nothing, or a reset.',
    ],
    notThis: [
      'No answer to either: syn-unanswered.',
      'A SYN-ACK that was on its way when the SYN was repeated.',
      'A server that does not support ECN: it answers without agreeing to it.',
    ],
    applicationSees: '{caller}: connect takes a second or more longer. {listener}: nothing.',
    likelyCauses: [...LOST, ...REFUSED.likelyCauses.map((cause) => inCase('If it was reset', cause))],
    nextSteps: [
      'Look at other connections of {caller} to {listener}: is any SYN with ECE and CWR answered? Wireshark: tcp.flags.syn == 1 && tcp.flags.ece == 1',
      'Run sysctl net.ipv4.tcp_ecn net.ipv4.tcp_ecn_fallback on the host of {caller}.',
    ],
    example: { fixture: 'ecn-syn-unanswered', capture: 'client' },
  },
  check: eachEndpoint((caller, listener, connection) => {
    const repeated = milestone(caller, 'syn-repeated');
    const syn = entered(caller, 'SYN-SENT');
    const answer = entered(listener, 'SYN-RECEIVED');
    if (repeated === null || repeated.value === 0 || syn === null) return null;
    // The frame of the SYN-ACK: before the repetition, it answers the first.
    if (answer?.frame == null || answer.frame < repeated.frame) return null;
    const refused = findReset(listener, (_, { frame }) => frame < answer.frame!);
    const seconds = secondsBetween(syn.time, answer.time);
    return reportFinding(ecnSynUnanswered, connection, {
      endpoint: caller.role,
      confidence: gradedBy(connection, refused === null ? 'possible' : 'inferred'),
      title: '{listener} answered {caller} only when its SYN no longer asked for ECN',
      explanation:
        refused === null
          ? 'The SYN in frame {first} has ECE and CWR set and was not answered. Repeated without them, the last time in frame {last}, it was answered in frame {answer}, {time} after the first. A loss by chance looks the same.'
          : 'The SYN in frame {first} has ECE and CWR set and was answered with RST in frame {rst}. Repeated without them, the last time in frame {last}, it got a SYN-ACK in frame {answer}, {time} after the first.',
      likelyCauses: LOST,
      ...(refused !== null && REFUSED),
      frames: [syn.frame, refused?.frame ?? null, repeated.frame, repeated.lastFrame, answer.frame],
      from: syn.time,
      to: answer.time,
      facts: { seconds: round(seconds), withoutEcn: repeated.value, reset: refused !== null },
      words: {
        caller: nameOf(caller),
        listener: nameOf(listener),
        first: syn.frame ?? '?',
        rst: refused?.frame ?? '?',
        last: repeated.lastFrame,
        answer: answer.frame,
        time: duration(seconds),
      },
    });
  }),
};
