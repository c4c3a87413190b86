import { cite } from './citations.js';
import { entered, finFrame, finFrameName, gradedBy, NOTHING } from './evidence/evidence.js';
import type { Rule } from './rule.js';
import { reportFinding } from './wording/report-finding.js';

/** Both sides closed before either knew of the other’s close. */
export const simultaneousClose: Rule = {
  id: 'simultaneous-close',
  family: 'teardown',
  severity: 'info',
  summary: 'Both sides closed at the same time: their FINs crossed, and both passed through CLOSING.',
  options: {},
  signs: 'always',
  needs: 'both',
  explains: [],
  related: ['simultaneous-open'],
  citations: [cite.simultaneousClose, cite.crossedFinProcessing],
  documentation: {
    meaning:
      'Each side sent its FIN before it had received the other’s. RFC 9293 provides for it: both acknowledge, pass through CLOSING, and both stay in TIME-WAIT. Nothing is wrong.',
    proof: [
      'Two FINs, neither of which acknowledges the other: the acknowledgment numbers decide, not the order of the frames.',
    ],
    notThis: ['A FIN that only arrived at the capture point out of order.'],
    applicationSees: 'Both close() calls return as usual.',
    likelyCauses: ['A protocol whose end both sides know, or equal idle timers on both sides (possible).'],
    nextSteps: ['Nothing is needed.'],
    example: { fixture: 'simultaneous-close', capture: 'client' },
  },
  check: (connection) => {
    const { client, server } = connection;
    if (!client.finSent || !server.finSent) return NOTHING;
    const ofClient = entered(client, 'CLOSING');
    const ofServer = entered(server, 'CLOSING');
    if (ofClient === null || ofServer === null) return NOTHING;
    const areThrough = [client, server].every((side) => entered(side, 'TIME-WAIT') !== null);
    return [
      reportFinding(simultaneousClose, connection, {
        endpoint: null,
        confidence: gradedBy(connection, 'observed'),
        title: 'Both sides closed at the same time',
        explanation: `The FINs in frames {first} and {second} crossed: neither acknowledges the other. Both sides ${areThrough ? 'pass through CLOSING to TIME-WAIT' : 'entered CLOSING'}.`,
        frames: [finFrame(client), finFrame(server)],
        from: ofClient.time,
        to: ofServer.time,
        facts: {},
        words: { first: finFrameName(client), second: finFrameName(server) },
      }),
    ];
  },
};
