import { rstCarriesData } from '../../src/rules/rst-carries-data.js';
import { connection, resets } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

testRule(rstCarriesData, {
  fires: [
    {
      name: 'on a reset with octets in it, behind one without',
      connection: connection({
        server: { resetsSent: 2, milestones: [resets(2, 9), resets(3, 11, { payloadBytes: 25 })] },
      }),
      end: 31,
      severity: 'info',
      endpoint: 'server',
      confidence: 'observed',
      title: 'The reset of 10.0.0.2:8080 carried 25 bytes',
      explanation: /^The reset in frame 11 has 25 bytes of payload\. /,
      frames: [11],
      facts: { payloadBytes: 25 },
    },
    {
      name: 'on one that was not accepted, of which one direction was captured',
      connection: connection({
        server: {
          resetsSent: 1,
          milestones: [resets(3, 11, { payloadBytes: 1, verdict: 'out-of-window' })],
        },
        quality: { unseen: 'client' },
      }),
      end: 31,
      title: 'The reset of 10.0.0.2:8080 carried 1 byte',
    },
  ],
  silent: [
    {
      name: 'on a reset without',
      connection: connection({ server: { resetsSent: 1, milestones: [resets(3, 11)] } }),
      end: 31,
    },
  ],
});
