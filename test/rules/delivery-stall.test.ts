import { deliveryStall } from '../../src/rules/delivery-stall.js';
import { connection, type EndpointDraft, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const sizes = (payloadBytes: number, shrunk = false, dontFragment = true) => ({
  payloadBytes,
  optionBytes: 12,
  acknowledgedBytes: 18,
  offloaded: false,
  dontFragment,
  shrunk,
});

/** Four copies in frames 11 to 14 up to `until`; the original had been sent at 1 s. */
const run = (until: number, retransmitted = sizes(100), count = 4) =>
  happens('retransmission-run', 1.2, 11, { count, until, lastFrame: 14, value: 200, retransmitted });

const stalled = (client: EndpointDraft, lastHeard = 15) =>
  connection({
    client: { segments: 20, lastNewData: moment(20, 30), lastSegment: moment(20.1, 32), ...client },
    server: { segments: 20, lastSegment: moment(20, lastHeard) },
  });

testRule(deliveryStall, {
  fires: [
    {
      name: 'on data that was acknowledged only with its last copy',
      connection: stalled({ milestones: [run(7.4)] }),
      end: 21,
      likelyCauses: /^(?!.*too large for the path)/s,
      severity: 'warning',
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 had to send the same data 5 times over 6.4 s before it was acknowledged',
      explanation: /again 4 times, in frames 11 to 14, .* 10\.0\.0\.2:8080 sent nothing in between\. Then/,
      frames: [11, 14],
      facts: { transmissions: 5, seconds: 6.4, stalls: 1 },
    },
    {
      name: 'and names the path where a smaller copy came behind one larger than all that had got through',
      connection: stalled({ milestones: [run(7.4, sizes(1024, true))] }),
      end: 21,
      likelyCauses: /^The copies were too large for the path, and a smaller one got through/,
    },
    {
      name: 'and not where routers may have cut the copies',
      connection: stalled({ milestones: [run(7.4, sizes(1024, true, false))] }),
      end: 21,
      likelyCauses: /^(?!.*too large for the path)/s,
    },
    {
      name: 'as info on a shorter one',
      connection: stalled({ milestones: [run(3.1)] }),
      end: 21,
      severity: 'info',
    },
    {
      name: 'once, on the longest',
      connection: stalled(
        {
          milestones: [
            run(7.4),
            happens('retransmission-run', 12, 20, { count: 3, until: 13, retransmitted: sizes(100) }),
          ],
        },
        31,
      ),
      end: 21,
      explanation: / This happened twice on this connection/,
      facts: { transmissions: 5, seconds: 6.4, stalls: 2 },
    },
    {
      name: 'where all was acknowledged and nothing followed',
      connection: stalled({ milestones: [run(7.4)], lastNewData: moment(1, 10), unacknowledgedBytes: 0 }),
      end: 21,
    },
  ],
  silent: [
    { name: 'on few copies', connection: stalled({ milestones: [run(7.4, sizes(100), 2)] }), end: 21 },
    { name: 'on a FIN alone', connection: stalled({ milestones: [run(7.4, sizes(0))] }), end: 21 },
    {
      name: 'where the peer was not heard any more',
      connection: stalled({ milestones: [run(7.4)] }, 9),
      end: 21,
    },
    {
      name: 'where the data is still unacknowledged',
      connection: stalled({ milestones: [run(7.4)], lastNewData: moment(1, 10), unacknowledgedBytes: 100 }),
      end: 21,
    },
  ],
});
