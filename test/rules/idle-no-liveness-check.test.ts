import { idleNoLivenessCheck } from '../../src/rules/idle-no-liveness-check.js';
import { at, connection, happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

/** Until the given second nobody was silent for longer than 40 min. */
const spoke = (until: number) => connection({ end: at(until), lastFrame: 18, survivedSilenceSeconds: 2399 });

const REGULAR = /never silent for longer than 40 min: if that was an application heartbeat, it has stopped/;

testRule(idleNoLivenessCheck, {
  fires: [
    {
      name: 'after two silent hours',
      connection: connection(),
      end: 7300,
      confidence: 'observed',
      title: '10.0.0.1:40000 and 10.0.0.2:8080 have been silent for 2 h 2 min, without keep-alive',
    },
    {
      name: 'earlier if the limit is lower',
      connection: connection(),
      end: 700,
      options: { idleSeconds: 600 },
    },
    {
      name: 'and remarks exchanges that were regular and stopped',
      connection: spoke(12_000),
      end: 19_300,
      explanation: REGULAR,
      facts: { idleSeconds: 7300, longestSilenceBeforeSeconds: 2399 },
    },
    {
      name: 'but not a single pause',
      connection: spoke(5000),
      end: 12_300,
      explanation: /before data is sent\.$/,
    },
    {
      name: 'nor exchanges whose next but one is not yet due',
      connection: spoke(12_000),
      end: 18_000,
      options: { idleSeconds: 6000 },
      explanation: /before data is sent\.$/,
    },
  ],
  silent: [
    {
      name: 'on what a late capture holds without data: it may be the end of a close',
      connection: connection({ quality: { midstream: true } }),
      end: 7300,
    },
    {
      name: 'on a host that speaks with itself',
      connection: connection({ client: { address: '10.0.0.2' } }),
      end: 7300,
    },
    {
      name: 'on loopback',
      connection: connection({ client: { address: '127.0.0.1' }, server: { address: '127.0.1.1' } }),
      end: 7300,
    },
    { name: 'before', connection: connection(), end: 7000 },
    {
      name: 'with keep-alives',
      connection: connection({ client: { milestones: [happens('keep-alive', 7200, 9)] } }),
      end: 9000,
    },
    {
      name: 'with data outstanding',
      connection: connection({ client: { unacknowledgedBytes: 1 } }),
      end: 9000,
    },
    { name: 'when somebody closed', connection: afterClientFin(), end: 9000 },
  ],
});
