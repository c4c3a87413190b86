import { expect, it } from 'vitest';
import { rstOriginSuspect } from '../../src/rules/rst-origin-suspect.js';
import { at, connection, enters, happens, moment, resets } from '../support/connection-builder.js';
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
      applicationSees: /^10\.0\.0\.1:40000: as after any reset/,
      likelyCauses: /^A load balancer or NAT whose idle timeout/,
      citations: /^(?!.*SYN)/s,
      endpoint: 'server',
      confidence: 'inferred',
      frames: [9, 11],
      facts: { strongMarks: 1 },
    },
    {
      name: 'on two weak marks, as possible',
      connection: connection({
        server: {
          segments: 5,
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
      name: 'on a reset out of the blue from another MAC address on the link',
      connection: connection({
        server: { milestones: [resets(5, 9, { hasAck: true, otherLinkAddress: true })] },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'possible',
      title: 'A reset in the name of 10.0.0.2:8080 was probably sent by another machine on its link',
      likelyCauses: /^A firewall .*\nAnother host with the address of 10\.0\.0\.2:8080/,
      facts: { strongMarks: 1, weakMarks: 0 },
    },
    {
      name: 'on one from another distance and another MAC address',
      connection: connection({
        server: {
          ttl: 57,
          milestones: [resets(5, 9, { ttl: 245, hasAck: true, otherLinkAddress: true })],
        },
      }),
      end: 6,
      title: 'A reset in the name of 10.0.0.2:8080 was probably sent by a device on the path',
      facts: { strongMarks: 1, weakMarks: 1 },
    },
    {
      name: 'on a reset of both ends at once that came from another distance',
      connection: connection({
        client: { milestones: [resets(5, 9, { hasAck: true })] },
        server: { ttl: 53, milestones: [resets(5.001, 10, { hasAck: true, ttl: 41 })] },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'possible',
      facts: { strongMarks: 0, weakMarks: 2 },
    },
    {
      name: 'on one that started with another TTL, and came from another distance',
      connection: connection({
        server: { ttl: 63, milestones: [resets(5, 9, { hasAck: true, ttl: 251 })] },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'possible',
      explanation: /its TTL is 251, that of 10\.0\.0\.2:8080 is 63: neither started with the same value/,
      facts: { strongMarks: 1, weakMarks: 0 },
    },
    {
      name: 'on an abort of both ends at once with a TTL that started with another value',
      connection: connection({
        client: { milestones: [resets(5, 9, { hasAck: true })] },
        server: { ttl: 53, milestones: [resets(5.001, 10, { hasAck: true, ttl: 245 })] },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'possible',
      facts: { strongMarks: 0, weakMarks: 2 },
    },
    {
      name: 'on an abort with such a TTL, if other segments come clearly later',
      connection: connection({
        server: { lastSegment: moment(5.02, 11), milestones: [resets(5, 9, { hasAck: true, ttl: 128 })] },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'possible',
      explanation:
        /other segments of 10\.0\.0\.2:8080 came after it, the last in frame 11, unless it overtook/,
      facts: { strongMarks: 0, weakMarks: 2 },
    },
    {
      name: 'on one that is not the first, if the first came from where all else does',
      connection: connection({
        server: {
          ttl: 53,
          segments: 5,
          milestones: [resets(5, 9, { ttl: 53, verdict: 'out-of-window' }), resets(5.002, 10, { ttl: 126 })],
        },
      }),
      end: 6,
      endpoint: 'server',
      confidence: 'possible',
      explanation: /frame 10 .* its TTL is 126, .* another reset in frame 9, with a TTL of 53/,
      frames: [10],
    },
    {
      name: 'on one with the TTL of the SYN-ACK, if the last before it has another: a load balancer',
      connection: connection({
        server: {
          ttl: 54,
          milestones: [
            happens('ttl-changed', 1, 5, { value: 244 }),
            resets(150, 9, { ttl: 245, hasAck: true }),
          ],
        },
      }),
      end: 151,
      endpoint: 'server',
      confidence: 'possible',
      title: 'A device in front of 10.0.0.2:8080 probably reset the connection',
      explanation:
        /245; .* before frame 5 had 244, and its last segment has 54: .* 2 min 30 s after the connection began\.$/,
      likelyCauses: /after its idle timeout \(likely\)/,
      facts: { strongMarks: 1, weakMarks: 0 },
    },
    {
      name: 'on such a one soon after data, whose cause is then not idleness',
      connection: connection({
        server: {
          ttl: 54,
          milestones: [
            happens('ttl-changed', 1, 5, { value: 244 }),
            resets(2, 9, { ttl: 244, hasAck: true }),
          ],
        },
      }),
      end: 6,
      likelyCauses: /a rule of its own forbade what came \(possible\)/,
    },
    {
      name: 'on such a one before which data of its peer hides how long it was quiet',
      connection: connection({
        client: { lastNewData: moment(150.001, 10) },
        server: {
          ttl: 54,
          lastNewData: moment(1, 6),
          milestones: [
            happens('ttl-changed', 1, 5, { value: 244 }),
            resets(150, 9, { ttl: 245, hasAck: true }),
          ],
        },
      }),
      end: 151,
      explanation: /what answered for \{named\} at first sent it\.$|at first sent it\.$/,
    },
  ],
  silent: [
    {
      name: 'on another MAC address behind a router, which may be another router’s',
      connection: connection({
        server: { ttl: 57, milestones: [resets(5, 9, { ttl: 57, hasAck: true, otherLinkAddress: true })] },
      }),
      end: 6,
    },
    {
      name: 'on an answer from another MAC address on the link: another host may have the address',
      connection: connection({
        server: { milestones: [resets(5, 9, { otherLinkAddress: true, trigger: {} })] },
      }),
      end: 6,
    },
    {
      name: 'on two resets from different distances where nothing else of their sender is known',
      connection: connection({
        server: {
          ttl: 248,
          segments: 2,
          milestones: [
            resets(5, 9, { ttl: 248, hasAck: true }),
            resets(5.001, 10, { ttl: 142, hasAck: true }),
          ],
        },
      }),
      end: 6,
    },
    {
      name: 'on a reset with the TTL of its data, whatever the SYN-ACK had',
      connection: connection({
        server: {
          ttl: 54,
          milestones: [happens('ttl-changed', 1, 5, { value: 244 }), resets(5, 9, { ttl: 54, hasAck: true })],
        },
      }),
      end: 6,
    },
    {
      name: 'on resets of both ends at the same moment alone',
      connection: connection({
        client: { milestones: [resets(5, 9, { hasAck: true })] },
        server: { milestones: [resets(5.001, 10, { hasAck: true })] },
      }),
      end: 6,
    },
    {
      name: 'on a TTL of the same distance that starts with another value, and nothing else',
      connection: connection({ server: { milestones: [resets(5, 9, { hasAck: true, ttl: 128 })] } }),
      end: 6,
    },
    {
      name: 'on segments that come clearly later, and nothing else: the reset may have overtaken them',
      connection: connection({
        server: { lastSegment: moment(5.2, 11), milestones: [resets(5, 9, { hasAck: true })] },
      }),
      end: 6,
    },
    {
      name: 'on one that started with another TTL, but may answer something',
      connection: connection({ server: { ttl: 63, milestones: [resets(5, 9, { ttl: 251 })] } }),
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

it('thinks of no idle timeout where data had just come, and tells if the reset was in vain', () => {
  const inUse = connection({
    client: { lastNewData: moment(4.9, 8) },
    server: {
      after: [enters('CLOSED', 5, 9, { evidence: 'observed', retractedBy: 11 })],
      milestones: [resets(5, 9, { verdict: 'challenged' })],
    },
  });
  const [{ likelyCauses, applicationSees, citations }] = rstOriginSuspect.check(inUse, {
    captureStart: at(0),
    captureEnd: at(6),
    options: {},
  });
  expect(likelyCauses.join('\n')).not.toContain('idle');
  expect(applicationSees).toMatch(/^Nothing on either side: .* as far as the capture shows/);
  expect(citations.map(({ says }) => says).join('\n')).toContain('not at its start');
});
