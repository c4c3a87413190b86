import { peerUnresponsive } from '../../src/rules/peer-unresponsive.js';
import { happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { unansweredData } from './silence-cases.js';

testRule(peerUnresponsive, {
  fires: [
    {
      name: 'on a peer that has fallen silent',
      connection: unansweredData(6, 22.6),
      end: 25,
      endpoint: 'server',
      confidence: 'observed',
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 12.6 s',
      frames: [8, 10, 15],
      facts: { transmissions: 7, seconds: 12.6, firstGapSeconds: 0.2, unacknowledgedBytes: 100 },
    },
    {
      name: 'since it was last heard, if that was after the original',
      connection: unansweredData(6, 22.6, { server: { lastSegment: moment(10.1, 9) } }),
      end: 25,
      title: '10.0.0.2:8080 has not answered 10.0.0.1:40000 for 12.5 s',
      explanation:
        /^The same data was sent again 6 times in frames 10 to 15, the first time 200 ms after the last new data before it; .* nothing of 10.0.0.2:8080 was captured after frame 9\./,
      facts: { transmissions: 7, seconds: 12.5, firstGapSeconds: 0.2 },
    },
  ],
  silent: [
    { name: 'on two retransmissions', connection: unansweredData(2, 12), end: 25 },
    { name: 'on a quick burst', connection: unansweredData(3, 10.6), end: 25 },
    {
      name: 'when the peer still speaks',
      connection: unansweredData(6, 22.6, { server: { lastSegment: moment(20, 14) } }),
      end: 25,
    },
    {
      name: 'when the peer was never captured',
      connection: unansweredData(6, 22.6, { server: { segments: 0, lastSegment: null } }),
      end: 25,
    },
    {
      name: 'when only a FIN is repeated',
      connection: unansweredData(6, 22.6, { client: { unacknowledgedBytes: 0 } }),
      end: 25,
    },
    {
      name: 'on window probes',
      connection: unansweredData(6, 22.6, {
        client: { milestones: [happens('window-probe', 11, 10, { count: 6 })] },
      }),
      end: 25,
    },
  ],
});
