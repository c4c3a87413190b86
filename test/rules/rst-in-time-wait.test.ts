import { IDEAL_QUALITY, type Milestone } from '../../src/connections/connection.js';
import { rstInTimeWait } from '../../src/rules/rst-in-time-wait.js';
import { enters, happens, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';
import { afterClientFin } from './closing-cases.js';

function waiting(reset: Milestone, accepted = true, more: readonly Milestone[] = []) {
  return afterClientFin({
    clientEntries: [
      enters('TIME-WAIT', 3, 7),
      ...(accepted ? [enters('CLOSED', 13, 11, { evidence: 'assumed', cause: 'received RST' })] : []),
    ],
    serverEntries: [enters('LAST-ACK', 3, 7, { evidence: 'observed' }), enters('CLOSED', 3.1, 8)],
    serverMilestones: [...more, reset],
  });
}

testRule(rstInTimeWait, {
  fires: [
    {
      name: 'on a reset that answers TIME-WAIT’s acknowledgment',
      connection: waiting(resets(13, 11, { trigger: { frame: 10, kind: 'ack' } })),
      end: 14,
      endpoint: 'client',
      confidence: 'possible',
      title: 'A reset hit 10.0.0.1:40000 in TIME-WAIT after 10 s',
      frames: [7, 10, 11],
      facts: { ageSeconds: 10 },
      likelyCauses: /^A segment of 10\.0\.0\.2:8080 that the network had delayed(?!.*twice)/s,
    },
    {
      name: 'as info where TIME-WAIT acknowledged the FIN twice, and nothing old came in',
      connection: waiting(
        resets(3.05, 10, { trigger: { frame: 9, kind: 'ack', reactionSeconds: 0.0001 } }),
        true,
        [happens('fin-covered', 3.0498, 8)],
      ),
      end: 14,
      severity: 'info',
      explanation: /in answer to the second of two acknowledgments, frame 9,/,
      likelyCauses:
        /^The stack of 10\.0\.0\.1:40000 acknowledges the FIN[^\n]*\nA segment of 10\.0\.0\.2:8080[^\n]*$/,
    },
    {
      name: 'but not where the clock may have hidden how far apart they are',
      connection: {
        ...waiting(resets(3.05, 10, { trigger: { frame: 9, kind: 'ack', reactionSeconds: 0.0001 } }), true, [
          happens('fin-covered', 3.0498, 8),
        ]),
        quality: { ...IDEAL_QUALITY, clockBackwards: true, clockSetBack: { seconds: 5, frame: 9 } },
      },
      end: 14,
      severity: 'warning',
    },
  ],
  silent: [
    {
      name: 'on one that answers nothing',
      connection: waiting(resets(13, 11, { hasAck: true })),
      end: 14,
    },
    {
      name: 'on one that answers a FIN',
      connection: waiting(resets(13, 11, { trigger: { frame: 10, kind: 'fin' } })),
      end: 14,
    },
    {
      name: 'on one that a host sends instead of waiting in LAST-ACK for the acknowledgment of its FIN',
      connection: waiting(resets(3.05, 9, { trigger: { frame: 8, kind: 'ack' } }), true, [
        happens('fin-covered', 3.04, 8),
      ]),
      end: 14,
    },
    {
      name: 'on one that TIME-WAIT ignores',
      connection: waiting(resets(13, 11, { verdict: 'out-of-window' }), false),
      end: 14,
    },
    {
      name: 'on one that answers what a new SYN on the same ports drew',
      connection: waiting(resets(13, 11, { trigger: { frame: 10, kind: 'ack' } }), true, [
        happens('syn-on-open-connection', 12.98, 9),
      ]),
      end: 14,
    },
    { name: 'without TIME-WAIT', connection: afterClientFin({ serverMilestones: [resets(4, 9)] }), end: 14 },
  ],
});
