import { cite } from './citations.js';
import { entered, gradedBy, NOTHING } from './evidence.js';
import { reportFinding } from './report-finding.js';
import type { Rule } from './rule.js';
import { nameOf } from './wording.js';

/** Both sides opened before either had received the other's SYN. */
export const simultaneousOpen: Rule = {
  id: 'simultaneous-open',
  family: 'handshake',
  severity: 'info',
  summary: 'Both sides sent a SYN before receiving one; one connection came of it.',
  options: {},
  signs: 'always',
  needs: 'both',
  explains: [],
  related: ['simultaneous-close'],
  citations: [cite.simultaneousOpen],
  documentation: {
    meaning:
      'Two SYNs crossed on the same pair of addresses and ports. RFC 9293 makes one connection of them: both sides pass through SYN-RECEIVED. Nothing is wrong.',
    proof: ['A SYN of each side that does not acknowledge the other’s.'],
    notThis: ['A retransmitted SYN, or a SYN on a 4-tuple that is reused.'],
    applicationSees: 'connect succeeds on both sides.',
    likelyCauses: [
      'TCP hole punching, or two peers that call each other from fixed ports (possible).',
      'A program that connected to its own ephemeral port (possible).',
    ],
    nextSteps: ['Nothing is needed.'],
    example: { fixture: 'simultaneous-open', capture: 'client' },
  },
  check: (connection) => {
    const { client, server } = connection;
    // A server that listens starts with SYN-RECEIVED.
    if (server.timeline.length === 0 || server.timeline[0].state !== 'SYN-SENT') return NOTHING;
    const ofClient = entered(client, 'SYN-SENT');
    const ofServer = entered(server, 'SYN-SENT');
    if (ofClient === null || ofServer === null || entered(client, 'SYN-RECEIVED') === null) return NOTHING;
    return [
      reportFinding(simultaneousOpen, connection, {
        endpoint: null,
        confidence: gradedBy(connection, 'observed'),
        title: '{client} and {server} opened the connection at the same time',
        explanation: 'The SYNs in frames {first} and {second} crossed: neither acknowledges the other.',
        frames: [ofClient.frame, ofServer.frame],
        from: ofClient.time,
        to: ofServer.time,
        facts: {},
        words: {
          client: nameOf(client),
          server: nameOf(server),
          first: ofClient.frame ?? '?',
          second: ofServer.frame ?? '?',
        },
      }),
    ];
  },
};
