import type { CaptureQuality, Vantage } from '../../src/connections/connection.js';
import { UNMARKED } from '../../src/connections/tcp-analysis.js';
import { retransmissionStorm } from '../../src/rules/retransmission-storm.js';
import { connection, type EndpointDraft, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function lossy(
  retransmissions: number,
  more: EndpointDraft = {},
  about: { quality?: Partial<CaptureQuality>; vantage?: Partial<Vantage> } = {},
) {
  return connection({
    client: {
      segments: 200,
      payloadBytes: 200_000,
      retransmissions,
      lastSegment: moment(30, 400),
      milestones: [
        happens('retransmission-run', 1, 10, { count: 2, until: 1.5, lastFrame: 12 }),
        happens('retransmission-run', 29, 390),
      ],
      ...more,
    },
    server: { segments: 150, lastSegment: moment(30.1, 401) },
    ...about,
  });
}

const marked = (marks: Partial<typeof UNMARKED>) => ({ tcpAnalysis: { ...UNMARKED, ...marks } });

testRule(retransmissionStorm, {
  fires: [
    {
      name: 'on many',
      connection: lossy(20),
      end: 31,
      likelyCauses: /^A link that loses frames/,
      severity: 'info',
      endpoint: 'client',
      confidence: 'observed',
      title: '20 of the 200 segments of 10.0.0.1:40000 are retransmissions: 10 %',
      explanation:
        /^10\.0\.0\.1:40000 sent 20 segments again, out of 200 in all\. The capture holds the first copies: .* was between the capture point and 10\.0\.0\.2:8080\. The limits/,
      frames: [10, 12, 390],
      facts: {
        retransmissions: 20,
        segments: 200,
        share: 0.1,
        gaps: 0,
        alreadyAcknowledged: 0,
        lost: 'beyond',
      },
    },
    {
      name: 'as a warning on a large share',
      connection: lossy(40, {}, { vantage: { near: 'client', confidence: 'high' } }),
      end: 31,
      severity: 'warning',
      explanation: / The capture, taken near 10\.0\.0\.1:40000, holds the first copies: /,
    },
    {
      name: 'before the capture point, where that has gaps',
      connection: lossy(40, marked({ lostSegment: 30 }), { vantage: { near: 'server', confidence: 'high' } }),
      end: 31,
      explanation:
        / the capture, taken near 10\.0\.0\.2:8080, has 30 gaps: segments were lost, or overtaken, between 10\.0\.0\.1:40000 and the capture point\./,
      facts: { gaps: 30, lost: 'before' },
    },
    {
      name: 'on either side of it',
      connection: lossy(40, marked({ lostSegment: 1 + 40 / 4 })),
      end: 31,
      explanation: / The capture has 11 gaps where first copies should be, each of one segment or of many, /,
      facts: { lost: 'unknown' },
    },
    {
      name: 'which one gap may already hide: it may be of many segments',
      connection: lossy(40, marked({ lostSegment: 1 })),
      end: 31,
      explanation: / The capture has 1 gap where first copies should be, each of one segment or of many, /,
      facts: { gaps: 1, lost: 'unknown' },
    },
    {
      name: 'and tells which were not needed',
      connection: lossy(40, marked({ spuriousRetransmission: 1 })),
      end: 31,
      explanation: / 1 of them repeats only what 10\.0\.0\.2:8080 had acknowledged by then, /,
      facts: { alreadyAcknowledged: 1 },
    },
    {
      name: 'and thinks of the acknowledgments first where most were not needed',
      connection: lossy(40, marked({ spuriousRetransmission: 30 })),
      end: 31,
      likelyCauses: /^Acknowledgments that are lost or come late/,
    },
    {
      name: 'where the capture doubles frames, which are not among those counted',
      connection: lossy(40, {}, { quality: { duplicateFrames: 240 } }),
      end: 31,
      confidence: 'observed',
    },
    {
      name: 'and leaves out what found silence at the end',
      connection: lossy(46, {
        segments: 206,
        unacknowledgedBytes: 100,
        lastSegment: moment(60, 407),
        milestones: [
          happens('retransmission-run', 31, 402, { count: 6, until: 60, lastFrame: 407, value: 200 }),
        ],
      }),
      end: 61,
      title: '40 of the 200 segments of 10.0.0.1:40000 are retransmissions: 20 %',
      explanation: / out of 200 in all, without those repeated into silence at the end\. /,
    },
  ],
  silent: [
    { name: 'on a few', connection: lossy(19), end: 31 },
    { name: 'on a small share', connection: lossy(20, { segments: 401 }), end: 31 },
    {
      name: 'on the same data repeated into silence',
      connection: lossy(25, {
        segments: 36,
        unacknowledgedBytes: 100,
        lastSegment: moment(60, 427),
        milestones: [
          happens('retransmission-run', 31, 402, { count: 25, until: 60, lastFrame: 427, value: 200 }),
        ],
      }),
      end: 61,
    },
    {
      name: 'when one direction was not captured',
      connection: lossy(40, {}, { quality: { unseen: 'server' } }),
      end: 31,
    },
    { name: 'on other limits', connection: lossy(20), end: 31, options: { minimumRetransmissions: 21 } },
  ],
});
