import { cite } from '../citations.js';
import { count } from '../wording/wording.js';
import { Members } from './members.js';
import type { PatternRule } from './pattern-rule.js';
import { reportPattern } from './report-pattern.js';

/** Rules that say nothing of such a connection, as they are about its handshake, or that say less. */
export const LIMITED_RULES: readonly string[] = [
  'accept-queue-overflow',
  'close-wait-stuck',
  'connection-refused',
  'ecn-syn-unanswered',
  'fast-open-refused',
  'fin-wait-2-stuck',
  'half-open-syn-challenge',
  'handshake-aborted',
  'handshake-delayed',
  'idle-no-liveness-check',
  'pmtu-black-hole',
  'rst-active-abort',
  'rst-half-open-discovered',
  'rst-not-accepted',
  'rst-on-write-after-close',
  'simultaneous-open',
  'split-handshake',
  'syn-ack-unanswered',
  'syn-unanswered',
];

/** The capture began inside connections. */
export const captureMidstream: PatternRule = {
  id: 'capture-midstream',
  family: 'capture',
  severity: 'info',
  summary: 'The capture starts inside connections: what their handshakes would show is unknown.',
  options: {},
  citations: [cite.windowScale],
  related: ['capture-ended-early', 'capture-loss'],
  documentation: {
    meaning: `Without the SYNs a connection’s roles are a guess, its initial sequence numbers and its window scale are unknown, and a FIN may already have passed. Rules that need these stay silent or say less: ${LIMITED_RULES.join(', ')}.`,
    proof: ['The first frame of a connection is neither SYN nor SYN-ACK.'],
    notThis: ['A handshake that was lost only in part.'],
    applicationSees: 'Nothing: this is about the capture.',
    likelyCauses: ['The capture was started while connections were open (likely).'],
    nextSteps: ['Start the capture before the connections of interest, or reconnect them.'],
    example: { fixture: 'midstream-start', capture: 'client' },
  },
  begin: () => {
    let members: Members | null = null;
    return {
      add(connection) {
        if (!connection.quality.midstream) return;
        members ??= new Members(connection.start);
        members.add(connection.id, connection.start);
      },
      finish() {
        if (members === null) return [];
        return [
          reportPattern(captureMidstream, {
            confidence: 'observed',
            title: 'The capture starts inside {connections}',
            explanation: `${members.count === 1 ? 'Its' : 'Their'} roles, initial sequence numbers and window scales are unknown. ${LIMITED_RULES.length} rules that need the handshake are silent there or say less.`,
            connections: members.ids,
            count: members.count,
            from: members.from,
            to: members.to,
            facts: { connections: members.count, limitedRules: LIMITED_RULES.length },
            words: { connections: count(members.count, 'connection') },
          }),
        ];
      },
    };
  },
};
