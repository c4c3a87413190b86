import { zeroWindowProbeUnanswered } from '../../src/rules/zero-window-probe-unanswered.js';
import { connection, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function probed(count: number, until: number, heard = 9) {
  return connection({
    client: { milestones: [happens('window-probe', 6, 11, { count, until, lastFrame: 10 + count })] },
    server: { windowClosed: true, lastSegment: moment(5, heard) },
  });
}

testRule(zeroWindowProbeUnanswered, {
  fires: [
    {
      name: 'on probes into silence',
      connection: probed(5, 12),
      end: 30,
      endpoint: 'server',
      confidence: 'observed',
      title:
        '5 window probes from 10.0.0.1:40000 went unanswered for 6 s while the window of 10.0.0.2:8080 was closed',
      frames: [9, 11, 15],
    },
    {
      name: 'on silence after answers, for as long as that lasts',
      connection: connection({
        client: {
          milestones: [happens('window-probe', 6, 11, { count: 6, value: 2, until: 20, lastFrame: 18 })],
        },
        server: { windowClosed: true, lastSegment: moment(8, 14) },
      }),
      end: 30,
      title:
        '4 window probes from 10.0.0.1:40000 went unanswered for 12 s while the window of 10.0.0.2:8080 was closed',
      explanation: /^Of the 6 probes in frames 11 to 18, 4 got no answer\./,
      frames: [11, 14, 18],
    },
  ],
  silent: [
    { name: 'on two probes', connection: probed(2, 8), end: 30 },
    { name: 'within the time that answers are limited', connection: probed(3, 6.9), end: 30 },
    { name: 'when the receiver answers', connection: probed(5, 12, 16), end: 30 },
  ],
});
