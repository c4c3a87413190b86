import type { CaptureQuality } from '../../src/connections/connection.js';
import { UNMARKED } from '../../src/connections/tcp-analysis.js';
import { outOfOrderDelivery } from '../../src/rules/out-of-order-delivery.js';
import { connection } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

/** The server's segments come out of order. */
function reordered(
  marks: Partial<typeof UNMARKED>,
  more: { retransmissions?: number; duplicateAck?: number; quality?: Partial<CaptureQuality> } = {},
) {
  return connection({
    client: {
      segments: 150,
      tcpAnalysis: { ...UNMARKED, duplicateAck: more.duplicateAck ?? 50 },
      firstMarked: { outOfOrder: null, duplicateAck: 12 },
    },
    server: {
      segments: 200,
      payloadBytes: 200_000,
      retransmissions: more.retransmissions ?? 0,
      tcpAnalysis: { ...UNMARKED, ...marks },
      firstMarked: { outOfOrder: 11, duplicateAck: null },
    },
    quality: more.quality ?? {},
  });
}

testRule(outOfOrderDelivery, {
  fires: [
    {
      name: 'on many',
      connection: reordered({ outOfOrder: 30 }),
      end: 31,
      severity: 'info',
      endpoint: 'server',
      confidence: 'observed',
      title: '30 of the 200 segments of 10.0.0.2:8080 came out of order: 15 %',
      explanation:
        /^30 segments of .* 10\.0\.0\.1:40000 sent 50 duplicate acknowledgments\. The capture does not show whether .* sent again at once\.$/,
      frames: [11, 12],
      facts: { outOfOrder: 30, segments: 200, share: 0.15, duplicateAcks: 50, alreadyAcknowledged: 0 },
    },
    {
      name: 'and tells which retransmissions were not needed',
      connection: reordered(
        { outOfOrder: 30, retransmission: 4, spuriousRetransmission: 4 },
        { retransmissions: 4 },
      ),
      end: 31,
      explanation:
        / 4 segments of 10\.0\.0\.2:8080 repeated what 10\.0\.0\.1:40000 had already acknowledged\.$/,
      facts: { outOfOrder: 30, alreadyAcknowledged: 4 },
    },
    {
      name: 'less surely on a capture with holes',
      connection: reordered({ outOfOrder: 30 }, { quality: { lostSegments: 1 } }),
      end: 31,
      confidence: 'inferred',
    },
  ],
  silent: [
    { name: 'on a few', connection: reordered({ outOfOrder: 19 }), end: 31 },
    {
      name: 'on a small share',
      connection: reordered({ outOfOrder: 20 }),
      end: 31,
      options: { minimumShare: 0.11 },
    },
    {
      name: 'when the receiver does not complain: only the capture took them so',
      connection: reordered({ outOfOrder: 30 }, { duplicateAck: 19 }),
      end: 31,
    },
    {
      name: 'on retransmissions of what was captured before',
      connection: reordered({ outOfOrder: 57, retransmission: 20 }, { retransmissions: 77 }),
      end: 31,
    },
    {
      name: 'on copies that only the capture made',
      connection: reordered({ outOfOrder: 30 }, { quality: { duplicateFrames: 11 } }),
      end: 31,
    },
    {
      name: 'when one direction was not captured',
      connection: reordered({ outOfOrder: 30 }, { quality: { unseen: 'client' } }),
      end: 31,
    },
  ],
});
