import type { Connection } from '../../src/connections/connection.js';
import { SYN_IS_BEHIND_WITH_TIMESTAMP } from '../../src/connections/milestones.js';
import { timeWaitPortReuse } from '../../src/rules/time-wait-port-reuse.js';
import { connection, enters, happens, resets } from '../support/connection-builder.js';
import { conversation } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin, SERVER_IN_TIME_WAIT } from './closing-cases.js';

const NEWER = 'isn=70000';
const OLDER = 'isn=-70000';

/** The server closed first, and the client uses its port again four seconds later; `then` follows. */
function reused(isn: string, then = ''): Connection {
  const [old] = conversation(`${SERVER_IN_TIME_WAIT}
    5.01 C S  0 ${isn}
    ${then}`);
  return old;
}

const OPENED = '10.0.0.1:40000 used its port again 4 s after 10.0.0.2:8080 entered TIME-WAIT';

testRule(timeWaitPortReuse, {
  fires: [
    {
      name: 'on a SYN that TIME-WAIT accepts',
      connection: reused(NEWER, `5.02 S SA 0 1 ${NEWER}`),
      end: 20,
      applicationSees: /connect works as usual/,
      likelyCauses: /^A client that connects often(?!.*beyond)/s,
      endpoint: 'client',
      title: `${OPENED}: accepted`,
      explanation: /accepted at once.*beyond/,
      frames: [5, 7, 8],
      facts: { ageSeconds: 4, outcome: 'accepted', syns: 1, predicted: 'accepted' },
    },
    {
      name: 'as a warning on one that is answered with old numbers, and on the reset that they draw',
      connection: reused(
        OLDER,
        `5.02 S A  2 2
         5.03 C R  2
         6.01 C S  0 ${OLDER}
         6.02 S SA 0 1 ${OLDER}`,
      ),
      end: 20,
      applicationSees: /connect took 1 s longer/,
      likelyCauses: /^A client that connects often(?!.*beyond)/s,
      severity: 'warning',
      title: `${OPENED}: answered with old numbers`,
      explanation: /in frame 8, and 10\.0\.0\.1:40000, .* reset in frame 9\. .* 1 s after the first SYN/,
      frames: [5, 7, 8, 9, 11],
      facts: { outcome: 'refused', syns: 2, predicted: 'refused', delaySeconds: 1.01 },
    },
    {
      name: 'as a warning on one that is answered with old numbers each time',
      connection: reused(
        OLDER,
        `5.02 S A 2 2
         6.01 C S 0 ${OLDER}
         6.02 S A 2 2`,
      ),
      end: 20,
      severity: 'warning',
      title: `${OPENED}: answered with old numbers`,
      explanation: /in frame 10 for the last time, and no reset .* sent 2 SYNs in all/,
      frames: [5, 7, 10],
      facts: { outcome: 'refused', syns: 2 },
    },
    {
      name: 'on old numbers in answer long after TIME-WAIT should be over',
      connection: afterClientFin({
        clientEntries: [enters('TIME-WAIT', 3, 7)],
        serverMilestones: [
          happens('syn-on-open-connection', 300, 9),
          resets(300.02, 11, { trigger: { frame: 10, kind: 'ack' } }),
        ],
      }),
      end: 320,
      severity: 'warning',
      facts: { outcome: 'refused' },
    },
    {
      name: 'as a warning on one that is answered only when it was repeated',
      connection: reused(
        OLDER,
        `6.01 C S  0 ${OLDER}
         8.01 C S  0 ${OLDER}
         8.02 S SA 0 1 ${OLDER}`,
      ),
      end: 20,
      severity: 'warning',
      title: `${OPENED}: 2 SYNs were not answered`,
      explanation: /repeated until frame 9 .* frame 10, 3 s after the first SYN/,
      frames: [5, 7, 10],
      facts: { outcome: 'late', syns: 3, predicted: 'refused', delaySeconds: 3.01 },
    },
    {
      name: 'as info on one that should have been accepted, however often it was repeated',
      connection: reused(
        NEWER,
        `6.01 C S  0 ${NEWER}
         8.01 C S  0 ${NEWER}
         12.01 C S  0 ${NEWER}
         12.02 S SA 0 1 ${NEWER}`,
      ),
      end: 20,
      severity: 'info',
      explanation: /another reason/,
      facts: { outcome: 'late', syns: 4, predicted: 'accepted' },
    },
    {
      name: 'as info on one that should have been accepted and may have been lost',
      connection: reused(
        NEWER,
        `6.01 C S  0 ${NEWER}
         6.02 S SA 0 1 ${NEWER}`,
      ),
      end: 20,
      likelyCauses: /ignores the SYN.*\nAs the number of the SYN is beyond the old ones/,
      severity: 'info',
      title: `${OPENED}: one SYN was not answered`,
      explanation: /another reason/,
      facts: { outcome: 'late', syns: 2, predicted: 'accepted', delaySeconds: 1.01 },
    },
    {
      name: 'as info on one that is never answered, for which its own connection has a finding',
      connection: reused(OLDER, `6.01 C S 0 ${OLDER}`),
      end: 20,
      severity: 'info',
      title: `${OPENED}: not answered`,
      explanation: /Nothing in this capture answers 2 SYNs/,
      facts: { outcome: 'unanswered', syns: 2 },
    },
    {
      name: 'on one that is reset',
      connection: reused(NEWER, `5.02 S RA 0 1 ${NEWER}`),
      end: 20,
      applicationSees: /ECONNREFUSED/,
      likelyCauses: /^A client that connects often(?!.*ignores)/s,
      severity: 'info',
      title: `${OPENED}: reset`,
      facts: { outcome: 'reset' },
    },
    {
      name: 'without a guess where a timestamp may make it newer',
      connection: afterClientFin({
        clientEntries: [enters('TIME-WAIT', 3, 7)],
        serverMilestones: [happens('syn-on-open-connection', 6, 9, { value: SYN_IS_BEHIND_WITH_TIMESTAMP })],
      }),
      end: 20,
      severity: 'info',
      explanation: /whether its timestamp is newer/,
      likelyCauses: /ignores the SYN.*\nIf the timestamp of the SYN is newer than the old ones: loss, /,
    },
  ],
  silent: [
    {
      name: 'after TIME-WAIT is over',
      connection: conversation(`${SERVER_IN_TIME_WAIT}
        300  C S  0 ${NEWER}
        301  C S  0 ${NEWER}`)[0],
      end: 320,
    },
    {
      name: 'on a connection in another state',
      connection: connection({ client: { milestones: [happens('syn-on-open-connection', 13, 9)] } }),
      end: 20,
    },
  ],
});
