import { cite } from './citations.js';
import { bothSyns } from './evidence/both-syns.js';
import { gradedBy, NOTHING } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';
import { duration, nameOf, round } from './wording/wording.js';

/** Both sides opened before either had received the other's SYN. */
export const simultaneousOpen: Rule = {
  id: 'simultaneous-open',
  family: 'handshake',
  severity: 'info',
  summary: 'Both sides sent a SYN before receiving one; the result is one connection.',
  options: {},
  signs: ['second-syn'],
  needs: 'both',
  explains: [],
  related: ['split-handshake', 'self-connect', 'simultaneous-close'],
  citations: [cite.simultaneousOpen, cite.synForSyn, cite.hostSimultaneousOpen],
  documentation: {
    meaning:
      'Two SYNs crossed on the same pair of addresses and ports. RFC 9293 makes one connection of them: both sides pass through SYN-RECEIVED. Nothing is wrong.',
    proof: [
      'A SYN of each side that does not acknowledge the other’s.',
      'Each side answers with a SYN-ACK; or the second SYN came too soon to answer the first. Without either, the finding is only possible.',
    ],
    notThis: [
      'A SYN that answers a SYN: split-handshake.',
      'A retransmitted SYN, or a SYN on a 4-tuple that is reused.',
      'A socket that called its own port: self-connect.',
    ],
    applicationSees: 'connect succeeds on both sides.',
    likelyCauses: ['TCP hole punching, or two peers that call each other from fixed ports (possible).'],
    nextSteps: ['Nothing is needed.'],
    example: { fixture: 'simultaneous-open', capture: 'client' },
  },
  check: (connection) => {
    const syns = bothSyns(connection);
    if (syns === null || syns.verdict === 'answers') return NOTHING;
    const { first, second, apartSeconds, roundTripSeconds, verdict } = syns;
    const { client, server } = connection;
    const isKnown = verdict !== 'unknown';
    return [
      reportFinding(simultaneousOpen, connection, {
        endpoint: null,
        confidence: isKnown ? gradedBy(connection, verdict === 'met' ? 'observed' : 'inferred') : 'possible',
        title: isKnown
          ? '{client} and {server} opened the connection at the same time'
          : '{client} and {server} both sent a SYN',
        explanation: EXPLANATIONS[verdict],
        applicationSees: isKnown
          ? simultaneousOpen.documentation.applicationSees
          : 'If the handshake completes, connect succeeds on both sides.',
        frames: [first.frame, second.frame],
        from: first.time,
        to: second.time,
        facts: { apartSeconds: round(apartSeconds), crossed: isKnown },
        words: {
          client: nameOf(client),
          server: nameOf(server),
          first: first.frame,
          second: second.frame,
          apart: duration(apartSeconds),
          roundTrip: duration(roundTripSeconds ?? 0),
        },
      }),
    ];
  },
};

const EXPLANATIONS = {
  met: 'The SYNs in frames {first} and {second} crossed: neither acknowledges the other, and {server} answered the one that it received with a SYN-ACK, as a side that has sent its own SYN does.',
  'too-soon':
    'The SYN in frame {second} came {apart} after that in frame {first}, which is less than the {roundTrip} to {server} and back: it cannot be an answer, so neither side knew of the other’s SYN when it sent its own.',
  unknown:
    'Neither of the SYNs in frames {first} and {second}, {apart} apart, acknowledges the other. This capture does not show whether they crossed, or the second answers the first.',
} as const;
