import { expect, it } from 'vitest';
import type { Milestone } from '../../src/connections/connection.js';
import { connectionRefused } from '../../src/rules/connection-refused.js';
import {
  at,
  connection,
  type EndpointDraft,
  enters,
  happens,
  resets,
} from '../support/connection-builder.js';
import { conversation } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

const calling = enters('SYN-SENT', 0, 1, { evidence: 'observed' });

function answered(server: EndpointDraft, asksForEcn = false, milestones: readonly Milestone[] = []) {
  return connection({
    asksForEcn,
    client: {
      timeline: [calling, enters('CLOSED', 0.01, 2, { evidence: 'assumed' })],
      segments: 1,
      milestones,
    },
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
    {
      name: 'and says that it asked for ECN',
      connection: answered({ milestones: [refusal] }, true),
      end: 1,
      explanation: /It had asked for ECN \(ECE and CWR\), which some devices refuse\.$/,
      facts: { askedForEcn: true },
    },
    {
      name: 'but not of one that was repeated without',
      connection: answered({ milestones: [refusal] }, true, [happens('syn-repeated', 1, 2, { value: 1 })]),
      end: 1,
      explanation: /later\.$/,
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

it.each([true, false])('cites what is known of ECN only where the SYN asked for it: %s', (asks) => {
  const [{ citations, likelyCauses, nextSteps }] = connectionRefused.check(
    answered({ milestones: [refusal] }, asks),
    {
      captureStart: at(0),
      captureEnd: at(1),
      options: {},
    },
  );
  expect(citations.some(({ source }) => source === 'RFC 3168')).toBe(asks);
  expect(likelyCauses.join(' ').includes('ECN')).toBe(asks);
  expect(nextSteps.join(' ').includes('ECN')).toBe(asks);
});

it('knows from the segments whether the SYN asked', () => {
  const [asking, plain] = conversation(`
    0   C SEC 0
    0.1 S RA  0 1
    1   C S   0 isn=100000
    1.1 S RA  0 1 isn=100000
  `);
  expect([asking.asksForEcn, plain.asksForEcn]).toEqual([true, false]);
});
