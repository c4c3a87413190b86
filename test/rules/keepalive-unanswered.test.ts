import { keepaliveUnanswered } from '../../src/rules/keepalive-unanswered.js';
import { connection, happens, moment, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function probed(count: number, value = 0, heard = 9) {
  return connection({
    client: {
      milestones: [
        happens('keep-alive', 100, 10, { count, until: 100 + 5 * (count - 1), lastFrame: 9 + count, value }),
        resets(100 + 5 * count, 20, { hasAck: true }),
      ],
    },
    server: { lastSegment: moment(40, heard) },
  });
}

testRule(keepaliveUnanswered, {
  fires: [
    {
      name: 'on probes into silence, and the reset that ends it',
      connection: probed(3),
      end: 120,
      likelyCauses: /short outage was enough/,
      citations: /within seconds mistakes.*Linux sends a reset/s,
      endpoint: 'server',
      confidence: 'observed',
      title: '3 keep-alive probes of 10.0.0.1:40000 to 10.0.0.2:8080 went unanswered',
      explanation: /got no answer\. 10\.0\.0\.2:8080 had last been heard 60 s before the first\. Then/,
      frames: [9, 10, 12, 20],
      facts: { unansweredProbes: 3, intervalSeconds: 5, idleSeconds: 60, reset: true },
    },
    {
      name: 'and supposes no short outage where they went on for long',
      connection: probed(25),
      end: 300,
      likelyCauses: /^(?!.*short outage)/s,
      citations: /^(?!.*within seconds mistakes)/s,
    },
    {
      name: 'and supposes a short outage where a long run was answered until shortly before its end',
      connection: probed(27, 24, 35),
      end: 300,
      likelyCauses: /short outage was enough/,
      facts: { unansweredProbes: 3 },
    },
    {
      name: 'and blames no host that was heard again afterwards',
      connection: probed(6, 2, 21),
      end: 150,
      explanation: /was still there: it sent again in frame 21\.$/,
      likelyCauses: /^The path lost segments for a time(?!.*lost power)/s,
    },
    {
      name: 'on all but the last, where none was answered and the host was heard again after the reset',
      connection: probed(3, 0, 25),
      end: 150,
      explanation: /was still there: it sent again in frame 25\.$/,
      facts: { unansweredProbes: 2 },
    },
    {
      name: 'on the last of a run that was answered before',
      connection: probed(5, 2, 12),
      end: 130,
      facts: { unansweredProbes: 3 },
    },
  ],
  silent: [
    { name: 'on one probe', connection: probed(1), end: 120 },
    { name: 'when the peer answered', connection: probed(3, 3, 13), end: 120 },
    { name: 'on one lost answer among several', connection: probed(5, 3, 15), end: 130 },
    { name: 'without probes', connection: connection(), end: 120 },
  ],
});
