import { sackElsewhere } from '../../src/rules/sack-elsewhere.js';
import { connection } from '../support/connection-builder.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

const FAR = 1_000_000_000;
const SENT = `
  0.00 C S  0 sack=1
  0.01 S SA 0 1 sack=1
  0.02 C A  1 1
  0.03 S A  1 1 +1000
  0.03 S A  2001 1 +1000
  0.03 S A  3001 1 +1000`;

testRule(sackElsewhere, {
  fires: [
    {
      name: 'on blocks far from all that was sent',
      connection: connectionOf(`${SENT}
        0.04 C A 1 1001 block=${2001 + FAR}
        0.05 C A 1 1001 block=${2001 + FAR}`),
      end: 1,
      severity: 'warning',
      confidence: 'inferred',
      endpoint: 'client',
      title: '10.0.0.1:40000 acknowledges selectively what 10.0.0.2:8080 never sent',
      frames: [7, 8],
      facts: { segments: 2, octetsAway: FAR + 1000, seconds: 0.01 },
    },
    {
      name: 'as well where they lie before',
      connection: connectionOf(`${SENT}
        0.04 C A 1 1001 block=${2001 - FAR}
        0.05 C A 1 1001 block=${2001 - FAR}`),
      end: 1,
      facts: { octetsAway: FAR - 1000 },
    },
    {
      name: 'right beyond what the window can reach',
      connection: connectionOf(`${SENT}
        0.04 C A 1 1001 block=${1001 + 65_536}
        0.05 C A 1 1001 block=${1001 + 65_536}`),
      end: 1,
      facts: { octetsAway: 65_536 },
    },
    {
      name: 'on one of them, if asked to',
      connection: connectionOf(`${SENT}
        0.04 C A 1 1001 block=${2001 + FAR}`),
      end: 1,
      options: { minimumSegments: 1 },
    },
    {
      name: 'in the name of either side',
      connection: connectionOf(`
        0.00 C S  0 sack=1
        0.01 S SA 0 1 sack=1
        0.02 C A  1 1 +100
        0.03 C A  201 1 +100
        0.04 S A  1 101 block=${201 + FAR}
        0.05 S A  1 101 block=${201 + FAR}`),
      end: 1,
      endpoint: 'server',
    },
  ],
  silent: [
    { name: 'without such blocks', connection: connection(), end: 1 },
    {
      name: 'on blocks of what was sent, or may have been',
      connection: connectionOf(`${SENT}
        0.04 C A 1 1001 block=2001
        0.05 C A 1 1001 block=3001
        0.06 C A 1 1001 block=60001`),
      end: 1,
    },
    {
      name: 'on blocks of what was received twice',
      connection: connectionOf(`${SENT}
        0.04 C A 1 4001 block=1
        0.05 C A 1 4001 block=1001`),
      end: 1,
    },
    {
      name: 'on one alone, which may be damaged',
      connection: connectionOf(`${SENT}
        0.04 C A 1 1001 block=${2001 + FAR}`),
      end: 1,
    },
    {
      name: 'within the widest window, where no SYN tells of a scale',
      connection: connectionOf(`
        0.00 S A 2001 1 +1000
        0.01 C A 1 3001
        0.02 C A 1 3001 block=${FAR}
        0.03 C A 1 3001 block=${FAR}`),
      end: 1,
    },
    {
      name: 'where it is not known where the stream stands',
      connection: connectionOf(`
        0.04 S A 1 1 +10 block=${FAR}
        0.05 S A 11 1 +10 block=${FAR}`),
      end: 1,
    },
  ],
});
