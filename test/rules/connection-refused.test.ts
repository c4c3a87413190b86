import { connectionRefused } from '../../src/rules/connection-refused.js';
import { connection, type EndpointDraft, enters, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const calling = enters('SYN-SENT', 0, 1, { evidence: 'observed' });

function answered(server: EndpointDraft) {
  return connection({
    client: { timeline: [calling, enters('CLOSED', 0.01, 2, { evidence: 'assumed' })], segments: 1 },
    server: { timeline: [], segments: 1, ...server },
  });
}

const refusal = resets(0.01, 2, { hasAck: true, trigger: { frame: 1, kind: 'syn', reactionSeconds: 0.01 } });

testRule(connectionRefused, {
  fires: [
    {
      name: 'on a SYN that is reset',
      connection: answered({ milestones: [refusal] }),
      end: 1,
      endpoint: 'server',
      confidence: 'observed',
      title: '10.0.0.2:8080 refused the connection of 10.0.0.1:40000',
      frames: [1, 2],
      facts: { reactionSeconds: 0.01 },
    },
  ],
  silent: [
    { name: 'when nothing answers', connection: answered({ segments: 0 }), end: 1 },
    {
      name: 'when the reset does not acknowledge the SYN',
      connection: answered({ milestones: [resets(0.01, 2, { verdict: 'ignored' })] }),
      end: 1,
    },
    {
      name: 'when the connection had opened',
      connection: connection({ server: { milestones: [resets(5, 9, { hasAck: true })] } }),
      end: 6,
    },
  ],
});
