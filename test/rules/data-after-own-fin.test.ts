import type { Connection } from '../../src/connections/connection.js';
import { dataAfterOwnFin } from '../../src/rules/data-after-own-fin.js';
import { happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

const beyond = happens('data-beyond-own-fin', 3, 7, { value: 100 });

/** The FIN in frame 5 was never acknowledged. */
function unacknowledged(): Connection {
  const { client, ...rest } = afterClientFin();
  return { ...rest, client: { ...client, milestones: [beyond] } };
}

testRule(dataAfterOwnFin, {
  fires: [
    {
      name: 'on data beyond the FIN',
      connection: afterClientFin({ clientMilestones: [beyond] }),
      end: 4,
      citations: /^(?!.*second)/s,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 sent 100 bytes beyond its own FIN',
      severity: 'error',
      applicationSees: /^The receiver ignores such data/,
      frames: [5, 7],
    },
    {
      name: 'as a warning on a second FIN alone, as nothing is lost by it',
      connection: afterClientFin({ clientMilestones: [happens('data-beyond-own-fin', 3, 7)] }),
      end: 4,
      citations: /must not send a second FIN/,
      severity: 'warning',
      title: '10.0.0.1:40000 sent a second FIN',
      applicationSees: /^Nothing of the second FIN/,
    },
    {
      name: 'as a warning where nobody took the FIN for one',
      connection: unacknowledged(),
      end: 4,
      severity: 'warning',
      confidence: 'possible',
    },
    {
      name: 'with little confidence where lengths are the capturing host’s',
      connection: afterClientFin({ clientMilestones: [beyond], quality: { offloaded: true } }),
      end: 4,
      confidence: 'possible',
    },
  ],
  silent: [{ name: 'on a FIN alone', connection: afterClientFin(), end: 4 }],
});
