import { halfClose } from '../../src/rules/half-close.js';
import { happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin, withRolesSwapped } from './closing-cases.js';

const answer = happens('data-after-peer-fin', 3, 7, { until: 5, lastFrame: 11, value: 4380, count: 3 });

const goodbye = happens('data-after-peer-fin', 3, 7, { value: 31 });

testRule(halfClose, {
  fires: [
    {
      name: 'on a server that answers after the client’s FIN',
      connection: afterClientFin({ serverMilestones: [answer] }),
      end: 6,
      nextSteps: /takes the client’s end of file for an abort/,
      citations: /client’s half-close(?!.*last response)/s,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 half-closed, and 10.0.0.2:8080 went on to send 4,380 bytes',
      frames: [5, 6, 7, 11],
      facts: { bytesAfterFin: 4380, acknowledgedBytes: 4380, sendingSeconds: 2 },
    },
    {
      name: 'even if the last part was not yet acknowledged',
      connection: afterClientFin({ serverMilestones: [answer], server: { unacknowledgedBytes: 1460 } }),
      end: 6,
      facts: { acknowledgedBytes: 2920 },
    },
    {
      name: 'on a server that closed, which marks no end of a request',
      connection: withRolesSwapped(afterClientFin({ serverMilestones: [answer] })),
      end: 6,
      nextSteps: /^(?!.*end of file)/s,
      citations: /last response(?!.*client’s half-close)/s,
      endpoint: 'server',
      likelyCauses: /^A server that stages its close(?!.*request)/s,
    },
    {
      name: 'and names the causes of either side where the roles are guessed',
      connection: {
        ...withRolesSwapped(afterClientFin({ serverMilestones: [answer] })),
        rolesKnownBy: 'guess',
      },
      end: 6,
      likelyCauses: /^If the client closed: .*\nIf the server closed: /,
    },
    {
      name: 'on few bytes where no TLS session was set up',
      connection: afterClientFin({ serverMilestones: [goodbye] }),
      end: 6,
      facts: { bytesAfterFin: 31 },
    },
  ],
  silent: [
    {
      name: 'on what may be a TLS side’s close_notify',
      connection: afterClientFin({
        serverMilestones: [goodbye],
        client: { payloadBytes: 700 },
        server: { payloadBytes: 2000 },
      }),
      end: 6,
    },
    { name: 'without data after the FIN', connection: afterClientFin(), end: 100 },
    {
      name: 'when none of it was acknowledged',
      connection: afterClientFin({ serverMilestones: [answer], server: { unacknowledgedBytes: 4380 } }),
      end: 6,
    },
    {
      name: 'when the closing side reset it',
      connection: afterClientFin({ serverMilestones: [answer], clientMilestones: [resets(5, 12)] }),
      end: 6,
    },
  ],
});
