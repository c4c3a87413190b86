import { cite } from './citations.js';
import { asksForEcnUntilTheEnd, entered, findReset, NOTHING, opened } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, inCase, nameOf, round } from './wording/wording.js';

const ECN_CITATIONS = [cite.ecnSynDropped, cite.resetForEcn];
const CITATIONS = [
  cite.resetForUnknown,
  cite.synSentReset,
  cite.resetValidity,
  cite.closedAnswersReset,
  cite.connectRefused,
  cite.resetPurpose,
  cite.rejectingReset,
];

const NO_LISTENER =
  'No process listens on that port and address: it is stopped, not yet started, or bound elsewhere (likely).';
const REJECTED = 'A firewall rejects the attempt with a reset (possible).';
const ECN_REJECTED =
  'A device on the way rejects SYNs that ask for ECN, with the bits ECE and CWR (possible): then a SYN without them is answered.';

const STEPS = [
  "On the host of {server}, run ss -ltn 'sport = :{port}'.",
  'Check the firewall rules on the host and on the path.',
];
const ECN_STEP =
  'Check whether a SYN without ECE and CWR is answered. On Linux, sysctl net.ipv4.tcp_ecn says whether calls of {client} ask for ECN.';

const WITH_ECN = { nextSteps: [...STEPS, ECN_STEP] };
const WITHOUT_ECN = { likelyCauses: [NO_LISTENER, REJECTED], nextSteps: STEPS, citations: CITATIONS };

/** A SYN was answered with a reset. */
export const connectionRefused: Rule = {
  id: 'connection-refused',
  family: 'reset',
  severity: 'warning',
  summary: 'A connection attempt was refused: the SYN was answered with a reset.',
  options: {},
  signs: ['reset'],
  needs: 'both',
  explains: [],
  related: [
    'syn-unanswered',
    'ecn-syn-unanswered',
    'service-answers-others',
    'endpoint-mass-close',
    'accept-queue-overflow',
  ],
  citations: [...CITATIONS, ...ECN_CITATIONS],
  documentation: {
    meaning:
      'The host answered the SYN with an acceptable reset: nothing listens at that address and port, or a firewall rejects the attempt in the same way.',
    proof: ['A SYN from {client}, and a reset from {server} that acknowledges it.'],
    notThis: [
      'A reset that does not acknowledge the SYN: it is ignored.',
      'Silence: syn-unanswered. An ICMP error: icmp-unreachable.',
    ],
    applicationSees: '{client}: connect fails with ECONNREFUSED. {server}: no program is involved.',
    likelyCauses: [NO_LISTENER, REJECTED, ECN_REJECTED],
    nextSteps: [...STEPS, inCase('If the SYN has ECE and CWR', ECN_STEP)],
    example: { fixture: 'refused', capture: 'client' },
  },
  check: (connection) => {
    const { client, server } = connection;
    if (server.resetsSent === 0 || opened(client)) return NOTHING;
    const syn = entered(client, 'SYN-SENT');
    const reset = findReset(server, ({ verdict, hasAck }) => verdict === 'accepted' && hasAck);
    if (syn === null || reset === null || entered(server, 'SYN-RECEIVED') !== null) return NOTHING;
    const seconds = reset.reset.trigger?.reactionSeconds ?? 0;
    const askedForEcn = asksForEcnUntilTheEnd(connection);
    return [
      reportFinding(connectionRefused, connection, {
        endpoint: 'server',
        confidence: 'observed',
        title: '{server} refused the connection of {client}',
        explanation: `The SYN in frame {syn} was answered with RST in frame {rst}${reset.reset.trigger === null ? '' : `, ${duration(seconds)} later`}.${askedForEcn ? ' It had asked for ECN (ECE and CWR), which some devices refuse.' : ''}`,
        ...(askedForEcn ? WITH_ECN : WITHOUT_ECN),
        frames: [syn.frame, reset.reset.trigger?.frame ?? null, reset.frame],
        from: syn.time,
        to: reset.time,
        facts: { reactionSeconds: round(seconds), ...(askedForEcn && { askedForEcn }) },
        words: {
          client: nameOf(client),
          server: nameOf(server),
          port: server.port,
          syn: reset.reset.trigger?.frame ?? syn.frame ?? '?',
          rst: reset.frame,
        },
      }),
    ];
  },
};
