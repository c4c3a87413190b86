import { dataAfterOwnFin } from '../../src/rules/data-after-own-fin.js';
import { happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

const beyond = happens('data-beyond-own-fin', 3, 7, { value: 100 });

testRule(dataAfterOwnFin, {
  fires: [
    {
      name: 'on data beyond the FIN',
      connection: afterClientFin({ clientMilestones: [beyond] }),
      end: 4,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 sent 100 bytes beyond its own FIN',
      frames: [5, 7],
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
