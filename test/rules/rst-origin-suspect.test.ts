import { rstOriginSuspect } from '../../src/rules/rst-origin-suspect.js';
import { connection, enters, happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

testRule(rstOriginSuspect, {
  fires: [
    {
      name: 'when the endpoint goes on after it',
      connection: connection({
        server: {
          after: [enters('CLOSED', 5, 9, { evidence: 'observed', retractedBy: 11 })],
          milestones: [resets(5, 9)],
        },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'inferred',
      frames: [9, 11],
      facts: { strongMarks: 1 },
    },
    {
      name: 'on two weak marks, as possible',
      connection: connection({
        server: {
          milestones: [
            resets(5, 9, { ttl: 41, sequence: 1000 }),
            resets(5, 10, { ttl: 41, sequence: 2460 }),
            resets(5, 11, { ttl: 41, sequence: 5380 }),
          ],
        },
      }),
      end: 6,
      confidence: 'possible',
      facts: { strongMarks: 0, weakMarks: 2 },
    },
    {
      name: 'on a reset of both ends at once that came from another distance',
      connection: connection({
        client: { milestones: [resets(5, 9, { hasAck: true })] },
        server: { ttl: 53, milestones: [resets(5.001, 10, { hasAck: true, ttl: 126 })] },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'possible',
      facts: { strongMarks: 0, weakMarks: 2 },
    },
  ],
  silent: [
    {
      name: 'on resets of both ends at the same moment alone',
      connection: connection({
        client: { milestones: [resets(5, 9, { hasAck: true })] },
        server: { milestones: [resets(5.001, 10, { hasAck: true })] },
      }),
      end: 6,
    },
    {
      name: 'on a TTL that starts with another value and comes from the same distance',
      connection: connection({
        client: { milestones: [resets(5, 9, { hasAck: true })] },
        server: { ttl: 53, milestones: [resets(5.001, 10, { hasAck: true, ttl: 245 })] },
      }),
      end: 6,
    },
    {
      name: 'on another TTL alone',
      connection: connection({ server: { milestones: [resets(5, 9, { ttl: 41 })] } }),
      end: 6,
    },
    {
      name: 'on resets of both ends that answer each other’s data',
      connection: connection({
        client: { milestones: [resets(5, 9, { trigger: {} })] },
        server: { milestones: [resets(5.001, 10, { trigger: {} })] },
      }),
      end: 6,
    },
    {
      name: 'when the caller refused old numbers and sent its SYN again',
      connection: connection({
        client: {
          after: [enters('CLOSED', 5, 9, { evidence: 'observed', retractedBy: 11 })],
          milestones: [resets(5, 9, { trigger: { kind: 'ack' } }), happens('syn-repeated', 5.01, 10)],
        },
      }),
      end: 6,
    },
    { name: 'without a reset', connection: connection(), end: 6 },
  ],
});
