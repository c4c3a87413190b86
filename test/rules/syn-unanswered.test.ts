import { synUnanswered } from '../../src/rules/syn-unanswered.js';
import { connection, enters, happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function calling(answers = 0) {
  return connection({
    client: {
      timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })],
      milestones: [happens('syn-repeated', 1, 2, { count: 3, until: 7, lastFrame: 4 })],
    },
    server: { timeline: [], segments: answers, lastSegment: null },
  });
}

function once() {
  return connection({
    client: { timeline: [enters('SYN-SENT', 0, 1, { evidence: 'observed' })] },
    server: { timeline: [], segments: 0, lastSegment: null },
  });
}

testRule(synUnanswered, {
  fires: [
    {
      name: 'on SYNs that nobody answers',
      connection: calling(),
      end: 20,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 sent 4 SYNs to 10.0.0.2:8080 over 7 s without any answer',
      frames: [1, 2, 4],
    },
  ],
  silent: [
    { name: 'when an answer came', connection: calling(1), end: 20 },
    { name: 'at the capture’s end', connection: calling(), end: 2.5 },
    { name: 'on one SYN, which says little', connection: once(), end: 20 },
    { name: 'on a normal handshake', connection: connection(), end: 20 },
  ],
});
