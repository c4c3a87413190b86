import { ecnSynUnanswered } from '../../src/rules/ecn-syn-unanswered.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

const REST = `
        1.02 S SA  0 1
        1.03 C A   1 1`;

testRule(ecnSynUnanswered, {
  fires: [
    {
      name: 'on a SYN that is answered only without ECN',
      connection: connectionOf(`
        0.00 C SEC 0
        1.00 C S   0${REST}`),
      end: 2,
      endpoint: 'client',
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.2:8080 answered 10.0.0.1:40000 only when its SYN no longer asked for ECN',
      frames: [1, 2, 3],
      likelyCauses: /^The first SYN was lost by chance(?!.*If )/s,
      facts: { seconds: 1.02, withoutEcn: 1 },
    },
    {
      name: 'on a SYN that is reset with ECN and answered without',
      connection: connectionOf(`
        0.00 C SEC 0
        0.01 S RA  0 1
        0.02 C S   0
        0.03 S SA  0 1
        0.04 C A   1 1`),
      end: 2,
      confidence: 'inferred',
      explanation: /^The SYN in frame 1 has ECE and CWR set and was answered with RST in frame 2\. /,
      likelyCauses:
        /^A firewall or load balancer on the way resets SYNs that ask for ECN(?!.*lost by chance)/s,
      frames: [1, 2, 3, 4],
      facts: { reset: true },
    },
  ],
  silent: [
    {
      name: 'when the repetition asks for it as well',
      connection: connectionOf(`
        0.00 C SEC 0
        1.00 C SEC 0${REST}`),
      end: 2,
    },
    {
      name: 'when no SYN asks for it',
      connection: connectionOf(`
        0.00 C S   0
        1.00 C S   0${REST}`),
      end: 2,
    },
    {
      name: 'when the first SYN was answered, late',
      connection: connectionOf(`
        0.00 C SEC 0
        0.99 S SAE 0 1
        1.00 C S   0
        1.03 C A   1 1`),
      end: 2,
    },
    {
      name: 'when neither was answered',
      connection: connectionOf(`
        0.00 C SEC 0
        1.00 C S   0`),
      end: 20,
    },
  ],
});
