import { finUnacknowledged } from '../../src/rules/fin-unacknowledged.js';
import { connection, type EndpointDraft, enters, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function repeatedFin(count: number, until: number, peer: EndpointDraft = {}, more: EndpointDraft = {}) {
  return connection({
    client: {
      after: [enters('FIN-WAIT-1', 2, 4, { evidence: 'observed' })],
      milestones: [happens('fin-repeated', 2.2, 5, { count, until, lastFrame: 4 + count })],
      ...more,
    },
    server: peer,
  });
}

testRule(finUnacknowledged, {
  fires: [
    {
      name: 'on a FIN that nobody acknowledges',
      connection: repeatedFin(5, 14.6),
      end: 15,
      endpoint: 'client',
      title: '10.0.0.1:40000 sent its FIN 6 times over 12.6 s without an acknowledgment',
      frames: [4, 5, 9],
      facts: { transmissions: 6, stopped: false, peerSilent: true },
    },
    {
      name: 'and sees that it stopped, for which there are two reasons',
      connection: repeatedFin(5, 14.6),
      end: 60,
      explanation: /stopped, and no packet says why: it gave up, or its host no longer finds the next one/,
      facts: { stopped: true },
    },
    {
      name: 'and knows that a peer that is heard can be found',
      connection: repeatedFin(5, 14.6, { lastSegment: moment(10, 7) }),
      end: 60,
      explanation: /stopped, and no packet says why: it gave up\.$/,
      facts: { stopped: true },
    },
    {
      name: 'also if the peer still speaks',
      connection: repeatedFin(5, 14.6, { lastSegment: moment(10, 7) }),
      end: 15,
      facts: { peerSilent: false },
    },
  ],
  silent: [
    { name: 'on two repetitions', connection: repeatedFin(2, 4), end: 60 },
    { name: 'on a burst of repetitions', connection: repeatedFin(3, 2.5), end: 60 },
    { name: 'behind a closed window', connection: repeatedFin(5, 14, { windowClosed: true }), end: 60 },
    {
      name: 'when it was acknowledged',
      connection: repeatedFin(
        5,
        14,
        {},
        {
          milestones: [
            happens('fin-repeated', 2.2, 5, { count: 5, until: 14 }),
            happens('fin-covered', 15, 12),
          ],
        },
      ),
      end: 60,
    },
    { name: 'on an open connection', connection: connection(), end: 60 },
  ],
});
