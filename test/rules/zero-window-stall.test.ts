import { zeroWindowStall } from '../../src/rules/zero-window-stall.js';
import { connection, type EndpointDraft, happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const probes = happens('window-probe', 6, 11, { count: 5, until: 14, lastFrame: 19 });

function closed(
  until: number,
  receiver: EndpointDraft = {},
  sender: EndpointDraft = { milestones: [probes] },
) {
  return connection({
    client: sender,
    server: {
      zeroWindows: 4,
      milestones: [happens('zero-window', 5, 10, { until, lastFrame: 20, count: 4 })],
      ...receiver,
    },
  });
}

testRule(zeroWindowStall, {
  fires: [
    {
      name: 'on a window that stays closed for long',
      connection: closed(20),
      end: 30,
      severity: 'warning',
      endpoint: 'server',
      confidence: 'inferred',
      title: '10.0.0.2:8080 kept its window closed for 15 s: its application did not read',
      frames: [10, 11, 19, 20],
      facts: { closedSeconds: 15, probes: 5, stillClosed: false },
    },
    {
      name: 'as an error to the end of the capture',
      connection: closed(20, { windowClosed: true }),
      end: 100,
      severity: 'error',
      facts: { closedSeconds: 95, stillClosed: true },
    },
    {
      name: 'with data outstanding instead of probes',
      connection: closed(20, {}, { unacknowledgedBytes: 10 }),
      end: 30,
      facts: { probes: 0 },
    },
  ],
  silent: [
    { name: 'on a short pause', connection: closed(8), end: 30 },
    { name: 'when nobody wants to send', connection: closed(20, {}, {}), end: 30 },
    { name: 'on an open window', connection: connection(), end: 30 },
  ],
});
