import type { Reset } from '../../src/connections/connection.js';
import { rstOnCloseRace } from '../../src/rules/rst-on-close-race.js';
import { resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function race(trigger: Partial<NonNullable<Reset['trigger']>> = {}, unacknowledgedBytes = 300, frame = 8) {
  return afterClientFin({
    server: { unacknowledgedBytes },
    clientMilestones: [resets(2.15, frame, { trigger: { frame: frame - 1, payloadBytes: 300, ...trigger } })],
  });
}

testRule(rstOnCloseRace, {
  fires: [
    {
      name: 'on data that crossed the FIN',
      connection: race(),
      end: 3,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 closed while 300 bytes from 10.0.0.2:8080 were in flight, and reset them',
      frames: [5, 7, 8],
      facts: { lostBytes: 300 },
    },
  ],
  silent: [
    { name: 'when the sender knew of the FIN', connection: race({ knewFin: true }), end: 3 },
    { name: 'when the data was acknowledged', connection: race({}, 0), end: 3 },
    { name: 'when the reset came before the FIN', connection: race({}, 300, 4), end: 3 },
    { name: 'when the reset answers no data', connection: race({ kind: 'ack', payloadBytes: 0 }), end: 3 },
    { name: 'without a reset', connection: afterClientFin(), end: 3 },
  ],
});
